"""Goods come in: lots are made, stock is charged, and what went below zero is settled first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from core.api import Context, Invalid, Refused, day_text
from plugins.inventory.ledger.arithmetic import per_unit, share, times
from plugins.inventory.ledger.book import Quant
from plugins.inventory.ledger.facts import ItemFacts
from plugins.inventory.ledger.lots import expiry_of, lots_for
from plugins.inventory.ledger.movement import MOVE_TYPES, Incoming, Movement, Source
from plugins.inventory.ledger.posting import Posting, open_posting
from plugins.inventory.ledger.present_cost import PresentCosts
from plugins.inventory.ledger.quantities import base_quantities, check_money

_FRESH = ("receipt", "restock", "finished_batch")


def receive(
    ctx: Context, lines: Sequence[Incoming], *, source: Source, move_type: str = "receipt",
    items: dict[int, ItemFacts] | None = None,
) -> list[Movement]:  # fmt: skip
    """Bring goods in and return one move per line, in their order; each new lot's id is in its move."""
    moves = receive_and_settle(ctx, lines, source=source, move_type=move_type, items=items)
    return [movement for movement in moves if movement.move_type == move_type]


def receive_and_settle(
    ctx: Context, lines: Sequence[Incoming], *, source: Source, move_type: str = "receipt",
    items: dict[int, ItemFacts] | None = None,
) -> list[Movement]:  # fmt: skip
    """Bring goods in and return all moves, also those that settle what had left before them."""
    if MOVE_TYPES[move_type].direction <= 0:
        raise Invalid({"move_type": [f"{move_type} does not bring goods in."]})
    item_ids, location_ids = {line.item_id for line in lines}, {line.location_id for line in lines}
    posting = open_posting(ctx, source, item_ids, location_ids, items=items)
    quantities = base_quantities(ctx, lines, posting.items)
    _check_items(posting, lines, move_type)
    bring_in(posting, lines, quantities, move_type)
    return posting.write()


def bring_in(
    posting: Posting, lines: Sequence[Incoming], quantities: Sequence[Decimal], move_type: str
) -> list[Movement]:
    """Make the lots and note the moves of goods that come in, within a posting."""
    costs = _costs(posting, lines, quantities)
    unit_costs = [
        check_money(f"lines.{n}.unit_cost", per_unit(cost, quantity))
        for n, (cost, quantity) in enumerate(zip(costs, quantities, strict=True))
    ]
    lots = lots_for(posting.ctx, lines, posting.items, unit_costs, posting.source.business_date)
    _lock(posting, lines, [lot.id for lot in lots if lot is not None])
    moves = []
    for line, lot, quantity, cost in zip(lines, lots, quantities, costs, strict=True):
        quant = posting.book.quant(line.item_id, line.location_id, lot)
        movement = posting.bring(
            quant, quantity, cost, move_type,
            line_id=line.line_id, entered_quantity=line.quantity, entered_unit_id=line.unit_id,
        )  # fmt: skip
        settle(posting, quant, movement)
        moves.append(movement)
    return moves


def _check_items(posting: Posting, lines: Sequence[Incoming], move_type: str) -> None:
    asleep = sorted({item.code for item in posting.items.values() if not item.is_active})
    if asleep:
        raise Refused("ITEM_INACTIVE", f"{', '.join(asleep)} is not active. Activate it before receiving more.")
    day = posting.source.business_date
    _check_made(lines, day)
    if move_type in _FRESH:
        _check_fresh(lines, posting.items, day)


def _check_made(lines: Sequence[Incoming], day: date) -> None:
    """Refuse what was not made yet on the day it comes in."""
    unmade = {
        f"lines.{n}.made_on": [f"{day_text(line.made_on)} is after the day of receipt, {day_text(day)}."]
        for n, line in enumerate(lines)
        if line.made_on is not None and line.made_on > day
    }
    if unmade:
        raise Invalid(unmade, code="NOT_MADE_YET")


def _check_fresh(lines: Sequence[Incoming], items: Mapping[int, ItemFacts], day: date) -> None:
    """Refuse what has expired by the day it comes in, by its own date or the shelf life of the item."""
    last_days = [expiry_of(line, items[line.item_id], day) for line in lines]
    stale = {
        f"lines.{n}.{'expires_on' if line.expires_on else 'made_on'}": [
            f"The last day, {day_text(last)}, is before the day of receipt, {day_text(day)}."
        ]
        for n, (line, last) in enumerate(zip(lines, last_days, strict=True))
        if last is not None and last < day
    }
    if stale:
        raise Invalid(stale, code="ALREADY_EXPIRED")


def _costs(posting: Posting, lines: Sequence[Incoming], quantities: Sequence[Decimal]) -> list[Decimal]:
    """Return what each line costs in all: as given, or at the present cost of the item."""
    unpriced = {line.item_id for line in lines if line.value is None and line.unit_cost is None}
    present = PresentCosts(posting.ctx, {item_id: posting.items[item_id] for item_id in unpriced}) if unpriced else None
    costs = []
    for n, (line, quantity) in enumerate(zip(lines, quantities, strict=True)):
        if line.value is not None:
            cost = line.value
        elif line.unit_cost is not None:
            check_money(f"lines.{n}.unit_cost", line.unit_cost)
            cost = times(line.quantity, line.unit_cost)
        else:
            assert present is not None
            cost = times(quantity, present.of(line.item_id, line.location_id))
        if check_money(f"lines.{n}.unit_cost", cost) < 0:
            raise Invalid({f"lines.{n}.unit_cost": ["Must not be negative."]})
        costs.append(cost)
    return costs


def _lock(posting: Posting, lines: Sequence[Incoming], lot_ids: Sequence[int]) -> None:
    item_ids, location_ids = {line.item_id for line in lines}, {line.location_id for line in lines}
    posting.book.lock_rows_without_lot(item_ids, location_ids, lot_ids)
    # Only where something went below zero does a receipt depend on the other lots.
    below = {item_id for item_id in item_ids for place in location_ids if posting.book.total(item_id, place) < 0}
    if below:
        posting.book.lock(below, location_ids)


def settle(posting: Posting, quant: Quant, movement: Movement) -> None:
    """Cover with goods that came in what had left before them, and charge the difference of the two costs."""
    owing = posting.book.without_lot(quant.item_id, quant.location_id)
    if owing is None:
        return
    if posting.costing(quant).pooled or owing is quant:
        _settle_pool(posting, owing, movement)
    if owing is not quant and owing.on_hand < 0:
        _settle_lot(posting, owing, quant, movement)


def _settle_pool(posting: Posting, owing: Quant, movement: Movement) -> None:
    costing = posting.costing(owing)
    before = costing.weight(posting.book, owing) - movement.quantity
    if before >= 0:
        return
    covered = min(-before, movement.quantity)
    owed = share(movement.value - owing.value, covered, -before)
    charged = share(movement.value, covered, movement.quantity)
    # Of goods without lots nothing else tells how much was covered: taking the receipt back asks for it.
    if owed != charged or movement.lot_id is None:
        told = covered if movement.lot_id is None else None
        posting.move(owing, Decimal(0), owed - charged, "settlement", line_id=movement.line_id, entered_quantity=told)


def _settle_lot(posting: Posting, owing: Quant, quant: Quant, movement: Movement) -> None:
    covered = min(-owing.on_hand, movement.quantity)
    pooled = posting.costing(quant).pooled
    owed = Decimal(0) if pooled else share(-owing.value, covered, -owing.on_hand)
    charged = Decimal(0) if pooled else share(quant.value, covered, quant.on_hand)
    line_id = movement.line_id
    posting.move(quant, -covered, -charged, "settlement", unit_cost=per_unit(charged, covered), line_id=line_id)
    posting.move(owing, covered, owed, "settlement", unit_cost=per_unit(owed, covered), line_id=line_id)
