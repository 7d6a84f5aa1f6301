"""Trees: nothing may come to lie inside itself."""

from __future__ import annotations

from collections.abc import Mapping

from core.api import Context, Invalid
from plugins.inventory.models.items import Category
from plugins.inventory.models.locations import Location


def refuse_circle(ctx: Context, record: Category | Location, parent_id: int | None) -> None:
    """Refuse a parent that lies inside the record; each ancestor is locked, so two moves cannot meet in a circle."""
    while parent_id is not None:
        if parent_id == record.id:
            raise Invalid({"parent_id": [f"{record.name} cannot lie inside itself. Pick another."]}, code="CIRCLE")
        parent_id = ctx.lock(type(record), [parent_id])[0].parent_id


def in_circles(parents: Mapping[int, int | None]) -> list[int]:
    """Return what lies inside itself, from each record's parent."""
    found = []
    for start in parents:
        seen, above = {start}, parents[start]
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above == start:
            found.append(start)
    return found
