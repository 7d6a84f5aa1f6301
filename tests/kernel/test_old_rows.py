"""A database of an earlier release, with months of rows in it, comes up to date without losing a thing."""

import pytest

from core.administration.verifying import verify
from core.db.base import Base
from core.plugins import migrating
from core.testing.contract.stored import schema_of
from tests.kernel.aging import earlier, fill_empty_tables, narrowed, rows_of


def age(kernel, *, deeper):
    """Take every plugin's tables back, those first that build on others; returns the plugins that moved."""
    filled = {name for name, rows in rows_of(kernel.engine).items() if rows}
    aged = []
    for name, plugin in reversed(kernel.registry.plugins.items()):
        revision = earlier(plugin, filled, deeper=deeper)
        if revision != migrating.head_of(plugin):
            migrating.downgrade(kernel.engine, kernel.registry, name, revision)
            aged.append(name)
    return aged


def check_kept(before, after):
    """Every row is there with every value it had; what is new in it is nothing, or what a new record begins with."""
    for table, rows in before.items():
        assert len(after[table]) == len(rows), table
        known = rows[0].keys() if rows else ()
        assert narrowed(after[table], known) == narrowed(rows, known), table
        for row in after[table] if rows else ():
            for name in row.keys() - known:
                assert row[name] in begins_with(Base.metadata.tables[table].c[name]), (table, name)


def begins_with(column):
    """Return what an added column may hold in an old row."""
    if column.nullable:
        return (None,)
    default = column.default.arg
    made = default(None) if callable(default) else default
    return (made, repr(made))


@pytest.mark.slow
@pytest.mark.parametrize("deeper", [False, True], ids=["with-all-tables", "with-fewer-tables"])
def test_an_older_database_keeps_its_rows(fresh_furnished, deeper):
    kernel = fresh_furnished
    schema = schema_of(kernel.engine)
    fill_empty_tables(kernel.engine)
    assert {"kernel", "inventory", "recipes"} <= set(age(kernel, deeper=deeper))
    before = rows_of(kernel.engine)
    migrating.upgrade(kernel.engine, kernel.registry, kernel.config.database_role)
    check_kept(before, rows_of(kernel.engine))
    assert schema_of(kernel.engine) == schema
    if not deeper:
        assert [verdict for verdict in verify(kernel) if verdict.differences] == []
