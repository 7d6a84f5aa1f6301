"""What an operator does at the command line, on both databases."""

import json
import os

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from core.actions import observers
from core.actions.models import AuditEntry
from core.administration import modules
from core.administration.tenants import find_tenant
from core.cli import COMMANDS, main
from core.identity.models import Role
from core.identity.passwords import verify_password
from core.identity.users import get_user

PASSWORD = "horse battery staple"


@pytest.fixture
def soap(run):
    run("user", "create", "anna", "--email", "anna@example.com", send=PASSWORD)
    run("tenant", "create", "soap", "--name", "Willow Soap", "--zone", "Europe/London", "--owner", "anna",
        "--enable", "inventory")  # fmt: skip
    return "soap"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name):
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert len(result.output.split("Options:")[0].split()) > 10
    assert name in CliRunner().invoke(main, ["--help"]).output
    assert "...\n" not in result.output.partition("Commands:")[2]


def test_a_word_that_is_no_command_is_told():
    result = CliRunner().invoke(main, ["demmo"])
    assert result.exit_code == 2
    assert "No such command 'demmo'" in result.output


def test_the_first_tenant_and_its_owner(run, soap, fresh_database):
    listed = run("tenant", "list").output
    assert "Willow Soap" in listed
    assert "Europe/London" in listed
    assert listed.split("\n")[1].split()[-2:] == ["1", "inventory"]
    with fresh_database.platform_reading() as db:
        user = get_user(db, "anna@example.com")
        assert verify_password(fresh_database.identity.policy, user.password_hash, PASSWORD)


def test_modules_go_on_with_what_they_require_and_off_again(run, soap):
    assert "Switched on for soap: recipes." in run("tenant", "enable", "soap", "recipes").output
    assert "nothing to do" in run("tenant", "enable", "soap", "recipes").output
    assert "Switch off first: recipes" in run("tenant", "disable", "soap", "inventory", code=1).output
    assert "Switched off for soap: recipes." in run("tenant", "disable", "soap", "recipes").output
    assert "It is not installed" in run("tenant", "enable", "soap", "bakery", code=1).output
    assert "There is no tenant 'soup'" in run("tenant", "enable", "soup", "recipes", code=1).output


def test_modules_that_are_named_together_go_on_and_off_together(run, soap):
    assert "It is not installed" in run("tenant", "enable", soap, "recipes", "bakery", code=1).output
    assert "recipes" not in run("tenant", "list").output
    assert run("tenant", "enable", soap, "recipes", "brewing").output.count("Switched on for soap") == 2
    assert "Switch off first: recipes" in run("tenant", "disable", soap, "brewing", "inventory", code=1).output
    assert "'bakery' cannot be switched off" in run("tenant", "disable", soap, "brewing", "bakery", code=1).output
    assert "brewing, inventory, recipes" in run("tenant", "list").output
    # In whatever order they are named: what needs others goes first.
    assert run("tenant", "disable", soap, "inventory", "brewing", "recipes").output.count("Switched off for soap") == 3
    assert "inventory" not in run("tenant", "list").output


def test_an_observer_that_is_off_is_shown_and_an_unknown_one_told(run, soap, fresh_database):
    with fresh_database.platform() as db:
        tenant_id = find_tenant(db, soap).id
        for _ in range(observers.FAILURES):
            observers.note_parked(db, tenant_id, "inventory.tell", "RuntimeError: nobody answers")
    told = run("tenant", "observers", soap).output.split("\n")[1].split()
    assert (told[:2], told[-2:]) == (["inventory.tell", str(observers.FAILURES)], ["nobody", "answers"])
    assert "has no observer" in run("tenant", "enable-observer", soap, "inventory.tell", code=1).output


@pytest.mark.parametrize(("words", "said"), [
    (("Soap!",), "lower-case letters"),
    (("paint", "--currency", "EURO"), "ISO 4217"),
    (("paint", "--zone", "Mars/Base"), "Europe/Berlin"),
    (("paint", "--owner", "nobody"), "There is no user 'nobody'"),
    (("soap",), "already a tenant 'soap'"),
    (("paint", "--enable", "inventory", "--enable", "bakery"), "It is not installed"),
])  # fmt: skip
def test_a_tenant_that_cannot_be_is_told_why(run, soap, words, said):
    assert said in run("tenant", "create", *words, code=1).output
    assert len(run("tenant", "list").output.splitlines()) == 2, "the heading, and the one that was there"


def test_people_join_with_roles(run, soap, fresh_database):
    run("user", "create", "ben", "--email", "ben@example.com", "--tenant", "soap", "--role", "inventory.viewer",
        send=PASSWORD)  # fmt: skip
    with fresh_database.platform_reading() as db:
        ids = get_user(db, "ben").id, find_tenant(db, "soap").id
    actor = fresh_database.identity.actor_of_user(*ids)
    assert actor.can("inventory.item.read")
    assert not actor.can("inventory.item.create")


@pytest.mark.parametrize(("words", "send", "code", "said"), [
    (("carl", "--email", "carl"), PASSWORD, 1, "e-mail"),
    (("carl", "--email", "carl@example.com"), "short", 1, "password"),
    (("carl", "--email", "carl@example.com"), "", 2, "standard input"),
    (("carl", "--email", "carl@example.com", "--owner"), PASSWORD, 2, "--tenant"),
    (("carl", "--email", "carl@example.com", "--tenant", "soap", "--role", "inventory.boss"), PASSWORD, 1, "no role"),
    (("anna", "--email", "carl@example.com"), PASSWORD, 1, "already a user"),
])  # fmt: skip
def test_a_user_that_cannot_be_is_told_why(run, soap, words, send, code, said):
    assert said in run("user", "create", *words, send=send, code=code).output
    assert "There is no user 'carl'" in run("user", "passwd", "carl", send=PASSWORD, code=1).output


def test_a_new_password_replaces_the_old_one(run, soap, fresh_database):
    with fresh_database.platform_reading() as db:
        before = get_user(db, "anna").auth_revision
    run("user", "passwd", "anna", send="correct battery horse\n")
    with fresh_database.platform_reading() as db:
        user = get_user(db, "anna")
        assert not verify_password(fresh_database.identity.policy, user.password_hash, PASSWORD)
        assert verify_password(fresh_database.identity.policy, user.password_hash, "correct battery horse")
        assert user.auth_revision == before + 1


def test_plugins_are_listed_with_their_schema(run, soap):
    lines = {line.split()[0]: line.split() for line in run("plugins").output.splitlines() if line}
    assert lines["inventory"][-1] == "1"
    assert lines["recipes"][-1] == "0"
    assert lines["kernel"][-2].startswith("kernel_00")


def test_an_author_is_told_why_no_migration_is_written(run, monkeypatch):
    assert "nothing to write" in run("revision", "inventory", "add shelf life", code=1).output
    assert "no plugin 'scales' installed" in run("revision", "scales", "first tables", code=1).output
    monkeypatch.setenv("OPENMILL_EXCLUDE_PLUGINS", "inventory")
    refused = run("revision", "recipes", "first tables", code=1).output
    assert "'recipes' is refused. It requires the plugin 'inventory'" in refused


def test_export_goes_in_again_and_changes_nothing(run, soap, tmp_path):
    rows = "code,name,kind,base_unit\nOIL,Olive oil,raw,g\nJAR,Jar,container,each\n"
    (tmp_path / "items.csv").write_text(rows)
    tried = run("import", tmp_path / "items.csv", "--tenant", "soap", "--resource", "inventory.item", "--dry-run")
    assert "2 rows: 2 would be created" in tried.output
    words = ("--tenant", "soap", "--resource", "inventory.item")
    assert "2 rows: 2 created" in run("import", tmp_path / "items.csv", *words).output
    for kind in ("csv", "xlsx", "json"):
        target = tmp_path / f"out.{kind}"
        assert "Wrote 2 rows" in run("export", "inventory.item", "--tenant", "soap", "-o", target).output
        assert "2 rows: 0 created, 0 changed, 2 unchanged." in run("import", target, *words).output
    assert [row["code"] for row in json.loads((tmp_path / "out.json").read_text())] == ["OIL", "JAR"]
    assert "OIL" in run("export", "inventory.item", "--tenant", "soap", "--fields", "code").output
    refused = run("export", "inventory.item", "--tenant", "soap", "--fields", "code,colour of the moon", code=1)
    assert "has no field 'colour of the moon'" in refused.output


def test_export_writes_into_pipes_and_behind_links_and_replaces_neither(run, soap, tmp_path):
    pipe, link = tmp_path / "pipe", tmp_path / "units.csv"
    os.mkfifo(pipe)
    (tmp_path / "kept.csv").touch()
    link.symlink_to(tmp_path / "kept.csv")
    run("export", "inventory.unit", "--tenant", "soap", "-o", link)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    run("export", "inventory.unit", "--tenant", "soap", "--format", "csv", "-o", pipe)
    written = (tmp_path / "kept.csv").read_bytes()
    assert b"kilogram" in written and os.read(reader, 2**16) == written
    os.close(reader)
    assert pipe.is_fifo() and link.is_symlink()


def test_faults_of_a_file_are_all_told_and_nothing_is_stored(run, soap, tmp_path):
    words = ("--tenant", "soap", "--resource", "inventory.item")
    (tmp_path / "items.csv").write_text("code,name,kind,base_unit\nA,Fine,raw,g\nB,,raw,g\nC,Odd,nonsense,furlong\n")
    tried = run("import", tmp_path / "items.csv", *words, "--dry-run", code=1).output
    assert "row 3, name:" in tried
    assert "row 4, kind:" in tried
    assert "2 rows cannot be taken" in tried
    assert "nothing was stored" in run("import", tmp_path / "items.csv", *words, code=1).output
    assert "[]" in run("export", "inventory.item", "--tenant", "soap", "--format", "json").output
    (tmp_path / "odd.csv").write_text("code,colour of the moon\nA,red\n")
    assert "colour of the moon" in run("import", tmp_path / "odd.csv", *words, code=1).output
    (tmp_path / "odd.json").write_text('{"rows": [}')
    assert "The file is not JSON" in run("import", tmp_path / "odd.json", *words, code=1).output
    mapped = run("import", tmp_path / "odd.csv", *words, "--map", "colour of the moon=", "--dry-run", code=1)
    assert "row 2, name" in mapped.output
    lacked = run("import", tmp_path / "odd.csv", *words, "--map", "Name=name", "--dry-run", code=1).output
    assert "The file has no column 'Name'; it has 'code', 'colour of the moon'." in lacked
    assert "There is no resource 'inventory.unicorn'" in run(
        "export", "inventory.unicorn", "--tenant", "soap", code=1).output  # fmt: skip


@pytest.mark.parametrize(("words", "code", "said"), [
    (("jobs", "list", "--tenant", "soup"), 1, "There is no tenant 'soup'"),
    (("jobs", "retry", 10**30), 2, "not in the range"),
    (("tenant", "enable", "so\udcffp", "recipes"), 1, "not UTF-8 text"),
])  # fmt: skip
def test_words_that_name_nothing_are_told(run, soap, words, code, said):
    assert said in run(*words, code=code).output


@pytest.mark.parametrize("key", ["kernel.role", "kernel.audit", "inventory.move", "inventory.lot"])
def test_what_takes_no_files_over_the_api_takes_none_here(run, soap, tmp_path, key):
    target = tmp_path / "rows.csv"
    run("export", key, "--tenant", soap, "-o", target)
    refused = run("import", target, "--tenant", soap, "--resource", key, code=1).output
    assert f"There is no resource '{key}' that takes files." in refused


def test_a_tenant_named_twice_is_joined_once(run, soap):
    words = ("user", "create", "ben", "--email", "ben@example.com", "--tenant", soap, "--tenant", soap)
    run(*words, send=PASSWORD)
    assert run("tenant", "list").output.splitlines()[1].split()[-2] == "2"


def test_what_required_plugins_need_is_not_uninstalled(run, soap):
    assert "Uninstall first what requires it" in run("uninstall", "inventory", "--yes", code=1).output
    assert "cannot be uninstalled" in run("uninstall", "kernel", "--yes", code=1).output
    refused = run("uninstall", "bakery", "--yes", code=1).output
    assert "There is no plugin 'bakery'" in refused
    assert "install its distribution again" in refused


def test_a_module_whose_plugin_is_gone_is_told(run, soap, monkeypatch):
    monkeypatch.setenv("OPENMILL_EXCLUDE_PLUGINS", "inventory,recipes,brewing")
    assert "inventory (not installed)" in run("tenant", "list").output
    assert "Switched off for soap: inventory." in run("tenant", "disable", "soap", "inventory").output
    assert "none" in run("tenant", "list").output
    assert "It is not installed" in run("tenant", "disable", "soap", "inventory", code=1).output


def test_upgrading_an_up_to_date_database_does_nothing(run):
    assert "The database is up to date." in run("upgrade").output


def test_an_upgrade_that_ended_before_the_roles_goes_on_there(run, soap, fresh_database):
    with fresh_database.platform() as db:
        db.execute(sa.delete(Role).where(Role.key == "inventory.viewer"))
    words = ("user", "create", "ben", "--email", "ben@example.com", "--tenant", "soap", "--role", "inventory.viewer")
    assert "no role" in run(*words, send=PASSWORD, code=1).output
    assert "The database is up to date." in run("upgrade").output
    assert "Made the user ben in soap." in run(*words, send=PASSWORD).output


@pytest.mark.parametrize("words", [("upgrade",), ("tenant", "list"), ("verify",)])
def test_a_database_of_a_later_release_is_left_alone(run, fresh_database, words):
    with fresh_database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version_recipes SET version_num = 'recipes_9001'"))
    refused = run(*words, code=1).output
    assert "newer than the code (recipes)" in refused
    assert "openmill upgrade" not in refused
    assert "recipes_9001, newer than the code" in run("plugins").output


def test_schedules_and_jobs(run, soap, fresh_database):
    assert "0 schedules were due." in run("tick").output
    fresh_database.listeners.clear()
    with fresh_database.platform_reading() as db:
        tenant_id = find_tenant(db, "soap").id
    with fresh_database.unit(tenant_id) as ctx:
        good = ctx.enqueue("inventory.expire_lots")
        bad = ctx.enqueue("kernel.run_action", action="inventory.item.fly", ids=[1])
    assert "Ran 2 jobs." in run("worker", "--burst", "--no-tick").output
    failed = run("jobs", "list", "--state", "failed", "--tenant", "soap").output
    assert f"{bad}" in failed
    assert "There is no action 'inventory.item.fly'." in failed
    assert "Only a parked job" in run("jobs", "retry", good, code=1).output
    assert "Put back" in run("jobs", "retry", bad).output
    assert "Ran 1 jobs." in run("worker", "--burst", "--no-tick").output


def test_switching_a_module_is_audited(run, soap, fresh_database):
    with fresh_database.platform_reading() as db:
        tenant_id = find_tenant(db, "soap").id
    for change in (modules.enable, modules.disable) * 5:
        with fresh_database.unit(tenant_id) as ctx:
            change(ctx, "recipes")
    with fresh_database.unit(tenant_id, readonly=True) as ctx:
        told = [entry.action for entry in ctx.all(sa.select(AuditEntry)) if entry.action.startswith("kernel.module")]
    assert told.count("kernel.module.enable") >= 5
    assert told.count("kernel.module.disable") == 5


@pytest.mark.parametrize(("name", "value", "said"), [
    ("OPENMILL_POOL_SIZE", "many", "OPENMILL_POOL_SIZE must be a whole number"),
    ("OPENMILL_POOL_SIZE", "-3", "OPENMILL_POOL_SIZE must be a whole number of at least 1"),
    ("OPENMILL_TRUSTED_PROXIES", "-1", "OPENMILL_TRUSTED_PROXIES must be a whole number of at least 0"),
    ("OPENMILL_ARGON2_MEMORY_KIB", "0", "OPENMILL_ARGON2_MEMORY_KIB must be a whole number of at least 8"),
    ("OPENMILL_ACCESS_TOKEN_SECONDS", "0", "OPENMILL_ACCESS_TOKEN_SECONDS must be"),
    ("OPENMILL_REDIS_URL", "http://queue.example", "OPENMILL_REDIS_URL must begin with redis://"),
    ("OPENMILL_DATABASE_URL", "db.example", "OPENMILL_DATABASE_URL must be such as"),
    ("OPENMILL_JOBS", "pigeon", "OPENMILL_JOBS must be"),
    ("OPENMILL_LOG_LEVEL", "LOUD", "OPENMILL_LOG_LEVEL must be"),
    ("OPENMILL_LOG_FORMAT", "xml", "OPENMILL_LOG_FORMAT must be"),
    ("OPENMILL_DATABASE_URL", "oracle://x", "OPENMILL_DATABASE_URL"),
])  # fmt: skip
def test_a_setting_that_cannot_be_read_is_named(run, monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    assert said in run("tenant", "list", code=2).output
