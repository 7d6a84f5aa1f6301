"""Ingredients as items: what the file wants them to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from core.api import Context, select
from plugins.inventory.api import Item

from ..beerxml import FACT_TAGS, Collection, Fact, Ingredient, Kind, Remark
from ..models import BrewingItem
from .codes import item_code
from .loading import load

PERISHABLE = {Kind.HOP, Kind.YEAST}


@dataclass
class WantedItem:
    """An item that the file speaks of.

    A catalogue record says what an ingredient is, and corrects the item. A recipe's line says what was used that
    day, a harvest with its own alpha acid: it fills in what nobody has said yet and corrects nothing.
    """

    ingredient: Ingredient
    corrects: bool
    facts: dict[str, Fact] = field(default_factory=dict)

    def brewing_fields(self, known: BrewingItem | None) -> dict[str, Any]:
        """Return the brewing fields to set on an item of which this much is known."""
        wanted = {"ingredient": self.ingredient.kind.value, **self.facts}
        return {
            f"brewing.{name}": value
            for name, value in wanted.items()
            if self.corrects or known is None or getattr(known, name) is None
        }


def import_items(ctx: Context, file: Collection, *, dry_run: bool) -> Counter[str]:
    """Create and complete the items that the file speaks of; what people changed in other fields stays."""
    wanted = wanted_items(file)
    existing = {item.code: item for item in ctx.all(select(Item).where(Item.code.in_(wanted)))}
    known = ctx.extension(BrewingItem, existing.values())
    rows = []
    for code, want in wanted.items():
        item = existing.get(code)
        own = {"code": code} if item is not None else _new_item(code, want.ingredient)
        brewing = want.brewing_fields(known.get(item.id) if item is not None else None)
        rows.append((want.ingredient.record, {**own, **brewing}))
    return load(ctx, "inventory.item", rows, file, dry_run=dry_run)


def wanted_items(file: Collection) -> dict[str, WantedItem]:
    """Return the wanted items by code; the first record of an item speaks for it, later ones complete it."""
    wanted: dict[str, WantedItem] = {}
    lines = [line for brew in file.brews for line in brew.lines]
    for corrects, ingredients in ((True, file.ingredients), (False, lines)):
        for ingredient in ingredients:
            item = wanted.setdefault(item_code(ingredient), WantedItem(ingredient, corrects))
            file.notices += _differences(item, ingredient)
            item.facts = {**ingredient.facts, **item.facts}
    return wanted


def _differences(item: WantedItem, ingredient: Ingredient) -> Iterator[Remark]:
    first = item.ingredient.record
    if ingredient.unit != item.ingredient.unit:
        yield Remark(ingredient.record, "AMOUNT_IS_WEIGHT", f"differs from {first}: the item needs a density.")
    for name, fact in ingredient.facts.items():
        if item.facts.get(name, fact) != fact:
            yield Remark(ingredient.record, FACT_TAGS[name], f"differs from {first}, which the item goes by.")


def _new_item(code: str, ingredient: Ingredient) -> dict[str, Any]:
    return {
        "code": code,
        "name": ingredient.name,
        "kind": "raw",
        "base_unit": ingredient.unit,
        "is_perishable": ingredient.kind in PERISHABLE,
        "description": ingredient.notes or None,
    }
