"""Documents that wait for somebody else: both doors, the document and the list of approvals, lead the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from core.api import Approval, Context, Refused
from plugins.inventory.models.documents import Issue, Transfer

ASKED = {"inventory.issue": "inventory.issue.approve-negative", "inventory.transfer": "inventory.transfer.approve"}


def waiting_approval(ctx: Context, resource: str, document: Any) -> Approval:
    """Return the request that a document waits for; Refused when there is none."""
    found = ctx.waiting_approval(document, ASKED[resource])
    if found is None:
        raise Refused("NO_REQUEST", f"Nobody asked to approve {document.number}.")
    return found


def need_approval(ctx: Context, resource: str, document: Any, note: str) -> None:
    """See to it that the running action is approved; the kernel checks who may.

    Asked for on the document itself, it approves the request that waits. Asked for on the request, it is approved.
    """
    if ctx.approval is None or ctx.approval.record_id != document.id:
        ctx.do("kernel.approval.approve", waiting_approval(ctx, resource, document), note=note)


def follow_rejections(ctx: Context, approvals: Sequence[Approval]) -> None:
    """Bring documents whose request was rejected on: a transfer ends, an issue may be changed and asked for again."""
    for document, approval in _waiting_documents(ctx, approvals):
        if isinstance(document, Transfer):
            document.state, document.approved_by_id = "rejected", ctx.actor.user_id
            document.decision_reason = approval.decision or None
        else:
            document.state = "draft"


def follow_withdrawals(ctx: Context, approvals: Sequence[Approval]) -> None:
    """Make documents drafts again whose request was withdrawn: to change, to ask for again, to cancel."""
    for document, _ in _waiting_documents(ctx, approvals):
        document.state = "draft"


def _waiting_documents(ctx: Context, approvals: Sequence[Approval]) -> Iterator[tuple[Issue | Transfer, Approval]]:
    """Return the documents that wait for these requests; what else is asked about a document leaves it as it is."""
    for approval in approvals:
        if approval.action == ASKED.get(approval.resource):
            model = Issue if approval.resource == "inventory.issue" else Transfer
            yield ctx.get(model, approval.record_id), approval


def withdraw_request(ctx: Context, resource: str, document: Any) -> None:
    """Take back the request of a document that is cancelled."""
    waiting = ctx.waiting_approval(document, ASKED[resource])
    if waiting is not None:
        ctx.close_approval(waiting, f"{document.number} was cancelled.")
