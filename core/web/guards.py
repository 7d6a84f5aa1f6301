"""What every request passes: CSRF for browser sessions, the headers of every answer."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request

from core.errors import Forbidden
from core.identity.actor import Actor
from core.identity.viewing import refuse_change
from core.web.current import COOKIE, known_actor

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Who logs in may still carry a session of before; what is sent here proves itself.
WITHOUT_SESSION = frozenset({"/login", "/setup", "/api/v1/auth/login", "/api/v1/auth/refresh"})
HEADERS = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
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
        raise Forbidden("The form has expired; load the page again.", code="CSRF_FAILED")


def _refuse_forged() -> None:
    """Look at the token before anything else is looked at: no view can forget it, and none answers earlier."""
    if request.method in SAFE or request.path in WITHOUT_SESSION:
        return
    if request.cookies.get(COOKIE) and "Authorization" not in request.headers and (actor := known_actor()) is not None:
        _check_token(actor)
        if request.path not in STILL_POSSIBLE:
            refuse_change(actor)


def register(app: Flask) -> None:
    """Refuse forged requests; put security headers and the request's id on every answer, and keep it from caches."""
    app.before_request(_refuse_forged)

    @app.after_request
    def add_headers(response: Any) -> Any:
        headers = response.headers
        if "Content-Security-Policy" not in headers:
            headers.extend(HEADERS)
        if "Cache-Control" not in headers:
            headers.add("Cache-Control", "no-store")
        headers["X-Request-ID"] = g.get("request_id", "")
        return response
