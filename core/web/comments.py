"""What people say beside a record, over REST."""

from __future__ import annotations

from typing import Any

from flask import request

from core.actions.context import Context
from core.actions.unit import Answer
from core.desk.comments import MOST, comment_row, comments_of, correct, say, withdraw
from core.errors import BadRequest, Invalid
from core.resources.schemas import UNKNOWN
from core.web.bodies import read_json, write_json
from core.web.endpoints import Endpoint
from core.web.questions import whole_number


def show(ctx: Context, endpoint: Endpoint, ids: list[int]) -> Answer:
    """List the comments of a record, newest first."""
    assert endpoint.resource is not None
    before, limit = whole_number("before"), whole_number("limit", MOST)
    return Answer(200, write_json(comments_of(ctx, endpoint.resource, ids[0], before=before, limit=limit or MOST)))


def add(ctx: Context, endpoint: Endpoint, ids: list[int]) -> Answer:
    """Add a comment."""
    assert endpoint.resource is not None
    return Answer(201, write_json(comment_row(ctx, say(ctx, endpoint.resource, ids[0], _text()))))


def change(ctx: Context, endpoint: Endpoint, ids: list[int]) -> Answer:
    """Change one's own comment."""
    assert endpoint.resource is not None
    return Answer(200, write_json(comment_row(ctx, correct(ctx, endpoint.resource, ids[0], ids[1], _text()))))


def remove(ctx: Context, endpoint: Endpoint, ids: list[int]) -> Answer:
    """Remove a comment."""
    assert endpoint.resource is not None
    withdraw(ctx, endpoint.resource, ids[0], ids[1])
    return Answer(204, "")


def _text() -> Any:
    body = read_json(request)
    if not isinstance(body, dict):
        raise BadRequest("Send a JSON object with the text.")
    if unknown := body.keys() - {"text"}:
        raise Invalid({str(name)[:80]: [UNKNOWN] for name in unknown})
    return body.get("text")
