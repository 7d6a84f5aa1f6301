"""A back-up as docs/running.md tells it: dumped by a role that looks past row-level security, restored, verified."""

import subprocess

import pytest
import sqlalchemy as sa

from core.testing import databases, servers

PASSWORD = "horse battery staple"


@pytest.fixture
def backup_role(fresh_database):
    """A role of the cluster as the guide makes it."""
    name = f"{servers.run_name()}-backup"
    maintenance = sa.create_engine(servers.postgresql_url(), isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{name}" LOGIN BYPASSRLS')
        connection.exec_driver_sql(f'GRANT pg_read_all_data TO "{name}"')
        yield name
        connection.exec_driver_sql(f'DROP ROLE "{name}"')
    maintenance.dispose()


def postgresql(program, folder, url, *options):
    """Run one of PostgreSQL's programs on a database."""
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    found = servers.postgresql_programs(folder / "server") / program
    return subprocess.run([found, f"--dbname={address}", *options], capture_output=True, text=True, check=False)


@pytest.mark.only_on("postgresql")
def test_what_was_dumped_comes_back_whole(run, fresh_database, backup_role, tmp_path, monkeypatch):
    run("user", "create", "anna", "--email", "anna@example.com", send=PASSWORD)
    run("tenant", "create", "soap", "--owner", "anna", "--enable", "inventory")
    exported = run("export", "inventory.unit", "--tenant", "soap").output
    dump = tmp_path / "openmill.dump"
    done = postgresql(
        "pg_dump",
        tmp_path / "dump",
        fresh_database.config.url,
        "--format=custom",
        f"--file={dump}",
        f"--role={backup_role}",
    )
    assert done.returncode == 0, done.stderr
    restored = databases.empty("postgresql", "restored")
    try:
        done = postgresql("pg_restore", tmp_path / "restore", restored, "--exit-on-error", str(dump))
        assert done.returncode == 0, done.stderr
        monkeypatch.setenv("OPENMILL_DATABASE_URL", restored)
        assert "up to date" in run("upgrade").output
        assert "no difference" in run("verify").output
        assert run("export", "inventory.unit", "--tenant", "soap").output == exported
    finally:
        databases.drop(restored)
