"""Every tenant's table of every plugin is behind the walls, as the database itself tells."""

import contextlib

import pytest
import sqlalchemy as sa

from core.db.base import Entry, TenantOwned
from core.db.door import WallError
from core.testing.house import make_tenant
from tests.walls.evidence import rows_of


def _models(kernel):
    own = {table for plugin in kernel.registry.plugins.values() for table in plugin.tables}
    found = [mapper.class_ for mapper in TenantOwned.registry.mappers if issubclass(mapper.class_, TenantOwned)]
    return sorted((model for model in found if model.__tablename__ in own), key=lambda model: model.__tablename__)


def _open_to_kernel(model):
    return getattr(model, "__open_to_kernel__", False)


@pytest.fixture(scope="module")
def kernel(furnished):
    """The attacker and the victim live in one database."""
    return furnished.kernel


@pytest.fixture(scope="module")
def attacker(kernel):
    return make_tenant(kernel)


def test_the_victim_has_something_to_lose(furnished):
    """A wall in front of nothing proves nothing: most tables hold rows of the victim."""
    rows = rows_of(furnished.kernel, furnished.tenant.id)
    filled = [name for name, found in rows.items() if found]
    assert len(filled) >= 20, sorted(set(rows) - set(filled))


def test_no_session_of_another_tenant_sees_or_changes_a_row(kernel, furnished, attacker):
    before = rows_of(kernel, furnished.tenant.id)
    wrong = []
    for model in _models(kernel):
        ids = [row[1] for row in before[model.__tablename__]][:5]
        theirs = model.id.in_(ids)
        with kernel.unit(attacker.id) as ctx:
            own = set(ctx.db.scalars(sa.select(model.id)))
            if own.intersection(row[1] for row in before[model.__tablename__]):
                wrong.append(f"{model.__tablename__} shows foreign rows")
            if any(ctx.db.get(model, (furnished.tenant.id, number)) for number in ids):
                wrong.append(f"{model.__tablename__} gives a foreign row by key")
            for statement in (sa.delete(model).where(theirs), sa.update(model).where(theirs).values(id=model.id)):
                with contextlib.suppress(WallError):  # a ledger refuses the statement as such
                    if ctx.db.execute(statement).rowcount:
                        wrong.append(f"{model.__tablename__} was reached by {statement}")
    assert not wrong, "\n".join(wrong)
    assert rows_of(kernel, furnished.tenant.id) == before


def test_ledgers_cannot_be_rewritten_even_in_plain_sql(kernel, furnished):
    """Append-only holds in the database, for its owner too: what was posted stays."""
    rows, wrong, tried = rows_of(kernel, furnished.tenant.id), [], 0
    for model in _models(kernel):
        if not issubclass(model, Entry) or not rows[model.__tablename__]:
            continue
        for statement in (f"UPDATE {model.__tablename__} SET id = id", f"DELETE FROM {model.__tablename__}"):
            tried += 1
            with kernel.engine.connect() as connection:
                with contextlib.suppress(sa.exc.DBAPIError):
                    connection.execute(sa.text(f"{statement} WHERE tenant_id = :t"), {"t": furnished.tenant.id})
                    wrong.append(statement)
                connection.rollback()
    assert tried
    assert not wrong


def test_every_reference_stays_inside_its_tenant(kernel):
    """A single-column foreign key could refer to another tenant's row, which no policy would notice."""
    inspector, wrong = sa.inspect(kernel.engine), []
    owned = {model.__tablename__ for model in _models(kernel)}
    for table in sorted(owned):
        for key in inspector.get_foreign_keys(table):
            if key["referred_table"] in owned and "tenant_id" not in key["constrained_columns"]:
                wrong.append(f"{table}.{key['constrained_columns']} refers to {key['referred_table']}")
    assert not wrong


@pytest.mark.only_on("postgresql")
class TestRowLevelSecurity:
    """The fourth wall, which only PostgreSQL has."""

    @pytest.fixture
    def connection(self, kernel):
        with kernel.engine.connect() as connection:
            yield connection
            connection.rollback()

    @pytest.fixture
    def tables(self, kernel):
        models = [model for model in _models(kernel) if not _open_to_kernel(model)]
        return [model.__tablename__ for model in models]

    def test_it_is_on_and_forced(self, connection, tables):
        query = sa.text("SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = CAST(:t AS regclass)")
        wrong = [table for table in tables if not connection.scalar(query, {"t": table})]
        assert not wrong

    def test_the_role_of_tenants_owns_nothing_and_cannot_get_around_it(self, kernel, connection):
        role = sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :role")
        assert connection.scalar(role, {"role": kernel.role}) is False
        owned = sa.text("SELECT count(*) FROM pg_tables WHERE tableowner = :role")
        assert connection.scalar(owned, {"role": kernel.role}) == 0

    def test_without_a_tenant_there_are_no_rows(self, kernel, connection, tables):
        wrong = []
        connection.execute(sa.text("SELECT set_config('role', :role, true)"), {"role": kernel.role})
        for table in tables:
            if connection.scalar(sa.text(f"SELECT count(*) FROM {table}")):
                wrong.append(table)
        assert not wrong

    def test_plain_sql_reaches_one_tenant_only(self, kernel, connection, tables, furnished, attacker):
        wrong = []
        setting = sa.text("SELECT set_config('role', :role, true), set_config('app.tenant_id', :tenant, true)")
        connection.execute(setting, {"role": kernel.role, "tenant": str(attacker.id)})
        for table in tables:
            victim = {"victim": furnished.tenant.id}
            if connection.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE tenant_id = :victim"), victim):
                wrong.append(f"{table} is readable")
            with connection.begin_nested() as savepoint, contextlib.suppress(sa.exc.DBAPIError):
                if connection.execute(sa.text(f"DELETE FROM {table} WHERE tenant_id = :victim"), victim).rowcount:
                    wrong.append(f"{table} is writable")
                savepoint.rollback()
        assert not wrong
