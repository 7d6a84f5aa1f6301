"""Databases of a test run: one template per engine, built once by the migrations, cloned for each worker."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from core.testing import servers

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
Build = Callable[[str], None]


def clone(kind: Kind, name: str, build: Build, *, template: str = "template") -> str:
    """Copy the template database under a new name and answer its address; the first caller has it built.

    ``build`` is given the address of an empty database and brings it to the state that all clones begin with.
    """
    return {"sqlite": _clone_sqlite, "postgresql": _clone_postgresql}[kind](name, build, template)


def empty(kind: Kind, name: str) -> str:
    """Make an empty database and answer its address."""
    if kind == "sqlite":
        with servers.locked("sqlite") as folder:
            path = folder / f"{name}.sqlite3"
            _remove_sqlite(path)
            return f"sqlite:///{path}"
    return _create(name, "template1")


def drop(url: str) -> None:
    """Remove a database that this run made, also while something is still connected to it."""
    address = sa.make_url(url)
    assert address.database is not None
    if address.get_backend_name() == "sqlite":
        _remove_sqlite(Path(address.database))
    else:
        _maintain(f'DROP DATABASE IF EXISTS "{address.database}" WITH (FORCE)')


def drop_all() -> None:
    """Remove every PostgreSQL database of this run: needed where the server outlives it."""
    engine = _maintenance()
    with engine.connect() as connection:
        query = sa.text("SELECT datname FROM pg_database WHERE datname LIKE :own")
        names = connection.scalars(query, {"own": _own("%")})
        for name in names.all():
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    engine.dispose()


# ---- SQLite ----------------------------------------------------------------------------------------------------------


def _clone_sqlite(name: str, build: Build, template: str) -> str:
    with servers.locked("sqlite") as folder:
        source = folder / f"{template}.sqlite3"
        if not source.exists():
            draft = folder / f"{template}-draft.sqlite3"
            _remove_sqlite(draft)
            build(f"sqlite:///{draft}")
            _merge_write_ahead_log(draft)
            draft.rename(source)
        target = folder / f"{name}.sqlite3"
        _remove_sqlite(target)
        shutil.copyfile(source, target)
    return f"sqlite:///{target}"


def _merge_write_ahead_log(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _remove_sqlite(path: Path) -> None:
    for leftover in (path, *(Path(f"{path}{suffix}") for suffix in ("-wal", "-shm", "-journal"))):
        leftover.unlink(missing_ok=True)


# ---- PostgreSQL ------------------------------------------------------------------------------------------------------


def _clone_postgresql(name: str, build: Build, template: str) -> str:
    with servers.locked("template") as folder:
        source, built = _own(template), folder / f"{template}.built"
        if not built.exists():
            draft = _create(f"{template}_draft", "template1")
            build(draft)
            _maintain(f'ALTER DATABASE "{_own(f"{template}_draft")}" RENAME TO "{source}"')
            built.touch()
        return _create(name, source)


def _create(name: str, template: str) -> str:
    own = _own(name)
    _maintain(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)', f'CREATE DATABASE "{own}" TEMPLATE "{template}"')
    return sa.make_url(servers.postgresql_url()).set(database=own).render_as_string(hide_password=False)


def _own(name: str) -> str:
    """Put the run's name before a database's: a server from the environment may serve several runs at once."""
    return re.sub(r"[^a-z0-9_%]", "_", f"{servers.run_name()}_{name}".lower())[:60]


def _maintain(*statements: str) -> None:
    engine = _maintenance()
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def _maintenance() -> sa.Engine:
    return sa.create_engine(servers.postgresql_url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
