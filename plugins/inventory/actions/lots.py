"""Lots: held back, let go, recalled, expired; and found again at both ends."""

from __future__ import annotations

from typing import Annotated, Any

from core.api import Context, Invalid, Refused, action, arg, before, day_text, select
from plugins.inventory.ledger.tracing import trace
from plugins.inventory.models.lots import Lot
from plugins.inventory.resources.ledger import lots


@before(lots, "update")
def keep_days_in_order(ctx: Context, lot: Lot, values: dict[str, Any]) -> None:
    """Goods were made by the day they came in."""
    made_on = values.get("made_on")
    if made_on is not None and made_on > lot.received_on:
        told = f"{day_text(made_on)} is after the day of receipt, {day_text(lot.received_on)}."
        raise Invalid({"made_on": [told]}, code="NOT_MADE_YET")


@action(lots, source="available", target="quarantine", label="Quarantine", icon="shield-alert")
def quarantine(ctx: Context, lot: Lot, *, reason: Annotated[str, arg("Reason", max_length=200)]) -> None:
    """Hold the lot back: nothing is picked from it until it is released."""
    lot.state_reason = reason


@action(lots, source=("quarantine", "expired"), target="available", label="Release", icon="shield-check")
def release(ctx: Context, lot: Lot, *, reason: Annotated[str, arg("Reason", max_length=200)] = "") -> None:
    """Let the lot be used again; one that expired by a wrong date, once the date is corrected."""
    if lot.expires_on is not None and lot.expires_on < ctx.today():
        raise Refused(
            "LOT_EXPIRED", f"Lot {lot.number} expired on {day_text(lot.expires_on)}. Correct the date or throw it away."
        )
    lot.state_reason = reason or None


@action(lots, source=("available", "quarantine"), target="expired", label="Expire", icon="calendar-x")
def expire(ctx: Context, lot: Lot, *, reason: Annotated[str, arg("Reason", max_length=200)] = "") -> None:
    """Take the lot out of use; what is on hand stays in the books until it is thrown away."""
    lot.state_reason = reason or "Past its last day."


@action(
    lots, source=("available", "quarantine", "expired"), target="recalled", label="Recall", icon="megaphone",
    confirm="Recall this lot?",
)  # fmt: skip
def recall(
    ctx: Context,
    lot: Lot,
    *,
    reason: Annotated[str, arg("Reason", max_length=200)],
    with_products: Annotated[bool, arg("Also everything made of it")] = True,
) -> dict[str, Any]:
    """Recall the lot and everything that was made of it; answers which lots that is."""
    lot.state_reason = reason
    reached = trace(ctx, [lot.id], "forward").lot_ids if with_products else []
    products = ctx.all(select(Lot).where(Lot.id.in_(reached)).order_by(Lot.id)) if reached else []
    for product in products:
        if product.state != "recalled":
            product.state, product.state_reason = "recalled", f"Made of {lot.number}: {reason}"[:200]
    # Whatever was made of it is recalled, wherever it lies; told is what is within reach.
    within = set(ctx.all(select(Lot.id).where(Lot.id.in_(reached), *ctx.visible("inventory.lot")))) if reached else ()
    told = [lot, *(one for one in products if one.id in within)]
    return {"recalled": [{"id": one.id, "number": one.number, "item_id": one.item_id} for one in told]}
