"""What a write may give, field by field: conditions held against what the record is and what it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.plugins.declarations import Resource
from core.resources.conditions import Look, conditional, document_field, refusals, refuse
from core.resources.shape import Field, LineShape, Shape

if TYPE_CHECKING:
    from core.actions.context import Context

Values = Mapping[str, Any]


def check_conditions(ctx: Context, shape: Shape, record: Any, values: Values) -> None:
    """Refuse values of fields that do not apply or are closed; without a record it is about to be created."""
    before = _stored(ctx, shape, record)
    after = _becoming(values, before)
    found = refusals(shape.fields, values, before, after)
    for name, line in shape.lines.items():
        if values.get(name) and conditional(line.fields):
            for at, row, present in _lines(ctx, line, record, values[name]):
                found |= {f"{name}.{at}.{key}": said for key, said in _line(ctx, line, row, present, after).items()}
    refuse(found)


def _line(ctx: Context, line: LineShape, given: Values, present: Any, document: Look) -> dict[str, tuple[str, str]]:
    before = _stored(ctx, line, present)
    own = _becoming(given, before)

    def after(name: str) -> Any:
        above = document_field(line, name)
        return document(above) if above else own(name)

    return refusals(line.fields, given, before, after)


def _lines(ctx: Context, line: LineShape, record: Any, rows: Any) -> list[tuple[int, Values, Any]]:
    """Return the rows that were sent with the lines that they change; one query."""
    present: dict[int, Any] = {}
    if record is not None and any(row.get("id") is not None for row in rows):
        own = sa.select(line.model).where(getattr(line.model, line.parent_column) == record.id)
        present = {item.id: item for item in ctx.all(own)}
    return [(index, row, present.get(row.get("id"))) for index, row in enumerate(rows)]


def _becoming(values: Values, before: Look) -> Look:
    return lambda name: values[name] if name in values else before(name)


def _stored(ctx: Context, owner: Shape | LineShape, record: Any) -> Look:
    """Return how a field of a stored record is read; before there is one, every field has its default."""

    def look(name: str) -> Any:
        item = owner.fields.get(name)
        if item is None:
            return None
        return item.default if record is None else _value(ctx, owner, item, record)

    return look


def _value(ctx: Context, owner: Shape | LineShape, item: Field, record: Any) -> Any:
    if item.source == "custom":
        return record.custom.get(item.name)
    if item.source == "own" or item.column is None:
        return getattr(record, item.name, None)
    extension = next(found for found in owner.extensions if found.plugin == item.extension)
    row = ctx.db.get(extension.model, (ctx.tenant.id, record.id))
    return getattr(row, item.column.name, None)


def applicable(ctx: Context, resource: Resource, values: Values) -> dict[str, Any]:
    """Return the values of a new record without those that do not apply to it, as a copy of an old one needs them."""
    shape = ctx.kernel.shape(ctx, resource)
    found = refusals(shape.fields, values, *_new(ctx, shape, values))
    return {name: value for name, value in values.items() if name not in found}


def _new(ctx: Context, shape: Shape, values: Values) -> tuple[Look, Look]:
    before = _stored(ctx, shape, None)
    return before, _becoming(values, before)
