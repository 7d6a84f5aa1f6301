"""Documents that wait for somebody else: both doors, the document and the list of approvals, lead the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.api import Approval, Context, Refused
from plugins.inventory.models.documents import Issue, Transfer


def waiting_approval(ctx: Context, resource: str, document: Any) -> Approval:
    """Return the request that a document waits for; Refused when there is none."""
    found = ctx.find(Approval, resource=resource, record_id=document.id, state="pending")
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
    for approval in approvals:
        if approval.resource == "inventory.issue":
            issue = ctx.get(Issue, approval.record_id)
            issue.state = "draft"
        elif approval.resource == "inventory.transfer":
            transfer = ctx.get(Transfer, approval.record_id)
            transfer.state, transfer.approved_by_id = "rejected", ctx.actor.user_id
            transfer.decision_reason = approval.decision or None


def withdraw_request(ctx: Context, resource: str, document: Any) -> None:
    """Take back the request of a document that is cancelled."""
    waiting = ctx.find(Approval, resource=resource, record_id=document.id, state="pending")
    if waiting is not None:
        waiting.state = "cancelled"
