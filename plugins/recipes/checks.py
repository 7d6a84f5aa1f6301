"""The invariants of batches, recomputed by `openmill verify`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from core.api import Context, check, select
from plugins.inventory.api import LotLink, Move
from plugins.recipes.genealogy import SMALLEST
from plugins.recipes.labels import WIDTH
from plugins.recipes.models import Batch, BatchLine, BatchOutput, BatchPlan, BatchUsage
from plugins.recipes.planning import fingerprint
from plugins.recipes.stock import DOCUMENT

ZERO = Decimal(0)
_LABEL = re.compile(rf"(?P<prefix>[^\W_]+)-(?P<year>\d{{4}})-(?P<number>\d{{{WIDTH},}})")


@check("recipes.costs", title="Every cost that went into a batch came out of it")
def costs(ctx: Context) -> Iterator[str]:
    """Compare lots taken, lines and outputs with the costs of each batch."""
    charged = _sums(ctx, BatchUsage.batch_id, BatchUsage.cost)
    stocked = _sums(ctx, BatchOutput.batch_id, BatchOutput.cost)
    lines: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for batch_id, kind, cost in ctx.rows(select(BatchLine.batch_id, BatchLine.kind, BatchLine.cost)):
        lines[batch_id][kind] += cost
    for batch in ctx.all(select(Batch).where(Batch.state != "planned").order_by(Batch.id)):
        went_in = batch.ingredient_cost + batch.consumable_cost + batch.container_cost
        by_kind = (batch.ingredient_cost, batch.consumable_cost, batch.container_cost)
        expected = tuple(lines[batch.id][kind] for kind in ("ingredient", "consumable", "container"))
        if by_kind != expected:
            yield f"{batch.label}: its costs are {by_kind}, its lines say {expected}."
        if charged.get(batch.id, ZERO) != went_in + batch.valuation_cost:
            yield f"{batch.label}: stock charged {charged.get(batch.id, ZERO)}, the batch holds {went_in}."
        if batch.output_cost != stocked.get(batch.id, ZERO):
            yield f"{batch.label}: {batch.output_cost} came out, its lots are worth {stocked.get(batch.id, ZERO)}."
        came_out = batch.output_cost + batch.expensed_cost + batch.rounding_cost
        if batch.state in ("finished", "failed") and came_out != went_in:
            yield f"{batch.label}: {went_in} went in, {came_out} came out."


@check("recipes.balance", title="What batches hold is what stock gave them")
def balance(ctx: Context) -> Iterator[str]:
    """Compare each lot taken and made with its stock move, its lot as well as its amounts, and each line with its lots.

    What the goods of a batch settle that had left before them is the stock ledger's own affair.
    """
    columns = select(Move.id, Move.lot_id, Move.quantity, Move.value, Move.variance, Move.location_id)
    rows = ctx.rows(columns.where(Move.document_kind == DOCUMENT, Move.move_type != "settlement"))
    moves = {row.id: (row.lot_id, row.quantity, row.value + row.variance) for row in rows}
    places = {row.id: row.location_id for row in rows}
    held: dict[int, Decimal] = defaultdict(Decimal)
    for usage in ctx.all(select(BatchUsage).order_by(BatchUsage.id)):
        held[usage.line_id] += usage.quantity
        if moves.pop(usage.move_id, None) != (usage.lot_id, -usage.quantity, -usage.cost):
            yield f"Lot use {usage.id} of batch {usage.batch_id} differs from its stock move {usage.move_id}."
        if usage.location_id not in (None, places.get(usage.move_id)):
            yield f"Lot use {usage.id} of batch {usage.batch_id} names another location than its stock move."
    for output in ctx.all(select(BatchOutput).order_by(BatchOutput.id)):
        if moves.pop(output.move_id, None) != (output.lot_id, output.quantity, output.cost):
            yield f"Lot {output.lot_id} made in batch {output.batch_id} differs from its stock move {output.move_id}."
    for line in ctx.all(select(BatchLine).order_by(BatchLine.id)):
        if line.base_qty != held[line.id]:
            yield f"Line {line.id} of batch {line.batch_id} holds {line.base_qty}, its lots say {held[line.id]}."
    for move_id in sorted(moves):
        yield f"Stock move {move_id} belongs to a batch that does not know it."


@check("recipes.labels", title="Batch labels are unique and run without a gap")
def labels(ctx: Context) -> Iterator[str]:
    """Count the labels of each year."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for label in ctx.all(select(Batch.label).where(Batch.label.is_not(None)).order_by(Batch.id)):
        parts = _LABEL.fullmatch(label)
        if parts is None:
            yield f"The batch label {label} is not <prefix>-<year>-<number>."
        else:
            numbers[parts["year"]].append(int(parts["number"]))
    for year, given in sorted(numbers.items()):
        if sorted(given) != list(range(1, len(given) + 1)):
            yield f"The labels of {year} have a gap or a repetition: {len(given)} labels, the last is {max(given)}."


@check("recipes.plans", title="Plan snapshots are as they were written")
def plans(ctx: Context) -> Iterator[str]:
    """Compare each snapshot with its fingerprint."""
    for plan in ctx.all(select(BatchPlan).order_by(BatchPlan.id)):
        if fingerprint(plan.snapshot) != plan.fingerprint:
            yield f"The plan {plan.id} was changed after it was written."


@check("recipes.genealogy", title="No lot is made of itself, and no quantity gets lost between lots")
def genealogy(ctx: Context) -> Iterator[str]:
    """Peel the graph of lots from its ends: what is left lies on a circle."""
    children: dict[int, set[int]] = defaultdict(set)
    parents: dict[int, set[int]] = defaultdict(set)
    linked: dict[tuple[int, int], list[Decimal]] = defaultdict(list)
    rows = select(LotLink.input_lot_id, LotLink.output_lot_id, LotLink.quantity, LotLink.document_id,
                  LotLink.document_kind)  # fmt: skip
    for source, made, quantity, document_id, kind in ctx.rows(rows):
        children[source].add(made)
        parents[made].add(source)
        if kind == DOCUMENT:
            linked[document_id, source].append(quantity)
    ready = [lot for lot in children if not parents[lot]]
    while ready:
        lot = ready.pop()
        for made in children.pop(lot, set()):
            parents[made].discard(lot)
            if not parents[made]:
                ready.append(made)
    for lot in sorted(lot for lot, made in children.items() if made):
        yield f"Lot {lot} is, in the end, made of itself."
    yield from _unbalanced(ctx, linked)


def _unbalanced(ctx: Context, linked: dict[tuple[int, int], list[Decimal]]) -> Iterator[str]:
    held: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    traced: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    with_lots = select(BatchOutput.batch_id).where(BatchOutput.lot_id.is_not(None))
    used = select(BatchUsage.batch_id, BatchUsage.lot_id, BatchUsage.quantity, BatchLine.kind)
    used = used.join(BatchLine, BatchLine.id == BatchUsage.line_id)
    used = used.where(BatchUsage.batch_id.in_(with_lots), BatchUsage.lot_id.is_not(None))
    for batch_id, lot_id, quantity, kind in ctx.rows(used):
        held[batch_id, lot_id] += quantity
        # Containers that all broke went into no lot.
        traced[batch_id, lot_id] += ZERO if kind == "container" else quantity
    for batch_id, lot_id in sorted({*linked, *(key for key, quantity in traced.items() if quantity)}):
        shares = linked[batch_id, lot_id]
        quantity = sum(shares, ZERO)
        if quantity != max(held[batch_id, lot_id], SMALLEST * len(shares)):
            yield f"Batch {batch_id} holds {held[batch_id, lot_id]} of lot {lot_id}, its genealogy says {quantity}."


def _sums(ctx: Context, key: object, amount: object) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    for owner, value in ctx.rows(select(key, amount)):
        found[owner] += value
    return found
