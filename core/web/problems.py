"""Errors as problem details: every refusal has a status, a stable code, a sentence and the request's id."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from core.db.door import WallError
from core.db.faults import problem_of
from core.errors import Problem
from core.web.bodies import write_json
from core.web.guards import DataResponse

log = logging.getLogger("openmill.web")
CODES = {400: "BAD_REQUEST", 401: "UNAUTHENTICATED", 403: "FORBIDDEN", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED",
         406: "NOT_ACCEPTABLE", 411: "LENGTH_REQUIRED", 413: "TOO_LARGE", 414: "URI_TOO_LONG",
         415: "UNSUPPORTED_MEDIA_TYPE", 422: "INVALID", 429: "TOO_MANY_REQUESTS"}  # fmt: skip


def register(app: Flask) -> None:
    """Answer every error of the app as a problem."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def problem_response(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """Return a problem-details answer with the request's id."""
    body = {**body, "request_id": g.get("request_id", "")}
    response = DataResponse(write_json(body), body["status"], mimetype="application/problem+json")
    response.headers.extend(headers or {})
    return response


def wants_page() -> bool:
    """Whether the asker is a browser that wants a page rather than JSON."""
    return not request.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")


def as_problem(error: Exception) -> Problem:
    """Return the problem that any exception stands for; faults of ours become a 500 with nothing told."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        problem = Problem(error.description or error.name, code=CODES.get(error.code or 500, f"HTTP_{error.code}"))
        problem.status, problem.title = error.code or 500, error.name
        return problem
    if not isinstance(error, WallError) and (found := problem_of(error)) is not None:
        return found
    log.exception("unexpected error", extra={"request_id": g.get("request_id", "")}, exc_info=error)
    problem = Problem("Something went wrong on our side; the request id helps to find it.", code="INTERNAL_ERROR")
    problem.status, problem.title = 500, "Internal error"
    return problem


def _problem(error: Problem) -> Any:
    if wants_page():
        render = request_renderer()
        if render is not None:
            return render(error)
    return problem_response(error.as_dict(), error.headers)


def request_renderer() -> Any:
    """Return the function that shows a problem as a page, None where no pages are installed."""
    from flask import current_app

    return current_app.extensions.get("openmill_problem_page")


def _http(error: HTTPException) -> Any:
    if error.response is not None or (error.code is not None and error.code < 400):
        return error
    answer = _problem(as_problem(error))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            answer.headers[name] = value
    return answer


def _fault(error: Exception) -> Any:
    return _problem(as_problem(error))
