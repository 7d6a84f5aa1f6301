"""Adjustments: stock is put right for a reason, one document at a time or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from core.api import Context, Duplicate, action, arg
from plugins.inventory.actions.drafts import need_lines, note_on_lines, source_of, take_back, values_by_line
from plugins.inventory.assignments import default_location
from plugins.inventory.ledger.adjusting import Correction, adjust
from plugins.inventory.ledger.movement import ADJUSTMENT_TYPES, ZERO
from plugins.inventory.ledger.posting import expect_posting
from plugins.inventory.models.corrections import Adjustment, AdjustmentLine
from plugins.inventory.resources.documents import adjustments

KIND = "inventory.adjustment"


@dataclass(frozen=True)
class AdjustmentInput:
    """One of many adjustments given at once."""

    item_id: Annotated[int, arg("Item", ref="inventory.item")]
    adjustment_type: Annotated[str, arg("Type", choices=ADJUSTMENT_TYPES)]
    quantity: Annotated[Decimal | None, arg("Quantity", ge=0)] = None
    location_id: Annotated[int | None, arg("Location", ref="inventory.location")] = None
    unit_id: Annotated[int | None, arg("Unit", ref="inventory.unit")] = None
    unit_cost: Annotated[Decimal | None, arg("Cost", ge=0)] = None
    lot_id: Annotated[int | None, arg("Lot", ref="inventory.lot")] = None
    lot_number: Annotated[str | None, arg("New lot", max_length=60)] = None
    expires_on: Annotated[date | None, arg("Expires")] = None
    reason: Annotated[str | None, arg("Reason", max_length=200)] = None


@action(adjustments, source="draft", target="posted", label="Post", icon="check")
def post(ctx: Context, adjustment: Adjustment) -> None:
    """Change stock as the lines say: so much more or less, the counted total, or a new cost."""
    expect_posting(ctx, [adjustment.location_id])
    lines = need_lines(ctx, adjustment)
    day = adjustment.adjusted_on or ctx.today()
    moves = adjust(
        ctx,
        [_correction(adjustment, line) for line in lines],
        adjustment.adjustment_type,
        source=source_of(adjustment, KIND, day, reason=adjustment.reason),
    )
    changed = values_by_line(moves)
    note_on_lines(ctx, AdjustmentLine, lines, ({"value": changed.get(line.id, (ZERO, ZERO))[1]} for line in lines))
    # Set together and last: what is changed before a statement is written before it, by one of its own.
    ctx.update(adjustment, adjusted_on=day, total_value=sum((move.value for move in moves), ZERO))


def _correction(adjustment: Adjustment, line: AdjustmentLine) -> Correction:
    return Correction(
        item_id=line.item_id,
        location_id=adjustment.location_id,
        quantity=line.quantity,
        unit_id=line.unit_id,
        unit_cost=line.unit_cost,
        lot_id=line.lot_id,
        lot_number=line.lot_number or None,
        expires_on=line.expires_on,
        line_id=line.id,
    )


@action(adjustments, source="posted", target="reversed", icon="undo-2", confirm="Take this adjustment back?")
def reverse(ctx: Context, adjustment: Adjustment, *, reason: Annotated[str, arg("Reason", max_length=200)]) -> None:
    """Undo the adjustment on the very lots and costs it changed."""
    take_back(ctx, adjustment, KIND, reason)


@action(
    adjustments, scope="collection", label="Set quantity", path="inventory/adjust-quantity",
    permission="inventory.adjustment.post",
)  # fmt: skip
def adjust_quantity(
    ctx: Context,
    *,
    item_id: Annotated[int, arg("Item", ref="inventory.item")],
    new_on_hand_quantity: Annotated[Decimal, arg("Counted", ge=0)],
    adjustment_reason: Annotated[str, arg("Reason", max_length=200)],
    location_id: Annotated[int | None, arg("Location", ref="inventory.location")] = None,
    unit_id: Annotated[int | None, arg("Unit", ref="inventory.unit", help="Empty: the item's base unit.")] = None,
    cost_per_unit: Annotated[
        Decimal | None, arg("Cost", ge=0, help="Of what is found; empty: the present cost.")
    ] = None,
    lot_id: Annotated[int | None, arg("Lot", ref="inventory.lot")] = None,
    notes: Annotated[str, arg("Notes", max_length=2000)] = "",
) -> dict[str, Any]:
    """Set what is on hand of one item at one location to what was counted."""
    wanted = AdjustmentInput(
        item_id, "recount", new_on_hand_quantity, location_id, unit_id, cost_per_unit, lot_id, reason=adjustment_reason
    )
    document = _post_together(ctx, [wanted], notes)
    return {"id": document.id, "number": document.number, "change_of_value": document.total_value}


@action(
    adjustments, scope="collection", label="Adjust many", path="admin/inventory-transactions/batch-adjustment",
    permission="inventory.adjustment.post",
)  # fmt: skip
def batch_adjustment(
    ctx: Context,
    *,
    adjustments: Annotated[list[AdjustmentInput], arg("Adjustments")],
    notes: Annotated[str, arg("Notes", max_length=2000)] = "",
    reference: Annotated[str, arg("Reference", max_length=60, help="Given twice, the second is refused.")] = "",
) -> dict[str, Any]:
    """Post many adjustments of any type, all or none; those of one type and place share a document."""
    if reference and ctx.find(Adjustment, reference=reference) is not None:
        raise Duplicate(f"The adjustments {reference} are already posted.", code="ALREADY_POSTED")
    together: dict[tuple[str, int | None, str | None], list[AdjustmentInput]] = {}
    for wanted in adjustments:
        together.setdefault((wanted.adjustment_type, wanted.location_id, wanted.reason), []).append(wanted)
    documents = [
        _post_together(ctx, group, notes, reference if n == 0 else "") for n, group in enumerate(together.values())
    ]
    return {
        "adjustments_processed": len(adjustments),
        "total_cost_change": sum((document.total_value or ZERO for document in documents), ZERO),
        "documents": [{"id": document.id, "number": document.number} for document in documents],
    }


def _post_together(ctx: Context, group: Sequence[AdjustmentInput], notes: str, reference: str = "") -> Adjustment:
    first = group[0]
    document: Adjustment = ctx.do(
        "inventory.adjustment.create",
        adjustment_type=first.adjustment_type,
        location_id=first.location_id or default_location(ctx).id,
        reason=first.reason,
        reference=reference or None,
        notes=notes or None,
        lines=[_line(wanted) for wanted in group],
    )
    ctx.do("inventory.adjustment.post", document)
    return document


def _line(wanted: AdjustmentInput) -> dict[str, Any]:
    names = ("item_id", "quantity", "unit_id", "unit_cost", "lot_id", "lot_number", "expires_on")
    return {name: getattr(wanted, name) for name in names}
