"""What a query string asks for, checked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import marshmallow as ma
from flask import Flask, request
from flask_smorest import Api
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

from core.errors import Invalid
from core.resources.kinds import LARGEST_INTEGER, CleanText, Truth


class RecordId(IntegerConverter):
    """The number in `<int:…>` of a path; what no record can have as its id names nothing, like any other (404)."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST_INTEGER, **kwargs})


class Name(UnicodeConverter):
    """The name in `<string:…>` of a path; nothing has one with a NUL, which PostgreSQL does not even look for."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **kwargs)
        self.regex = self.regex.replace("[^/]", "[^/\x00]")


def register(app: Flask, api: Api) -> None:
    """Let the numbers and names in all paths, and what is asked there, be such as a database can look for."""
    app.url_map.converters.update({"int": RecordId, "string": Name})
    api.register_converter(RecordId, lambda _converter: {"type": "integer"})
    api.register_converter(Name, lambda _converter: {"type": "string"})
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    if "%00" in request.environ.get("QUERY_STRING", "") and request.path.startswith("/api/"):
        clean = CleanText(multiline=True)
        for name, values in request.args.lists():
            for value in values:
                try:
                    clean.deserialize(value)
                except ma.ValidationError as error:
                    raise Invalid({name: [str(text) for text in error.messages]}) from None


def refuse_unasked(known: Collection[str]) -> None:
    """Refuse parameters that nobody asks for, and those given twice: a misspelt dry run would be a real one."""
    if not request.environ.get("QUERY_STRING"):
        return
    text = f"There is no such parameter here; use {', '.join(known)}." if known else "There are no parameters here."
    errors = {name: [text] for name in request.args if name not in known}
    if errors := errors or given_twice(known):
        raise Invalid(errors)


def given_twice(names: Collection[str]) -> dict[str, list[str]]:
    """Return the faults of parameters that are to be given once: of two values none is the right one."""
    return {name: ["Give it once."] for name, values in request.args.lists() if name in names and len(values) > 1}


def one_of(name: str, *words: str) -> str:
    """Return one of some words, the first where none is given; Invalid names them all."""
    text = request.args.get(name) or words[0]
    if text not in words:
        raise Invalid({name: [f"Must be {' or '.join(words)}."]})
    return text


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
