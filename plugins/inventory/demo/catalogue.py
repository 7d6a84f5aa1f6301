"""How a demo's units, categories, locations and items are written, so that loading twice changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.api import Context
from plugins.inventory.models.items import Category, Item, ItemConversion, ItemFamily
from plugins.inventory.models.locations import Location
from plugins.inventory.models.units import Unit


@dataclass(frozen=True)
class DemoItem:
    """One article of a demo; `more` holds any further field of the item."""

    code: str
    name: str
    kind: str
    unit: str
    category: str
    more: Mapping[str, Any] = field(default_factory=dict)
    conversions: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class Catalogue:
    """The master data of a demo, filed under the demo's theme."""

    theme: str
    categories: Mapping[str, str]
    families: Sequence[Mapping[str, Any]]
    locations: Sequence[Mapping[str, Any]]
    items: Sequence[DemoItem]


def load_catalogue(ctx: Context, catalogue: Catalogue) -> dict[str, Item]:
    """Write the master data and return the items by code."""
    loading = _Loading(ctx, catalogue.theme)
    for name, parent in catalogue.categories.items():
        loading.category(name, parent)
    for family in catalogue.families:
        loading.family(**family)
    for location in catalogue.locations:
        ctx.upsert(Location, key=loading.key("location", location["code"]), **location)
    return {item.code: loading.item(item) for item in catalogue.items}


class _Loading:
    """One run of a demo: finds again by stable keys what an earlier run wrote."""

    def __init__(self, ctx: Context, theme: str) -> None:
        self.ctx, self.theme = ctx, theme
        self.units = {unit.code: unit.id for unit in ctx.all(select(Unit))}
        self.categories: dict[str, int] = {}
        self.families: dict[str, int] = {}

    def key(self, noun: str, name: str) -> str:
        return f"inventory.{self.theme}.{noun}.{name.lower().replace(' ', '_')}"

    def category(self, name: str, parent: str) -> None:
        parent_id = self.categories[parent] if parent else None
        saved = self.ctx.upsert(Category, key=self.key("category", name), name=name, parent_id=parent_id)
        self.categories[name] = saved.id

    def family(self, code: str, **values: Any) -> None:
        self.families[code] = self.ctx.upsert(ItemFamily, key=self.key("family", code), code=code, **values).id

    def item(self, item: DemoItem) -> Item:
        values = dict(item.more)
        for name in ("purchase_unit", "capacity_unit"):
            if name in values:
                values[f"{name}_id"] = self.units[values.pop(name)]
        if "family" in values:
            values["family_id"] = self.families[values.pop("family")]
        saved = self.ctx.upsert(
            Item,
            key=self.key("item", item.code),
            code=item.code,
            name=item.name,
            kind=item.kind,
            base_unit_id=self.units[item.unit],
            category_id=self.categories[item.category],
            **values,
        )
        for unit, equals, equal_unit in item.conversions:
            self.ctx.upsert(
                ItemConversion,
                key=self.key("conversion", f"{item.code}.{unit}"),
                item_id=saved.id,
                unit_id=self.units[unit],
                equal_quantity=Decimal(equals),
                equal_unit_id=self.units[equal_unit],
            )
        return saved
