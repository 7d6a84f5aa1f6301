"""What SQLite's planner is told of tables that it has not analysed.

Every index begins with the tenant, and without figures SQLite takes any first column to be choosy: it would read the
lines of one receipt by the primary key, past every line of the tenant, because that spares it a sort of ten rows.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

ROWS, ROWS_OF_TENANT = 1_000_000, 100_000
ROWS_OF_MORE = (100, 20, 10, 5)

_MAKE_TABLE = "ANALYZE core_id_counter"
_KNOWN = "SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL"
_ADD = sa.text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:table, :name, :stat)")


def assume_statistics(connection: Connection) -> None:
    """Note likely figures for every index of tenants' tables that has none; those that were measured stay.

    Connections opened from now on plan by them. Other databases keep statistics by themselves.
    """
    if connection.dialect.name != "sqlite":
        return
    connection.exec_driver_sql(_MAKE_TABLE)
    known = set(connection.exec_driver_sql(_KNOWN).scalars())
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table'").scalars().all()
    added = [
        {"table": table, "name": name, "stat": stat}
        for table in tables
        for name, unique in _indexes(connection, table)
        if name not in known and (stat := _likely(connection, name, unique=unique))
    ]
    if added:
        connection.execute(_ADD, added)


def _indexes(connection: Connection, table: str) -> list[tuple[str, bool]]:
    rows = connection.execute(sa.text("SELECT name, [unique] FROM pragma_index_list(:table)"), {"table": table})
    return [(name, bool(unique)) for name, unique in rows]


def _likely(connection: Connection, index: str, *, unique: bool) -> str:
    wanted = sa.text("SELECT name FROM pragma_index_info(:index) ORDER BY seqno")
    columns = list(connection.execute(wanted, {"index": index}).scalars())
    if not columns or columns[0] != "tenant_id":
        return ""
    more = [ROWS_OF_MORE[min(n, len(ROWS_OF_MORE) - 1)] for n in range(len(columns) - 1)]
    counts = [ROWS, ROWS_OF_TENANT, *more]
    if unique:
        counts[-1] = 1
    return " ".join(str(count) for count in counts)
