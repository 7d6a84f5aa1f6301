"""The cost sheet of a batch: every lot that went in, every lot that came out, and the named lines between them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

from core.api import Context, arg, column, report, select
from plugins.inventory.api import Location, readable
from plugins.recipes.consumption import held_by, lines_of
from plugins.recipes.models import Batch, BatchOutput

COLUMNS = (
    column("side", "Side"),
    column("kind", "Kind"),
    column("item", "Item"),
    column("lot", "Lot"),
    column("location", "Location"),
    column("quantity", "Quantity", "quantity"),
    column("unit", "Unit"),
    column("unit_cost", "Unit cost", "price"),
    column("cost", "Cost", "money", total=False),
)


@report("recipes.cost_sheet", title="Batch cost sheet", columns=COLUMNS, permission="recipes.batch.sensitive",
        path="reports/batch-cost-sheet")  # fmt: skip
def cost_sheet(ctx: Context, *, batch_id: Annotated[int, arg("Batch", ref="recipes.batch")]) -> list[dict[str, Any]]:
    """Return the costs of a batch; what went in equals what came out, rounding and expenses on lines of their own."""
    batch: Batch = readable(ctx, "recipes.batch", batch_id)
    rows = [*_inputs(ctx, batch), *_outputs(ctx, batch), *_named(batch)]
    return [*rows, _total("in", rows), _total("out", rows)] if rows else []


def _inputs(ctx: Context, batch: Batch) -> Iterator[dict[str, Any]]:
    lines = {line.id: line for line in lines_of(ctx, batch)}
    for held in held_by(ctx, lines.values()):
        line, usage = lines[held.usage.line_id], held.usage
        kind = f"extra {line.kind}" if line.is_extra else line.kind
        yield {
            "side": "in", "kind": kind, "item": line.item.name, "lot": usage.lot.number if usage.lot else "",
            "location": _code(usage.location or batch.location),
            "quantity": held.quantity, "unit": line.item.base_unit.code, "unit_cost": usage.unit_cost,
            "cost": held.cost,
        }  # fmt: skip


def _outputs(ctx: Context, batch: Batch) -> Iterator[dict[str, Any]]:
    outputs = select(BatchOutput).where(BatchOutput.batch_id == batch.id).order_by(BatchOutput.id)
    for output in ctx.all(outputs):
        yield {
            "side": "out", "kind": output.kind, "item": output.item.name,
            "lot": output.lot.number if output.lot else "", "location": _code(batch.location),
            "quantity": output.quantity,
            "unit": output.item.base_unit.code, "unit_cost": output.unit_cost, "cost": output.cost,
        }  # fmt: skip


def _code(location: Location | None) -> str:
    return location.code if location is not None else ""


def _named(batch: Batch) -> Iterator[dict[str, Any]]:
    if batch.state not in ("finished", "failed"):
        return
    for kind, cost in (
        ("expensed", batch.expensed_cost),
        ("valuation difference", batch.valuation_cost),
        ("rounding", batch.rounding_cost),
    ):
        if cost:
            yield _row("out", kind, cost)


def _total(side: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return _row(side, "total", sum((row["cost"] for row in rows if row["side"] == side), Decimal(0)))


def _row(side: str, kind: str, cost: Decimal) -> dict[str, Any]:
    return {"side": side, "kind": kind, "item": "", "lot": "", "location": "", "quantity": None, "unit": "",
            "unit_cost": None, "cost": cost}  # fmt: skip
