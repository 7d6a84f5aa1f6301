"""Tracing a batch: back to every lot it was made of, forward to every lot made from it, with the batches between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func

from core.api import Context, query, select
from plugins.inventory.api import Lot, Trace, readable, seen, trace
from plugins.recipes.consumption import held_by, lines_of
from plugins.recipes.models import Batch, BatchOutput, BatchUsage
from plugins.recipes.planning.snapshots import plain
from plugins.recipes.queries.plans import READ_BATCH
from plugins.recipes.stock import DOCUMENT


@query("recipes.trace_batch", path="batches/{id}/trace", title="Trace", permission=READ_BATCH)
def trace_batch(ctx: Context, batch_id: int) -> dict[str, Any]:
    """Return every lot that went into the batch, however early, and every lot that was made of it, however late."""
    batch: Batch = readable(ctx, "recipes.batch", batch_id)
    inputs = sorted({held.usage.lot_id for held in held_by(ctx, lines_of(ctx, batch)) if held.usage.lot_id is not None})
    outputs = ctx.all(
        select(BatchOutput.lot_id).where(BatchOutput.batch_id == batch.id, BatchOutput.lot_id.is_not(None))
    )
    return {
        "batch_id": batch.id,
        "label": batch.label,
        "backward": _answer(ctx, trace(ctx, inputs, "backward")),
        "forward": _answer(ctx, trace(ctx, outputs, "forward")),
    }


@query("recipes.batches_of_lot", path="lots/{id}/batches", title="Batches of the lot", permission=READ_BATCH)
def batches_of_lot(ctx: Context, lot_id: int) -> dict[str, Any]:
    """Return the batches a lot went into or came from, at any distance: backward and forward, as in a recall."""
    lot: Lot = readable(ctx, "inventory.lot", lot_id)
    forward, backward = trace(ctx, [lot.id], "forward"), trace(ctx, [lot.id], "backward")
    reached = BatchUsage.lot_id.in_(sorted(forward.generations))
    held = select(BatchUsage.batch_id).where(reached).group_by(BatchUsage.batch_id, BatchUsage.lot_id)
    with_lots = select(BatchOutput.batch_id).where(BatchOutput.lot_id.is_not(None))
    without_lots = select(Batch.id).where(
        Batch.id.in_(held.having(func.sum(BatchUsage.quantity) > 0)), Batch.id.not_in(with_lots)
    )
    return {
        "lot_id": lot.id,
        "lot": lot.number,
        "made_from": _answer(ctx, backward),
        "went_into": _answer(ctx, forward),
        "batches_without_lots": _batches(ctx, ctx.all(without_lots)),
    }


def _answer(ctx: Context, reached: Trace) -> dict[str, Any]:
    found = seen(ctx, reached)
    batch_ids = {link.document_id for link in found.links if link.document_kind == DOCUMENT}
    return {
        "complete": found.complete,
        "lots": _lots(ctx, found),
        "links": [
            {
                "input_lot_id": link.input_lot_id,
                "output_lot_id": link.output_lot_id,
                "quantity": plain(link.quantity),
                "batch_id": link.document_id if link.document_kind == DOCUMENT else None,
            }
            for link in found.links
        ],
        "batches": _batches(ctx, [batch_id for batch_id in batch_ids if batch_id is not None]),
    }


def _lots(ctx: Context, found: Trace) -> list[dict[str, Any]]:
    lots = ctx.all(select(Lot).where(Lot.id.in_(sorted(found.generations))))
    return [
        {
            "lot_id": lot.id,
            "lot": lot.number,
            "item_id": lot.item_id,
            "item": lot.item.name,
            "supplier": lot.supplier_name,
            "supplier_lot": lot.supplier_lot,
            "state": lot.state,
            "generation": found.generations[lot.id],
        }
        for lot in sorted(lots, key=lambda lot: (found.generations[lot.id], lot.id))
    ]


def _batches(ctx: Context, batch_ids: Iterable[int]) -> Sequence[dict[str, Any]]:
    wanted = select(Batch).where(Batch.id.in_(sorted(batch_ids)), *ctx.visible("recipes.batch")).order_by(Batch.id)
    return [
        {"batch_id": batch.id, "label": batch.label, "name": batch.name, "state": batch.state}
        for batch in ctx.all(wanted)
    ]
