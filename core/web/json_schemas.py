"""JSON Schemas of what the API reads: for what declarations generate and for the kernel's own routes alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

import marshmallow as ma
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from core.actions.arguments import schema_of
from core.resources import kinds

Json = dict[str, Any]
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def json_schema(schema: ma.Schema) -> Json:
    """Return the JSON Schema of a marshmallow schema."""
    made: Json = _with_plain_bounds(_converter().schema2jsonschema(schema))
    return made


def body_of(function: Callable[..., Any]) -> Json:
    """Return the request body that holds a function's arguments."""
    schema = json_schema(schema_of(function))
    return {"required": bool(schema.get("required")), "content": {"application/json": {"schema": schema}}}


def parameters_of_query(function: Callable[..., Any]) -> list[Json]:
    """Return the parameters of a query string that holds a function's arguments."""
    schema = json_schema(schema_of(function))
    needed = schema.get("required", [])
    return [{**parameter(name, said, ""), "required": name in needed}
            for name, said in schema.get("properties", {}).items()]  # fmt: skip


def upload(**words: str) -> Json:
    """Return a form with a part `file` and further parts, each with what it says."""
    parts = {name: {"type": "string", "description": text} for name, text in words.items()}
    properties = {"file": {"type": "string", "format": "binary"}, **parts}
    return {"multipart/form-data": {"schema": {"type": "object", "properties": properties, "required": ["file"]}}}


def parameter(name: str, schema: Json, description: str, where: str = "query") -> Json:
    """Return one parameter as documents tell it."""
    return {"name": name, "in": where, "required": where == "path", "schema": schema, "description": description}


IDEMPOTENCY_KEY = parameter("Idempotency-Key", {"type": "string", "maxLength": 200},
                            "The same key and body have their effect once.", "header")  # fmt: skip


@cache
def _converter() -> Any:
    # No name: every schema stands where it is used, under the name of its resource.
    plugin = MarshmallowPlugin(schema_name_resolver=lambda _schema: cast(str, None))
    APISpec("", "", "3.1.0", plugins=[plugin])
    assert plugin.converter is not None
    convert: Any = plugin.converter.map_to_openapi_type
    for kind, form in ((kinds.ExactDecimal, "decimal"), (kinds.Moment, "date-time")):
        convert(kind, "string", form)
    convert(kinds.WholeNumber, "integer", None)
    return plugin.converter


def _with_plain_bounds(schema: Any) -> Any:
    """Return a schema whose bounds are numbers; a decimal travels as text, which has none."""
    if isinstance(schema, list):
        return [_with_plain_bounds(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    text = "string" in schema.get("type", ())
    kept = {name: value for name, value in schema.items() if not (text and name in BOUNDS)}
    return {name: int(value) if name in BOUNDS and not isinstance(value, dict) else _with_plain_bounds(value)
            for name, value in kept.items()}  # fmt: skip
