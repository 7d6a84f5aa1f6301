"""Browser sessions kept on the server: the cookie is a random key, everything else can be taken back at once."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.db.session import KernelSession
from core.identity.models import BrowserSession, Member, User
from core.identity.opaque import digest, new_secret
from core.identity.policy import IdentityPolicy
from core.identity.sources import Origin
from core.identity.standing import Standing, read_standing, standing_query
from core.tenancy.models import Tenant

_OTHER_MEMBER, _OTHER_TENANT = aliased(Member), aliased(Tenant)
_ORGANISATIONS = (
    sa.select(sa.func.count())
    .select_from(_OTHER_MEMBER)
    .join(_OTHER_TENANT, _OTHER_TENANT.id == _OTHER_MEMBER.tenant_id)
    .where(_OTHER_MEMBER.user_id == BrowserSession.user_id, _OTHER_MEMBER.is_active.is_(True))
    .where(_OTHER_TENANT.is_active.is_(True))
    .correlate(BrowserSession)
    .scalar_subquery()
)
_BY_COOKIE = standing_query(
    BrowserSession,
    BrowserSession.id,
    BrowserSession.csrf_token,
    BrowserSession.last_seen_at,
    _ORGANISATIONS,
    where=(
        BrowserSession.token_hash == sa.bindparam("key"),
        BrowserSession.expires_at > sa.bindparam("now"),
        BrowserSession.last_seen_at > sa.bindparam("idle_since"),
    ),
)


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """What a browser is handed at log-in: the value of its cookie and the token of its forms."""

    cookie: str
    csrf_token: str
    session_id: int


@dataclass(frozen=True, slots=True)
class CurrentSession:
    """A session that a request belongs to; its user works in so many organisations."""

    session_id: int
    csrf_token: str
    last_seen_at: datetime
    organisations: int
    standing: Standing

    def has_csrf_token(self, given: str) -> bool:
        """Compare a form's token with the session's, in constant time."""
        return hmac.compare_digest(self.csrf_token.encode(), given.encode("utf-8", "replace"))


def open_session(
    session: KernelSession, policy: IdentityPolicy, user: User, tenant_id: int | None, origin: Origin
) -> OpenedSession:
    """Start a session under a new key; no key that a browser brought along is ever taken over."""
    now, secret, csrf_token = session.now(), new_secret(), new_secret()
    opened = BrowserSession(
        id=session.take_ids(1)[0],
        token_hash=digest(secret),
        user_id=user.id,
        tenant_id=tenant_id,
        auth_revision=user.auth_revision,
        csrf_token=csrf_token,
        created_at=now,
        last_seen_at=now,
        expires_at=now + policy.session_lifetime,
        user_agent=origin.shown_agent,
        address=origin.shown_address,
    )
    session.add(opened)
    session.flush()
    return OpenedSession(secret, csrf_token, opened.id)


def current_session(session: KernelSession, policy: IdentityPolicy, cookie: str) -> CurrentSession | None:
    """Return the session of a cookie and how it stands now; None when it ended, expired or idled too long."""
    now = session.now()
    found = read_standing(session, _BY_COOKIE, key=digest(cookie), now=now, idle_since=now - policy.session_idle)
    if found is None:
        return None
    standing, (session_id, csrf_token, last_seen_at, organisations) = found
    return CurrentSession(session_id, csrf_token, last_seen_at, organisations, standing)


def needs_touch(policy: IdentityPolicy, current: CurrentSession, now: datetime) -> bool:
    """Tell whether it is time to note that the session is in use; not at every request, that would be a write each."""
    return now - current.last_seen_at >= policy.touch_interval


def touch(session: KernelSession, session_id: int) -> None:
    """Note that the session is in use."""
    used = sa.update(BrowserSession).where(BrowserSession.id == session_id).values(last_seen_at=session.now())
    session.execute(used.execution_options(synchronize_session=False))


def end_session(session: KernelSession, session_id: int) -> None:
    """End a session: its cookie opens nothing from now on."""
    ended = sa.delete(BrowserSession).where(BrowserSession.id == session_id)
    session.execute(ended.execution_options(synchronize_session=False))


def purge_sessions(session: KernelSession, policy: IdentityPolicy) -> int:
    """Delete sessions that expired or idled too long; returns how many."""
    now = session.now()
    over = sa.or_(BrowserSession.expires_at <= now, BrowserSession.last_seen_at <= now - policy.session_idle)
    dropped = sa.delete(BrowserSession).where(over)
    done: Any = session.execute(dropped.execution_options(synchronize_session=False))
    return int(done.rowcount)
