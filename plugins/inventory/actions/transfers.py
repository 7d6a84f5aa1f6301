"""Transfers: asked for, approved by somebody else, and then both locations change at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from core.api import Context, Invalid, action, arg, before
from plugins.inventory.actions.approving import need_approval, waiting_approval, withdraw_request
from plugins.inventory.actions.drafts import need_lines, note_on_lines, source_of, take_back, values_by_line
from plugins.inventory.ledger.issuing import forecast
from plugins.inventory.ledger.movement import ZERO, Outgoing
from plugins.inventory.ledger.posting import expect_posting
from plugins.inventory.ledger.transferring import transfer as move_goods
from plugins.inventory.models.documents import Transfer, TransferLine
from plugins.inventory.resources.documents import transfers

KIND = "inventory.transfer"


@before(transfers, "create")
@before(transfers, "update")
def check_two_locations(ctx: Context, transfer: Transfer, values: dict[str, object]) -> None:
    """Goods go somewhere else."""
    start = values.get("from_location_id", transfer.from_location_id)
    if start == values.get("to_location_id", transfer.to_location_id):
        raise Invalid({"to_location_id": ["Choose another location than the one the goods come from."]})


@action(transfers, source="draft", target="pending_approval", label="Ask for approval", icon="send")
def request(ctx: Context, transfer: Transfer, *, reason: Annotated[str, arg("Reason", max_length=200)] = "") -> None:
    """Ask for the goods. Refused(INSUFFICIENT_STOCK) when they are not there now; approval looks again."""
    expect_posting(ctx, [transfer.from_location_id])
    source = source_of(transfer, KIND, ctx.today())
    foreseen = forecast(ctx, _wanted(ctx, transfer), source=source, strict=True)
    # Set together and last: what is changed before a statement is written before it, by one of its own.
    ctx.update(
        transfer, requested_on=transfer.requested_on or ctx.today(), requested_by_id=ctx.actor.user_id,
        total_value=-sum((move.value for move in foreseen), ZERO),
    )  # fmt: skip
    ctx.request_approval(transfer, "inventory.transfer.approve", reason=reason or f"Transfer {transfer.number}")


@action(transfers, source="pending_approval", target="completed", label="Approve", icon="check")
def approve(ctx: Context, transfer: Transfer, *, note: Annotated[str, arg("Note", max_length=200)] = "") -> None:
    """Move the goods, at the cost they have where they come from; whoever asked cannot approve."""
    need_approval(ctx, KIND, transfer, note)
    expect_posting(ctx, [transfer.from_location_id, transfer.to_location_id])
    lines = need_lines(ctx, transfer)
    source = replace(source_of(transfer, KIND, ctx.today()), approved_by_id=ctx.actor.user_id)
    moves = move_goods(ctx, _wanted(ctx, transfer), transfer.to_location_id, source=source)
    gone = [move for move in moves if move.move_type == "transfer_out"]
    taken = values_by_line(gone)
    note_on_lines(ctx, TransferLine, lines, ({"value": -taken[line.id][1]} for line in lines))
    ctx.update(
        transfer, approved_by_id=ctx.actor.user_id, decision_reason=note or None,
        total_value=-sum((move.value for move in gone), ZERO),
    )  # fmt: skip


@action(transfers, source="pending_approval", target="rejected", label="Reject", icon="x")
def reject(ctx: Context, transfer: Transfer, *, reason: Annotated[str, arg("Reason", max_length=200)]) -> None:
    """Refuse the transfer; the goods stay where they are."""
    ctx.do("kernel.approval.reject", waiting_approval(ctx, KIND, transfer), note=reason)


@action(transfers, source=("draft", "pending_approval"), target="cancelled", label="Cancel", icon="ban")
def cancel(ctx: Context, transfer: Transfer) -> None:
    """Put the transfer aside; nothing was moved."""
    withdraw_request(ctx, KIND, transfer)


@action(transfers, source="completed", target="reversed", icon="undo-2", confirm="Bring these goods back?")
def reverse(ctx: Context, transfer: Transfer, *, reason: Annotated[str, arg("Reason", max_length=200)]) -> None:
    """Bring the goods back to where they were, lot by lot."""
    take_back(ctx, transfer, KIND, reason)


def _wanted(ctx: Context, transfer: Transfer) -> list[Outgoing]:
    return [
        Outgoing(line.item_id, transfer.from_location_id, line.quantity, line.unit_id, line.lot_id, line.id)
        for line in need_lines(ctx, transfer)
    ]
