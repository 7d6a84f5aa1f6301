"""Clients of the application for tests: a program with a bearer token, and a browser with a session cookie."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from core.identity.sessions import open_session
from core.identity.sources import Origin
from core.identity.users import get_user
from core.testing.house import TestMember
from core.web.bodies import write_json
from core.web.current import COOKIE

API = "/api/v1/"


class ServerFault(AssertionError):
    """The application answered 500, which is a bug whatever was asked; the cause is chained."""


class _LastFault(logging.Handler):
    """Keeps the error behind a 500, of which the answer itself tells nothing."""

    error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.error = record.exc_info[1] if record.exc_info else None


_FAULTS = _LastFault()
logging.getLogger("openmill.web").addHandler(_FAULTS)


def checked(answer: TestResponse) -> TestResponse:
    """Return an answer; a 500 raises the error behind it."""
    if answer.status_code == 500:
        request = answer.request
        raise ServerFault(f"{request.method} {request.full_path}: {_FAULTS.error!r}"[:600]) from _FAULTS.error
    return answer


class ApiClient:
    """Sends JSON with a member's token; a path without a leading slash is below /api/v1/."""

    def __init__(self, app: Flask, member: TestMember | None) -> None:
        self.app, self.member = app, member
        self._client = app.test_client(use_cookies=False)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Send a GET."""
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        """Send a POST with a JSON body."""
        return self.send("POST", path, body, **options)

    def patch(self, path: str, body: Any, *, version: int | None = None, **options: Any) -> TestResponse:
        """Send a PATCH that names the version it changes."""
        return self.send("PATCH", path, body, version=version, **options)

    def delete(self, path: str, *, version: int | None = None, **options: Any) -> TestResponse:
        """Send a DELETE that names the version it removes."""
        return self.send("DELETE", path, version=version, **options)

    def send(
        self, method: str, path: str, body: Any = None, *, version: int | None = None, **options: Any
    ) -> TestResponse:
        """Send a request; ``body`` becomes JSON with decimals as text, ``json=`` and ``data=`` are Flask's own."""
        headers = dict(options.pop("headers", None) or {})
        if self.member is not None:
            headers.setdefault("Authorization", f"Bearer {self.member.token}")
        if version is not None:
            headers.setdefault("If-Match", f'"{version}"')
        if body is not None:
            options.update(data=write_json(body), content_type="application/json")
        where = path if path.startswith("/") else API + path
        return checked(self._client.open(where, method=method, headers=headers, **options))


class BrowserClient:
    """Opens pages and sends forms as a logged-in browser does, without running scripts."""

    def __init__(self, app: Flask, member: TestMember) -> None:
        self.app, self.member = app, member
        self._client = app.test_client()
        kernel = app.extensions["openmill"]
        with kernel.platform() as db:
            user = get_user(db, member.username)
            opened = open_session(db, kernel.identity.policy, user, member.actor.tenant_id, Origin())
        self.csrf_token = opened.csrf_token
        self._client.set_cookie(COOKIE, opened.cookie)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return checked(self._client.get(path, **options))

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form with the session's token."""
        return checked(self._client.post(path, data={"csrf_token": self.csrf_token, **(data or {})}, **options))
