"""Errors as pages: what went wrong, in the theme, with nothing of the inside."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, request
from sqlalchemy.exc import DBAPIError

from core.admin.frame.visit import Crumb, Frame, Visit, frame, outer_frame, own_path, show
from core.errors import Problem

HEADINGS = {
    400: "The request cannot be read",
    401: "Log in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    409: "Refused",
    413: "Too large",
    429: "Too many requests",
    500: "Something went wrong",
    503: "Try again shortly",
}
DETAILS = {
    404: "There is nothing at this address, or it is not for you.",
    500: "The fault is ours and was written to the log. Nothing was saved.",
}


def error_page(
    status: int, detail: str = "", code: str = "", request_id: str = "", visit: Visit | None = None
) -> Response:
    """Return the page of an error, within their own frame to somebody who is logged in."""
    heading = HEADINGS.get(status, "This did not work")
    text = DETAILS.get(status) if status in (404, 500) else detail
    return show(_frame(heading, visit), "error.html", status, number=status, code=code, heading=heading,
                detail=text or detail or heading, request_id=request_id, back=_back())  # fmt: skip


def problem_page(problem: Problem, request_id: str = "", visit: Visit | None = None) -> Response:
    """Return the page of a problem."""
    response = error_page(problem.status, problem.detail, problem.code, request_id, visit)
    response.headers.extend(problem.headers.items())
    return response


def _frame(heading: str, visit: Visit | None) -> Frame:
    if visit is None:
        return outer_frame(heading)
    try:
        if visit.actor.tenant_id is None:
            found = frame(visit, None, heading)
        else:
            with visit.reading() as ctx:
                found = frame(visit, ctx, heading)
    except (Problem, DBAPIError):
        # What keeps them from their organisation keeps the menu from them too.
        return outer_frame(heading)
    # Nothing stands at this address: it is no step of a path, no place in the menu and nobody's favourite.
    found.here, found.crumbs = "", [Crumb(heading)]
    return found


def _back() -> str:
    came_from = urlsplit(request.referrer or "")
    # A page that refuses to show itself leads nowhere; a form that was refused is shown again.
    is_itself = came_from.path == request.path and request.method in ("GET", "HEAD")
    if came_from.netloc != request.host or is_itself:
        return ""
    path = own_path(came_from.path + (f"?{came_from.query}" if came_from.query else ""))
    return "" if path == "/" else path
