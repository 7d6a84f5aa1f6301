"""Stock levels put together for people: by item and location, what they may see of it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, select

from core.api import Context
from plugins.inventory.ledger.arithmetic import per_unit
from plugins.inventory.ledger.availability import Level, join_lot, level_of, stock_sums
from plugins.inventory.ledger.movement import ZERO
from plugins.inventory.models.items import Category, Item
from plugins.inventory.models.locations import Location
from plugins.inventory.models.stock import Stock
from plugins.inventory.models.units import Unit
from plugins.inventory.resources.ledger import stock

ITEM_COLUMNS = (Item.id, Item.code, Item.name, Item.kind, Item.is_perishable, Item.reorder_point,
                Unit.code.label("unit"), Category.name.label("category"))  # fmt: skip


def may_see_cost(ctx: Context) -> bool:
    """Whether the actor may see what stock is worth."""
    return ctx.can("inventory.stock.sensitive")


def without_cost(ctx: Context, answer: dict[str, Any]) -> dict[str, Any]:
    """Leave values and costs out of an answer for whoever may not see them."""
    if may_see_cost(ctx):
        return answer
    hidden = {"value", "unit_cost", "cost", "total_value", "average_cost", "variance"}
    return {name: value for name, value in answer.items() if name not in hidden}


def visible(ctx: Context) -> list[Any]:
    """Return the conditions that the actor's record rules put on stock."""
    return ctx.restriction(stock, "read")


def item_rows(ctx: Context, *conditions: Any) -> dict[int, Any]:
    """Return the items that keep stock, with unit and category, by id."""
    statement = (
        select(*ITEM_COLUMNS)
        .join(Unit, and_(Unit.tenant_id == Item.tenant_id, Unit.id == Item.base_unit_id))
        .outerjoin(Category, and_(Category.tenant_id == Item.tenant_id, Category.id == Item.category_id))
        .where(Item.kind != "service", *conditions)
        .order_by(Item.code)
    )
    return {row.id: row for row in ctx.rows(statement)}


def location_rows(ctx: Context) -> dict[int, Any]:
    """Return id, code and name of every location."""
    return {row.id: row for row in ctx.rows(select(Location.id, Location.code, Location.name).order_by(Location.code))}


def levels_by_place(
    ctx: Context, item_ids: Iterable[int] | None = None, location_id: int | None = None
) -> dict[tuple[int, int], Level]:
    """Return the level of every item at every location the actor may see, in one query."""
    conditions = visible(ctx)
    if item_ids is not None:
        conditions.append(Stock.item_id.in_(sorted(set(item_ids))))
    if location_id is not None:
        conditions.append(Stock.location_id == location_id)
    place = Stock.item_id, Stock.location_id
    statement = join_lot(select(*place, *stock_sums(ctx))).where(*conditions).group_by(*place)
    return {(row[0], row[1]): level_of(row[2:]) for row in ctx.rows(statement)}


def sum_levels(levels: Iterable[Level]) -> Level:
    """Add levels up."""
    return sum(levels, Level())


def told(level: Level) -> dict[str, Decimal]:
    """Return a level as an answer."""
    return {
        "on_hand": level.on_hand,
        "reserved": level.reserved,
        "available": level.available,
        "value": level.value,
        "average_cost": per_unit(level.value, level.on_hand) if level.on_hand > 0 else ZERO,
    }


def is_low(item: Any, level: Level) -> bool:
    """Whether an item is at or under its reorder point."""
    return item.reorder_point is not None and item.reorder_point > 0 and level.available <= item.reorder_point
