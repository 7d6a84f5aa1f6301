"""Forgetting what log-ins leave behind: sessions and tokens that ended, counters that say nothing any more."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.db.session import KernelSession
from core.identity.identity import Identity
from core.identity.limits import purge_counters
from core.identity.models import RefreshToken, TokenFamily
from core.identity.sessions import purge_sessions

BATCH = 1000


def forget_ended(identity: Identity) -> int:
    """Delete ended sessions, expired or revoked token families and idle counters; returns how many rows."""
    with identity.write() as session:
        return (
            purge_sessions(session, identity.policy)
            + _purge_families(session, identity)
            + purge_counters(session, identity.policy, session.now())
        )


def _purge_families(session: KernelSession, identity: Identity) -> int:
    # A revoked family is kept while its access tokens last: its absence must never look like another fault.
    now = session.now()
    revoked = TokenFamily.revoked_at < now - identity.policy.access_lifetime - identity.policy.leeway
    over = sa.select(TokenFamily.id).where(sa.or_(TokenFamily.expires_at <= now, revoked)).limit(BATCH)
    ids = list(session.scalars(over))
    dropped = sa.delete(RefreshToken).where(sa.or_(RefreshToken.family_id.in_(ids), RefreshToken.expires_at <= now))
    done: Any = session.execute(dropped.execution_options(synchronize_session=False))
    session.execute(sa.delete(TokenFamily).where(TokenFamily.id.in_(ids)).execution_options(synchronize_session=False))
    return int(done.rowcount) + len(ids)
