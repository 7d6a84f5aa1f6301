"""Who is asking: resolved once per request from the bearer token or the session cookie, through flask-login."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Request, current_app, g, request
from flask.sessions import SecureCookieSession, SessionInterface
from flask_login import LoginManager
from sqlalchemy.exc import DBAPIError

from core import logs
from core.actions.context import Context
from core.db.trips.lookups import Reads, opening_of
from core.errors import Unauthenticated
from core.identity.access_tokens import AccessClaims
from core.identity.actor import Actor
from core.identity.viewing import looking_as, role_in

if TYPE_CHECKING:
    from core.kernel import Kernel

COOKIE = "openmill_session"
VIEW_AS = "openmill_view_as"


class Visitor:
    """The actor as flask-login knows a user."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def get_id(self) -> str:
        """Return the user's id."""
        return str(self.actor.user_id)


class NoCookie(SessionInterface):
    """Flask's own session, which nobody uses here: neither read from a cookie nor written to one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return an empty session."""
        return SecureCookieSession()

    def save_session(self, app: Flask, session: Any, response: Any) -> None:
        """Keep nothing."""


def kernel() -> Kernel:
    """Return the kernel of the running app."""
    return cast("Kernel", current_app.extensions["openmill"])


def register(app: Flask) -> None:
    """Give every request an id and a way to know its actor."""
    manager = LoginManager()
    # Sessions are rows of ours: flask-login neither reads nor writes a cookie of its own.
    manager.session_protection = None
    # All that `init_app` does but for looking, at every answer, whether a cookie of its own is to be written.
    app.login_manager = manager  # type: ignore[attr-defined]
    manager.request_loader(lambda _: _visitor())
    app.session_interface = NoCookie()
    app.before_request(_name_request)


def _name_request() -> None:
    # The objects themselves: a proxy looks its object up at every step, which adds up at every request.
    asked, here = cast(Any, request)._get_current_object(), g._get_current_object()
    # Straight from the server: what is missing among the headers costs an exception each time.
    given = asked.environ.get("HTTP_X_REQUEST_ID", "")
    plain = given.isascii() and given.isprintable() and 0 < len(given) <= 64 and " " not in given
    here.request_id = given if plain else f"{random.getrandbits(64):016x}"
    logs.begin(request_id=here.request_id)


def _load(here: Any, asked: Request) -> Visitor | None:
    if brings_token(asked):
        actor = _of_token(here, asked.environ["HTTP_AUTHORIZATION"].partition(" ")[2].strip())
        return None if actor is None else Visitor(actor)
    cookie = asked.cookies.get(COOKIE, "")
    found = kernel().identity.actor_of_cookie(cookie, request_id=here.request_id) if cookie else None
    if found is None:
        return None
    actor, here.browser_session = found
    return Visitor(_narrowed(actor, asked.cookies.get(VIEW_AS, "")))


def brings_token(asked: Request) -> bool:
    """Whether a request speaks for itself by an access token, whatever its cookies say."""
    scheme: str = asked.environ.get("HTTP_AUTHORIZATION", "").partition(" ")[0]
    return scheme.lower() == "bearer"


def _of_token(here: Any, token: str) -> Actor | None:
    own = kernel()
    prefetch = partial(_prefetch, own, here) if "asked_record" in here else None
    try:
        actor, here.prefetched = own.identity.recognise(token, request_id=here.request_id, prefetch=prefetch)
    except DBAPIError:
        if not here.get("prefetched_questions"):
            raise
        # What was asked before may be of a table that is gone: a plugin was uninstalled while this process ran.
        own.prefetch.forget()
        actor, here.prefetched = own.identity.recognise(token, request_id=here.request_id)
    return actor


def _narrowed(actor: Actor, cookie: str) -> Actor:
    """Return somebody who looks as a role with the rights of that role, everybody else as they are."""
    identity = kernel().identity
    role_id = role_in(identity.policy, actor, cookie) if cookie and actor.tenant_id is not None else None
    return actor if role_id is None else looking_as(identity.read, identity.access.declared, actor, role_id)


def prefetch_record(resource: str, record_id: int) -> None:
    """Have one record read on the way that recognises the asker, if they read one of its kind before."""
    g.asked_record = (resource, record_id)


def _prefetch(own: Kernel, here: Any, claims: AccessClaims) -> Reads | None:
    if claims.tenant_id is None:
        return None
    here.prefetched_questions = found = own.prefetch.questions(claims.tenant_id, claims.user_id, *here.asked_record)
    return Reads(opening_of(claims.tenant_id, own.role), found) if found else None


def current_actor() -> Actor:
    """Return who asks; Unauthenticated when nobody is known or they chose no tenant."""
    actor = known_actor()
    if actor is None:
        raise Unauthenticated(
            "You are not logged in; log in, or send a bearer token.", headers={"WWW-Authenticate": "Bearer"}
        )
    return actor


def known_actor() -> Actor | None:
    """Return who asks, None when nobody is known."""
    visitor = _visitor()
    return None if visitor is None else visitor.actor


def _visitor() -> Visitor | None:
    # Asked for past flask-login, which would look for cookies and sessions of its own first.
    here = g._get_current_object()
    if "visitor" not in here:
        here.visitor = _load(here, cast(Any, request)._get_current_object())
    return cast("Visitor | None", here.visitor)


def hand_over_prefetched(ctx: Context) -> None:
    """Give a unit what was read while its asker was recognised."""
    here = g._get_current_object()
    if here.get("prefetched"):
        ctx.db.keep_prefetched(here.prefetched_questions, here.prefetched)


def tenant_actor() -> Actor:
    """Return who asks, in the tenant they chose."""
    actor = current_actor()
    if actor.tenant_id is None:
        raise Unauthenticated("Choose a tenant first.", code="NO_TENANT")
    return actor
