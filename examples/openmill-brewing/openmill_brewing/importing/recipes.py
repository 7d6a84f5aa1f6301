"""Brews as recipes with their lines: what the file wants them to be."""

from __future__ import annotations

from collections import Counter
from typing import Any

from core.api import Context, select
from plugins.inventory.api import Item
from plugins.recipes.api import Recipe

from ..beerxml import Brew, Collection, Ingredient, Remark
from .codes import beer_code, item_code
from .loading import load

BEER = ("style", "boil_minutes", "efficiency", "original_gravity", "final_gravity")


def import_recipes(ctx: Context, file: Collection, *, dry_run: bool) -> Counter[str]:
    """Create the recipes that the file brings and update those that it changes; closed ones stay as they are."""
    brews = _by_code(file)
    existing = {recipe.code: recipe for recipe in ctx.all(select(Recipe).where(Recipe.code.in_(brews)))}
    stocked = set(ctx.all(select(Item.code).where(Item.code.in_(_item_codes(brews)))))
    effects: Counter[str] = Counter()
    rows = []
    for code, brew in brews.items():
        recipe = existing.get(code)
        row = (brew.record, _values(code, brew, is_new=recipe is None))
        if any(item_code(line) not in stocked for line in brew.lines):
            # Only in a dry run: the lines name items that the import itself is about to create.
            effects["created" if recipe is None else "updated"] += 1
        elif recipe is not None and (recipe.is_locked or recipe.state == "archived"):
            effects["unchanged"] += 1
            rehearsed = ctx.load("recipes.recipe", [row[1]], dry_run=True)
            if rehearsed.updated or rehearsed.errors:
                file.notices.append(Remark(brew.record, "NAME", "is locked or archived here: it stays as it is."))
        else:
            rows.append(row)
    return effects + load(ctx, "recipes.recipe", rows, file, dry_run=dry_run)


def _by_code(file: Collection) -> dict[str, Brew]:
    """Number the brews of one name: programs keep several, and all of them are wanted."""
    brews: dict[str, Brew] = {}
    times: Counter[str] = Counter()
    for brew in file.brews:
        name = brew.name.casefold()
        times[name] += 1
        while (code := beer_code(brew, times[name])) in brews:
            times[name] += 1
        if times[name] > 1:
            file.notices.append(Remark(brew.record, "NAME", f"is there more than once: this one becomes {code}."))
        brews[code] = brew
    return brews


def _item_codes(brews: dict[str, Brew]) -> set[str]:
    return {item_code(line) for brew in brews.values() for line in brew.lines}


def _values(code: str, brew: Brew, *, is_new: bool) -> dict[str, Any]:
    said = {f"brewing.{name}": value for name in BEER if (value := getattr(brew, name))}
    return {
        "code": code,
        "name": brew.name,
        "yield_qty": brew.litres,
        "yield_unit": "l",
        "brewing.is_beer": True,
        "ingredients": [_line(line) for line in brew.lines],
        **({"notes": brew.notes} if is_new and brew.notes else {}),
        **said,
    }


def _line(line: Ingredient) -> dict[str, Any]:
    return {
        "item": item_code(line),
        "quantity": line.amount,
        "unit": line.unit,
        "brewing.stage": line.stage.value,
        "brewing.minutes": line.minutes,
        "brewing.alpha_acid": line.facts.get("alpha_acid"),
    }
