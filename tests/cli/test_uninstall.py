"""A plugin goes without a trace, and comes back with every row as it was."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from core.actions.attachments import attach
from core.administration.archives import CONTENTS, restore_archive, write_archive
from core.administration.uninstalling import preview, uninstall
from core.errors import NotFound, Problem, Refused
from core.plugins import migrating
from core.services.models import ExternalKey, Job, ScheduleState, SettingValue, StoredFile
from core.services.outbox import enqueue
from core.testing import databases, house
from tests.bakery.kernels import Clock, load_bakery, open_bakery
from tests.bakery.models import Crumb, Loaf, Shelf
from tests.distributions import distribute, run_commands

TABLES = (Shelf, Loaf, Crumb)


@pytest.fixture(scope="module")
def bakery_registry():
    return load_bakery()


@pytest.fixture
def kernel(database_kind, bakery_registry, worker_id):
    """The kernel's tables alone: the bakery comes and goes within the test."""

    def build(url):
        made = open_bakery(url, bakery_registry)
        bakery = bakery_registry.plugins.pop("bakery")
        upgrade(made)
        bakery_registry.plugins["bakery"] = bakery
        made.close()

    url = databases.clone(database_kind, f"uninstall_{worker_id}", build, template="kernel")
    opened = open_bakery(url, bakery_registry, clock=Clock())
    yield opened
    opened.close()
    databases.drop(url)


def upgrade(kernel):
    migrating.upgrade(kernel.engine, kernel.registry, kernel.config.database_role)


def schema(kernel):
    """Everything that the database's catalogue holds."""
    if kernel.engine.dialect.name == "sqlite":
        queries = ["SELECT type, name, tbl_name, sql FROM sqlite_master"]
    else:
        queries = [
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
            "WHERE table_schema = 'public'",
            "SELECT tablename, policyname, qual FROM pg_policies",
            "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint",
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal",
            "SELECT relname, relkind::text, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace",
            "SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace",
        ]
    with kernel.engine.connect() as connection:
        return [sorted(map(str, connection.execute(sa.text(query)))) for query in queries]


def fill(kernel, tenant):
    with kernel.unit(tenant.id) as ctx:
        inner = ctx.create(Shelf, name="Inner")
        outer = ctx.create(Shelf, name="Outer")
        # A parent with a higher id than its child: ids say nothing of the order.
        ctx.db.flush()
        inner.parent_id = outer.id
        loaf = ctx.upsert(
            Loaf, key="bakery.demo.rye", name="Rye, “dark”\nsecond line", weight=Decimal("0.750001"),
            baked_on=date(2026, 2, 28), notes={"crust": ["thick", None, 1.5]}, shelf_id=inner.id,
            custom={"x_hue": "brown"},
        )  # fmt: skip
        ctx.upsert(Loaf, key="bakery.demo.plain", name="Plain", weight=None)
        ctx.create(Crumb, loaf_id=loaf.id, weight=Decimal("0.000001"))
        ctx.db.add(SettingValue(key="bakery.oven_heat", value=240))
        ctx.do("kernel.custom_field.create", resource="bakery.loaf", name="x_hue", label="Hue", kind="text")


def stored(kernel, tenant, models=TABLES):
    found = {}
    with kernel.unit(tenant.id, readonly=True) as ctx:
        for model in models:
            columns = [getattr(model, item.key) for item in sa.inspect(model).column_attrs]
            found[model.__tablename__] = [repr(tuple(row)) for row in ctx.rows(sa.select(*columns).order_by(model.id))]
    return found


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def world(kernel):
    """Two tenants with loaves, the bakery switched off again."""
    upgrade(kernel)
    tenants = [house.make_tenant(kernel), house.make_tenant(kernel)]
    for tenant in tenants:
        fill(kernel, tenant)
    baker = house.make_member(kernel, tenants[0], roles=["bakery.baker"])
    with kernel.platform() as db:
        enqueue(db, tenants[0].id, "bakery.count", {})
        db.add(ScheduleState(tenant_id=tenants[0].id, key="bakery.night", next_run=kernel.clock()))
    for tenant in tenants:
        house.switch_module_off(kernel, tenant.id, "bakery")
    return tenants, baker


def test_it_leaves_no_trace_and_comes_back_equal(kernel, tmp_path):
    before = schema(kernel)
    upgrade(kernel)
    installed = schema(kernel)
    assert installed != before
    tenants = [house.make_tenant(kernel), house.make_tenant(kernel)]
    for tenant in tenants:
        fill(kernel, tenant)
        house.switch_module_off(kernel, tenant.id, "bakery")
    rows = [stored(kernel, tenant) for tenant in tenants]
    count = write_archive(kernel, kernel.registry.plugins["bakery"], tmp_path / "first.zip")
    uninstall(kernel, "bakery")
    assert schema(kernel) == before
    # This process still knows the plugin; nobody gets it without its tables.
    with pytest.raises(Refused, match="has no tables"):
        house.switch_module_on(kernel, tenants[0].id, "bakery")
    assert "bakery" not in house.read_tenant(kernel, tenants[0].id).enabled
    upgrade(kernel)
    assert schema(kernel) == installed
    assert restore_archive(kernel, tmp_path / "first.zip") == count
    assert [stored(kernel, tenant) for tenant in tenants] == rows
    write_archive(kernel, kernel.registry.plugins["bakery"], tmp_path / "second.zip")
    assert contents(tmp_path / "first.zip") == contents(tmp_path / "second.zip")


def test_what_it_left_in_the_kernels_tables_goes_and_comes_back(kernel, world, tmp_path):
    (soap, _), baker = world
    plugin = kernel.registry.plugins["bakery"]
    shown = preview(kernel, "bakery")
    assert shown.rows["bakery_loaf"] == {tenant.slug: 2 for tenant in world[0]}
    assert shown.leftovers == {"core_setting": 2, "core_custom_field": 2, "core_external_key": 4, "core_member_role": 1,
                               "core_role": 2, "core_schedule": 1, "core_job": 1}  # fmt: skip
    kept = stored(kernel, soap, (SettingValue, ExternalKey))
    write_archive(kernel, plugin, tmp_path / "bakery.zip")
    uninstall(kernel, "bakery")
    assert preview(kernel, "bakery").leftovers == {}
    assert stored(kernel, soap, (SettingValue, ExternalKey)) == {"core_setting": [], "core_external_key": []}
    with kernel.platform_reading() as db:
        assert db.scalar(sa.select(sa.func.count(Job.id))) == 0
    upgrade(kernel)
    restore_archive(kernel, tmp_path / "bakery.zip")
    house.switch_module_on(kernel, soap.id, "bakery")
    assert stored(kernel, soap, (SettingValue, ExternalKey)) == kept
    actor = kernel.identity.actor_of_user(baker.actor.user_id, soap.id)
    assert actor.can("bakery.loaf.create")
    with kernel.unit(soap.id) as ctx:
        assert ctx.setting("bakery.oven_heat") == 240
        assert "x_hue" in ctx.shape(ctx.registry.resources["bakery.loaf"]).fields
        assert ctx.upsert(Loaf, key="bakery.demo.plain", name="Plain").version == 1
        taken = {row[0] for row in ctx.rows(sa.select(Loaf.id))}
        assert ctx.create(Loaf, name="new").id > max(taken)


def test_restoring_elsewhere_moves_fresh_ids_beyond_the_old_ones(kernel, world, tmp_path, database_kind, worker_id):
    tenants, _ = world
    with kernel.platform() as db:
        db.take_ids(5000)
    with kernel.unit(tenants[0].id) as ctx:
        highest = ctx.create(Shelf, name="High").id
    write_archive(kernel, kernel.registry.plugins["bakery"], tmp_path / "bakery.zip")
    url = databases.empty(database_kind, f"elsewhere_{worker_id}")
    other = open_bakery(url, kernel.registry, clock=Clock())
    upgrade(other)
    for tenant in tenants:
        house.make_tenant(other, modules=(), slug=tenant.slug)
    restore_archive(other, tmp_path / "bakery.zip")
    other.close()
    other = open_bakery(url, kernel.registry, clock=Clock())
    with other.platform() as db:
        assert db.take_ids(1)[0] > highest
    other.close()
    databases.drop(url)


def test_it_stays_while_somebody_has_it_on(kernel):
    upgrade(kernel)
    tenant = house.make_tenant(kernel)
    with pytest.raises(Refused, match=tenant.slug):
        uninstall(kernel, "bakery")
    with pytest.raises(NotFound):
        uninstall(kernel, "cheese")
    assert migrating.pending(kernel.engine, kernel.registry) == []


def test_after_a_fault_it_completes(kernel, world, monkeypatch):
    def fail(*_words):
        raise OSError("no space left")

    monkeypatch.setattr("core.administration.uninstalling._leftovers", fail)
    with pytest.raises(OSError, match="no space"):
        uninstall(kernel, "bakery")
    monkeypatch.undo()
    uninstall(kernel, "bakery")
    assert preview(kernel, "bakery").leftovers == {}


@pytest.fixture
def instance(kernel, tmp_path):
    """A folder for files that this test alone writes to."""
    folder = tmp_path / "instance"
    before, kernel.config = kernel.config, replace(kernel.config, instance=folder, max_file_bytes=300_000)
    yield folder
    kernel.config = before


@pytest.fixture
def attached(kernel, instance):
    """A photograph and a certificate beside a loaf of rye; returns the tenant."""
    upgrade(kernel)
    tenant = house.make_tenant(kernel)
    fill(kernel, tenant)
    with kernel.unit(tenant.id) as ctx:
        rye = ctx.scalar(sa.select(Loaf.id).where(Loaf.name.startswith("Rye")))
        photograph = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1100
        for name, content in (("crust.png", photograph), ("mill.pdf", b"%PDF-1.7 ok")):
            attach(ctx, ctx.registry.resources["bakery.loaf"], rye, name, io.BytesIO(content))
    house.switch_module_off(kernel, tenant.id, "bakery")
    return tenant


def on_disk(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_go_with_the_plugin_and_come_back_to_the_byte(kernel, instance, attached, tmp_path):
    before, path = on_disk(instance), tmp_path / "bakery.zip"
    assert sorted(map(len, before.values())) == [11, 281_608]
    write_archive(kernel, kernel.registry.plugins["bakery"], path)
    assert json.loads(contents(path)[CONTENTS])["attachments"] == 2
    assert preview(kernel, "bakery").file_bytes == 281_619
    uninstall(kernel, "bakery")
    assert on_disk(instance) == {}
    upgrade(kernel)
    restore_archive(kernel, path)
    assert on_disk(instance) == before
    with kernel.unit(attached.id) as ctx:
        kept = ctx.all(sa.select(StoredFile).order_by(StoredFile.id))
        assert [(row.name, row.media_type) for row in kept] == [
            ("crust.png", "image/png"), ("mill.pdf", "application/pdf"),
        ]  # fmt: skip
    write_archive(kernel, kernel.registry.plugins["bakery"], tmp_path / "again.zip")
    assert contents(tmp_path / "again.zip") == contents(path)


@pytest.mark.parametrize("fault", ["changed", "lost", "longer", "too large"])
def test_an_archive_whose_files_are_not_what_was_stored_is_refused_whole(kernel, instance, attached, tmp_path, fault):
    path, bad = tmp_path / "bakery.zip", tmp_path / "bad.zip"
    write_archive(kernel, kernel.registry.plugins["bakery"], path)
    uninstall(kernel, "bakery")
    upgrade(kernel)
    with zipfile.ZipFile(bad, "w") as archive:
        for name, content in contents(path).items():
            if "/files/" in name and content.startswith(b"%PDF"):
                content = {"changed": b"%PDF-1.7 no", "lost": None, "longer": content * 9}.get(fault, content)
            if content is not None:
                archive.writestr(name, content)
    if fault == "too large":
        kernel.config = replace(kernel.config, max_file_bytes=100_000)
    with pytest.raises(Problem) as refused:
        restore_archive(kernel, bad)
    assert refused.value.code == ("TOO_LARGE" if fault == "too large" else "BAD_ARCHIVE")
    assert on_disk(instance) == {}
    assert all(not rows for rows in stored(kernel, attached, (*TABLES, StoredFile)).values())


def test_an_archive_is_not_written_over_files_that_are_gone(kernel, instance, attached, tmp_path):
    next(path for path in instance.rglob("*") if path.is_file() and path.stat().st_size == 11).unlink()
    with pytest.raises(Refused, match=r"mill\.pdf") as refused:
        write_archive(kernel, kernel.registry.plugins["bakery"], tmp_path / "bakery.zip")
    assert refused.value.code == "FILE_DAMAGED"
    assert not (tmp_path / "bakery.zip").exists()


def test_a_half_archive_is_not_left(kernel, world, tmp_path, monkeypatch):
    def fail(*_words):
        raise OSError("no space left")

    monkeypatch.setattr("core.administration.archives._line", fail)
    with pytest.raises(OSError, match="no space"):
        write_archive(kernel, kernel.registry.plugins["bakery"], tmp_path / "bakery.zip")
    assert list(tmp_path.iterdir()) == []


def test_an_archive_goes_into_empty_tables_of_its_revision_only(kernel, world, tmp_path):
    path = tmp_path / "bakery.zip"
    write_archive(kernel, kernel.registry.plugins["bakery"], path)
    with pytest.raises(Refused, match="already has rows"):
        restore_archive(kernel, path)
    uninstall(kernel, "bakery")
    with pytest.raises(Refused, match="revision"):
        restore_archive(kernel, path)
    upgrade(kernel)
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as odd:
        odd.writestr(CONTENTS, json.dumps({"format": "something else"}))
    with pytest.raises(Problem, match="not an archive"):
        restore_archive(kernel, tmp_path / "odd.zip")
    broken = tmp_path / "broken.zip"
    parts = contents(path)
    with zipfile.ZipFile(broken, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b'"dough"', b'"brick"') if "bakery_loaf" in name else content)
    with pytest.raises(sa.exc.IntegrityError):
        restore_archive(kernel, broken)
    assert all(not rows for rows in stored(kernel, world[0][0]).values())
    restore_archive(kernel, path)
    assert len(stored(kernel, world[0][0])["bakery_loaf"]) == 2


@pytest.mark.slow
def test_the_whole_story_at_the_command_line(tmp_path):
    """A distribution is installed, used, exported, uninstalled, installed again and restored."""
    site, place = tmp_path / "site", tmp_path / "place"
    place.mkdir()
    distribute(site, "bakery", "tests.bakery.plugin:plugin")

    (place / "loaves.csv").write_text("name,weight\nRye,0.75\nSpelt,0.5\n")

    def openmill(*told):
        """Each line is a command, its exit code and what it says."""
        excluded = "inventory,recipes,brewing"
        commands = [line.split() for line, _, _ in told]
        done = run_commands(commands, site, folder=place, OPENMILL_EXCLUDE_PLUGINS=excluded)
        for (line, code, words), (found, said) in zip(told, done, strict=True):
            assert (found, words in said) == (code, True), f"{line}: {found} {said}"
        return [said for _, said in done]

    before = openmill(
        ("upgrade", 0, "kernel, bakery"),
        ("tenant create soap --enable bakery", 0, ""),
        ("import loaves.csv --tenant soap --resource bakery.loaf", 0, "2 created"),
        ("uninstall bakery --yes", 1, "Switch it off first for: soap"),
        ("export bakery.loaf --tenant soap", 0, "Spelt"),
    )[-1]
    openmill(
        ("tenant disable soap bakery", 0, ""),
        ("uninstall bakery --preview", 0, "bakery_loaf: 2 of soap"),
        ("uninstall bakery --export bakery.zip --yes", 0, "OPENMILL_EXCLUDE_PLUGINS=bakery"),
    )
    openmill(
        ("tenant list", 1, "not up to date (bakery)"),
        ("upgrade", 0, ""),
        ("import bakery.zip", 0, "rows back"),
        ("tenant enable soap bakery", 0, ""),
        ("export bakery.loaf --tenant soap", 0, before),
        ("verify", 0, "no difference"),
    )
