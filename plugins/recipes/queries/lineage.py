"""A batch as a graph: the lots that went in on its left, the lots that came out on its right."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import joinedload

from core.api import Context, amount_text, query, select
from plugins.inventory.api import Item, Lot, readable
from plugins.recipes.consumption import held_by, lines_of
from plugins.recipes.models import Batch, BatchOutput
from plugins.recipes.queries.plans import READ_BATCH

MOST_LOTS = 199


@query("recipes.lineage", path="batches/{id}/lineage", title="What went in and came out", permission=READ_BATCH)
def lineage(ctx: Context, batch_id: int) -> dict[str, Any]:
    """Return the batch, the lots it took and the lots it made, as nodes and edges."""
    batch: Batch = readable(ctx, "recipes.batch", batch_id)
    inputs: dict[int, Decimal] = {}
    for held in held_by(ctx, lines_of(ctx, batch)):
        if held.usage.lot_id is not None:
            inputs[held.usage.lot_id] = inputs.get(held.usage.lot_id, Decimal(0)) + held.quantity
    outputs = ctx.all(select(BatchOutput).where(BatchOutput.batch_id == batch.id, BatchOutput.lot_id.is_not(None)))
    wanted = list(dict.fromkeys([*(output.lot_id for output in outputs), *inputs]))
    lots = _lots(ctx, wanted[:MOST_LOTS])
    own = f"batch-{batch.id}"
    node = {"id": own, "label": batch.label or batch.name, "detail": batch.name if batch.label else "",
            "state": batch.state, "resource": "recipes.batch", "record_id": batch.id, "current": True}  # fmt: skip
    went_in = [_edge(f"lot-{lot_id}", own, quantity, lots[lot_id]) for lot_id, quantity in inputs.items()
               if lot_id in lots]  # fmt: skip
    came_out = [_edge(own, f"lot-{item.lot_id}", item.quantity, lots[item.lot_id]) for item in outputs
                if item.lot_id in lots]  # fmt: skip
    return {
        "nodes": [node, *map(_node, lots.values())],
        "edges": [*went_in, *came_out],
        "cut": len(wanted) > MOST_LOTS,
    }


def _lots(ctx: Context, ids: Iterable[int]) -> dict[int, Lot]:
    visible = select(Lot).where(Lot.id.in_(sorted(ids)), *ctx.visible("inventory.lot")).order_by(Lot.id)
    with_units = joinedload(Lot.item).joinedload(Item.base_unit)
    return {lot.id: lot for lot in ctx.all(visible.options(with_units))}


def _node(lot: Lot) -> dict[str, Any]:
    return {"id": f"lot-{lot.id}", "label": lot.number, "detail": lot.item.name, "state": lot.state,
            "resource": "inventory.lot", "record_id": lot.id}  # fmt: skip


def _edge(source: str, target: str, quantity: Decimal, lot: Lot) -> dict[str, Any]:
    return {"source": source, "target": target, "label": amount_text(quantity, lot.item.base_unit.code)}
