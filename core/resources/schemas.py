"""Schemas made from a shape: what may be written, checked the same for REST, forms, import and code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import marshmallow as ma

from core.errors import Invalid
from core.resources.conditions import conditional, described
from core.resources.kinds import REFERENCE
from core.resources.shape import Field, LineShape, Shape

MOST_SCHEMAS = 300
UNKNOWN = "Is not asked for here; leave it out."
NO_LIST: dict[str, Any] = {"invalid": "Must be a list."}


class Strict(ma.Schema):
    """A schema that refuses what it does not know."""

    error_messages = {"unknown": UNKNOWN, "type": "Must be a JSON object."}

    class Meta:
        unknown = ma.RAISE


def schema_field(item: Field, *, partial: bool) -> ma.fields.Field[Any]:
    """Return the marshmallow field that checks one field of a shape."""
    options: dict[str, Any] = {"allow_none": item.optional, "required": item.required and not partial}
    if item.kind.name in ("text", "long_text"):
        options["multiline"] = item.multiline or item.kind.name == "long_text"
        options["blank"] = not item.required
    if "." in item.name:
        options["data_key"] = item.name
    made = item.kind.make(item.type, **options)
    if item.minimum is not None or item.maximum is not None:
        made.validators.append(ma.validate.Range(min=item.minimum, max=item.maximum))
    if item.reference is not None:
        made.validators.append(ma.validate.Range(min=1, error="Must be the id of a record."))
    return made


def write_schema(shape: Shape, *, partial: bool) -> ma.Schema:
    """Return the schema of a create (or with `partial` an update) body; made once per shape."""
    return shape.memo(("write", partial), lambda: _make(shape, partial))  # type: ignore[no-any-return]


def _make(shape: Shape, partial: bool) -> ma.Schema:
    fields = _checks(shape.fields, partial=partial)
    for name, line in shape.lines.items():
        if line.readonly:
            continue
        length = ma.validate.Length(max=5000)
        fields[name] = ma.fields.List(ma.fields.Nested(line_schema(line)), validate=length, error_messages=NO_LIST)
    return Strict.from_dict(fields, name=f"{shape.resource.key}.{'Update' if partial else 'Write'}")()


def _checks(fields: Mapping[str, Field], *, partial: bool) -> dict[str, Any]:
    """Return the checks of the fields that people write; documents tell on what a field depends."""
    made = {_inner(name): schema_field(item, partial=partial) for name, item in fields.items() if not item.readonly}
    for name, item in conditional(fields).items():
        if _inner(name) in made:
            made[_inner(name)].metadata = {"description": described(item, fields)}
    return made


def line_schema(line: LineShape) -> ma.Schema:
    """Return the schema of one line; a line with an id changes that line, one without is new."""
    # Required columns are checked when a new line is made: a line with an id may name only what changes.
    fields = _checks(line.fields, partial=True)
    fields["id"] = REFERENCE.make(None)
    return Strict.from_dict(fields, name=f"{line.model.__tablename__}.Line")()


def check_body(shape: Shape, body: Any, *, partial: bool) -> dict[str, Any]:
    """Return the typed values of a body; Invalid naming every field that is wrong, unknown or read-only."""
    if not isinstance(body, Mapping):
        raise Invalid({"body": ["Must be a JSON object."]})
    try:
        values = _outer(_schema_for(shape, body, partial).load(body))
    except ma.ValidationError as error:
        raise Invalid(flat_errors(_reworded(shape, messages_of(error)))) from None
    for name in shape.lines.keys() & values.keys():
        values[name] = [_outer(row) for row in values[name]]
    if errors := _missing_in_lines(shape, values):
        raise Invalid(errors)
    return values


def _schema_for(shape: Shape, body: Mapping[str, Any], partial: bool) -> ma.Schema:
    """Return the part of the write schema that a body needs: what it names and what it must name.

    A schema walks all its fields for every body, and most bodies, above all the rows of an import, name a few of many.
    """
    whole = write_schema(shape, partial=partial)
    names: dict[str, str] = shape.memo(("asked", partial), lambda: _asked(whole))
    kept = frozenset(names.keys() & body.keys())
    for name in shape.lines.keys() & kept:
        rows = body[name] if isinstance(body[name], list) else ()
        inside = {f"{name}.{key}" for row in rows if isinstance(row, Mapping) for key in row}
        kept |= inside & names.keys()
    parts: dict[Any, ma.Schema] = shape.memo("schemas", dict)
    found = parts.get((partial, kept))
    if found is None:
        if len(parts) >= MOST_SCHEMAS:
            parts.clear()
        required = {name for name, field in whole.fields.items() if field.required}
        whole_lines = {name for name in shape.lines.keys() & kept if not any(k.startswith(f"{name}.") for k in kept)}
        only = required | whole_lines | {names[name] for name in kept if name not in shape.lines}
        found = parts[partial, kept] = type(whole)(only=only)
    return found


def _asked(whole: ma.Schema) -> dict[str, str]:
    """Return the names that bodies use, those of lines behind a dot, with the schema's own name of each."""
    found = {}
    for name, field in whole.fields.items():
        found[field.data_key or name] = name
        if isinstance(field, ma.fields.List) and isinstance(field.inner, ma.fields.Nested):
            inner = field.inner.schema.fields
            found |= {f"{name}.{item.data_key or key}": f"{name}.{key}" for key, item in inner.items()}
    return found


def _inner(name: str) -> str:
    """Return a schema attribute for a dotted name: marshmallow takes a dot for a path into nested objects."""
    return name.replace(".", "·")


def _outer(values: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("·", "."): value for name, value in values.items()}


def _reworded(shape: Shape, messages: dict[str, Any]) -> dict[str, Any]:
    for name, texts in messages.items():
        if texts == [UNKNOWN]:
            known = name in shape.fields or name in shape.lines
            messages[name] = ["Is read-only." if known else f"Is not a field of {shape.resource.key}."]
    return messages


def _missing_in_lines(shape: Shape, values: dict[str, Any]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for name, line in shape.lines.items():
        wanted = [item.name for item in line.fields.values() if item.required and not item.readonly]
        for index, row in enumerate(values.get(name, ())):
            if row.get("id") is None:
                missing = [key for key in wanted if row.get(key) is None]
                errors |= {f"{name}.{index}.{key}": ["Missing data for required field."] for key in missing}
    return errors


def messages_of(error: ma.ValidationError) -> dict[str, Any]:
    """Return the messages of a failed check by field."""
    return cast(dict[str, Any], error.normalized_messages())  # type: ignore[no-untyped-call]


def flat_errors(messages: Mapping[Any, Any], prefix: str = "") -> dict[str, list[str]]:
    """Return nested messages as `lines.3.qty` -> texts."""
    found: dict[str, list[str]] = {}
    for name, value in messages.items():
        key = f"{prefix}{name}".replace("._schema", "")
        if isinstance(value, Mapping):
            found |= flat_errors(value, f"{key}.")
        else:
            found[key] = [str(text) for text in value] if isinstance(value, list) else [str(value)]
    return found
