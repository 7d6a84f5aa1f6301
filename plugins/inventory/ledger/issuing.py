"""Goods leave: picked by rule, all or nothing, with the cost of the very layers they are taken from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from core.api import Context, Invalid, Refused
from plugins.inventory.ledger.arithmetic import share, times
from plugins.inventory.ledger.book import Quant
from plugins.inventory.ledger.facts import load_lots
from plugins.inventory.ledger.movement import MOVE_TYPES, Movement, Outgoing, Source
from plugins.inventory.ledger.picking import (
    Demand,
    PickRule,
    check_lots_usable,
    demands_of,
    insufficient,
    pick,
    shortages,
)
from plugins.inventory.ledger.posting import Posting, open_posting
from plugins.inventory.ledger.present_cost import PresentCosts
from plugins.inventory.ledger.quantities import base_quantities


def issue(
    ctx: Context, lines: Sequence[Outgoing], *, source: Source, move_type: str = "issue", allow_negative: bool = False
) -> list[Movement]:
    """Take goods out and return the moves in the order of the lines, one per lot taken from.

    Raises Refused(INSUFFICIENT_STOCK) with every short line; nothing is taken then. With `allow_negative`, which
    somebody must have approved, items that may go below zero do.
    """
    kind = MOVE_TYPES[move_type]
    if kind.direction >= 0:
        raise Invalid({"move_type": [f"{move_type} does not take goods out."]})
    posting = open_posting(ctx, source, {line.item_id for line in lines}, _places(lines))
    demands = lock_demands(posting, lines)
    rule = PickRule(source.business_date, ctx.today(), kind.takes_any_lot)
    check_lots_usable(demands, rule)
    moves = take_out(posting, demands, rule, move_type, allow_negative=allow_negative)
    posting.write()
    return moves


def forecast(ctx: Context, lines: Sequence[Outgoing], *, source: Source, strict: bool = False) -> list[Movement]:
    """Return what an issue would take and cost now; nothing is locked or written.

    Short lines yield less; with `strict` they raise Refused(INSUFFICIENT_STOCK), as the issue would.
    """
    posting = open_posting(ctx, source, {line.item_id for line in lines}, _places(lines))
    posting.book.look_only = True
    demands = lock_demands(posting, lines)
    rule = PickRule(source.business_date, ctx.today())
    if strict and (short := shortages(posting.book, demands, rule)):
        raise insufficient(ctx, short)
    return [movement for _demand, movement in _taken(posting, demands, rule, "issue")]


def lock_demands(posting: Posting, lines: Sequence[Outgoing], *, also_at: Sequence[int] = ()) -> list[Demand]:
    """Lock what the lines may touch and return them as demands in base units."""
    lots = load_lots(posting.ctx, (line.lot_id for line in lines if line.lot_id is not None))
    demands = demands_of(lines, base_quantities(posting.ctx, lines, posting.items), posting.items, lots)
    places = {*_places(lines), *also_at}
    (posting.book.lock_both_ends if also_at else posting.book.lock)(posting.items, places, lots)
    return demands


def _places(lines: Sequence[Outgoing]) -> set[int]:
    return {place for line in lines for place in line.places}


def take_out(
    posting: Posting, demands: Sequence[Demand], rule: PickRule, move_type: str, *, allow_negative: bool = False
) -> list[Movement]:
    """Note the moves of goods that leave, within a posting; Refused with every short line."""
    short = shortages(posting.book, demands, rule)
    if short and not (allow_negative and all(shortage.item.allow_negative for shortage in short)):
        raise insufficient(posting.ctx, short, rule.day)
    moves = list(_taken(posting, demands, rule, move_type))
    if short:
        moves += _below_zero(posting, demands, moves, move_type)
    order = {id(demand): n for n, demand in enumerate(demands)}
    moves.sort(key=lambda pair: order[id(pair[0])])
    return [movement for _demand, movement in moves]


def _taken(
    posting: Posting, demands: Sequence[Demand], rule: PickRule, move_type: str
) -> Iterator[tuple[Demand, Movement]]:
    for demand, quant, quantity in pick(posting.book, demands, rule):
        yield demand, posting.take(quant, quantity, move_type, **_entered(demand, quantity))


def _entered(demand: Demand, quantity: Decimal) -> dict[str, Any]:
    line = demand.line
    typed = share(line.quantity, quantity, demand.quantity)
    return {"line_id": line.line_id, "entered_quantity": typed, "entered_unit_id": line.unit_id}


def _below_zero(
    posting: Posting, demands: Sequence[Demand], taken: Sequence[tuple[Demand, Movement]], move_type: str
) -> list[tuple[Demand, Movement]]:
    """Let go what is not there, at the present cost; the next goods that come in settle it."""
    covered: dict[int, Decimal] = {}
    for demand, movement in taken:
        covered[id(demand)] = covered.get(id(demand), Decimal(0)) - movement.quantity
    costs = PresentCosts(posting.ctx, posting.items)
    gone = []
    for demand in demands:
        if (missing := demand.quantity - covered.get(id(demand), Decimal(0))) > 0:
            quant = posting.book.quant(demand.item.id, demand.line.location_id)
            cost = costs.of(demand.item.id, demand.line.location_id)
            gone.append((demand, _go_below(posting, quant, missing, cost, move_type, _entered(demand, missing))))
    return gone


def _go_below(
    posting: Posting, quant: Quant, quantity: Decimal, unit_cost: Decimal, move_type: str, entered: dict[str, Any]
) -> Movement:
    if quant.reserved:
        item = posting.items[quant.item_id]
        raise Refused(
            "STOCK_RESERVED", f"{item.code} is promised here. Release its reservations before going below zero."
        )
    quant.below_zero = True
    return posting.move(quant, -quantity, -times(quantity, unit_cost), move_type, unit_cost=unit_cost, **entered)
