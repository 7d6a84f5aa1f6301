"""Stock is put right: what was found, what was lost, what it is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.api import Context, Invalid, Refused, amount_text
from plugins.inventory.ledger.arithmetic import per_unit, times
from plugins.inventory.ledger.book import Quant
from plugins.inventory.ledger.facts import LotFacts, check_lot_of_item, load_lots
from plugins.inventory.ledger.issuing import issue, take_out
from plugins.inventory.ledger.movement import MOVE_TYPES, ZERO, Incoming, Movement, Outgoing, Source
from plugins.inventory.ledger.past import Place, on_hand_on
from plugins.inventory.ledger.picking import Demand, PickRule, Shortage, demands_of, shortages, told_shortages
from plugins.inventory.ledger.posting import Posting, open_posting
from plugins.inventory.ledger.quantities import base_quantities
from plugins.inventory.ledger.receiving import bring_in, receive_and_settle
from plugins.inventory.units.converting import Converter


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of an adjustment; what `quantity` means depends on the type: more, less, or the counted total."""

    item_id: int
    location_id: int
    quantity: Decimal | None = None
    unit_id: int | None = None
    unit_cost: Decimal | None = None
    lot_id: int | None = None
    lot_number: str | None = None
    expires_on: date | None = None
    line_id: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """So much was counted, which is more or less than the books say; without a lot wherever it is or as a new lot.

    Both are in the base unit.
    """

    item_id: int
    location_id: int
    counted: Decimal
    quantity: Decimal
    lot_id: int | None = None
    unit_cost: Decimal | None = None
    line_id: int | None = None


def adjust(ctx: Context, lines: Sequence[Correction], move_type: str, *, source: Source) -> list[Movement]:
    """Put stock right by the type given: bring in, take out, set to a count, or set a new cost.

    Returns all moves, also those that settle what had left before the goods that come in.
    """
    if move_type == "recount":
        return recount(ctx, lines, source=source)
    if move_type == "cost_override":
        return override_cost(ctx, lines, source=source)
    _need(lines, "quantity")
    if MOVE_TYPES[move_type].direction > 0:
        return receive_and_settle(ctx, [_incoming(line) for line in lines], source=source, move_type=move_type)
    return issue(ctx, [_outgoing(line) for line in lines], source=source, move_type=move_type)


def _need(lines: Sequence[Correction], name: str) -> None:
    missing = {f"lines.{n}.{name}": ["Is needed."] for n, line in enumerate(lines) if getattr(line, name) is None}
    if missing:
        raise Invalid(missing)


def _incoming(line: Correction) -> Incoming:
    return Incoming(
        line.item_id, line.location_id, line.quantity or ZERO, line.unit_cost, unit_id=line.unit_id,
        lot_id=line.lot_id, lot_number=line.lot_number, expires_on=line.expires_on, line_id=line.line_id,
    )  # fmt: skip


def _outgoing(line: Correction) -> Outgoing:
    return Outgoing(line.item_id, line.location_id, line.quantity or ZERO, line.unit_id, line.lot_id, line.line_id)


def recount(ctx: Context, lines: Sequence[Correction], *, source: Source) -> list[Movement]:
    """Set what was on hand on the day to what was counted, of a lot or of the whole item at the location."""
    _need(lines, "quantity")
    _refuse_twice(lines)
    posting, lots = _open(ctx, lines, source)
    books = _books(posting, lines)
    # Zero is a fine count, and no fine quantity of a move.
    counted = [line for line in lines if line.quantity]
    quantities = base_quantities(ctx, [_outgoing(line) for line in counted], posting.items)
    amounts = dict(zip(map(id, counted), quantities, strict=True))
    per_base = _cost_converter(ctx, lines, posting)
    differences = []
    for line in lines:
        found = amounts.get(id(line), ZERO)
        if gap := found - books[line.item_id, line.location_id, line.lot_id]:
            cost = None if line.unit_cost is None else per_base(line)
            differences.append(Difference(line.item_id, line.location_id, found, gap, line.lot_id, cost, line.line_id))
    return _post_differences(posting, differences, lots)


def correct(ctx: Context, differences: Sequence[Difference], *, source: Source) -> list[Movement]:
    """Post the differences of a count: gains at the present cost of their lot, losses at the cost of the layers."""
    posting, lots = _open(ctx, differences, source)
    return _post_differences(posting, differences, lots)


def _open(
    ctx: Context, lines: Sequence[Correction] | Sequence[Difference], source: Source
) -> tuple[Posting, dict[int, LotFacts]]:
    places = {line.location_id for line in lines}
    posting = open_posting(ctx, source, {line.item_id for line in lines}, places)
    lots = load_lots(ctx, (line.lot_id for line in lines if line.lot_id is not None))
    for line in lines:
        if line.lot_id is not None:
            check_lot_of_item(lots[line.lot_id], posting.items[line.item_id])
    posting.book.lock(posting.items, places, lots)
    return posting, lots


def _refuse_twice(lines: Sequence[Correction]) -> None:
    """Refuse lines that count the same goods: each would set right what the other has set right already."""
    lots: dict[tuple[int, int], list[int | None]] = {}
    twice = {}
    for n, line in enumerate(lines):
        others = lots.setdefault((line.item_id, line.location_id), [])
        if others and (line.lot_id is None or None in others or line.lot_id in others):
            twice[f"lines.{n}.item_id"] = ["Is counted by another line already. Put them into one line, or name lots."]
        others.append(line.lot_id)
    if twice:
        raise Invalid(twice, code="COUNTED_TWICE")


def _books(posting: Posting, lines: Sequence[Correction]) -> dict[Place, Decimal]:
    """Return what the books say of each line at the end of the day: of the lot named, or of all lots together."""
    day = posting.source.business_date
    items, places = {line.item_id for line in lines}, {line.location_id for line in lines}
    is_today = day == posting.ctx.today()
    found = posting.book.on_hand() if is_today else on_hand_on(posting.ctx, day, places, items)
    books: dict[Place, Decimal] = defaultdict(Decimal)
    for (item_id, place, lot_id), quantity in found.items():
        for lot in {lot_id, None}:
            books[item_id, place, lot] += quantity
    return books


def _post_differences(posting: Posting, differences: Sequence[Difference], lots: dict[int, LotFacts]) -> list[Movement]:
    losses = [line for line in differences if line.quantity < 0]
    gains = [line for line in differences if line.quantity > 0]
    wanted = [
        Outgoing(line.item_id, line.location_id, -line.quantity, None, line.lot_id, line.line_id) for line in losses
    ]
    demands: list[Demand] = demands_of(wanted, [line.quantity for line in wanted], posting.items, lots)
    rule = PickRule(posting.source.business_date, posting.ctx.today(), any_lot=True, sets_books=True)
    if short := shortages(posting.book, demands, rule):
        raise _cannot_leave(posting.ctx, short, losses)
    take_out(posting, demands, rule, "recount")
    found = [
        Incoming(
            line.item_id, line.location_id, line.quantity, _cost_of_gain(posting, line, lots),
            lot_id=line.lot_id, line_id=line.line_id,
        )
        for line in gains
    ]  # fmt: skip
    bring_in(posting, found, [line.quantity for line in gains], "recount")
    return posting.write()


def _cannot_leave(ctx: Context, short: Sequence[Shortage], losses: Sequence[Difference]) -> Refused:
    """Return the refusal of a count that would let go what is reserved or has left since, in the words of a count."""
    counts = {(line.item_id, line.location_id, line.lot_id): line for line in losses}
    lines = told_shortages(ctx, short)
    for told, one in zip(lines, short, strict=True):
        line = counts[one.item.id, one.location_id, one.lot.id if one.lot else None]
        told |= {"counted": line.counted, "in_the_books": line.counted - line.quantity}
    told = "; ".join(_told_count(line) for line in lines[:20])
    remedy = "Release what is reserved, or count again what has left meanwhile."
    return Refused("INSUFFICIENT_STOCK", f"The count cannot be posted. {told}. {remedy}", lines=lines)


def _told_count(line: Mapping[str, Any]) -> str:
    counted, on_hand, reserved, books = (
        amount_text(line[name], line["unit"]) for name in ("counted", "on_hand", "reserved", "in_the_books")
    )
    what = f"{line['item']}, lot {line['lot']}" if line["lot"] else line["item"]
    why = [f"{reserved} reserved"] if line["reserved"] else []
    why += [f"{books} when the books were read"] if line["in_the_books"] != line["on_hand"] else []
    told = f"{what}: {counted} counted, {on_hand} on hand at {line['location']}"
    return f"{told} ({', '.join(why)})" if why else told


def _cost_of_gain(posting: Posting, line: Difference, lots: dict[int, LotFacts]) -> Decimal | None:
    if line.unit_cost is not None or line.lot_id is None:
        return line.unit_cost
    quant = posting.book.quant(line.item_id, line.location_id, lots[line.lot_id])
    costing = posting.costing(quant)
    weight = costing.weight(posting.book, quant)
    return per_unit(costing.holder(posting.book, quant).value, weight) if weight > 0 else lots[line.lot_id].unit_cost


def override_cost(ctx: Context, lines: Sequence[Correction], *, source: Source) -> list[Movement]:
    """Set what the stock of an item at a location is worth per unit, by moves of value alone."""
    _need(lines, "unit_cost")
    posting, lots = _open(ctx, lines, source)
    per_base = _cost_converter(ctx, lines, posting)
    moves = []
    for line in lines:
        for quant in _valued(posting, line, lots):
            costing = posting.costing(quant)
            worth = times(costing.weight(posting.book, quant), per_base(line))
            if change := worth - costing.holder(posting.book, quant).value:
                moves.append(
                    posting.move(quant, ZERO, change, "cost_override", line_id=line.line_id, unit_cost=per_base(line))
                )
    posting.write()
    return moves


def _cost_converter(ctx: Context, lines: Sequence[Correction], posting: Posting) -> Callable[[Correction], Decimal]:
    foreign = {line.item_id for line in lines if line.unit_id not in (None, posting.items[line.item_id].base_unit_id)}
    converter = Converter.load(ctx, foreign) if foreign else None

    def per_base(line: Correction) -> Decimal:
        cost = line.unit_cost or ZERO
        if converter is None or line.unit_id is None:
            return cost
        return converter.convert_unit_cost(cost, line.unit_id, posting.items[line.item_id].base_unit_id, line.item_id)

    return per_base


def _valued(posting: Posting, line: Correction, lots: dict[int, LotFacts]) -> list[Quant]:
    item = posting.items[line.item_id]
    if line.lot_id is not None and item.costing == "weighted_average":
        raise Invalid({"lot_id": [f"{item.code} is valued at one average for all lots. Leave the lot empty."]})
    if line.lot_id is not None:
        return [posting.book.quant(item.id, line.location_id, lots[line.lot_id])]
    quants = [quant for quant in posting.book.at(item.id, line.location_id) if quant.on_hand > 0]
    if item.costing == "weighted_average" and quants:
        return [posting.book.quant(item.id, line.location_id)]
    return quants
