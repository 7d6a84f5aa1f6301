"""What a batch takes from stock and gives back: lines, the lots behind them, their costs.

Everything goes through one posting of the stock ledger, so either every line is taken or none is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from core.api import Context, select
from plugins.inventory.api import Movement
from plugins.recipes import stock
from plugins.recipes.costing import rounded
from plugins.recipes.models import Batch, BatchLine, BatchUsage
from plugins.recipes.planning import PlanLine
from plugins.recipes.supply import places_of

ZERO = Decimal(0)


@dataclass(frozen=True)
class Draw:
    """A quantity to take for a line."""

    line: BatchLine
    quantity: Decimal


@dataclass(frozen=True)
class Held:
    """What a batch still holds of one posting."""

    usage: BatchUsage
    quantity: Decimal
    cost: Decimal


def add_lines(ctx: Context, batch: Batch, planned: Sequence[PlanLine], *, reason: str | None = None) -> list[BatchLine]:
    """Write the lines of a batch and take them from stock; with a reason they are extra."""
    first, averages = len(lines_of(ctx, batch)) + 1, average_costs(ctx, batch, {line.item_id for line in planned})
    lines = [
        ctx.create(
            BatchLine, batch_id=batch.id, position=position, kind=line.kind, item_id=line.item_id,
            quantity=line.quantity, unit_id=line.unit_id, base_qty=ZERO, capacity=line.capacity,
            is_extra=reason is not None, reason=reason, note=line.note or None, average_cost=averages.get(line.item_id),
        )
        for position, line in enumerate(planned, first)
    ]  # fmt: skip
    draw(ctx, batch, [Draw(line, plan.base_qty or ZERO) for line, plan in zip(lines, planned, strict=True)])
    return lines


def average_costs(ctx: Context, batch: Batch, item_ids: set[int]) -> dict[int, Decimal]:
    """Return what the items cost on average before anything is taken, for batches that are costed so."""
    if batch.cost_method != "average":
        return {}
    return dict.fromkeys(item_ids, ZERO) | stock.present_costs(ctx, item_ids, places_of(ctx, batch, item_ids))


def draw(ctx: Context, batch: Batch, draws: Sequence[Draw]) -> None:
    """Take quantities from stock for lines, all or none of them."""
    lines = {wanted.line.id: wanted.line for wanted in draws}
    moves = stock.take(ctx, batch, draws)
    for move in moves:
        _charge(lines[move.line_id], move)
    ctx.write_changed(lines.values())
    ctx.insert(BatchUsage, [_usage(batch, move, move.line_id) for move in moves])
    recount(ctx, batch)


def give_back(ctx: Context, batch: Batch, held: Sequence[Held]) -> None:
    """Put what was taken back into the lots it came from, at the cost it had."""
    if not held:
        return
    lines = {line.id: line for line in lines_of(ctx, batch)}
    taken = {part.usage.move_id: part.usage for part in held}
    moves = stock.reverse(ctx, batch, {part.usage.move_id: part.quantity for part in held})
    for move in moves:
        _charge(lines[taken[move.reverses_id].line_id], move)
    ctx.write_changed(lines.values())
    ctx.insert(
        BatchUsage,
        [_usage(batch, move, taken[move.reverses_id].line_id, taken[move.reverses_id].id) for move in moves],
    )
    recount(ctx, batch)


def give_all_back(ctx: Context, batch: Batch) -> None:
    """Put everything the batch holds back into the lots it came from."""
    give_back(ctx, batch, held_by(ctx, lines_of(ctx, batch)))


def set_quantity(ctx: Context, batch: Batch, line: BatchLine, quantity: Decimal) -> None:
    """Take the difference for a line, or give it back to the lots taken last."""
    if quantity > line.base_qty:
        draw(ctx, batch, [Draw(line, quantity - line.base_qty)])
        return
    rest, parts = line.base_qty - quantity, []
    for part in reversed(held_by(ctx, [line])):
        if rest > 0:
            parts.append(replace(part, quantity=min(part.quantity, rest)))
            rest -= part.quantity
    give_back(ctx, batch, parts)


def lines_of(ctx: Context, batch: Batch, kind: str | None = None) -> list[BatchLine]:
    """Return the lines of a batch in their order, of one kind if asked."""
    wanted = select(BatchLine).where(BatchLine.batch_id == batch.id)
    if kind is not None:
        wanted = wanted.where(BatchLine.kind == kind)
    return ctx.all(wanted.order_by(BatchLine.position, BatchLine.id))


def held_by(ctx: Context, lines: Iterable[BatchLine]) -> list[Held]:
    """Return what lines hold of each posting, in the order it was taken: ids alone do not tell it."""
    ids = [line.id for line in lines]
    taken: dict[int, BatchUsage] = {}
    left: dict[int, tuple[Decimal, Decimal]] = {}
    used = select(BatchUsage).where(BatchUsage.line_id.in_(ids)).order_by(BatchUsage.created_at, BatchUsage.id)
    for usage in ctx.all(used):
        origin = usage.reverses_id or usage.id
        if usage.reverses_id is None:
            taken[origin] = usage
        quantity, cost = left.get(origin, (ZERO, ZERO))
        left[origin] = quantity + usage.quantity, cost + usage.cost
    return [Held(taken[origin], quantity, cost) for origin, (quantity, cost) in left.items() if quantity]


def recount(ctx: Context, batch: Batch) -> None:
    """Bring the batch's costs in line with its lines, and with what stock was charged."""
    costs = {"ingredient": ZERO, "consumable": ZERO, "container": ZERO}
    for line in lines_of(ctx, batch):
        costs[line.kind] += line.cost
    batch.ingredient_cost = costs["ingredient"]
    batch.consumable_cost = costs["consumable"]
    batch.container_cost = costs["container"]
    if batch.cost_method == "average":
        charged = sum(ctx.all(select(BatchUsage.cost).where(BatchUsage.batch_id == batch.id)), ZERO)
        batch.valuation_cost = charged - sum(costs.values(), ZERO)


def _charge(line: BatchLine, move: Movement) -> None:
    """Add a move to what a line holds and costs; moves are signed as stock sees them."""
    line.base_qty -= move.quantity
    if line.average_cost is None:
        line.cost -= move.value + move.variance
    else:
        line.cost = rounded(Fraction(line.average_cost) * Fraction(line.base_qty))


def _usage(batch: Batch, move: Movement, line_id: int | None, reverses_id: int | None = None) -> dict[str, object]:
    return {
        "batch_id": batch.id,
        "line_id": line_id,
        "lot_id": move.lot_id,
        "location_id": move.location_id,
        "reverses_id": reverses_id,
        "move_id": move.id,
        "quantity": -move.quantity,
        "unit_cost": move.unit_cost,
        "cost": -(move.value + move.variance),
    }
