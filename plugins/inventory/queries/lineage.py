"""A lot as a graph: what it was made of to its left, what was made of it to its right."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import joinedload

from core.api import Context, NotFound, amount_text, query, select
from plugins.inventory.ledger.tracing import Link, trace
from plugins.inventory.models.items import Item
from plugins.inventory.models.lots import Lot

MOST_LOTS = 200


@query("inventory.lineage", path="lots/{id}/lineage", title="Genealogy", permission="inventory.lot.read")
def lineage(ctx: Context, id: int) -> dict[str, Any]:
    """Answer a lot, everything it was made of and everything made of it, as nodes and edges, the nearest first."""
    found = [trace(ctx, [id], "backward"), trace(ctx, [id], "forward")]
    near = sorted({(far, lot_id) for one in found for lot_id, far in one.generations.items()})
    wanted = list(dict.fromkeys(lot_id for _, lot_id in near))
    visible = select(Lot).where(Lot.id.in_(sorted(wanted[:MOST_LOTS])), *ctx.visible("inventory.lot"))
    with_units = joinedload(Lot.item).joinedload(Item.base_unit)
    lots = {lot.id: lot for lot in ctx.all(visible.options(with_units))}
    if id not in lots:
        raise NotFound("There is no such lot.")
    links = [link for one in found for link in one.links if {link.input_lot_id, link.output_lot_id} <= lots.keys()]
    return {
        "nodes": [_node(lots[lot_id], current=lot_id == id) for lot_id in wanted if lot_id in lots],
        "edges": _edges(links, lots),
        "cut": len(wanted) > MOST_LOTS,
    }


def _node(lot: Lot, *, current: bool) -> dict[str, Any]:
    return {"id": f"lot-{lot.id}", "label": lot.number, "detail": lot.item.name, "state": lot.state,
            "resource": "inventory.lot", "record_id": lot.id, "current": current}  # fmt: skip


def _edges(links: list[Link], lots: dict[int, Lot]) -> list[dict[str, Any]]:
    """Several movements between the same lots are one arrow, with all that went over it."""
    total: dict[tuple[int, int], Decimal] = {}
    for link in links:
        pair = link.input_lot_id, link.output_lot_id
        total[pair] = total.get(pair, Decimal(0)) + link.quantity
    return [
        {"source": f"lot-{source}", "target": f"lot-{target}",
         "label": amount_text(quantity, lots[source].item.base_unit.code)}
        for (source, target), quantity in total.items()
    ]  # fmt: skip
