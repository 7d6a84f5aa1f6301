"""The environment of every migration: one plugin's history at a time, locked, in one transaction per run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context

from core.db.base import Base
from core.db.ddl import grant
from core.plugins.migrating import LOCK


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our column types as `types.<name>` instead of what they are made of."""
    if kind == "type" and type(item).__module__ == "core.db.types":
        autogen_context.imports.add("from core.db import types")
        name = type(item).__name__
        if name in ("Choice", "State"):
            return f"sa.String({item.impl.length})"
        return {
            "JsonType": "types.Json",
            "Dec": f"types.Dec({getattr(item, 'precision', 0)}, {getattr(item, 'scale', 0)})",
        }.get(name, f"types.{name}()")
    return False


def run() -> None:
    """Run the asked-for command on the engine that the caller gave."""
    attributes = context.config.attributes
    with attributes["engine"].connect() as connection, _references_asleep(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SET LOCAL lock_timeout = '30s'"))
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        context.configure(
            connection=connection, target_metadata=Base.metadata, version_table=attributes["version_table"],
            include_object=attributes["include_object"], render_item=render_item, compare_type=True,
            render_as_batch=connection.dialect.name == "sqlite", transactional_ddl=True,
            version_table_pk=True,
        )  # fmt: skip
        context.run_migrations()
        grant(connection, attributes.get("role", ""))
        if connection.dialect.name == "sqlite" and (
            broken := connection.execute(sa.text("PRAGMA foreign_key_check")).all()
        ):
            raise RuntimeError(f"The migration leaves references to rows that are gone, such as in {broken[0][0]}.")


@contextmanager
def _references_asleep(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite drop tables: it deletes their rows first, and every reference to them would refuse or cascade.

    The switch works only outside a transaction; a check before the commit takes its place.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


run()
