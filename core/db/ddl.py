"""What migrations add to a table beside its columns: row-level security and the append-only trigger."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.db.ids import BLOCK, SEQUENCE

_TENANT = "nullif(current_setting('app.tenant_id', true), '')::bigint"
POLICY = f"tenant_id = {_TENANT}"
# Who belongs where must be known before anyone is in a tenant: the kernel's own sessions name none and see all rows.
OPEN_POLICY = f"{_TENANT} IS NULL OR {POLICY}"


def protect(*tables: str, append_only: bool = False, open_to_kernel: bool = False) -> None:
    """Put tenant-owned tables behind row-level security (PostgreSQL) and, if asked, make them append-only.

    `open_to_kernel` is for models marked `__open_to_kernel__`: members and roles, which log-in reads in any tenant.
    """
    postgresql = op.get_bind().dialect.name == "postgresql"
    policy = OPEN_POLICY if open_to_kernel else POLICY
    for table in tables:
        if postgresql:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            # The nullif is needed: on a pooled connection an unset value comes back as '' and not as NULL.
            op.execute(f"CREATE POLICY {table}_tenant ON {table} USING ({policy}) WITH CHECK ({policy})")
        if append_only:
            make_append_only(table)


def make_append_only(table: str) -> None:
    """Refuse UPDATE and DELETE on a table in the database itself."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION core_refuse_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def keep_append_only(table: str) -> None:
    """Guard an append-only table again after its columns changed: SQLite wrote it anew, and its triggers are gone."""
    if op.get_bind().dialect.name == "sqlite":
        make_append_only(table)


def start_ids() -> None:
    """Make what ids are taken from, and the function behind append-only tables."""
    if op.get_bind().dialect.name != "postgresql":
        op.execute("INSERT INTO core_id_counter (next) VALUES (1)")
        return
    op.execute(f"CREATE SEQUENCE {SEQUENCE} INCREMENT BY {BLOCK}")
    op.execute(
        "CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )


def stop_ids() -> None:
    """Undo start_ids()."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION core_refuse_change")
        op.execute(f"DROP SEQUENCE {SEQUENCE}")


def grant(bind: sa.Connection, role: str) -> None:
    """Give the application's role what it needs on every table and sequence of the schema, and nothing more."""
    if bind.dialect.name != "postgresql" or not role:
        return
    quoted = bind.dialect.identifier_preparer.quote(role)
    exists: Any = bind.execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
    if not exists:
        bind.execute(sa.text(
            f"DO $$ BEGIN CREATE ROLE {quoted} NOLOGIN NOBYPASSRLS; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        ))  # fmt: skip
    for statement in (
        f"GRANT {quoted} TO CURRENT_USER",
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
    ):
        bind.execute(sa.text(statement))
