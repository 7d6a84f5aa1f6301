"""Reports of stock: what is there now, over all locations, and what it was worth on any day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from sqlalchemy import func, select

from core.api import Context, Invalid, arg, column, report
from plugins.inventory.ledger.arithmetic import per_unit
from plugins.inventory.ledger.movement import ZERO
from plugins.inventory.models.items import Item
from plugins.inventory.models.moves import Move
from plugins.inventory.queries.levels import (
    is_low,
    item_rows,
    levels_by_place,
    location_rows,
    sum_levels,
    told,
    without_cost,
)
from plugins.inventory.resources.ledger import moves

READ = "inventory.stock.read"
_ITEM = (column("code", "Code"), column("name", "Name"), column("category", "Category"), column("unit", "Unit"))
_AMOUNTS = (
    column("on_hand", "On hand", "quantity"),
    column("reserved", "Reserved", "quantity"),
    column("available", "Available", "quantity"),
    column("average_cost", "Average cost", "price"),
    column("value", "Value", "money"),
)


@report(
    "inventory.stock_now", title="Stock now", path="reports/stock-now", permission=READ,
    columns=[*_ITEM, *_AMOUNTS, column("is_low", "Low", "boolean")], chart=("name", "value"),
)  # fmt: skip
def stock_now(
    ctx: Context,
    *,
    location_id: Annotated[int | None, arg("Location", ref="inventory.location", help="Empty: all.")] = None,
    category_id: Annotated[int | None, arg("Category", ref="inventory.category")] = None,
) -> list[dict[str, Any]]:
    """What is on hand of every item, at one location or at all."""
    items = item_rows(ctx, *([Item.category_id == category_id] if category_id else []))
    found: dict[int, list[Any]] = {}
    for (item_id, _place), level in levels_by_place(ctx, None, location_id).items():
        found.setdefault(item_id, []).append(level)
    rows = []
    for item in items.values():
        total = sum_levels(found.get(item.id, ()))
        if item.id in found:
            rows.append(without_cost(ctx, {**_told_item(item), **told(total), "is_low": is_low(item, total)}))
    return rows


@report(
    "inventory.consolidated", title="Stock by location", path="stock/consolidated", permission=READ,
    columns=[*_ITEM, column("location", "Location"), *_AMOUNTS, column("is_low", "Low", "boolean")],
    chart=("location", "value"),
)  # fmt: skip
def consolidated(
    ctx: Context,
    *,
    category_id: Annotated[int | None, arg("Category", ref="inventory.category")] = None,
    low_stock: Annotated[bool, arg("Only low stock")] = False,
) -> list[dict[str, Any]]:
    """What is on hand of every item at every location; an item is low by what it has in all."""
    items = item_rows(ctx, *([Item.category_id == category_id] if category_id else []))
    locations, places = location_rows(ctx), levels_by_place(ctx)
    totals: dict[int, list[Any]] = {}
    for (item_id, _place), level in places.items():
        totals.setdefault(item_id, []).append(level)
    low = {item.id for item in items.values() if is_low(item, sum_levels(totals.get(item.id, ())))}
    return [
        without_cost(ctx, {
            **_told_item(items[item_id]), "location_id": place, "location": locations[place].code, **told(level),
            "is_low": item_id in low,
        })
        for (item_id, place), level in sorted(places.items())
        if item_id in items and (item_id in low or not low_stock)
    ]  # fmt: skip


@report(
    "inventory.valuation", title="Stock value on a day", path="reports/valuation",
    permission="inventory.stock.sensitive",
    columns=[*_ITEM, column("location", "Location"), column("on_hand", "On hand", "quantity"),
             column("average_cost", "Average cost", "price"), column("value", "Value", "money")],
    chart=("category", "value"),
)  # fmt: skip
def valuation(
    ctx: Context,
    *,
    as_of: Annotated[date | None, arg("On", help="At the end of this day. Empty: today.")] = None,
    location_id: Annotated[int | None, arg("Location", ref="inventory.location", help="Empty: all.")] = None,
) -> list[dict[str, Any]]:
    """What stock was on hand and worth at the end of a day, from the ledger itself."""
    day = as_of or ctx.today()
    if day > ctx.today():
        raise Invalid({"as_of": ["Lies in the future."]})
    place = Move.item_id, Move.location_id
    # Nothing lies in the future: for today every move counts, and none needs its date looked at.
    until = [] if day == ctx.today() else [Move.business_date <= day]
    statement = select(*place, func.sum(Move.quantity), func.sum(Move.value)).where(
        *until, *ctx.restriction(moves, "read")
    )
    if location_id is not None:
        statement = statement.where(Move.location_id == location_id)
    items, locations = item_rows(ctx), location_rows(ctx)
    rows = ctx.rows(statement.group_by(*place).order_by(*place))
    return [
        {**_told_item(items[item_id]), "location_id": where, "location": locations[where].code, "on_hand": quantity,
         "average_cost": per_unit(value, quantity) if quantity > 0 else ZERO, "value": value}
        for item_id, where, quantity, value in rows
        if (quantity or value) and item_id in items
    ]  # fmt: skip


def _told_item(item: Any) -> dict[str, Any]:
    return {"item_id": item.id, "code": item.code, "name": item.name, "category": item.category, "unit": item.unit}
