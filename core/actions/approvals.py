"""Approvals: an action that needs a second pair of eyes waits as a record until somebody else decides."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.actions.about import of_readable
from core.actions.models import Approval
from core.db.base import TenantOwned
from core.errors import Forbidden, Refused
from core.resources.kinds import plain_json

if TYPE_CHECKING:
    from core.actions.context import Context


def within_reach(ctx: Context) -> list[Any]:
    """Return what narrows the requests somebody sees: about records they may read, and those they made themselves."""
    readable = of_readable(ctx, Approval)
    return [sa.or_(Approval.requester_id == ctx.actor.user_id, *readable)] if readable else []


def request(
    ctx: Context, record: TenantOwned, action: str, *, reason: str, expires_at: datetime | None,
    arguments: dict[str, Any],
) -> Approval:  # fmt: skip
    """Write a pending approval; one that waits for the same action on the same record is returned instead.

    One that has expired is put aside: nobody can approve it any more, and it must not stand in the way of the next.
    """
    resource = ctx.registry.resource_of_model[type(record)]
    waiting = waiting_for(ctx, record, action)
    if waiting is not None and not _has_expired(ctx, waiting):
        return waiting
    if waiting is not None:
        close(ctx, waiting, "Expired, and asked for again.")
    approval = ctx.create(
        Approval, resource=resource.key, record_id=record.id, action=action, reason=reason, expires_at=expires_at,
        arguments=plain_json(arguments), requester_id=ctx.actor.user_id,
    )  # fmt: skip
    ctx.db.flush()
    return approval


def waiting_for(ctx: Context, record: TenantOwned, action: str) -> Approval | None:
    """Return the request that waits for an action on a record, None where nobody asked."""
    key = ctx.registry.resource_of_model[type(record)].key
    return ctx.find(Approval, resource=key, record_id=record.id, action=action, state="pending")


def close(ctx: Context, approval: Approval, decision: str = "") -> None:
    """Put a request aside that nobody is to decide any more."""
    approval.state, approval.decided_at, approval.decision = "cancelled", ctx.now(), decision


def decide(ctx: Context, approval: Approval, state: str, note: str) -> None:
    """Decide an approval as somebody other than its requester; approving runs the action that waits.

    Where that very action is already running on the record, and asks to be approved, it just goes on: it runs once.
    Raises Forbidden for the requester and for whoever may not run the action on that record, Refused when it has
    expired.
    """
    if approval.requester_id is not None and approval.requester_id == ctx.actor.user_id:
        raise Forbidden("Somebody else must decide what you asked for.", code="OWN_APPROVAL")
    _check_right(ctx, approval)
    if _has_expired(ctx, approval):
        raise Refused("APPROVAL_EXPIRED", "The request has expired; ask again.")
    approval.reviewer_id, approval.decided_at, approval.decision = ctx.actor.user_id, ctx.now(), note
    approval.state = state
    ctx.db.flush()
    if state == "approved" and not _is_running(ctx, approval):
        before, ctx.approval = ctx.approval, approval
        try:
            ctx.do(approval.action, approval.record_id, **approval.arguments)
        finally:
            ctx.approval = before


def _check_right(ctx: Context, approval: Approval) -> None:
    from core.actions.run import find_action, reachable

    action = find_action(ctx, approval.action)
    if not ctx.can(action.permission):
        raise Forbidden(f"You need the permission {action.permission}.", permission=action.permission)
    resource, verb = ctx.registry.resources[approval.resource], action.permission.rsplit(".", 1)[-1]
    if approval.record_id not in reachable(ctx, resource, verb, [approval.record_id]):
        text = f"Your role does not reach the {resource.singular.lower()} that the request is about."
        raise Forbidden(text, code="OUT_OF_REACH")


def _has_expired(ctx: Context, approval: Approval) -> bool:
    return approval.expires_at is not None and approval.expires_at < ctx.now()


def _is_running(ctx: Context, approval: Approval) -> bool:
    return any(key == approval.action and approval.record_id in ids for key, ids in ctx.running)
