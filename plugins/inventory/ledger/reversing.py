"""A posting is taken back: the opposite moves, on the very lots and layers, as often as something is left of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from sqlalchemy import func, select

from core.api import Context, Invalid, NotFound, Refused, amount_text
from plugins.inventory.ledger.arithmetic import share
from plugins.inventory.ledger.book import Quant
from plugins.inventory.ledger.facts import load_lots
from plugins.inventory.ledger.movement import ZERO, Movement, Source
from plugins.inventory.ledger.picking import Shortage, insufficient
from plugins.inventory.ledger.posting import Posting, open_posting
from plugins.inventory.models.moves import Move

_COLUMNS = (Move.item_id, Move.location_id, Move.lot_id, Move.move_type, Move.quantity, Move.value, Move.unit_cost,
            Move.variance, Move.entered_quantity, Move.entered_unit_id, Move.line_id, Move.reverses_id,
            Move.counterpart, Move.id)  # fmt: skip

_Way = tuple[int, int | None, int | None]


def moves_of(ctx: Context, kind: str, document_id: int) -> list[Movement]:
    """Return the moves that a document posted, without those that take moves back."""
    own = Move.document_kind == kind, Move.document_id == document_id, Move.reverses_id.is_(None)
    return [Movement(*row) for row in ctx.rows(select(*_COLUMNS).where(*own).order_by(Move.id))]


def reverse(
    ctx: Context, move_ids: Iterable[int], *, source: Source, quantities: Mapping[int, Decimal] | None = None
) -> list[Movement]:
    """Take moves back, whole or the (positive) quantities given, and return the opposite moves.

    Raises Refused(ALREADY_REVERSED) beyond what is left of a move, HALF_A_TRANSFER where only one end of a transfer
    is named, and INSUFFICIENT_STOCK where goods that came in have gone on: take that back first.
    """
    originals = _originals(ctx, sorted(set(move_ids), reverse=True))
    item_ids, places = {move.item_id for move in originals}, {move.location_id for move in originals}
    posting = open_posting(ctx, source, item_ids, places)
    lots = load_lots(ctx, (move.lot_id for move in originals if move.lot_id is not None))
    posting.book.lock(item_ids, places, lots)
    # Read under the lock: two people who take the same move back wait for each other here.
    before = _reversed_before(ctx, [move.id for move in originals])
    short: list[Shortage] = []
    covered: dict[int, Decimal] = {}
    in_transit: dict[_Way, Decimal] = {}
    for original in originals:
        quant = posting.book.quant(original.item_id, original.location_id, lots.get(original.lot_id or 0))
        left = _left(original, before)
        back = _wanted(original, left, quantities)
        if original.move_type == "settlement" and quant.lot_id is None:
            _let_below(quant, original, covered)
        _check_there(posting, quant, back, covered.get(id(quant), ZERO), short)
        _take_back(posting, quant, original, left, back)
        if original.counterpart == "transit":
            in_transit[_way(original)] = in_transit.get(_way(original), ZERO) + back
    _check_both_ends(originals, in_transit)
    if short:
        raise insufficient(ctx, short)
    return posting.write()


def _originals(ctx: Context, ids: list[int]) -> list[Movement]:
    found = [Movement(*row) for row in ctx.rows(select(*_COLUMNS).where(Move.id.in_(ids)).order_by(Move.id.desc()))]
    if len(found) < len(ids):
        raise NotFound("There is no such move.")
    if any(move.reverses_id is not None for move in found):
        raise Refused("NOT_REVERSIBLE", "A move that takes another back is final. Post the goods anew instead.")
    return found


def _reversed_before(ctx: Context, ids: list[int]) -> dict[int, Movement]:
    sums = func.sum(Move.quantity), func.sum(Move.value), func.sum(Move.variance)
    rows = ctx.rows(select(Move.reverses_id, *sums).where(Move.reverses_id.in_(ids)).group_by(Move.reverses_id))
    return {row[0]: Movement(0, 0, None, "", row[1], row[2], variance=row[3]) for row in rows}


def _left(original: Movement, before: Mapping[int, Movement]) -> Movement:
    """Return what is left of a move after what was taken back of it."""
    done = before.get(original.id)
    if done is None:
        return original
    left = Movement(
        original.item_id, original.location_id, original.lot_id, original.move_type,
        original.quantity + done.quantity, original.value + done.value, variance=original.variance + done.variance,
    )  # fmt: skip
    if not left.quantity:
        raise Refused("ALREADY_REVERSED", "This was already taken back.", move_id=original.id)
    return left


def _wanted(original: Movement, left: Movement, quantities: Mapping[int, Decimal] | None) -> Decimal:
    """Return the signed quantity to put back."""
    if quantities is None:
        return -left.quantity
    wanted = quantities.get(original.id, ZERO)
    if not wanted.is_finite() or wanted <= 0:
        raise Invalid({"quantity": ["Must be more than 0."]})
    if wanted > abs(left.quantity):
        raise Refused(
            "ALREADY_REVERSED", f"Only {amount_text(abs(left.quantity))} is left to take back.", move_id=original.id,
            left=abs(left.quantity),
        )  # fmt: skip
    return wanted if left.quantity < 0 else -wanted


def _let_below(quant: Quant, settlement: Movement, covered: dict[int, Decimal]) -> None:
    """Let a balance go as far below zero again as somebody had approved before these goods settled it."""
    quant.below_zero = True
    if not quant.reserved:
        settled = settlement.quantity or settlement.entered_quantity or ZERO
        covered[id(quant)] = covered.get(id(quant), ZERO) + settled


def _check_there(posting: Posting, quant: Quant, back: Decimal, covered: Decimal, short: list[Shortage]) -> None:
    if back < 0 and quant.available + covered < -back:
        item = posting.items[quant.item_id]
        short.append(
            Shortage(
                item, quant.location_id, quant.lot, -back, quant.available,
                on_hand=quant.on_hand, reserved=quant.reserved,
            )
        )  # fmt: skip


def _way(move: Movement) -> _Way:
    return move.item_id, move.lot_id, move.line_id


def _check_both_ends(originals: Iterable[Movement], in_transit: Mapping[_Way, Decimal]) -> None:
    """Refuse what would leave goods on their way between two places, where nobody could ever post them."""
    lone = [move.id for move in originals if in_transit.get(_way(move)) and move.counterpart == "transit"]
    if lone:
        raise Refused(
            "HALF_A_TRANSFER",
            "A transfer is taken back at both ends: name the move out and the move in, with the same quantity.",
            move_ids=lone,
        )


def _take_back(posting: Posting, quant: Quant, original: Movement, left: Movement, back: Decimal) -> None:
    part, whole = (abs(back), abs(left.quantity)) if left.quantity else (Decimal(1), Decimal(1))
    value, variance = -share(left.value, part, whole), -share(left.variance, part, whole)
    unfit = _misfit(posting, quant, back, value)
    posting.move(
        quant, back, value - unfit, original.move_type,
        variance=variance + unfit, unit_cost=original.unit_cost, line_id=original.line_id, reverses_id=original.id,
    )  # fmt: skip


def _misfit(posting: Posting, quant: Quant, back: Decimal, value: Decimal) -> Decimal:
    """Return the part of a value that stock cannot give back: nothing on hand is worth nothing, and never less.

    It happens where a layer was mixed or revalued after the move; the difference goes to the move's variance.
    """
    costing = posting.costing(quant)
    after = costing.holder(posting.book, quant).value + value
    weight = costing.weight(posting.book, quant) + back
    if weight == 0 or (weight > 0 and after < 0):
        return after
    return ZERO
