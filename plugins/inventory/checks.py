"""What must always be true of stock; `openmill verify` recomputes it and names every difference."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.orm import aliased

from core.api import Context, check
from plugins.inventory.ledger.movement import MOVE_TYPES, ZERO
from plugins.inventory.ledger.rebuilding import differences
from plugins.inventory.ledger.tracing import trace
from plugins.inventory.models.corrections import Adjustment, Count
from plugins.inventory.models.documents import Issue, Receipt, Transfer
from plugins.inventory.models.items import Item
from plugins.inventory.models.locations import Location
from plugins.inventory.models.lots import Lot, LotLink
from plugins.inventory.models.moves import Move
from plugins.inventory.models.reservations import Reservation, ReservationPick
from plugins.inventory.models.stock import Stock


@check("inventory.balances", title="Balances are what the ledger and the reservations say")
def balances(ctx: Context) -> Iterable[str]:
    """On hand is the sum of the moves, value the sum of their values, reserved the sum of open reservations."""
    for (item_id, location_id, lot_id), stored, computed in differences(ctx):
        place = f"item {item_id} at location {location_id}, lot {lot_id}"
        for name, is_stored, is_computed in zip(("on hand", "reserved", "value"), stored, computed, strict=True):
            if is_stored != is_computed:
                yield f"{place}: {name} is {is_stored:f}, the ledger says {is_computed:f}."


@check("inventory.not_negative", title="Nothing is below zero that may not be")
def not_negative(ctx: Context) -> Iterable[str]:
    """Only items that may go below zero do, only with an approval, and nothing more is promised than there is."""
    joined = select(Stock.id, Item.code, Stock.on_hand, Stock.reserved).join(
        Item, and_(Item.tenant_id == Stock.tenant_id, Item.id == Stock.item_id)
    )
    bad = or_(
        and_(Stock.on_hand < ZERO, Item.allow_negative.is_(False)),
        and_(Stock.reserved > Stock.on_hand, Stock.reserved > ZERO),
    )
    for row in ctx.rows(joined.where(bad)):
        yield f"{row.code} (balance {row.id}) has {row.on_hand:f} on hand and {row.reserved:f} reserved."


@check("inventory.two_sided", title="What leaves one place arrives at another")
def two_sided(ctx: Context) -> Iterable[str]:
    """Every move names its other side, and what is in transit between our locations adds up to nothing.

    What stock could not give back of a value when a transfer was taken back is the variance of that move.
    """
    for row in ctx.rows(
        select(Move.move_type, Move.counterpart, func.count()).group_by(Move.move_type, Move.counterpart)
    ):
        if MOVE_TYPES[row[0]].counterpart != row[1]:
            yield f"{row[2]} moves of type {row[0]} name {row[1]} as their other side."
    place = Move.document_kind, Move.document_id, Move.item_id, Move.lot_id
    sums = func.sum(Move.quantity), func.sum(Move.value + Move.variance)
    open_ends = select(*place, *sums).where(Move.counterpart == "transit").group_by(*place)
    for row in ctx.rows(open_ends.having(or_(sums[0] != ZERO, sums[1] != ZERO))):
        yield f"{row[0]} {row[1]}: item {row[2]}, lot {row[3]} is {row[4]:f} ({row[5]:f}) short on its way."


@check("inventory.reversals", title="Reversals take back what they reverse")
def reversals(ctx: Context) -> Iterable[str]:
    """A reversing move is of the same item, lot and place, the other way, and no more than is left."""
    original, back = aliased(Move), aliased(Move)
    columns = original.id, original.quantity, func.sum(back.quantity)
    pairs = select(*columns).join(back, and_(back.tenant_id == original.tenant_id, back.reverses_id == original.id))
    for move_id, quantity, returned in ctx.rows(pairs.group_by(original.id, original.quantity)):
        if abs(returned) > abs(quantity) or returned * quantity > 0:
            yield f"Move {move_id} of {quantity:f} was taken back by {returned:f}."
    strange = or_(back.item_id != original.item_id, back.location_id != original.location_id,
                  func.coalesce(back.lot_id, 0) != func.coalesce(original.lot_id, 0))  # fmt: skip
    joined = select(back.id).join(original, and_(original.tenant_id == back.tenant_id, back.reverses_id == original.id))
    for (move_id,) in ctx.rows(joined.where(strange)):
        yield f"Move {move_id} reverses a move of another item, lot or place."


@check("inventory.reservations", title="Reservations hold what their lots say")
def reservations(ctx: Context) -> Iterable[str]:
    """What an open reservation holds is the sum of its lots; a closed one holds nothing."""
    of = and_(ReservationPick.tenant_id == Reservation.tenant_id, ReservationPick.reservation_id == Reservation.id)
    columns = Reservation.number, Reservation.state, Reservation.held
    statement = select(*columns, func.sum(ReservationPick.quantity)).outerjoin(ReservationPick, of)
    for number, state, held, picked in ctx.rows(statement.group_by(Reservation.id, *columns)):
        if held != ((picked or ZERO) if state == "active" else ZERO):
            yield f"{number} ({state}) holds {held:f}, its lots {picked or ZERO:f}."


@check("inventory.lots", title="Lots belong to the item they move with")
def lots(ctx: Context) -> Iterable[str]:
    """No move has a lot of another item, and no lot is made of itself."""
    own = and_(Lot.tenant_id == Move.tenant_id, Lot.id == Move.lot_id)
    for row in ctx.rows(select(Move.id, Lot.number).join(Lot, own).where(Lot.item_id != Move.item_id)):
        yield f"Move {row.id} has the lot {row.number} of another item."
    inputs = {row[0] for row in ctx.rows(select(LotLink.input_lot_id).distinct())}
    outputs = {row[0] for row in ctx.rows(select(LotLink.output_lot_id).distinct())}
    for lot_id in sorted(inputs & outputs):
        made_of_it = trace(ctx, [lot_id], "forward")
        if any(link.output_lot_id == lot_id for link in made_of_it.links):
            yield f"Lot {lot_id} is made of itself."


@check("inventory.documents", title="Documents say what they moved")
def documents(ctx: Context) -> Iterable[str]:
    """The total of a posted document is the value of its moves.

    What a document costs is one thing, that it settles what had left before another; only what puts stock right says
    by how much the value of stock changed in all.
    """
    value = func.sum(Move.value)
    goods = Move.move_type.not_in(("settlement", "transfer_in"))
    for model, kind, state, sign, which in (
        (Receipt, "receipt", "posted", 1, goods), (Issue, "issue", "posted", -1, goods),
        (Transfer, "transfer", "completed", -1, goods),
        (Adjustment, "adjustment", "posted", 1, true()), (Count, "count", "posted", 1, true()),
    ):  # fmt: skip
        own = and_(Move.tenant_id == model.tenant_id, Move.document_id == model.id,
                   Move.document_kind == f"inventory.{kind}", Move.reverses_id.is_(None), which)  # fmt: skip
        columns = model.number, model.total_value
        statement = select(*columns, value).join(Move, own).where(model.state == state).group_by(model.id, *columns)
        for number, total, moved in ctx.rows(statement):
            if total != sign * moved:
                yield f"{number} says {total}, its moves {sign * moved:f}."


@check("inventory.places", title="One location is the default")
def places(ctx: Context) -> Iterable[str]:
    """Documents that name no location find exactly one."""
    defaults = ctx.all(select(Location).where(Location.is_default))
    if len(defaults) > 1:
        yield f"More than one location is the default: {', '.join(sorted(location.code for location in defaults))}."
