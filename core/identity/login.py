"""Logging in and out, changing the password, going to another tenant: plain functions, no web framework."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa

from core.db.session import KernelSession
from core.errors import Forbidden, Invalid, Problem, Unauthenticated
from core.identity import limits
from core.identity.actor import Actor
from core.identity.identity import Identity
from core.identity.models import BrowserSession, Member, TokenFamily, User
from core.identity.passwords import hash_password, needs_rehash, password_fault, verify_password
from core.identity.sessions import OpenedSession, end_session, open_session
from core.identity.sources import Origin
from core.identity.standing import Standing
from core.identity.tokens import TokenPair, exchange, open_family, refused_refresh, revoke_bearer, revoke_family
from core.identity.users import find_user, normalized, set_password
from core.tenancy.models import Tenant

Opened = TypeVar("Opened", TokenPair, OpenedSession)
Opener = Callable[[KernelSession, User, int | None], Opened]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody types to log in; without a tenant the one they used last is opened."""

    identifier: str
    password: str = field(repr=False)
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class _Change:
    """What is typed to change a password; the new one `again` by those who cannot see what they type."""

    current: str = field(repr=False)
    new: str = field(repr=False)
    again: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Candidate:
    user_id: int | None
    password_hash: str | None
    is_active: bool
    auth_revision: int


def log_in_program(identity: Identity, credentials: Credentials, origin: Origin) -> TokenPair:
    """Check name and password and return tokens for a client program."""
    return _log_in(identity, credentials, origin, _program_opener(identity, origin))


def log_in_browser(identity: Identity, credentials: Credentials, origin: Origin) -> OpenedSession:
    """Check name and password and return a server-side session for a browser."""
    return _log_in(identity, credentials, origin, _browser_opener(identity, origin))


def refresh(identity: Identity, refresh_token: str) -> tuple[TokenPair, Standing]:
    """Trade a refresh token for a new pair; showing one twice ends the log-in it came from."""
    with identity.write() as session:
        traded = exchange(session, identity.policy, refresh_token)
    if traded is None:
        raise refused_refresh()
    return traded


def log_out(identity: Identity, actor: Actor) -> None:
    """End the session or the token family by which the actor came."""
    if actor.session_id is None:
        return
    with identity.write() as session:
        _close(session, actor)


def give_back(identity: Identity, refresh_token: str) -> None:
    """End the log-in of a refresh token; one that is worth nothing is given back all the same."""
    with identity.write() as session:
        revoke_bearer(session, refresh_token)


def change_program_password(identity: Identity, actor: Actor, current: str, new: str, origin: Origin) -> TokenPair:
    """Change the password; every log-in of the user ends, and the caller gets new tokens."""
    return _change_password(identity, actor, _Change(current, new), origin, _program_opener(identity, origin))


def change_browser_password(
    identity: Identity, actor: Actor, current: str, new: str, origin: Origin, *, again: str | None = None
) -> OpenedSession:
    """Change the password; every log-in of the user ends, and the browser gets a new session.

    `again` is the new password once more, where somebody types it who cannot see it.
    """
    return _change_password(identity, actor, _Change(current, new, again), origin, _browser_opener(identity, origin))


def switch_program(identity: Identity, actor: Actor, slug: str, origin: Origin) -> TokenPair:
    """Return tokens for another tenant of the same user; they end together with this log-in."""
    with identity.write() as session:
        user, tenant_id = _switch(session, actor, slug)
        family = session.get_one(TokenFamily, actor.session_id)
        return open_family(session, identity.policy, user, tenant_id, origin, login_id=family.login_id)


def switch_browser(identity: Identity, actor: Actor, slug: str, origin: Origin) -> OpenedSession:
    """Move the browser to another tenant of the same user, under a new session key."""
    with identity.write() as session:
        user, tenant_id = _switch(session, actor, slug)
        _close(session, actor)
        return open_session(session, identity.policy, user, tenant_id, origin)


def tenants_of(session: KernelSession, user_id: int) -> list[Tenant]:
    """Return the tenants a user can work in now, by name."""
    wanted = (
        sa.select(Tenant)
        .join(Member, Member.tenant_id == Tenant.id)
        .where(Member.user_id == user_id, Member.is_active.is_(True), Tenant.is_active.is_(True))
        .order_by(Tenant.name, Tenant.id)
    )
    return list(session.scalars(wanted))


def owner_of(session: KernelSession, pair: TokenPair) -> tuple[User, int | None]:
    """Return whom a pair of tokens was made for, and in which tenant."""
    family = session.get_one(TokenFamily, pair.family_id)
    return session.get_one(User, family.user_id), family.tenant_id


def _log_in(identity: Identity, credentials: Credentials, origin: Origin, opener: Opener[Opened]) -> Opened:
    """Two short transactions with the slow hash between them, so that no writer waits for it.

    Every failure before the tenant is chosen gives one and the same answer after the same work.
    """
    keys = limits.counter_keys(identity.policy, normalized(credentials.identifier), origin.source)
    with identity.read() as session:
        limits.refuse_blocked(session, identity.policy, keys, session.now())
        candidate = _candidate(find_user(session, credentials.identifier))
    correct = verify_password(identity.policy, candidate.password_hash, credentials.password)
    # A second factor is asked for here, while nothing is open yet and failures still count.
    new_hash = _new_hash(identity, candidate, credentials.password) if correct else None
    with identity.write() as session:
        user = _finish(identity, session, keys, candidate, correct)
        if isinstance(user, User):
            user.password_hash = new_hash or user.password_hash
        entered = _enter(session, user, credentials.tenant, opener) if isinstance(user, User) else user
    # Raised only now: inside, it would roll back the count of the failure.
    if isinstance(entered, Problem):
        raise entered
    return entered


def _candidate(user: User | None) -> _Candidate:
    if user is None:
        return _Candidate(None, None, False, 0)
    return _Candidate(user.id, user.password_hash, user.is_active, user.auth_revision)


def _new_hash(identity: Identity, candidate: _Candidate, password: str) -> str | None:
    if candidate.password_hash is None or not needs_rehash(identity.policy, candidate.password_hash):
        return None
    return hash_password(identity.policy, password)


def _finish(
    identity: Identity, session: KernelSession, keys: limits.CounterKeys, candidate: _Candidate, correct: bool
) -> User | Problem:
    user = _unchanged(session, candidate) if correct else None
    wait = limits.settle(session, identity.policy, keys, session.now(), success=user is not None)
    if wait:
        return limits.too_many(wait)
    if user is None:
        return Unauthenticated("User name or password is wrong.", code="WRONG_CREDENTIALS")
    return user


def _unchanged(session: KernelSession, candidate: _Candidate) -> User | None:
    """Return the user if nothing was changed while the password was compared: a disabled user stays out."""
    user = session.scalars(sa.select(User).where(User.id == candidate.user_id).with_for_update()).one_or_none()
    if user is None or not user.is_active or user.auth_revision != candidate.auth_revision:
        return None
    return user


def _enter(session: KernelSession, user: User, slug: str | None, opener: Opener[Opened]) -> Opened | Problem:
    tenants = tenants_of(session, user.id)
    tenant = _named(tenants, slug) if slug else _usual(tenants, user)
    if tenant is None and (slug or not user.is_platform_admin):
        return _no_tenant(slug)
    user.last_login_at = session.now()
    user.last_tenant_id = tenant.id if tenant else None
    return opener(session, user, tenant.id if tenant else None)


def _named(tenants: list[Tenant], slug: str) -> Tenant | None:
    return next((tenant for tenant in tenants if tenant.slug == slug.strip().casefold()), None)


def _usual(tenants: list[Tenant], user: User) -> Tenant | None:
    last = next((tenant for tenant in tenants if tenant.id == user.last_tenant_id), None)
    return last or next(iter(tenants), None)


def _no_tenant(slug: str | None) -> Forbidden:
    """One answer for a tenant that does not exist, is suspended, or that one is not a member of."""
    if slug:
        return Forbidden("You are not an active member of an active tenant of this name.", code="NO_SUCH_TENANT")
    return Forbidden("You are not an active member of any active tenant; ask an administrator.", code="NO_TENANT")


def _switch(session: KernelSession, actor: Actor, slug: str) -> tuple[User, int]:
    user = _still_logged_in(session, actor)
    tenant = _named(tenants_of(session, user.id), slug)
    if tenant is None:
        raise _no_tenant(slug)
    user.last_tenant_id = tenant.id
    return user, tenant.id


def _still_logged_in(session: KernelSession, actor: Actor) -> User:
    """Return the user while the log-in of the actor stands, locked: one that was ended meanwhile opens nothing new."""
    user = session.scalars(sa.select(User).where(User.id == actor.user_id).with_for_update()).one()
    kind: Any = BrowserSession if actor.source == "session" else TokenFamily
    wanted = sa.select(kind).where(kind.id == actor.session_id, kind.auth_revision == user.auth_revision)
    opened = session.scalars(wanted.with_for_update()).one_or_none()
    if opened is None or getattr(opened, "revoked_at", None) is not None or not user.is_active:
        raise Unauthenticated("Your log-in has ended meanwhile; log in again.")
    return user


def _change_password(
    identity: Identity, actor: Actor, change: _Change, origin: Origin, opener: Opener[Opened]
) -> Opened:
    keys = limits.counter_keys(identity.policy, actor.username, origin.source)
    with identity.read() as session:
        limits.refuse_blocked(session, identity.policy, keys, session.now())
        known = session.get(User, actor.user_id)
        candidate = _candidate(known)
        faults = _faults_of_new(identity, known, change)
    correct = verify_password(identity.policy, candidate.password_hash, change.current)
    with identity.write() as session:
        user = _finish(identity, session, keys, candidate, correct)
        if isinstance(user, User):
            if faults:
                raise Invalid(faults, code="WEAK_PASSWORD" if faults.keys() == {"new_password"} else None)
            set_password(session, identity.policy, user, change.new, field="new_password")
            return opener(session, user, actor.tenant_id)
    if isinstance(user, Unauthenticated):
        raise Invalid({"current_password": ["Is wrong."], **faults}, code="WRONG_PASSWORD")
    raise user


def _faults_of_new(identity: Identity, user: User | None, change: _Change) -> dict[str, list[str]]:
    """Return all that is wrong with a new password and its repetition."""
    names = (user.username, user.email) if user is not None else ()
    fault = password_fault(identity.policy, change.new, names)
    if change.new == change.current:
        fault = "Must differ from the current password."
    errors = {"new_password": [fault]} if fault else {}
    if change.again not in (None, change.new):
        errors["again"] = ["Differs from the new password."]
    return errors


def _close(session: KernelSession, actor: Actor) -> None:
    assert actor.session_id is not None
    if actor.source == "session":
        end_session(session, actor.session_id)
    else:
        revoke_family(session, actor.session_id)


def _program_opener(identity: Identity, origin: Origin) -> Opener[TokenPair]:
    return lambda session, user, tenant_id: open_family(session, identity.policy, user, tenant_id, origin)


def _browser_opener(identity: Identity, origin: Origin) -> Opener[OpenedSession]:
    return lambda session, user, tenant_id: open_session(session, identity.policy, user, tenant_id, origin)
