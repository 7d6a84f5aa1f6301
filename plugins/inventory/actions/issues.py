"""Issues: goods leave, all or nothing; below zero only when somebody else approves."""

from __future__ import annotations

from typing import Annotated

from core.api import Context, Refused, action, arg
from plugins.inventory.actions.approving import need_approval, waiting_approval, withdraw_request
from plugins.inventory.actions.drafts import need_lines, note_on_lines, source_of, take_back, values_by_line
from plugins.inventory.ledger.arithmetic import per_unit
from plugins.inventory.ledger.facts import load_items
from plugins.inventory.ledger.issuing import issue as take_out
from plugins.inventory.ledger.movement import ZERO, Outgoing
from plugins.inventory.ledger.posting import expect_posting
from plugins.inventory.models.documents import Issue, IssueLine
from plugins.inventory.resources.documents import issues

KIND = "inventory.issue"


@action(issues, source="draft", target="posted", label="Post", icon="check")
def post(ctx: Context, issue: Issue) -> None:
    """Take the goods from stock, oldest or first to expire.

    Raises Refused(INSUFFICIENT_STOCK) with every short line; nothing is taken then.
    """
    _take(ctx, issue)


@action(issues, source="draft", target="pending_approval", label="Ask for approval", icon="stamp")
def request_approval(ctx: Context, issue: Issue, *, reason: Annotated[str, arg("Reason", max_length=200)]) -> None:
    """Ask that somebody else lets these goods go below zero; stock stays as it is until then."""
    items = load_items(ctx, {line.item_id for line in need_lines(ctx, issue)})
    if not any(item.allow_negative for item in items.values()):
        raise Refused("NEVER_NEGATIVE", "None of these items may go below zero. Receive the goods first.")
    issue.requested_by_id = ctx.actor.user_id
    ctx.request_approval(issue, "inventory.issue.approve-negative", reason=reason)


@action(issues, source="pending_approval", target="posted", label="Approve", icon="check")
def approve_negative(ctx: Context, issue: Issue, *, note: Annotated[str, arg("Note", max_length=200)] = "") -> None:
    """Let the goods go, below zero where they are not there; whoever asked cannot approve."""
    need_approval(ctx, KIND, issue, note)
    issue.approved_by_id = ctx.actor.user_id
    _take(ctx, issue, allow_negative=True)


@action(issues, source="pending_approval", target="draft", label="Reject", icon="x")
def reject(ctx: Context, issue: Issue, *, reason: Annotated[str, arg("Reason", max_length=200)]) -> None:
    """Send the issue back to whoever asked."""
    ctx.do("kernel.approval.reject", waiting_approval(ctx, KIND, issue), note=reason)


@action(issues, source=("draft", "pending_approval"), target="cancelled", label="Cancel", icon="ban")
def cancel(ctx: Context, issue: Issue) -> None:
    """Put the issue aside; nothing was taken."""
    withdraw_request(ctx, KIND, issue)


@action(issues, source="posted", target="reversed", icon="undo-2", confirm="Put these goods back on stock?")
def reverse(ctx: Context, issue: Issue, *, reason: Annotated[str, arg("Reason", max_length=200)]) -> None:
    """Put the goods back on the very lots they were taken from, at the cost they left with."""
    take_back(ctx, issue, KIND, reason)


def _take(ctx: Context, issue: Issue, *, allow_negative: bool = False) -> None:
    expect_posting(ctx, [issue.location_id])
    lines = need_lines(ctx, issue)
    day = issue.issued_on or ctx.today()
    moves = take_out(
        ctx,
        [
            Outgoing(line.item_id, issue.location_id, line.quantity, line.unit_id, line.lot_id, line.id)
            for line in lines
        ],
        move_type=issue.issue_type,
        source=source_of(issue, KIND, day, reason=issue.reason),
        allow_negative=allow_negative,
    )
    taken = values_by_line(moves)
    results = ((-taken[line.id][0], -taken[line.id][1]) for line in lines)
    note_on_lines(ctx, IssueLine, lines, ({"value": value, "unit_cost": per_unit(value, q)} for q, value in results))
    # Set together and last: what is changed before a statement is written before it, by one of its own.
    ctx.update(issue, issued_on=day, total_value=-sum((move.value for move in moves), ZERO))
