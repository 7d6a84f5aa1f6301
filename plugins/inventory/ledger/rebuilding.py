"""Balances follow from the ledger: here they are computed anew, to compare or to repair."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from sqlalchemy import and_, func, select

from core.api import Context
from plugins.inventory.ledger.movement import ZERO
from plugins.inventory.ledger.past import Place
from plugins.inventory.models.items import Item
from plugins.inventory.models.moves import Move
from plugins.inventory.models.reservations import Reservation, ReservationPick
from plugins.inventory.models.stock import Stock

Balance = tuple[Decimal, Decimal, Decimal]
_NOTHING: Balance = (ZERO, ZERO, ZERO)


def computed_balances(ctx: Context) -> dict[Place, Balance]:
    """Return on hand, reserved and value of every place, from moves and open reservations alone."""
    place = Move.item_id, Move.location_id, Move.lot_id
    found: dict[Place, list[Decimal]] = {}
    pooled = set(ctx.db.execute(select(Item.id).where(Item.costing == "weighted_average")).scalars())
    for item_id, location_id, lot_id, quantity, value in ctx.rows(
        select(*place, func.sum(Move.quantity), func.sum(Move.value)).group_by(*place)
    ):
        found.setdefault((item_id, location_id, lot_id), [ZERO, ZERO, ZERO])[0] += quantity
        holder = (item_id, location_id, None if item_id in pooled else lot_id)
        found.setdefault(holder, [ZERO, ZERO, ZERO])[2] += value
    for key, promised in _promised(ctx):
        found.setdefault(key, [ZERO, ZERO, ZERO])[1] += promised
    return {key: (amounts[0], amounts[1], amounts[2]) for key, amounts in found.items()}


def _promised(ctx: Context) -> Iterator[tuple[Place, Decimal]]:
    place = ReservationPick.item_id, ReservationPick.location_id, ReservationPick.lot_id
    of = and_(Reservation.tenant_id == ReservationPick.tenant_id, Reservation.id == ReservationPick.reservation_id)
    statement = select(*place, func.sum(ReservationPick.quantity)).join(Reservation, of)
    for row in ctx.rows(statement.where(Reservation.state == "active").group_by(*place)):
        yield (row[0], row[1], row[2]), row[3]


def stored_balances(ctx: Context) -> dict[Place, Balance]:
    """Return on hand, reserved and value of every place, as they are stored."""
    columns = Stock.item_id, Stock.location_id, Stock.lot_id, Stock.on_hand, Stock.reserved, Stock.value
    return {(row[0], row[1], row[2]): (row[3], row[4], row[5]) for row in ctx.rows(select(*columns))}


def differences(ctx: Context) -> Iterator[tuple[Place, Balance, Balance]]:
    """Yield every place whose stored balance is not what the ledger says: place, stored, computed."""
    stored, computed = stored_balances(ctx), computed_balances(ctx)
    for place in sorted(stored.keys() | computed.keys(), key=lambda place: (place[0], place[1], place[2] or 0)):
        is_stored, is_computed = stored.get(place, _NOTHING), computed.get(place, _NOTHING)
        if is_stored != is_computed:
            yield place, is_stored, is_computed


def rebuild(ctx: Context, location_ids: Collection[int] | None = None) -> int:
    """Set every balance, or those of some locations, to what the ledger says and return how many differed."""
    changed = {
        place: computed
        for place, _stored, computed in differences(ctx)
        if location_ids is None or place[1] in location_ids
    }
    rows = ctx.rows(
        select(Stock.id, Stock.item_id, Stock.location_id, Stock.lot_id).with_for_update().order_by(Stock.id)
    )
    known = {(row[1], row[2], row[3]): row[0] for row in rows}
    updates, inserts = [], []
    for place, (on_hand, reserved, value) in changed.items():
        amounts = {"on_hand": on_hand, "reserved": reserved, "value": value, "below_zero": on_hand < 0}
        if place in known:
            updates.append({"id": known[place], **amounts})
        else:
            inserts.append({"item_id": place[0], "location_id": place[1], "lot_id": place[2], **amounts})
    ctx.update_rows(Stock, updates)
    ctx.insert(Stock, inserts)
    return len(changed)
