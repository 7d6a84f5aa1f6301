"""How much there is: on hand, promised, usable; each answer is one query whatever the number of items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from core.api import Context, Invalid
from plugins.inventory.ledger.movement import ZERO
from plugins.inventory.models.items import Item
from plugins.inventory.models.lots import Lot
from plugins.inventory.models.stock import Stock
from plugins.inventory.models.units import Unit
from plugins.inventory.units.converting import Converter


@dataclass(frozen=True, slots=True)
class Level:
    """The stock of an item: on hand, promised, and what of it may be taken today.

    Where more was let go than was there, `lacking` must come in before any of what follows is available.
    """

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    available: Decimal = ZERO
    value: Decimal = ZERO
    lacking: Decimal = ZERO

    def __add__(self, other: Level) -> Level:
        return Level(
            self.on_hand + other.on_hand, self.reserved + other.reserved, self.available + other.available,
            self.value + other.value, self.lacking + other.lacking,
        )  # fmt: skip


def join_lot(statement: Select[Any]) -> Select[Any]:
    """Join each balance with its lot, if it has one."""
    return statement.outerjoin(Lot, and_(Lot.tenant_id == Stock.tenant_id, Lot.id == Stock.lot_id))


def usable(ctx: Context) -> ColumnElement[bool]:
    """Return the condition under which a balance may be taken from today."""
    fresh = or_(Lot.expires_on.is_(None), Lot.expires_on >= ctx.today())
    return or_(Stock.lot_id.is_(None), and_(Lot.state == "available", fresh))


def stock_sums(ctx: Context) -> tuple[ColumnElement[Decimal], ...]:
    """Return the sums of on hand, reserved, usable on hand, usable reserved and value."""
    good = usable(ctx)
    return (
        func.sum(Stock.on_hand),
        func.sum(Stock.reserved),
        func.sum(case((good, Stock.on_hand), else_=ZERO)),
        func.sum(case((good, Stock.reserved), else_=ZERO)),
        func.sum(Stock.value),
    )


def level_of(sums: Sequence[Decimal | None]) -> Level:
    """Return the level that `stock_sums` add up to."""
    on_hand, reserved, good, promised, value = (amount or ZERO for amount in sums)
    return Level(on_hand, reserved, max(good - promised, ZERO), value, max(promised - good, ZERO))


def levels(ctx: Context, item_ids: Iterable[int], location_ids: Iterable[int] | None = None) -> dict[int, Level]:
    """Return the stock level of every item asked for, over the locations given or all that the actor sees stock of.

    Each location is judged by itself: what one of them owes is not taken from what another has.
    """
    wanted = sorted(set(item_ids))
    statement = join_lot(select(Stock.item_id, Stock.location_id, *stock_sums(ctx))).where(Stock.item_id.in_(wanted))
    if location_ids is None:
        statement = statement.where(*ctx.visible("inventory.stock"))
    else:
        statement = statement.where(Stock.location_id.in_(sorted(set(location_ids))))
    found = dict.fromkeys(wanted, Level())
    for item_id, _place, *sums in ctx.rows(statement.group_by(Stock.item_id, Stock.location_id)):
        found[item_id] += level_of(sums)
    return found


def on_hand(ctx: Context, item_ids: Iterable[int], location_ids: Iterable[int] | None = None) -> dict[int, Decimal]:
    """Return what is on hand of every item asked for, usable or not."""
    return {item_id: level.on_hand for item_id, level in levels(ctx, item_ids, location_ids).items()}


def available(ctx: Context, item_ids: Iterable[int], location_ids: Iterable[int] | None = None) -> dict[int, Decimal]:
    """Return what may be taken today of every item asked for: not promised, held back or expired."""
    return {item_id: level.available for item_id, level in levels(ctx, item_ids, location_ids).items()}


@dataclass(frozen=True, slots=True)
class Need:
    """So much of an item is wanted, in any unit; without one in its base unit."""

    item_id: int
    quantity: Decimal
    unit_id: int | None = None


def check_stock(ctx: Context, needs: Sequence[Need], location_ids: Iterable[int] | None = None) -> list[dict[str, Any]]:
    """Say for each need whether stock covers it: OK, LOW (at or under the reorder point, or covered in part), NEEDED.

    Needs of the same item share what there is, in their order. What cannot be converted answers with the code of the
    refusal and its next step instead of failing the others.
    """
    item_ids = {need.item_id for need in needs}
    columns = (Item.id, Item.code, Item.name, Item.base_unit_id, Item.reorder_point, Unit.code)
    joined = select(*columns).join(Unit, and_(Unit.tenant_id == Item.tenant_id, Unit.id == Item.base_unit_id))
    items = {row[0]: row for row in ctx.rows(joined.where(Item.id.in_(sorted(item_ids))))}
    converter, free = Converter.load(ctx, item_ids), available(ctx, item_ids, location_ids)
    answers = []
    for need in needs:
        item = items.get(need.item_id)
        if item is None:
            answers.append({"item_id": need.item_id, "status": "UNKNOWN_ITEM", "detail": "There is no such item."})
            continue
        told = {"item_id": item.id, "item": item.code, "name": item.name, "unit": item[5]}
        try:
            needed = converter.convert(need.quantity, need.unit_id or item.base_unit_id, item.base_unit_id, item.id)
        except Invalid as problem:
            answers.append({**told, "status": problem.code, "detail": problem.detail, **problem.extra})
            continue
        answers.append({**told, **_verdict(needed, free[item.id], item.reorder_point)})
        free[item.id] = max(free[item.id] - needed, ZERO)
    return answers


def _verdict(needed: Decimal, free: Decimal, reorder_point: Decimal | None) -> dict[str, Any]:
    shortage = max(needed - free, ZERO)
    if shortage:
        status = "LOW" if free > 0 else "NEEDED"
    else:
        status = "LOW" if reorder_point is not None and free <= reorder_point else "OK"
    return {"status": status, "needed": needed, "available": free, "shortage": shortage}
