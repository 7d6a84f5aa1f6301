"""SQLite plans by likely figures from the first row on: a document's lines are found, not searched for."""

import pytest
import sqlalchemy as sa

from core.db.base import TenantOwned
from core.db.fields import Reference
from core.db.statistics import assume_statistics

pytestmark = pytest.mark.only_on("sqlite")


def lines(kernel):
    own = {table for plugin in kernel.registry.plugins.values() for table in plugin.tables}
    for mapper in TenantOwned.registry.mappers:
        for column in mapper.local_table.columns:
            reference = column.info.get("ref")
            if mapper.local_table.name in own and isinstance(reference, Reference) and reference.parent:
                yield mapper.local_table.name, column.name


def test_lines_are_found_by_their_document(kernel):
    found = sorted(lines(kernel))
    assert len(found) >= 5
    with kernel.engine.connect() as connection:
        for table, column in found:
            wanted = f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE tenant_id = 1 AND {column} = 2 ORDER BY id"
            plan = " ".join(row[3] for row in connection.exec_driver_sql(wanted))
            assert f"{column}=?" in plan, (table, plan)


def test_what_was_measured_stays(fresh_database):
    with fresh_database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE sqlite_stat1 SET stat = '7 7 7' WHERE idx LIKE '%core_audit%'"))
        assume_statistics(connection)
        told = set(connection.exec_driver_sql("SELECT stat FROM sqlite_stat1 WHERE idx LIKE '%core_audit%'").scalars())
    assert told == {"7 7 7"}
