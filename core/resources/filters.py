"""Filters and search from request parameters: names and operators from an allow-list, values typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast
from urllib.parse import parse_qsl

import marshmallow as ma
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

from core.db import types
from core.errors import Invalid
from core.resources.kinds import Truth
from core.resources.schemas import schema_field
from core.resources.shape import Field, LineShape, Shape

LONGEST_LIST = 500
LONGEST_PATTERN = 200
MOST_CONDITIONS = 100
MOST_TOGETHER = 8
MOST_WORDS = 24
SHORT_LIST = 8


def expression(shape: Shape, item: Field) -> sa.ColumnElement[Any]:
    """Return the SQL of a field: a column, or a typed value of the JSON column for the tenant's own fields."""
    if item.column is not None:
        return item.column
    value: Any = shape.table.c.custom[item.name]
    if item.kind.name == "integer":
        # as_integer() would be 32 bits wide on PostgreSQL.
        return sa.cast(value.as_string(), sa.BigInteger)
    if item.kind.name == "boolean":
        return cast(sa.ColumnElement[Any], value.as_boolean())
    if item.kind.name == "decimal":
        return ExactNumber(value.as_string())
    return cast(sa.ColumnElement[Any], value.as_string())


def filter_conditions(
    shape: Shape, parameters: Mapping[str, list[str]], tenant_id: int
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of `<field>[__<operator>]=value` parameters; `<lines>.<field>` asks for any of the lines.

    `<field>|<field>__<operator>` asks whether it holds for any of the fields. Raises Invalid for a field or operator
    that is not allowed and for values of the wrong type.
    """
    errors: dict[str, list[str]] = {}
    found: list[sa.ColumnElement[bool]] = []
    if sum(map(len, parameters.values())) > MOST_CONDITIONS:
        raise Invalid({"filters": [f"Use at most {MOST_CONDITIONS} conditions."]})
    for name, texts in parameters.items():
        try:
            asked, operator = fields_of(name)
            targets = [_target(shape, part, operator) for part in asked]
            found += [_any_of(shape, targets, operator, text, tenant_id) for text in texts]
        except ma.ValidationError as error:
            errors[name] = [str(text) for text in error.messages]
    if errors:
        raise Invalid(errors, "A filter is not acceptable: " + "; ".join(f"{k}: {v[0]}" for k, v in errors.items()))
    return found


def fields_of(name: str) -> tuple[list[str], str]:
    """Return the fields that a filter's name asks for, and its operator."""
    asked, _, operator = name.partition("__")
    return asked.split("|"), operator or "eq"


def opening_filters(shape: Shape) -> dict[str, tuple[str, ...]]:
    """Return the filters with which a list opens, as far as the reader may see the fields."""
    found: dict[str, tuple[str, ...]] = {}
    for name, text in parse_qsl(shape.resource.opens[1]):
        asked, operator = fields_of(name)
        if seen := "|".join(part for part in asked if _filtered(shape, part)[1] is not None):
            key = seen if operator == "eq" else f"{seen}__{operator}"
            found[key] = (*found.get(key, ()), text)
    return found


def has_fields(shape: Shape, conditions: Iterable[str]) -> bool:
    """Whether the fields of all conditions are there for the reader."""
    return all(_filtered(shape, part)[1] is not None for name in conditions for part in fields_of(name)[0])


def _target(shape: Shape, name: str, operator: str) -> tuple[LineShape | None, Field]:
    line, item = _filtered(shape, name)
    if item is None:
        raise ma.ValidationError(f"{shape.resource.key} has no field {name!r} to filter by.")
    if operator not in item.kind.operators:
        raise ma.ValidationError(f"Use one of: {', '.join(item.kind.operators)}.")
    return line, item


def _any_of(
    shape: Shape, targets: Sequence[tuple[LineShape | None, Field]], operator: str, text: str, tenant_id: int
) -> sa.ColumnElement[bool]:
    if len(targets) > MOST_TOGETHER:
        raise ma.ValidationError(f"Name at most {MOST_TOGETHER} fields.")
    made = [(line, _condition(shape, item, operator, text)) for line, item in targets]
    found = [_any_line(shape, line, condition, tenant_id) if line else condition for line, condition in made]
    return sa.or_(*found) if len(found) > 1 else found[0]


def _filtered(shape: Shape, name: str) -> tuple[LineShape | None, Field | None]:
    """Return the field to filter by, and the lines that it is a field of."""
    own = shape.fields.get(name) or shape.fields.get(f"{name}_id")
    list_name, _, field_name = name.partition(".")
    line = shape.lines.get(list_name) if own is None and field_name else None
    if line is None:
        return None, own
    item = line.fields.get(field_name) or line.fields.get(f"{field_name}_id")
    return line, item if item is not None and item.source == "own" else None


def _any_line(
    shape: Shape, line: LineShape, condition: sa.ColumnElement[bool], tenant_id: int
) -> sa.ColumnElement[bool]:
    lines = line.model.__table__
    found = sa.select(lines.c[line.parent_column]).where(condition)
    if "tenant_id" in lines.c:
        found = found.where(lines.c.tenant_id == tenant_id)
    return shape.table.c.id.in_(found)


def _condition(shape: Shape, item: Field, operator: str, text: str) -> sa.ColumnElement[bool]:
    column = expression(shape, item)
    if operator == "isnull":
        return _empty(item, column) if Truth().deserialize(text) else sa.not_(_empty(item, column))
    if operator == "in":
        values = [_value(shape, item, part) for part in _parts(text)]
        # A short list is so many parameters, and a list of its length the same statement the next time.
        return column.in_([sa.literal(value, column.type) for value in values] if len(values) <= SHORT_LIST else values)
    if operator in ("contains", "startswith"):
        if len(text) > LONGEST_PATTERN:
            raise ma.ValidationError(f"Use at most {LONGEST_PATTERN} characters.")
        return like(column, str(_text(text)), prefix=operator == "startswith")
    value = _value(shape, item, text)
    if operator == "ne":
        return sa.or_(column != value, column.is_(None))
    return {"eq": column.__eq__, "gt": column.__gt__, "gte": column.__ge__, "lt": column.__lt__, "lte": column.__le__}[
        operator
    ](value)


def _empty(item: Field, column: Any) -> sa.ColumnElement[bool]:
    """A text of no letters is as empty to people as none."""
    nothing: sa.ColumnElement[bool] = column.is_(None)
    return sa.or_(nothing, column == "") if item.kind.name in ("text", "long_text") else nothing


def _value(shape: Shape, item: Field, text: str) -> Any:
    # More may be asked for than may be written: `price__gt=0` is a question, whatever the least price is.
    check = shape.memo(("filter", item), lambda: schema_field(replace(item, minimum=None, maximum=None), partial=True))
    value = check.deserialize(_text(text))
    if item.column is None and isinstance(value, date):
        return value.isoformat()
    return value


def _parts(text: str) -> list[str]:
    parts = text.split(",")
    if len(parts) > LONGEST_LIST:
        raise ma.ValidationError(f"Use at most {LONGEST_LIST} values.")
    return parts


def _text(text: str) -> str:
    from core.resources.kinds import CleanText

    return str(CleanText(multiline=True).deserialize(text))


def like(column: Any, text: str, *, prefix: bool = False) -> sa.ColumnElement[bool]:
    """Return a case-insensitive match in which % and _ are plain characters."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    text_column = column if isinstance(column.type, sa.String) else sa.cast(column, sa.String)
    is_plain = text.isascii() and not _LOWER_OF_OTHERS.search(text)
    return CaseBlindLike(text_column, sa.literal(f"{'' if prefix else '%'}{escaped}%"), is_plain)


# Two letters beyond ASCII have one of ASCII as their lower case: İ, and the sign of Kelvin.
_LOWER_OF_OTHERS = re.compile("[iIkK]")


class CaseBlindLike(sa.sql.expression.ColumnElement[bool]):
    """LIKE of lower case, which takes a third to a half of ILIKE's time; SQLite's LIKE is blind to case already.

    Lower case in the rules of a language goes letter by letter through wide characters. Text of ASCII alone needs none,
    and no text needs it where a pattern is plain: nothing but letters of ASCII has such letters as its lower case.
    """

    inherit_cache = True
    type = sa.Boolean()
    _traverse_internals = [
        ("column", InternalTraversal.dp_clauseelement),
        ("pattern", InternalTraversal.dp_clauseelement),
        ("is_plain", InternalTraversal.dp_boolean),
    ]

    def __init__(self, column: Any, pattern: Any, is_plain: bool = False) -> None:
        self.column, self.pattern, self.is_plain = column, pattern, is_plain


@compiles(CaseBlindLike)
def _write_like(element: CaseBlindLike, compiler: Any, **kwargs: Any) -> str:
    column, pattern = (compiler.process(part, **kwargs) for part in (element.column, element.pattern))
    if compiler.dialect.name != "sqlite":
        is_ascii, plain = f"octet_length({column}) = length({column})", f'lower({column} COLLATE "C")'
        column = plain if element.is_plain else f"CASE WHEN {is_ascii} THEN {plain} ELSE lower({column}) END"
        # In a query of its own it is lowered once, not for every row.
        pattern = f"(SELECT lower({pattern}))"
    return f"({column} LIKE {pattern} ESCAPE '\\')"


class ExactNumber(sa.sql.expression.ColumnElement[Decimal]):
    """The number in a text such as -12.5, exact and in the scale in which all numbers are stored."""

    inherit_cache = True
    type = types.Dec(18, 6)
    _traverse_internals = [("text", InternalTraversal.dp_clauseelement)]

    def __init__(self, text: Any) -> None:
        self.text = text


@compiles(ExactNumber)
def _write_number(element: ExactNumber, compiler: Any, **kwargs: Any) -> str:
    text = compiler.process(element.text, **kwargs)
    if compiler.dialect.name != "sqlite":
        return f"CAST({text} AS NUMERIC(18, 6))"
    point = f"instr({text}, '.')"
    scaled = f"substr({text}, 1, {point} - 1) || substr(substr({text}, {point} + 1) || '000000', 1, 6)"
    return f"CAST(CASE WHEN {point} > 0 THEN {scaled} ELSE {text} || '000000' END AS INTEGER)"


def search_condition(shape: Shape, text: str) -> sa.ColumnElement[bool] | None:
    """Return the condition of a free-text search: every word in any of the declared fields."""
    columns = [expression(shape, item) for item in shape.fields.values() if item.search]
    try:
        words = [_text(word) for word in text.split()]
    except ma.ValidationError as error:
        raise Invalid({"search": [str(message) for message in error.messages]}) from None
    if not columns or not words:
        return None
    if len(words) > MOST_WORDS:
        raise Invalid({"search": [f"Use at most {MOST_WORDS} words."]})
    return sa.and_(*(sa.or_(*(like(column, word) for column in columns)) for word in words))


def is_summable(item: Field) -> bool:
    """Whether a field's values can be added up in a list's groups."""
    return item.kind.sums and item.reference is None and isinstance(item.type, (types.Dec, sa.Integer))
