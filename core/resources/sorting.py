"""The order of a list: by fields, by what referred records are called, and cursors that stand behind a row."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zlib import crc32

import marshmallow as ma
import sqlalchemy as sa

from core.errors import BadRequest, Invalid
from core.resources.filters import expression
from core.resources.label_ways import LabelWay, label_way
from core.resources.shape import Field, Shape

if TYPE_CHECKING:
    from core.actions.context import Context

MOST_SORT_KEYS = 8
MOST_NAMED = 20
UNSORTABLE = frozenset({"json", "long_text"})


@dataclass(frozen=True)
class SortKey:
    """One part of a sort order: `field` is what is compared, `asked` the field of the list that it stands for."""

    field: Field
    column: sa.ColumnElement[Any]
    descending: bool
    nullable: bool
    asked: Field
    nulls_first: bool = False
    way: LabelWay | None = None

    @property
    def turned(self) -> SortKey:
        """The same part of the order, read from the end."""
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    @property
    def told(self) -> tuple[Any, ...]:
        """What makes two statements differ by this part of their order."""
        narrowed = self.way is not None and self.way.narrowing is not None
        return self.field.name, self.descending, self.nulls_first, narrowed


def sort_keys(ctx: Context, shape: Shape, text: str) -> list[SortKey]:
    """Return the sort order of `-due_date,number`, always ended by the id so that it is total.

    A reference sorts by what its record is called.
    """
    keys: list[SortKey] = []
    asked = [part.strip() for part in (text or shape.resource.sort).split(",") if part.strip()]
    for name, item in {part: _sorted_field(shape, part) for part in asked}.items():
        if any(key.asked is item for key in keys):
            continue
        if len({key.asked.name for key in keys}) == MOST_SORT_KEYS:
            raise Invalid({"sort": [f"Name at most {MOST_SORT_KEYS} fields."]})
        keys += keys_of(ctx, shape, item, name.startswith("-"))
    if not any(key.field.name == "id" or _is_unique(key.field) for key in keys):
        last_descending = bool(keys) and keys[-1].descending
        identity = shape.fields["id"]
        keys.append(SortKey(identity, shape.table.c.id, last_descending, False, identity))
    return keys


def _sorted_field(shape: Shape, part: str) -> Field:
    item = shape.fields.get(shape.resolve(part.lstrip("-")))
    if item is None or item.kind.name in UNSORTABLE:
        text = f"{shape.resource.key} cannot be sorted by {part.lstrip('-')!r}; use {_sortable(shape)}."
        raise Invalid({"sort": [text]})
    return item


def _sortable(shape: Shape) -> str:
    names = [name for name, item in shape.fields.items() if item.kind.name not in UNSORTABLE]
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" or one of {more} more fields" if more > 0 else "")


def keys_of(ctx: Context, shape: Shape, item: Field, descending: bool) -> list[SortKey]:
    """Return the order by one field: by its value, or by the parts of its record's label."""
    way = label_way(ctx, shape, item) if item.reference is not None else None
    if way is None:
        return [SortKey(item, expression(shape, item), descending, item.optional, item)]
    return [SortKey(part, part.column, descending, part.optional, item, way=way)  # type: ignore[arg-type]
            for part in way.parts]  # fmt: skip


def _is_unique(item: Field) -> bool:
    return (
        item.source == "own" and not item.optional and bool(item.column is not None and item.column.info.get("unique"))
    )


def order_by(keys: Iterable[SortKey]) -> list[sa.ColumnElement[Any]]:
    """Return ORDER BY terms; nulls come last everywhere, whatever the database thinks of them."""
    terms: list[sa.ColumnElement[Any]] = []
    for key in keys:
        if key.nullable:
            terms.append(key.column.is_(None).desc() if key.nulls_first else key.column.is_(None))
        terms.append(key.column.desc() if key.descending else key.column.asc())
    return terms


def join_labels(source: Any, keys: Iterable[SortKey]) -> Any:
    """Return a FROM clause that reaches the labels by which a list is sorted."""
    for way in _ways(keys):
        source = way.joined(source)
    return source


def narrowings(keys: Iterable[SortKey]) -> list[Any]:
    """Return the conditions within those joins: their values are the reader's own."""
    return [way.narrowing for way in _ways(keys) if way.narrowing is not None]


def _ways(keys: Iterable[SortKey]) -> list[LabelWay]:
    return list(dict.fromkeys(key.way for key in keys if key.way is not None))


def after_cursor(keys: list[SortKey], cursor: str) -> sa.ColumnElement[bool]:
    """Return the condition of everything behind a cursor, whatever was inserted or deleted meanwhile."""
    values = _read_cursor(keys, cursor)
    alternatives = []
    for index, key in enumerate(keys):
        same = [_same(other, value) for other, value in zip(keys[:index], values[:index], strict=True)]
        behind = _behind(key, values[index])
        if behind is not None:
            alternatives.append(sa.and_(*same, behind))
    return sa.or_(*alternatives)


def _same(key: SortKey, value: Any) -> sa.ColumnElement[bool]:
    return key.column.is_(None) if value is None else key.column == sa.literal(value, key.column.type)


def _behind(key: SortKey, value: Any) -> sa.ColumnElement[bool] | None:
    if value is None:
        return key.column.is_not(None) if key.nulls_first else None
    # A literal, for true and false may only be compared as such.
    edge = sa.literal(value, key.column.type)
    beyond: sa.ColumnElement[bool] = key.column < edge if key.descending else key.column > edge
    return sa.or_(beyond, key.column.is_(None)) if key.nullable and not key.nulls_first else beyond


def write_cursor(keys: list[SortKey], row: Mapping[str, Any]) -> str:
    """Return the cursor that stands behind a row."""
    values = [_mark(keys), *(_plain(row[key.field.name]) for key in keys)]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _mark(keys: Iterable[SortKey]) -> int:
    """Return by what a cursor is known again: the fields it was written for, in whichever direction they are read."""
    return crc32(",".join(key.field.name for key in keys).encode())


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _read_cursor(keys: list[SortKey], cursor: str) -> list[Any]:
    try:
        mark, *values = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        if mark != _mark(keys) or len(values) != len(keys):
            raise ValueError
        return [_cursor_value(key, value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, RecursionError, ma.ValidationError):
        raise BadRequest(
            "The `after` cursor is not one of this list; start again without it.", code="BAD_CURSOR"
        ) from None


def _cursor_value(key: SortKey, value: Any) -> Any:
    """Return a value as it was stored: what may no longer be written still has its place in the order."""
    if value is None and key.nullable:
        return None
    item = key.field
    check = item.kind.make(item.type, **({"multiline": True} if item.kind.name == "text" else {}))
    check.validators = []
    found = check.deserialize(value)
    return found.isoformat() if item.column is None and isinstance(found, date) else found
