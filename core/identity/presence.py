"""Where a member is logged in here, when they were last seen here, and whether log-in is shut to them for a while."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.db.session import KernelSession
from core.identity.limits import counter_keys
from core.identity.models import BrowserSession, LoginCounter, Member, TokenFamily, User
from core.identity.policy import IdentityPolicy

MOST = 20


@dataclass(frozen=True, slots=True)
class Presence:
    """What an administrator of one tenant may know of a member's log-ins: those into this tenant, and no other."""

    log_ins: list[dict[str, Any]]
    last_seen_at: datetime | None
    blocked_until: datetime | None
    account_active: bool


def presence_of(session: KernelSession, policy: IdentityPolicy, member: Member) -> Presence:
    """Return how a member stands to this tenant."""
    user = session.get_one(User, member.user_id)
    log_ins = sorted(_log_ins(session, policy, user, member.tenant_id), key=lambda item: item["seen_at"], reverse=True)
    # When somebody logged in last is this tenant's to know only if it was here.
    entered = user.last_login_at if user.last_tenant_id == member.tenant_id else None
    seen = [moment for moment in (entered, *(item["seen_at"] for item in log_ins)) if moment is not None]
    blocked = _blocked_until(session, policy, (user.username, user.email))
    return Presence(log_ins[:MOST], max(seen, default=None), blocked, user.is_active)


def _log_ins(session: KernelSession, policy: IdentityPolicy, user: User, tenant_id: int) -> Iterable[dict[str, Any]]:
    now = session.now()
    for kind, table in (("browser", BrowserSession), ("program", TokenFamily)):
        log_in: Any = table
        open_ = [log_in.user_id == user.id, log_in.tenant_id == tenant_id, log_in.expires_at > now,
                 log_in.auth_revision == user.auth_revision]  # fmt: skip
        if log_in is TokenFamily:
            open_.append(TokenFamily.revoked_at.is_(None))
        else:
            open_.append(BrowserSession.last_seen_at > now - policy.session_idle)
        for row in session.scalars(sa.select(log_in).where(*open_).order_by(log_in.id.desc()).limit(MOST)):
            seen = getattr(row, "last_seen_at", row.created_at)
            yield {"kind": kind, "user_agent": row.user_agent, "since": row.created_at, "seen_at": seen}


def _blocked_until(session: KernelSession, policy: IdentityPolicy, names: Iterable[str]) -> datetime | None:
    keys = [counter_keys(policy, name, "").account for name in names]
    now = session.now()
    shut = sa.select(sa.func.max(LoginCounter.blocked_until)).where(
        LoginCounter.key.in_(keys), LoginCounter.blocked_until > now
    )
    return session.scalars(shut).one()
