"""Balances of days gone by, read from the moves: documents may be dated back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from core.api import Context
from plugins.inventory.ledger.movement import ZERO
from plugins.inventory.models.moves import Move

Place = tuple[int, int, int | None]
_PLACE = Move.item_id, Move.location_id, Move.lot_id


def on_hand_on(
    ctx: Context, day: date, location_ids: Iterable[int], item_ids: Iterable[int] | None = None
) -> dict[Place, Decimal]:
    """Return what was on hand at the end of a day, by item, location and lot; of all items where none are named."""
    until = select(*_PLACE, func.sum(Move.quantity)).where(
        Move.location_id.in_(sorted(set(location_ids))), Move.business_date <= day
    )
    if item_ids is not None:
        until = until.where(Move.item_id.in_(sorted(set(item_ids))))
    return {(row[0], row[1], row[2]): row[3] for row in ctx.rows(until.group_by(*_PLACE)) if row[3]}


def came_since(ctx: Context, day: date, item_ids: Iterable[int], location_ids: Iterable[int]) -> dict[Place, Decimal]:
    """Return by how much each balance of today is above the lowest since the end of a day.

    So much of it came later, or is there only because more came before it left: it was not to be had on that day.
    """
    later = select(*_PLACE, Move.business_date, func.sum(Move.quantity)).where(
        Move.item_id.in_(sorted(set(item_ids))),
        Move.location_id.in_(sorted(set(location_ids))),
        Move.business_date > day,
    )
    running: dict[Place, Decimal] = defaultdict(Decimal)
    found: dict[Place, Decimal] = {}
    for *place, _day, quantity in ctx.rows(
        later.group_by(*_PLACE, Move.business_date).order_by(Move.business_date.desc())
    ):
        key = (place[0], place[1], place[2])
        running[key] += quantity
        found[key] = max(found.get(key, ZERO), running[key])
    return found
