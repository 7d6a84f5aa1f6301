"""A database as an earlier release left it: its tables a few revisions back, a row in every one of them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import sqlalchemy as sa

from core.db.base import Base
from core.db.types import choices_of
from core.plugins import migrating

# The moment lies ahead: a job that has been due for long would be one that nobody runs.
WORDS = {str: "Beeswax, yellow", int: 7, bool: True, Decimal: Decimal("12.5"), date: date(2026, 3, 2),
         datetime: datetime(2126, 3, 2, 8, 30, tzinfo=UTC)}  # fmt: skip


def revisions_of(plugin):
    """Return a plugin's revisions, oldest first, each with the tables that it makes."""
    paths = sorted(migrating.folder_of(plugin).glob("[0-9]*.py"))
    return [(f"{plugin.name}_{path.name[:4]}", set(re.findall(r'create_table\(\s*"(\w+)"', path.read_text())))
            for path in paths]  # fmt: skip


def earlier(plugin, filled, *, deeper):
    """Return how far back a plugin can go: to where the next step down would take rows, `deeper` that one, too."""
    revisions = revisions_of(plugin)
    at = len(revisions) - 1
    while at > 0 and not revisions[at][1] & filled:
        at -= 1
    return revisions[max(at - deeper, 0)][0]


def rows_of(engine):
    """Return all rows as the database keeps them: by table, the values by column."""
    found = {}
    with engine.connect() as connection:
        for name in sa.inspect(connection).get_table_names():
            if not name.startswith("alembic_version"):
                rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').mappings()
                found[name] = [{column: _plain(value) for column, value in row.items()} for row in rows]
    return found


def _plain(value):
    return repr(value) if isinstance(value, (dict, list)) else value


def narrowed(rows, columns):
    """Return rows with some of their columns, in an order that does not depend on how they are stored."""
    return sorted((tuple((name, row[name]) for name in sorted(columns)) for row in rows), key=repr)


def fill_empty_tables(engine):
    """Put a row into every table that has none, by plain SQL, with no more in it than it needs."""
    with engine.begin() as connection:
        known = set(sa.inspect(connection).get_table_names())
        for table in Base.metadata.sorted_tables:
            if table.name in known and not _some_rows(connection, table.name):
                _insert(connection, table, [column.name for column in table.c if not column.nullable])


def _some_rows(connection, name):
    return connection.exec_driver_sql(f'SELECT * FROM "{name}" ORDER BY 1 LIMIT 5').mappings().all()


def _insert(connection, table, names):
    values = {name: _value_of(table.c[name]) for name in names}
    if "tenant_id" in values:
        values["tenant_id"] = connection.exec_driver_sql("SELECT id FROM core_tenant WHERE slug = 'furnished'").scalar()
    # Two references to one table are to two of its rows: a conversion of a unit into itself would be none.
    for place, reference in enumerate(sorted(table.foreign_key_constraints, key=lambda item: str(item.name))):
        own = {element.parent.name: element.column.name for element in reference.elements}
        if own.keys() <= set(names):
            there = _some_rows(connection, reference.referred_table.name)
            values |= {name: there[place % len(there)][theirs] for name, theirs in own.items()}
    connection.execute(sa.insert(table).values(values))


def _value_of(column):
    if choices := choices_of(column.type):
        return choices[0]
    if type(column.type).__name__ == "JsonType":
        return {}
    kind = column.type.impl if isinstance(column.type, sa.types.TypeDecorator) else column.type
    value = WORDS[kind.python_type]
    return value[: kind.length] if isinstance(value, str) else value
