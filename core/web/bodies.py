"""Reading and writing JSON: exact numbers in, text for decimals out, nothing ambiguous accepted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
from flask import Request

from core.errors import Unsupported
from core.resources.json_text import parse_json
from core.resources.kinds import dump_moment

__all__ = ["parse_json", "read_json", "write_json"]


def read_json(request: Request) -> Any:
    """Return the JSON body of a request; an empty body is an empty object.

    Raises Unsupported for another content type, BadRequest for text that is not JSON, holds a key twice or is
    nested too deeply.
    """
    raw = request.get_data(cache=True)
    if not raw:
        return {}
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        raise Unsupported("Send JSON with the content type application/json.")
    return parse_json(raw)


def write_json(value: Any) -> str:
    """Return a value as JSON text: decimals as text, moments in UTC."""
    return orjson.dumps(
        value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS
    ).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if hasattr(value, "astimezone"):
        return dump_moment(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    if hasattr(value, "as_dict"):
        return value.as_dict()
    raise TypeError(f"{type(value).__name__} has no JSON form")
