"""Reservations: stock is promised, let go, or leaves."""

from __future__ import annotations

from typing import Annotated, Any

from core.api import Context, Invalid, action, arg, before
from plugins.inventory.actions.drafts import source_of
from plugins.inventory.ledger.movement import ISSUE_TYPES
from plugins.inventory.ledger.reserving import fulfil as take_out
from plugins.inventory.ledger.reserving import hold, next_reservation_number
from plugins.inventory.ledger.reserving import release as let_go
from plugins.inventory.models.reservations import Reservation
from plugins.inventory.resources.documents import reservations

KIND = "inventory.reservation"


@before(reservations, "create")
def hold_stock(ctx: Context, reservation: Reservation, values: dict[str, Any]) -> None:
    """Hold the stock as the reservation is made: whole when hard, what is free when soft."""
    if reservation.expires_at is not None and reservation.expires_at <= ctx.now():
        raise Invalid({"expires_at": ["Must lie in the future."]})
    reservation.number = next_reservation_number(ctx)
    # The lots it is held on refer to it: it is written before them.
    ctx.db.add(reservation)
    hold(ctx, [reservation])


@action(reservations, source="active", target="released", label="Release", icon="bookmark-x")
def release(ctx: Context, reservation: Reservation) -> None:
    """Let go of what is held."""
    let_go(ctx, [reservation])


@action(reservations, source="active", target="fulfilled", label="Fulfil", icon="package-check")
def fulfil(
    ctx: Context,
    reservation: Reservation,
    *,
    issue_type: Annotated[str, arg("Type", choices=ISSUE_TYPES)] = "sale",
) -> None:
    """Take out what is held, from the very lots it is held on."""
    source = source_of(reservation, KIND, ctx.today(), reason=reservation.customer_name)
    take_out(ctx, [reservation], source=source, move_type=issue_type)


@action(reservations, source="active", target="expired", label="Expire", icon="clock")
def expire(ctx: Context, reservation: Reservation) -> None:
    """Let go of what is held because its time is over."""
    let_go(ctx, [reservation], state="expired")
