"""Many rows of one table at once: the statement is made once, values are converted column by column.

SQLite takes the rows one after the other, in this process. PostgreSQL takes whole columns as arrays in one statement:
a thousand statements in a pipeline would still be a thousand statements to the server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

Row = Mapping[str, Any]


def insert_many(
    connection: Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row], same: Row
) -> None:  # fmt: skip
    """Insert rows; what is the same in all of them is given, and converted, once."""
    statement = _statement("insert", table, tuple(names), connection.dialect)
    statement.run(connection, [statement.column(name, rows, same) for name in statement.names])


def update_many(connection: Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row], tenant: int) -> int:
    """Change columns of a tenant's rows by their ids; returns how many rows there were."""
    statement = _statement("update", table, (*names, "tenant_id", "id"), connection.dialect)
    return statement.run(connection, [statement.column(name, rows, {"tenant_id": tenant}) for name in statement.names])


class _Statement:
    def __init__(self, verb: str, table: sa.Table, names: tuple[str, ...], dialect: Dialect) -> None:
        self.names = names
        self.binds = {name: table.c[name].type._cached_bind_processor(dialect) for name in names}
        self.whole_columns = dialect.name == "postgresql"
        write = {
            ("insert", False): _insert_row, ("insert", True): _insert_columns,
            ("update", False): _update_row, ("update", True): _update_columns,
        }  # fmt: skip
        self.text = write[verb, self.whole_columns](table, names, dialect)

    def column(self, name: str, rows: Sequence[Row], same: Row) -> list[Any]:
        process = self.binds[name]
        if name in same:
            value = same[name]
            return [process(value) if process is not None else value] * len(rows)
        if process is None:
            return [row.get(name) for row in rows]
        return [process(row.get(name)) for row in rows]

    def run(self, connection: Connection, columns: list[list[Any]]) -> int:
        error: type[Exception] = connection.dialect.loaded_dbapi.Error
        cursor = connection.connection.cursor()
        try:
            if self.whole_columns:
                cursor.execute(self.text, columns)
            else:
                cursor.executemany(self.text, list(zip(*columns, strict=True)))
            return int(cursor.rowcount)
        except error as fault:
            raise sa.exc.DBAPIError.instance(self.text, None, fault, error, dialect=connection.dialect) from fault
        finally:
            cursor.close()


@lru_cache(maxsize=1000)
def _statement(verb: str, table: sa.Table, names: tuple[str, ...], dialect: Dialect) -> _Statement:
    return _Statement(verb, table, names, dialect)


def _quoted(table: sa.Table, names: Sequence[str], dialect: Dialect) -> tuple[str, list[str]]:
    preparer = dialect.identifier_preparer
    return preparer.format_table(table), [preparer.quote(name) for name in names]


def _insert_row(table: sa.Table, names: Sequence[str], dialect: Dialect) -> str:
    target, quoted = _quoted(table, names, dialect)
    return f"INSERT INTO {target} ({', '.join(quoted)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - names


def _update_row(table: sa.Table, names: Sequence[str], dialect: Dialect) -> str:
    target, quoted = _quoted(table, names, dialect)
    *changed, tenant, key = quoted
    return f"UPDATE {target} SET {', '.join(f'{name} = ?' for name in changed)} WHERE {tenant} = ? AND {key} = ?"  # noqa: S608 - names


def _insert_columns(table: sa.Table, names: Sequence[str], dialect: Dialect) -> str:
    target, quoted = _quoted(table, names, dialect)
    return f"INSERT INTO {target} ({', '.join(quoted)}) SELECT * FROM {_arrays(table, names, dialect)}"  # noqa: S608 - names


def _update_columns(table: sa.Table, names: Sequence[str], dialect: Dialect) -> str:
    target, quoted = _quoted(table, names, dialect)
    *changed, tenant, key = quoted
    told = f"given({', '.join(quoted)})"
    return (
        f"UPDATE {target} SET {', '.join(f'{name} = given.{name}' for name in changed)} "  # noqa: S608 - names
        f"FROM {_arrays(table, names, dialect)} AS {told} "
        f"WHERE {target}.{tenant} = given.{tenant} AND {target}.{key} = given.{key}"
    )


def _arrays(table: sa.Table, names: Sequence[str], dialect: Dialect) -> str:
    # Without its length: a cast to VARCHAR(40) would cut a longer text off where the column refuses it.
    kinds = (table.c[name].type.compile(dialect).split("(", 1) for name in names)
    plain = [kind[0] + (kind[1].split(")", 1)[1] if len(kind) > 1 else "") for kind in kinds]
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in plain)})"
