"""What every request passes: CSRF for browser sessions, the headers of every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

from core.errors import Forbidden
from core.identity.actor import Actor
from core.identity.viewing import refuse_change
from core.web.current import COOKIE, brings_token, known_actor

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Who logs in may still carry a session of before; what is sent here proves itself.
WITHOUT_SESSION = frozenset({"/login", "/setup", "/api/v1/auth/login", "/api/v1/auth/refresh"})
PAGE_HEADERS = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
]
# Data is no document: it loads nothing, opens nothing and leads nowhere.
DATA_HEADERS = [
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
]

# What somebody may send who only looks as a role: to be themselves again, and to leave.
STILL_POSSIBLE = frozenset({"/view-as/end", "/logout", "/api/v1/auth/view-as", "/api/v1/auth/logout"})


def _check_token(actor: Actor) -> None:
    """Refuse an unsafe request of a browser session that does not bring the session's token."""
    if actor.source != "session":
        return
    session = g.get("browser_session")
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if session is None or not session.has_csrf_token(given):
        raise Forbidden("The form is of another log-in or organisation; open it again.", code="CSRF_FAILED")


def _refuse_forged() -> None:
    """Look at the token before anything else is looked at: no view can forget it, and none answers earlier."""
    if request.method in SAFE or request.path in WITHOUT_SESSION:
        return
    # A proxy's own log-in travels in the same header, sent by the browser wherever a form came from.
    if request.cookies.get(COOKIE) and not brings_token(request) and (actor := known_actor()) is not None:
        _check_token(actor)
        if request.path not in STILL_POSSIBLE:
            refuse_change(actor)


class GuardedResponse(Response):
    """An answer that carries security headers and the request's id, and is kept from caches unless it says otherwise.

    They are put on as it leaves, behind its own: earlier, each of them would be checked and copied at every answer.
    """

    guards = PAGE_HEADERS

    def get_wsgi_response(self, environ: WSGIEnvironment) -> tuple[Any, str, list[tuple[str, str]]]:
        """Return what goes to the server: the body, the status and all headers."""
        body, status, headers = super().get_wsgi_response(environ)
        own = {name.lower() for name, _value in headers}
        if "content-security-policy" not in own:
            headers += self.guards
        if "cache-control" not in own:
            headers.append(("Cache-Control", "no-store"))
        headers.append(("X-Request-ID", g.get("request_id", "")))
        return body, status, headers


class DataResponse(GuardedResponse):
    """An answer of the API."""

    guards = DATA_HEADERS


def register(app: Flask) -> None:
    """Refuse forged requests, and let every answer carry what all answers do."""
    app.before_request(_refuse_forged)
    app.response_class = GuardedResponse
