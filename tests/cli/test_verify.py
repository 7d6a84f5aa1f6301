"""A planted change is found, whatever it is; untouched data passes."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from core.administration.verifying import count_checks, verify
from core.cli import main
from core.errors import NotFound
from core.services.models import Job
from core.testing import house
from tests.bakery.kernels import Clock, bakery_database, load_bakery, open_bakery
from tests.bakery.models import Loaf, Shelf


@pytest.fixture(scope="module")
def bakery_registry():
    return load_bakery()


@pytest.fixture
def kernel(database_kind, bakery_registry):
    with bakery_database(database_kind) as url:
        opened = open_bakery(url, bakery_registry, clock=Clock())
        yield opened
        opened.close()


@pytest.fixture
def tenants(kernel):
    made = [house.make_tenant(kernel), house.make_tenant(kernel)]
    for tenant in made:
        with kernel.unit(tenant.id) as ctx:
            shelf = ctx.find(Shelf, name="Window")
            for name in ("Rye", "Spelt"):
                ctx.do("bakery.loaf.create", name=name, weight=Decimal("0.75"), shelf_id=shelf.id)
    return made


def found(kernel, *slugs):
    verdicts = [verdict for verdict in verify(kernel, slugs) if verdict.differences]
    return {(verdict.tenant, verdict.key): verdict.differences for verdict in verdicts}


def plant(kernel, statement, tenant, **values):
    """Change rows behind everybody's back: no session, no trigger, no constraint."""
    raw = kernel.engine.raw_connection()
    cursor = raw.cursor()
    if kernel.engine.dialect.name == "sqlite":
        # Outside of any transaction, where alone these switches work.
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("PRAGMA ignore_check_constraints=ON")
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
    else:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("ALTER TABLE IF EXISTS bakery_loaf DROP CONSTRAINT ck_bakery_loaf_state")
        statement = re.sub(r":(\w+)", r"%(\1)s", statement)
    cursor.execute(statement, {"tenant": tenant.id, **values})
    assert cursor.rowcount > 0
    raw.commit()
    raw.detach()
    raw.close()


def test_untouched_data_has_no_difference(kernel, tenants):
    assert found(kernel) == {}
    assert len(list(verify(kernel))) == count_checks(kernel) == 1 + 2 * 7
    assert len(list(verify(kernel, [tenants[0].slug]))) == count_checks(kernel, [tenants[0].slug]) == 7
    with pytest.raises(NotFound, match="nowhere"):
        list(verify(kernel, ["nowhere"]))


@pytest.mark.parametrize(("statement", "values", "key", "said"), [
    ("UPDATE core_audit SET username = 'someone else' WHERE tenant_id = :tenant AND sequence = 2", {},
     "kernel.audit_chain", "entry 2 was changed"),
    ("DELETE FROM core_audit WHERE tenant_id = :tenant AND sequence = 1", {},
     "kernel.audit_chain", "entry 1 is missing"),
    ("UPDATE bakery_loaf SET shelf_id = 987654 WHERE tenant_id = :tenant AND name = 'Rye'", {},
     "kernel.references", "refers by shelf_id to bakery_shelf 987654"),
    ("UPDATE bakery_loaf SET state = :state WHERE tenant_id = :tenant AND name = 'Rye'", {"state": "stolen"},
     "kernel.choices", "'stolen'"),
    ("UPDATE bakery_loaf SET weight = weight * 2000 WHERE tenant_id = :tenant AND name = 'Rye'", {},
     "bakery.weight", "Rye weighs"),
])  # fmt: skip
def test_a_planted_change_is_found(kernel, tenants, statement, values, key, said):
    """…in the tenant it was planted in, by the check that owns it, and by no other."""
    plant(kernel, statement, tenants[0], **values)
    differences = found(kernel)
    assert list(differences) == [(tenants[0].slug, key)]
    assert said in " ".join(differences[(tenants[0].slug, key)])


def test_a_foreign_shelf_is_no_shelf_of_ours(kernel, tenants):
    with kernel.unit(tenants[1].id, readonly=True) as ctx:
        foreign = ctx.find(Shelf, name="Window").id
    plant(kernel, "UPDATE bakery_loaf SET shelf_id = :foreign WHERE tenant_id = :tenant", tenants[0], foreign=foreign)
    assert list(found(kernel)) == [(tenants[0].slug, "kernel.references")]


def test_rows_of_nobody_are_found(kernel, tenants):
    plant(kernel, "UPDATE bakery_shelf SET tenant_id = 424242 WHERE tenant_id = :tenant", tenants[0])
    differences = found(kernel)
    assert differences[("", "kernel.tenants")] == ("bakery_shelf holds 1 rows of no tenant.",)
    assert ("refers by shelf_id" in differences[(tenants[0].slug, "kernel.references")][0]) is True


def test_an_outbox_that_nobody_empties_is_told(kernel, tenants):
    with kernel.unit(tenants[0].id) as ctx:
        waiting = ctx.enqueue("bakery.count")
        ctx.enqueue("bakery.count", run_at=ctx.now() + timedelta(hours=3))
    assert found(kernel) == {}
    kernel.clock.wait(minutes=20)
    differences = found(kernel)
    assert list(differences) == [(tenants[0].slug, "kernel.outbox")]
    assert f"Job {waiting} (bakery.count) is ready" in differences[(tenants[0].slug, "kernel.outbox")][0]
    with kernel.platform() as db:
        db.execute(sa.update(Job).values(state="failed"))
    assert found(kernel) == {}


def test_a_check_that_fails_is_a_difference_and_stops_nobody(kernel, tenants):
    item = kernel.registry.checks["bakery.weight"]
    kernel.registry.checks["bakery.weight"] = type(item)(item.key, title=item.title, function=lambda ctx: 1 / 0)
    try:
        differences = found(kernel)
    finally:
        kernel.registry.checks["bakery.weight"] = item
    assert differences == {
        (tenant.slug, "bakery.weight"): ("The check itself failed: ZeroDivisionError: division by zero",)
        for tenant in tenants
    }


def test_sums_taken_one_after_the_other_belong_together(kernel, tenants):
    """A check that reads twice sees one moment, though others write in between."""
    seen = []

    def count_twice(ctx):
        wanted = sa.select(sa.func.count(Loaf.id))
        first = ctx.scalar(wanted)
        with kernel.unit(ctx.tenant.id) as other:
            other.create(Loaf, name=f"written meanwhile {first}")
        seen.append((first, ctx.scalar(wanted)))
        return []

    item = kernel.registry.checks["bakery.weight"]
    kernel.registry.checks["bakery.weight"] = type(item)(item.key, title=item.title, function=count_twice)
    try:
        assert found(kernel) == {}
    finally:
        kernel.registry.checks["bakery.weight"] = item
    assert seen == [(2, 2), (2, 2)]


def test_the_command_prints_each_difference_and_exits_1(fresh_database, monkeypatch):
    monkeypatch.setenv("OPENMILL_DATABASE_URL", fresh_database.config.url)
    tenant = house.make_tenant(fresh_database)
    clean = CliRunner().invoke(main, ["verify"])
    assert clean.exit_code == 0, clean.output
    plant(fresh_database, "UPDATE core_audit SET username = 'x' WHERE tenant_id = :tenant AND sequence = 1", tenant)
    result = CliRunner().invoke(main, ["verify"])
    assert result.exit_code == 1
    assert f"{tenant.slug}: The audit chain is unbroken (kernel.audit_chain)" in result.output
    assert "1 differences." in result.output
    assert CliRunner().invoke(main, ["verify", "--tenant", "nowhere"]).exit_code == 1
