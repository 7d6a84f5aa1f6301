"""Where somebody is logged in, and logging out everywhere else."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.db.session import KernelSession
from core.identity.actor import Actor
from core.identity.identity import Identity
from core.identity.models import BrowserSession, TokenFamily, User
from core.identity.tokens import revoke_login

MOST = 50


def own_sessions(session: KernelSession, actor: Actor) -> list[dict[str, Any]]:
    """Return the browsers and programs in which somebody is logged in, those used last first."""
    now, found = session.now(), []
    for kind, table in (("browser", BrowserSession), ("program", TokenFamily)):
        log_in: Any = table
        open_ = [log_in.user_id == actor.user_id, log_in.expires_at > now, User.auth_revision == log_in.auth_revision]
        open_ += [TokenFamily.revoked_at.is_(None)] if log_in is TokenFamily else []
        wanted = sa.select(log_in).join(User, User.id == log_in.user_id).where(*open_).order_by(log_in.id.desc())
        for row in session.scalars(wanted.limit(MOST)):
            own = row.id == actor.session_id and (kind == "browser") == (actor.source == "session")
            found.append({"id": row.id, "kind": kind, "user_agent": row.user_agent, "address": row.address,
                          "created_at": row.created_at, "last_seen_at": getattr(row, "last_seen_at", None),
                          "is_this": own})  # fmt: skip
    found.sort(key=lambda item: item["last_seen_at"] or item["created_at"], reverse=True)
    return sorted(found, key=lambda item: not item["is_this"])


def end_others(identity: Identity, actor: Actor) -> int:
    """End every other log-in of somebody; returns how many there were."""
    with identity.write() as session:
        others = [item for item in own_sessions(session, actor) if not item["is_this"]]
        browsers = [item["id"] for item in others if item["kind"] == "browser"]
        ended = sa.delete(BrowserSession).where(BrowserSession.id.in_(browsers))
        session.execute(ended.execution_options(synchronize_session=False))
        mine = session.get(TokenFamily, actor.session_id) if actor.source == "token" else None
        programs = [item["id"] for item in others if item["kind"] == "program"]
        log_ins = set(session.scalars(sa.select(TokenFamily.login_id).where(TokenFamily.id.in_(programs))))
        for login_id in sorted(log_ins - ({mine.login_id} if mine is not None else set())):
            revoke_login(session, login_id)
    return len(others)
