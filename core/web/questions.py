"""What a query string asks for, checked."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Flask, request
from flask_smorest import Api
from werkzeug.routing import IntegerConverter, Map

from core.errors import Invalid
from core.resources.kinds import LARGEST_INTEGER, Truth


class RecordId(IntegerConverter):
    """The number in `<int:…>` of a path; what no record can have as its id names nothing, like any other (404)."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST_INTEGER, **kwargs})


def register(app: Flask, api: Api) -> None:
    """Let the numbers in all paths be those that a database can look for."""
    app.url_map.converters["int"] = RecordId
    api.register_converter(RecordId, lambda _converter: {"type": "integer"})


def whole_number(name: str, largest: int = LARGEST_INTEGER) -> int | None:
    """Return a whole number from 1 on, None where none is given; Invalid names the parameter."""
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 17 and 1 <= int(text) <= largest):
        raise Invalid({name: [f"Must be a whole number from 1 to {largest}."]})
    return int(text)


def flag(name: str) -> bool:
    """Return a yes or no; a word that is neither is refused, for a dry run must never be a real one by mistake."""
    text = request.args.get(name, request.form.get(name, ""))
    try:
        return bool(text) and bool(Truth().deserialize(text))
    except ma.ValidationError as error:
        raise Invalid({name: [str(message) for message in error.messages]}) from None
