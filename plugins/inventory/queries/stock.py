"""Questions about stock: how much, where, what is low, what expires."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import and_, func, select

from core.api import Context, NotFound, arg, query
from plugins.inventory.ledger.movement import ZERO
from plugins.inventory.models.items import ITEM_KINDS, Item
from plugins.inventory.models.lots import Lot
from plugins.inventory.models.stock import Stock
from plugins.inventory.models.units import Unit
from plugins.inventory.queries.levels import (
    is_low,
    item_rows,
    levels_by_place,
    location_rows,
    sum_levels,
    told,
    visible,
    without_cost,
)

READ = "inventory.stock.read"
Kind = Annotated[str, arg("Kind", choices=ITEM_KINDS)]


@query("inventory.item_stock", path="items/{id}/inventory", title="Stock of an item", permission=READ)
def item_stock(ctx: Context, id: int) -> dict[str, Any]:
    """Answer how much of an item there is: in all, by location, and by lot in the order it will be taken."""
    item = item_rows(ctx, Item.id == id).get(id)
    if item is None:
        raise NotFound("There is no such item.")
    places, locations = levels_by_place(ctx, [id]), location_rows(ctx)
    total = sum_levels(places.values())
    return without_cost(ctx, {
        "item_id": id, "code": item.code, "name": item.name, "unit": item.unit, **told(total),
        "is_low": is_low(item, total),
        "locations": [
            without_cost(ctx, {"location_id": place, "location": locations[place].code, **told(level)})
            for (_item, place), level in sorted(places.items())
        ],
        "lots": _lots(ctx, item),
    })  # fmt: skip


def _lots(ctx: Context, item: Any) -> list[dict[str, Any]]:
    columns = (Lot.id, Lot.number, Lot.state, Lot.received_on, Lot.expires_on, Lot.unit_cost, Stock.location_id,
               Stock.on_hand, Stock.reserved)  # fmt: skip
    own = and_(Lot.tenant_id == Stock.tenant_id, Lot.id == Stock.lot_id)
    live = Stock.item_id == item.id, Stock.on_hand != ZERO
    first_to_expire = (Lot.expires_on.is_(None), Lot.expires_on) if item.is_perishable else ()
    found = select(*columns).join(Lot, own).where(*live, *visible(ctx))
    names = ("lot_id", "lot_number", "state", "received_on", "expires_on", "unit_cost", "location_id", "on_hand",
             "reserved")  # fmt: skip
    rows = ctx.rows(found.order_by(*first_to_expire, Lot.received_on, Lot.created_at, Lot.id, Stock.location_id))
    return [without_cost(ctx, dict(zip(names, row, strict=True))) for row in rows]


@query("inventory.stock_levels", path="stock/levels", title="Stock levels", permission=READ, many=True)
def stock_levels(
    ctx: Context,
    *,
    location_id: Annotated[int | None, arg("Location", ref="inventory.location")] = None,
    item_id: Annotated[int | None, arg("Item", ref="inventory.item")] = None,
    kind: Kind = "",
) -> list[dict[str, Any]]:
    """Answer on hand, reserved, available and value per item and location."""
    conditions = ([Item.id == item_id] if item_id else []) + ([Item.kind == kind] if kind else [])
    # Of many items few may have stock: only those are read.
    items, locations = item_rows(ctx, Item.id.in_(select(Stock.item_id)), *conditions), location_rows(ctx)
    places = levels_by_place(ctx, items if conditions else None, location_id)
    return [
        without_cost(ctx, {
            "item_id": item.id, "code": item.code, "name": item.name, "unit": item.unit,
            "location_id": place, "location": locations[place].code, **told(level),
        })
        for (item_key, place), level in sorted(places.items())
        if (item := items.get(item_key)) is not None
    ]  # fmt: skip


@query("inventory.stock_summary", path="stock/summary", title="Stock in numbers", permission=READ)
def stock_summary(
    ctx: Context,
    *,
    kind: Kind = "",
    location_id: Annotated[int | None, arg("Location", ref="inventory.location")] = None,
) -> dict[str, Any]:
    """Answer what all stock is worth, how many items are low or out, and how many lots there are."""
    items = item_rows(ctx, Item.is_active, *([Item.kind == kind] if kind else []))
    by_item = _by_item(ctx, items, location_id)
    low = [item for item in items.values() if is_low(item, by_item[item.id])]
    of_items = select(Item.id).where(Item.is_active, Item.kind != "service", *([Item.kind == kind] if kind else []))
    lots = select(func.count(func.distinct(Stock.lot_id))).where(
        Stock.on_hand != ZERO, Stock.item_id.in_(of_items), *visible(ctx)
    )
    if location_id is not None:
        lots = lots.where(Stock.location_id == location_id)
    return without_cost(ctx, {
        "items": len(items),
        "items_in_stock": sum(level.on_hand > 0 for level in by_item.values()),
        "low_stock_items": len(low),
        "out_of_stock_items": sum(by_item[item.id].available <= 0 for item in low),
        "lots": ctx.scalar(lots) or 0,
        "value": sum_levels(by_item.values()).value,
    })  # fmt: skip


def _by_item(ctx: Context, items: dict[int, Any], location_id: int | None = None) -> dict[int, Any]:
    found: dict[int, list[Any]] = {item_id: [] for item_id in items}
    for (item_id, _place), level in levels_by_place(ctx, None, location_id).items():
        if item_id in found:
            found[item_id].append(level)
    return {item_id: sum_levels(levels) for item_id, levels in found.items()}


@query("inventory.low_stock", path="items/low-stock", title="Low stock", permission=READ, many=True)
def low_stock(
    ctx: Context,
    *,
    kind: Kind = "",
    threshold: Annotated[Decimal | None, arg("Threshold", ge=0, help="Instead of each item's reorder point.")] = None,
    location_id: Annotated[int | None, arg("Location", ref="inventory.location")] = None,
) -> list[dict[str, Any]]:
    """Answer the items at or under their reorder point, or under a threshold, the emptiest first."""
    items = item_rows(ctx, Item.is_active, *([Item.kind == kind] if kind else []))
    by_item = _by_item(ctx, items, location_id)
    rows = []
    for item in items.values():
        level = by_item[item.id]
        limit = item.reorder_point if threshold is None else threshold
        if is_low(item, level) if threshold is None else level.available < threshold:
            rows.append({
                "item_id": item.id, "code": item.code, "name": item.name, "kind": item.kind, "unit": item.unit,
                "on_hand": level.on_hand, "reserved": level.reserved, "available": level.available,
                "reorder_point": limit, "shortage": limit - level.available,
            })  # fmt: skip
    return sorted(rows, key=lambda row: (row["available"] > 0, -row["shortage"], row["code"]))


@query("inventory.expiring", path="lots/expiring", title="Expiring lots", permission=READ, many=True)
def expiring(
    ctx: Context,
    *,
    days: Annotated[int | None, arg("Within days", ge=0, le=3650, help="Empty: as set for the organisation.")] = None,
    location_id: Annotated[int | None, arg("Location", ref="inventory.location")] = None,
) -> list[dict[str, Any]]:
    """Answer the lots on hand that expire soon or have expired, the first to expire first."""
    within = ctx.setting("inventory.expiring_days") if days is None else days
    columns = (Lot.id, Lot.number, Lot.expires_on, Lot.state, Item.id, Item.code, Item.name, Unit.code,
               Stock.location_id, func.sum(Stock.on_hand))  # fmt: skip
    statement = (
        select(*columns)
        .join(Stock, and_(Stock.tenant_id == Lot.tenant_id, Stock.lot_id == Lot.id))
        .join(Item, and_(Item.tenant_id == Lot.tenant_id, Item.id == Lot.item_id))
        .join(Unit, and_(Unit.tenant_id == Item.tenant_id, Unit.id == Item.base_unit_id))
        .where(Lot.expires_on <= ctx.today() + timedelta(days=within), Stock.on_hand > ZERO, *visible(ctx))
        .group_by(*columns[:-1])
        .order_by(Lot.expires_on, Lot.id)
    )
    if location_id is not None:
        statement = statement.where(Stock.location_id == location_id)
    names = ("lot_id", "lot_number", "expires_on", "state", "item_id", "code", "name", "unit", "location_id",
             "on_hand")  # fmt: skip
    rows = [dict(zip(names, row, strict=True)) for row in ctx.rows(statement)]
    return [{**row, "days_left": (row["expires_on"] - ctx.today()).days} for row in rows]


@query(
    "inventory.negative_report",
    path="inventory/negative-inventory-report",
    title="Below zero",
    permission=READ,
    many=True,
)
def negative_inventory(ctx: Context) -> list[dict[str, Any]]:
    """Answer what is below zero, by item and location."""
    items, locations = item_rows(ctx), location_rows(ctx)
    rows = ctx.rows(
        select(Stock.item_id, Stock.location_id, Stock.on_hand, Stock.value).where(Stock.on_hand < ZERO, *visible(ctx))
    )
    return [
        without_cost(ctx, {
            "item_id": row.item_id, "code": items[row.item_id].code, "name": items[row.item_id].name,
            "location_id": row.location_id, "location": locations[row.location_id].code, "on_hand": row.on_hand,
            "unit": items[row.item_id].unit, "value": row.value,
        })
        for row in sorted(rows, key=lambda row: row.on_hand)
    ]  # fmt: skip
