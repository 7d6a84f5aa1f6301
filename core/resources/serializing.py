"""From the driver's values to the answer's in one step: no Decimal or datetime is made only to be written as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.types import TypeEngine

from core.db import types
from core.db.statements.prepared import Convert, Prepared, as_typed
from core.resources.shape import Field

Record = dict[str, Any]


@dataclass(frozen=True)
class RowSerializer:
    """A prepared select whose rows become records: its first columns are fields, the tenant's own come last."""

    statement: Prepared
    names: tuple[str, ...]
    custom: tuple[str, ...] = ()

    def records(self, connection: Connection, values: dict[str, Any], inputs: Sequence[Any] = ()) -> list[Record]:
        """Run the statement and return its rows as the API answers them."""
        rows, converters = self.statement.fetch(connection, values, inputs)
        return self.serialize(rows, converters)

    def serialize(self, rows: Sequence[Sequence[Any]], converters: Sequence[tuple[int, Convert]]) -> list[Record]:
        """Return rows as records; columns behind the fields are left to the caller."""
        if not rows:
            return []
        names, width = self.names, len(self.names)
        records = [dict(zip(names, row, strict=False)) for row in rows]
        for index, convert in converters:
            if index < width:
                name = names[index]
                for record in records:
                    if (value := record[name]) is not None:
                        record[name] = convert(value)
        if self.custom:
            read = dict(converters).get(width, _same)
            for record, row in zip(records, rows, strict=True):
                held = read(row[width]) if row[width] is not None else {}
                record.update((name, held.get(name)) for name in self.custom)
        return records


def row_serializer(statement: sa.Select[Any], items: Sequence[Field], inputs: Sequence[Any] = ()) -> RowSerializer:
    """Return the serializer of a select: the columns of the stored fields in their order, then `custom` if one is the
    tenant's own, then whatever else."""
    stored = [item for item in items if item.column is not None]

    def convert(index: int, kind: TypeEngine[Any], dialect: Dialect, described: Any) -> Convert | None:
        if index >= len(stored):
            return as_typed(index, kind, dialect, described)
        return _written_by(stored[index], kind, dialect, described)

    custom = tuple(item.name for item in items if item.column is None)
    return RowSerializer(Prepared(statement, inputs, convert), tuple(item.name for item in stored), custom)


def _written_by(item: Field, kind: TypeEngine[Any], dialect: Dialect, described: Any) -> Convert | None:
    if dialect.name == "sqlite":
        if isinstance(kind, types.Dec) and kind.scale:
            return _scaled(kind.scale)
        if isinstance(kind, types.UTC):
            return _moment
        if isinstance(kind, sa.Date):
            return None
        if isinstance(kind, types.JsonType):
            return _json
    read, dump = as_typed(0, kind, dialect, described), item.kind.dump
    if read is None or dump is None:
        return read or dump
    return _both(read, dump)


def _both(read: Convert, dump: Convert) -> Convert:
    def convert(value: Any) -> Any:
        return dump(read(value))

    return convert


def _scaled(scale: int) -> Callable[[int], str]:
    factor = 10**scale

    def text(value: int) -> str:
        whole, part = divmod(abs(value), factor)
        return f"{'-' if value < 0 else ''}{whole}.{part:0{scale}d}"

    return text


def _moment(value: str) -> str:
    """Write what SQLite holds, `2026-03-31 08:00:00.000000`, as ISO 8601; whole seconds without a fraction."""
    text = f"{value[:10]}T{value[11:]}"
    return (text.removesuffix(".000000") if text.endswith(".000000") else text) + "Z"


def _json(value: Any) -> Any:
    """Read what SQLite holds; most columns hold nothing but an empty object."""
    # SQLite keeps a text that looks like a number as a number.
    return {} if value == "{}" else json.loads(value) if isinstance(value, (str, bytes)) else value


def _same(value: Any) -> Any:
    return value
