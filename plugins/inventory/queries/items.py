"""Questions about items: find one by code, name or barcode, count them, what they are made of."""

from __future__ import annotations

from itertools import chain
from typing import Annotated, Any

from sqlalchemy import case, func, or_, select

from core.api import Context, arg, query
from plugins.inventory.models.items import ITEM_KINDS, Category, Item
from plugins.inventory.models.units import Unit
from plugins.inventory.queries.reading import readable


@query("inventory.item_search", path="items/search", title="Find items", permission="inventory.item.read")
def search_items(
    ctx: Context,
    *,
    q: Annotated[str, arg("Text", max_length=80, help="Part of a code or name, or a whole barcode.")],
    kind: Annotated[str, arg("Kind", choices=ITEM_KINDS)] = "",
    include_inactive: Annotated[bool, arg("Inactive ones too")] = False,
    limit: Annotated[int, arg("Limit", ge=1, le=50)] = 20,
) -> list[dict[str, Any]]:
    """Find items the way a scanner or a quick search does: a whole code or barcode first, then beginnings."""
    whole = or_(func.lower(Item.code) == q.lower(), Item.barcode == q)
    begins = or_(Item.code.istartswith(q, autoescape=True), Item.name.istartswith(q, autoescape=True))
    holds = or_(Item.code.icontains(q, autoescape=True), Item.name.icontains(q, autoescape=True), whole)
    statement = select(Item.id, Item.code, Item.name, Item.kind, Item.barcode, Item.is_active, Unit.code).join(
        Unit, Item.base_unit_id == Unit.id
    )
    statement = statement.where(holds).order_by(case((whole, 0), (begins, 1), else_=2), Item.code).limit(limit)
    if kind:
        statement = statement.where(Item.kind == kind)
    if not include_inactive:
        statement = statement.where(Item.is_active)
    names = ("id", "code", "name", "kind", "barcode", "is_active", "base_unit")
    return [dict(zip(names, row, strict=True)) for row in ctx.rows(statement)]


@query("inventory.item_stats", path="items/stats", title="Items in numbers", permission="inventory.item.read")
def item_stats(ctx: Context) -> dict[str, Any]:
    """Count items by kind and category, and those that still lack what planning needs."""
    total, active, no_reorder_point, no_density = ctx.rows(
        select(
            func.count(Item.id),
            func.count(case((Item.is_active, 1))),
            func.count(case((Item.is_active & Item.reorder_point.is_(None), 1))),
            func.count(case((Item.is_active & Item.density.is_(None) & (Item.kind == "raw"), 1))),
        )
    )[0]
    by_kind = ctx.rows(select(Item.kind, func.count(Item.id)).group_by(Item.kind).order_by(Item.kind))
    by_category = ctx.rows(
        select(Category.id, Category.name, func.count(Item.id))
        .join(Item, Item.category_id == Category.id)
        .group_by(Category.id, Category.name)
        .order_by(Category.name)
    )
    return {
        "total": total,
        "active": active,
        "inactive": total - active,
        "without_reorder_point": no_reorder_point,
        "raw_without_density": no_density,
        "by_kind": {row[0]: row[1] for row in by_kind},
        "by_category": [{"id": row[0], "name": row[1], "count": row[2]} for row in by_category],
    }


@query("inventory.item_bom", path="items/{id}/bom", title="What it is made of", permission="inventory.item.read")
def item_bom(ctx: Context, id: int) -> dict[str, Any]:
    """Answer what an item is made of, as recipes and other modules know it; an empty list where nobody does."""
    item: Item = readable(ctx, "inventory.item", id)
    bills = chain.from_iterable(ctx.hook.inventory_item_bills(ctx=ctx, item_id=item.id))
    return {"item_id": item.id, "code": item.code, "name": item.name, "bills": list(bills)}
