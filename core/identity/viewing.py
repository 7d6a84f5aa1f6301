"""Looking at everything as somebody with one role would: fewer rights for a while, never more, and nothing changed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import sqlalchemy as sa

from core.db.session import KernelSession
from core.errors import Forbidden
from core.identity.access_tokens import signing_key
from core.identity.actor import Actor
from core.identity.models import Role
from core.identity.permissions import Grant, PermissionSet
from core.identity.policy import IdentityPolicy
from core.identity.roles import KERNEL, DeclaredAccess, grant_of
from core.tenancy.models import TenantModule

LONGEST = 200


def sealed(policy: IdentityPolicy, actor: Actor, role_id: int) -> str:
    """Return the cookie that says as which role a browser session looks; good for that session only."""
    said = f"{actor.session_id}.{role_id}"
    return f"{said}.{_seal(policy, said)}"


def role_in(policy: IdentityPolicy, actor: Actor, cookie: str) -> int | None:
    """Return the role in a cookie, None when it was not made for this session."""
    said, _, seal = cookie[:LONGEST].rpartition(".")
    session, _, role = said.partition(".")
    right = hmac.compare_digest(_seal(policy, said).encode(), seal.encode("utf-8", "replace"))
    return int(role) if right and role.isdecimal() and session == str(actor.session_id) else None


def _seal(policy: IdentityPolicy, said: str) -> str:
    return hmac.new(signing_key(policy, "view-as"), said.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def looking_as(
    reading: Callable[[], AbstractContextManager[KernelSession]], declared: DeclaredAccess, actor: Actor, role_id: int
) -> Actor:
    """Return the actor with exactly the rights of a role; as they are when the role is gone or holds more than they."""
    with reading() as session:
        wanted = sa.select(Role).where(Role.tenant_id == actor.tenant_id, Role.id == role_id)
        role = session.scalars(wanted).one_or_none()
        grant = _usable(session, role, declared) if role is not None else None
    if role is None or grant is None or not actor.permissions.covers([grant]):
        return actor
    seen = PermissionSet([grant], declared.rule_resources)
    return replace(actor, permissions=seen, is_platform_admin=False, viewing_as=role.title)


def _usable(session: KernelSession, role: Role, declared: DeclaredAccess) -> Grant:
    """Return what a role gives here; nothing while its module is off."""
    plugin = role.key.partition(".")[0]
    if role.is_declared and plugin != KERNEL:
        mine = TenantModule.tenant_id == role.tenant_id, TenantModule.plugin == plugin
        if session.scalars(sa.select(TenantModule.id).where(*mine)).first() is None:
            return Grant(())
    return grant_of(role, declared)


def refuse_change(actor: Actor) -> None:
    """Raise Forbidden while somebody only looks as a role."""
    if actor.viewing_as:
        raise Forbidden(
            f"You are looking as {actor.viewing_as!r}, where nothing can be changed; go back to yourself first.",
            code="VIEWING_AS",
        )
