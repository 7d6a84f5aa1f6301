"""Lots at the door: which lot each incoming line belongs to, made and numbered where it is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select, tuple_

from core.api import Context, Invalid, Refused, day_text, prepared
from plugins.inventory.ledger.facts import LOT_COLUMNS, ItemFacts, LotFacts, check_lot_of_item, load_lots
from plugins.inventory.ledger.movement import Incoming
from plugins.inventory.models.lots import Lot

LotKey = tuple[int, str]
_NUMBERED = prepared(select(*LOT_COLUMNS).where(tuple_(Lot.item_id, Lot.number).in_(bindparam("keys", expanding=True))))


def lots_for(
    ctx: Context, lines: Sequence[Incoming], items: Mapping[int, ItemFacts], unit_costs: Sequence[Decimal], day: date
) -> list[LotFacts | None]:
    """Return the lot of each line: the one named, the one of that number, or a new one; None for items without lots."""
    by_id = load_lots(ctx, (line.lot_id for line in lines if line.lot_id is not None))
    by_number = _lots_by_number(ctx, lines)
    new: dict[LotKey, tuple[Incoming, Decimal]] = {}
    keys: list[LotFacts | LotKey | None] = []
    for position, line in enumerate(lines):
        known = by_id.get(line.lot_id or 0) or by_number.get((line.item_id, line.lot_number or ""))
        if known is not None:
            keys.append(known)
        elif items[line.item_id].keeps_lots:
            key = (line.item_id, line.lot_number or f"\0{position}")
            new.setdefault(key, (line, unit_costs[position]))
            keys.append(key)
        else:
            keys.append(None)
    made = _make_lots(ctx, new, items, day)
    lots = [made[key] if isinstance(key, tuple) else key for key in keys]
    for lot, line in zip(lots, lines, strict=True):
        if lot is not None:
            # A lot is as its first line says, here or before: what is added to it must not say otherwise.
            _check_may_grow(lot, items[line.item_id], line)
    return lots


def _lots_by_number(ctx: Context, lines: Sequence[Incoming]) -> dict[LotKey, LotFacts]:
    return _found(ctx, {(line.item_id, line.lot_number) for line in lines if line.lot_number and line.lot_id is None})


def _found(ctx: Context, keys: Iterable[LotKey]) -> dict[LotKey, LotFacts]:
    named = sorted(set(keys))
    if not named:
        return {}
    lots = [LotFacts(*row) for row in ctx.rows(_NUMBERED, keys=named)]
    return {(lot.item_id, lot.number): lot for lot in lots}


def _check_may_grow(lot: LotFacts, item: ItemFacts, line: Incoming) -> None:
    check_lot_of_item(lot, item)
    if lot.state in ("expired", "recalled"):
        raise Refused("LOT_NOT_AVAILABLE", f"Lot {lot.number} of {item.code} is {lot.state}. Receive into a new lot.")
    if line.expires_on is not None and line.expires_on != lot.expires_on:
        told = f"expires on {day_text(lot.expires_on)}" if lot.expires_on else "has no date of expiry"
        told = f"Lot {lot.number} of {item.code} {told}. Use a lot number of its own."
        raise Invalid({"expires_on": [told]}, code="LOT_DIFFERS")


def _make_lots(
    ctx: Context, new: Mapping[LotKey, tuple[Incoming, Decimal]], items: Mapping[int, ItemFacts], day: date
) -> dict[LotKey, LotFacts]:
    unnamed = [key for key, (line, _cost) in new.items() if not line.lot_number]
    typed = new.keys() - set(unnamed)
    numbers = dict(zip(unnamed, _free_numbers(ctx, [items[key[0]] for key in unnamed], day, typed), strict=True))
    rows = [
        _lot_row(line, items[line.item_id], numbers.get(key, key[1]), cost, day) for key, (line, cost) in new.items()
    ]
    ids = ctx.insert(Lot, rows)
    columns = ("item_id", "number", "state", "received_on", "expires_on", "unit_cost")
    now = ctx.now()
    facts = [
        LotFacts(lot_id, *(row[name] for name in columns), created_at=now)
        for lot_id, row in zip(ids, rows, strict=True)
    ]
    return dict(zip(new, facts, strict=True))


def _free_numbers(ctx: Context, items: Sequence[ItemFacts], day: date, typed: Set[LotKey]) -> list[str]:
    """Return lot numbers such as OIL-2026-00042 that nobody has typed by hand, here or before."""
    numbers = _next_numbers(ctx, items, day)
    while taken := _taken(ctx, items, numbers, typed):
        for n, number in zip(taken, _next_numbers(ctx, [items[n] for n in taken], day), strict=True):
            numbers[n] = number
    return numbers


def _taken(ctx: Context, items: Sequence[ItemFacts], numbers: Sequence[str], typed: Set[LotKey]) -> list[int]:
    keys = [(item.id, number) for item, number in zip(items, numbers, strict=True)]
    there = typed | _found(ctx, keys).keys()
    return [n for n, key in enumerate(keys) if key in there]


def _next_numbers(ctx: Context, items: Sequence[ItemFacts], day: date) -> list[str]:
    """Return the next numbers; the counter is the tenant's, so they never clash between items."""
    if not items:
        return []
    first = ctx.next_number(f"inventory.lot.{day.year}", count=len(items))
    return [f"{item.code}-{day.year}-{first + n:05d}" for n, item in enumerate(items)]


def expiry_of(line: Incoming, item: ItemFacts, day: date) -> date | None:
    """Return the last day of goods that come in: as given, or the item's shelf life from the day they were made."""
    if line.expires_on is None and item.shelf_life_days:
        return (line.made_on or day) + timedelta(days=item.shelf_life_days)
    return line.expires_on


def _lot_row(line: Incoming, item: ItemFacts, number: str, unit_cost: Decimal, day: date) -> dict[str, Any]:
    return {
        "item_id": item.id,
        "number": number,
        "supplier_lot": line.supplier_lot,
        "supplier_name": line.supplier_name,
        "received_on": day,
        "made_on": line.made_on,
        "expires_on": expiry_of(line, item, day),
        "unit_cost": unit_cost,
        "state": line.lot_state,
    }
