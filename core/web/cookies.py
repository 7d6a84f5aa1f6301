"""The cookie of a browser session: a random key that scripts cannot read."""

from __future__ import annotations

from flask import Response, request

from core.identity.sessions import OpenedSession
from core.web.current import COOKIE, kernel


def set_session_cookie(response: Response, opened: OpenedSession) -> None:
    """Hand the browser its session; how long it really lasts is decided on the server."""
    config = kernel().config
    response.set_cookie(
        COOKIE, opened.cookie, max_age=config.session_seconds, httponly=True, samesite="Lax",
        secure=config.secure_cookies or request.is_secure,
    )  # fmt: skip


def clear_session_cookie(response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
