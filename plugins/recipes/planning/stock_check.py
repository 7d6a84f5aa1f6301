"""Is there enough? Every line of a plan is held against the stock that may be taken now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.api import Context, amount_text
from plugins.inventory.api import Item, Level
from plugins.recipes import stock
from plugins.recipes.planning.lines import PlanLine, Status, items_by_id
from plugins.recipes.supply import Places


def check_stock(ctx: Context, lines: Sequence[PlanLine], places: Places) -> list[PlanLine]:
    """Return the lines with their status; lines of the same item share what there is, in their order."""
    items = items_by_id(ctx, [line.item_id for line in lines])
    levels = stock.levels(ctx, items, places)
    left = {item_id: level.available for item_id, level in levels.items()}
    owed = _owed_here(ctx, levels, places)
    checked = []
    for line in lines:
        if line.base_qty is None or line.code:
            checked.append(line)
            continue
        free = left[line.item_id]
        line = _checked(line, items[line.item_id], free, levels[line.item_id])
        if line.shortage:
            missing = line.shortage + owed.pop(line.item_id, Decimal(0))
            line = replace(line, next_step=receive_stock(line, missing, places[0]))
        checked.append(line)
        left[line.item_id] = max(Decimal(0), free - (line.base_qty or Decimal(0)))
    return checked


def _owed_here(ctx: Context, levels: Mapping[int, Level], places: Places) -> dict[int, Decimal]:
    """Return what must come in where the batch takes goods first before any of it is available there."""
    owing = [item_id for item_id, level in levels.items() if level.lacking]
    here = stock.levels(ctx, owing, places[:1]) if owing else {}
    return {item_id: level.lacking for item_id, level in here.items()}


def _checked(line: PlanLine, item: Item, free: Decimal, level: Level) -> PlanLine:
    wanted = line.base_qty or Decimal(0)
    shortage = max(Decimal(0), wanted - free)
    status = _status(line, item, free, wanted)
    if not shortage:
        return replace(line, status=status, available=free, shortage=shortage)
    needed, there = amount_text(wanted, line.base_unit), amount_text(free, line.base_unit)
    kept = level.on_hand - level.available
    why = f" ({amount_text(kept, line.base_unit)} reserved, held back or expired)" if kept > 0 else ""
    return replace(
        line,
        status=status,
        available=free,
        shortage=shortage,
        code="INSUFFICIENT_STOCK",
        detail=f"{line.item}: {needed} needed, {there} available{why}.",
    )


def _status(line: PlanLine, item: Item, free: Decimal, wanted: Decimal) -> Status:
    if free >= wanted:
        at_reorder_point = item.reorder_point is not None and free <= item.reorder_point
        return Status.LOW if at_reorder_point else Status.OK
    if free > 0:
        return Status.LOW
    return Status.OUT_OF_STOCK if line.kind == "container" else Status.NEEDED


def receive_stock(line: PlanLine, quantity: Decimal, location_id: int) -> dict[str, Any]:
    """Return the step that brings the missing goods in, where the batch takes them first."""
    missing = {
        "item_id": line.item_id,
        "adjustment_type": "restock",
        "quantity": f"{quantity:f}",
        "unit_id": line.base_unit_id,
        "location_id": location_id,
        "unit_cost": None,
    }
    return {
        "kind": "receive_stock",
        "method": "POST",
        "path": "/api/v1/admin/inventory-transactions/batch-adjustment",
        "headers": {},
        "body": {"adjustments": [missing]},
        "fill": ["adjustments.0.unit_cost"],
        "retry": True,
    }
