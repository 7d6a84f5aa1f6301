"""Many rows of one table at once: the statement is made once, values are converted column by column.

SQLite takes the rows one after the other, in this process. PostgreSQL takes whole columns as arrays in one statement:
a thousand statements in a pipeline would still be a thousand statements to the server. What is the same in all rows
goes along once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from core.db.statements.expanding import array_text, type_name
from core.db.statements.writes import Write, numbered
from core.db.types import JsonType

Row = Mapping[str, Any]
Convert = Callable[[Any], Any]


def insert_many(
    connection: Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row], same: Row
) -> None:  # fmt: skip
    """Insert rows; what is the same in all of them is given, and converted, once."""
    _run("insert", connection, table, tuple(names), rows, same)


def update_many(connection: Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row], tenant: int) -> int:
    """Change columns of a tenant's rows by their ids; returns how many rows there were."""
    return _run("update", connection, table, (*names, "tenant_id", "id"), rows, {"tenant_id": tenant})


def insertion(dialect: Dialect, table: sa.Table, names: Sequence[str], rows: Sequence[Row], same: Row) -> Write:
    """Return what `insert_many` does, to be sent to PostgreSQL later."""
    return _later("insert", dialect, table, tuple(names), rows, same)


def change(
    dialect: Dialect, table: sa.Table, names: Sequence[str], rows: Sequence[Row], tenant: int, *, sure: bool
) -> Write:
    """Return what `update_many` does, to be sent to PostgreSQL later; unless sure, all rows must be there."""
    made = _later("update", dialect, table, (*names, "tenant_id", "id"), rows, {"tenant_id": tenant})
    return made if sure else replace(made, rows=len(rows))


def _run(
    verb: str, connection: Connection, table: sa.Table, names: tuple[str, ...], rows: Sequence[Row], same: Row
) -> int:
    columns = _columns(connection.dialect, table, names, rows, same)
    if connection.dialect.name != "postgresql":
        text = _by_rows(verb, table, names, connection.dialect)
        return _executed(connection, "executemany", text, list(zip(*columns.values(), strict=True)))
    return _executed(connection, "execute", *_together(verb, connection.dialect, table, columns))


def _later(
    verb: str, dialect: Dialect, table: sa.Table, names: tuple[str, ...], rows: Sequence[Row], same: Row
) -> Write:  # fmt: skip
    text, told = _together(verb, dialect, table, _columns(dialect, table, names, rows, same))
    plain, order = numbered(text)
    return Write(plain, tuple(told[name] for name in order))


def _together(
    verb: str, dialect: Dialect, table: sa.Table, columns: Mapping[str, list[Any]]
) -> tuple[str, dict[str, Any]]:
    """Return the one statement of PostgreSQL for all rows, and what it is given."""
    varied = tuple(name for name, values in columns.items() if values.count(values[0]) != len(values))
    told = {name: array_text(values) if name in varied else values[0] for name, values in columns.items()}
    return _by_columns(verb, table, tuple(columns), varied, dialect), told


def _columns(
    dialect: Dialect, table: sa.Table, names: tuple[str, ...], rows: Sequence[Row], same: Row
) -> dict[str, list[Any]]:
    converts = _converts(table, names, dialect)
    return {name: _column(name, converts[name], rows, same) for name in names}


def _column(name: str, convert: Convert | None, rows: Sequence[Row], same: Row) -> list[Any]:
    if name in same:
        value = same[name]
        return [convert(value) if convert is not None else value] * len(rows)
    if convert is None:
        return [row.get(name) for row in rows]
    return [convert(row.get(name)) for row in rows]


def _executed(connection: Connection, way: str, text: str, given: Any) -> int:
    error: type[Exception] = connection.dialect.loaded_dbapi.Error
    cursor = connection.connection.cursor()
    try:
        getattr(cursor, way)(text, given)
        return int(cursor.rowcount)
    except error as fault:
        raise sa.exc.DBAPIError.instance(text, None, fault, error, dialect=connection.dialect) from fault
    finally:
        cursor.close()


@lru_cache(maxsize=1000)
def _converts(table: sa.Table, names: tuple[str, ...], dialect: Dialect) -> dict[str, Convert | None]:
    return {name: _convert(table.c[name].type, dialect) for name in names}


def _convert(kind: Any, dialect: Dialect) -> Convert | None:
    if isinstance(kind, JsonType):
        # PostgreSQL's driver would wrap it, which has no place in the text of an array.
        return _json_text
    convert: Convert | None = kind._cached_bind_processor(dialect)
    return convert


def _json_text(value: Any) -> str | None:
    # Most records keep nothing in most of these columns.
    return None if value is None else "{}" if value == {} else json.dumps(value)


@lru_cache(maxsize=1000)
def _by_rows(verb: str, table: sa.Table, names: tuple[str, ...], dialect: Dialect) -> str:
    target, quoted = _quoted(table, names, dialect)
    if verb == "insert":
        return f"INSERT INTO {target} ({', '.join(quoted)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - names
    *changed, tenant, key = quoted
    return f"UPDATE {target} SET {', '.join(f'{name} = ?' for name in changed)} WHERE {tenant} = ? AND {key} = ?"  # noqa: S608 - names


@lru_cache(maxsize=1000)
def _by_columns(verb: str, table: sa.Table, names: tuple[str, ...], varied: tuple[str, ...], dialect: Dialect) -> str:
    target, quoted = _quoted(table, names, dialect)
    kinds = {name: type_name(table.c[name].type, dialect) for name in names}
    given = [
        f"given.{word}" if name in varied else f"%({name})s::{kinds[name]}"
        for name, word in zip(names, quoted, strict=True)
    ]
    arrays = ", ".join(f"%({name})s::{kinds[name]}[]" for name in varied)
    words = ", ".join(dialect.identifier_preparer.quote(name) for name in varied)
    source = f" FROM unnest({arrays}) AS given({words})" if varied else ""
    if verb == "insert":
        return f"INSERT INTO {target} ({', '.join(quoted)}) SELECT {', '.join(given)}{source}"
    pairs = list(zip(quoted, given, strict=True))
    changes = ", ".join(f"{word} = {value}" for word, value in pairs[:-2])
    found = " AND ".join(f"{target}.{word} = {value}" for word, value in pairs[-2:])
    return f"UPDATE {target} SET {changes}{source} WHERE {found}"  # noqa: S608 - names


def _quoted(table: sa.Table, names: Sequence[str], dialect: Dialect) -> tuple[str, list[str]]:
    preparer = dialect.identifier_preparer
    return preparer.format_table(table), [preparer.quote(name) for name in names]
