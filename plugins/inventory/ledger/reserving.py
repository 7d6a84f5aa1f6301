"""Stock is promised: held on its lots so that nobody else takes it, until it leaves or is let go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.api import Context, Refused
from plugins.inventory.ledger.arithmetic import per_unit
from plugins.inventory.ledger.book import Quant, StockBook
from plugins.inventory.ledger.costing import costing_of
from plugins.inventory.ledger.facts import ItemFacts, check_locations, load_items, load_lots
from plugins.inventory.ledger.issuing import take_out
from plugins.inventory.ledger.movement import ZERO, Movement, Outgoing, Source
from plugins.inventory.ledger.picking import (
    Demand,
    PickRule,
    check_lots_usable,
    demands_of,
    insufficient,
    pick,
    shortages,
)
from plugins.inventory.ledger.posting import open_posting
from plugins.inventory.ledger.quantities import base_quantities
from plugins.inventory.models.reservations import Reservation, ReservationPick


def reserve(
    ctx: Context, lines: Sequence[Outgoing], *, strength: str = "hard", expires_at: datetime | None = None,
    document_kind: str | None = None, document_id: int | None = None, **about: Any,
) -> list[Reservation]:  # fmt: skip
    """Hold stock for each line and return the reservations in their order.

    Hard: all lines are held whole, or Refused(INSUFFICIENT_STOCK) with every short line. Soft: what is free is held
    and `missing` tells the rest. `about` takes customer_name, reference and notes.
    """
    reservations = [
        ctx.create(
            Reservation, number=next_reservation_number(ctx), item_id=line.item_id, location_id=line.location_id,
            quantity=line.quantity, unit_id=line.unit_id, strength=strength, expires_at=expires_at,
            document_kind=document_kind, document_id=document_id, **about,
        )
        for line in lines
    ]  # fmt: skip
    hold(ctx, reservations, lots=[line.lot_id for line in lines])
    return reservations


def next_reservation_number(ctx: Context) -> str:
    """Return the next number of a reservation, such as RSV-2026-0001."""
    year = ctx.today().year
    return f"RSV-{year}-{ctx.next_number(f'inventory.reservation.{year}'):04d}"


def hold(ctx: Context, reservations: Sequence[Reservation], lots: Sequence[int | None] = ()) -> None:
    """Hold stock for new reservations, first to expire or first in, and note the lots it is held on."""
    chosen = list(lots) or [None] * len(reservations)
    lines = [
        Outgoing(one.item_id, one.location_id, one.quantity, one.unit_id, lot_id, one.id)
        for one, lot_id in zip(reservations, chosen, strict=True)
    ]
    items = load_items(ctx, {line.item_id for line in lines})
    check_locations(ctx, {line.location_id for line in lines})
    facts = load_lots(ctx, (lot_id for lot_id in chosen if lot_id is not None))
    demands = demands_of(lines, base_quantities(ctx, lines, items), items, facts)
    book, rule = StockBook(ctx), PickRule(ctx.today(), ctx.today())
    check_lots_usable(demands, rule)
    book.lock(items, {line.location_id for line in lines}, facts)
    by_id = {one.id: one for one in reservations}
    hard = [demand for demand in demands if by_id[demand.line.line_id or 0].strength == "hard"]
    if short := shortages(book, hard, rule):
        raise insufficient(ctx, short)
    soft = [demand for demand in demands if by_id[demand.line.line_id or 0].strength == "soft"]
    _hold(ctx, book, [*hard, *soft], rule, by_id)


def _hold(
    ctx: Context, book: StockBook, demands: Sequence[Demand], rule: PickRule, by_id: dict[int, Reservation]
) -> None:
    picks = []
    for demand in demands:
        by_id[demand.line.line_id or 0].missing = demand.quantity
    for demand, quant, quantity in pick(book, demands, rule):
        reservation = by_id[demand.line.line_id or 0]
        book.promise(quant, quantity)
        reservation.held += quantity
        reservation.missing -= quantity
        picks.append(_pick_row(reservation, demand.item, book, quant, quantity))
    book.save()
    ctx.insert(ReservationPick, picks)


def _pick_row(
    reservation: Reservation, item: ItemFacts, book: StockBook, quant: Quant, quantity: Decimal
) -> dict[str, Any]:
    costing = costing_of(item)
    return {
        "reservation_id": reservation.id,
        "item_id": quant.item_id,
        "location_id": quant.location_id,
        "lot_id": quant.lot_id,
        "quantity": quantity,
        "unit_cost": per_unit(costing.holder(book, quant).value, costing.weight(book, quant)),
    }


def release(ctx: Context, reservations: Sequence[Reservation], *, state: str = "released") -> None:
    """Let go of what reservations hold and close them."""
    book = StockBook(ctx)
    _let_go(ctx, book, reservations, state)
    book.save()


def _let_go(ctx: Context, book: StockBook, reservations: Sequence[Reservation], state: str) -> list[ReservationPick]:
    ids = [one.id for one in reservations]
    # Locked and read afresh: two who close the same reservation wait for each other here.
    closed = sorted(one.number for one in ctx.lock(Reservation, ids) if one.state != "active")
    if closed:
        raise Refused("RESERVATION_CLOSED", f"{', '.join(closed)} holds nothing any more.")
    picks = ctx.all(select(ReservationPick).where(ReservationPick.reservation_id.in_(ids)).order_by(ReservationPick.id))
    lots = load_lots(ctx, (pick.lot_id for pick in picks if pick.lot_id is not None))
    if picks:
        book.lock({pick.item_id for pick in picks}, {pick.location_id for pick in picks}, lots)
    for held in picks:
        book.promise(book.quant(held.item_id, held.location_id, lots.get(held.lot_id or 0)), -held.quantity)
    for one in reservations:
        one.held, one.state = ZERO, state
    return picks


def fulfil(
    ctx: Context, reservations: Sequence[Reservation], *, source: Source, move_type: str = "sale"
) -> list[Movement]:
    """Take out what reservations hold, lot by lot, and close them; a move's `line_id` is its reservation's id."""
    empty = sorted(one.number for one in reservations if not one.held)
    if empty:
        raise Refused("NOTHING_HELD", f"{', '.join(empty)} holds nothing. Release it, or reserve again.")
    posting = open_posting(
        ctx, source, {one.item_id for one in reservations}, {one.location_id for one in reservations}
    )
    picks = _let_go(ctx, posting.book, reservations, "fulfilled")
    lots = load_lots(ctx, (pick.lot_id for pick in picks if pick.lot_id is not None))
    lines = [
        Outgoing(pick.item_id, pick.location_id, pick.quantity, None, pick.lot_id, pick.reservation_id)
        for pick in picks
    ]
    demands = demands_of(lines, [line.quantity for line in lines], posting.items, lots)
    rule = PickRule(source.business_date, ctx.today())
    check_lots_usable(demands, rule, "Release the reservation and reserve again: other lots are held then.")
    moves = take_out(posting, demands, rule, move_type)
    posting.write()
    return moves
