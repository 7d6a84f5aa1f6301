"""What a plugin's migrations must keep."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from core.kernel import Kernel
from core.plugins import migrating
from core.plugins.registry import KERNEL

Schema = dict[str, Any]


class StoredContract:
    """Tests of migrations against models, and of the way down and up again."""

    plugin: str

    def test_its_migrations_give_what_its_models_say(self, kernel: Kernel) -> None:
        """Alembic finds nothing to do, and no revision waits."""
        assert self.plugin not in migrating.pending(kernel.engine, kernel.registry)
        assert migrating.differences(kernel.engine, kernel.registry, self.plugin) == []

    def test_it_goes_without_a_trace_and_comes_back_the_same(self, fresh_database: Kernel) -> None:
        """Down to nothing, with whatever needs it, and up again: the schema is what it was."""
        kernel, registry = fresh_database, fresh_database.registry
        before = schema_of(kernel.engine)
        everyone = reversed([name for name in registry.plugins if name != KERNEL])
        leaving = list(everyone) if self.plugin == KERNEL else [*registry.dependents_of(self.plugin), self.plugin]
        for name in leaving:
            migrating.downgrade(kernel.engine, registry, name)
        left = [table for table in schema_of(kernel.engine) for name in leaving
                if table.startswith(f"{name}_") or table == migrating.version_table(name)]  # fmt: skip
        assert left == []
        migrating.upgrade(kernel.engine, registry, kernel.config.database_role)
        assert schema_of(kernel.engine) == before


def schema_of(engine: sa.Engine) -> Schema:
    """Describe a database's tables with everything that guards them, for comparison."""
    inspector = sa.inspect(engine)
    found: Schema = {}
    for name in inspector.get_table_names():
        columns = inspector.get_columns(name)
        found[name] = {
            "columns": [(c["name"], str(c["type"]), c["nullable"], str(c["default"])) for c in columns],
            "primary key": inspector.get_pk_constraint(name)["constrained_columns"],
            "references": _told(inspector.get_foreign_keys(name)),
            "unique": _told(inspector.get_unique_constraints(name)),
            "checks": _told(inspector.get_check_constraints(name)),
            "indexes": _told(inspector.get_indexes(name)),
        }
    for name, guards in _guards(engine).items():
        found[name]["guards"] = guards
    return found


def _told(found: Iterable[Any]) -> list[str]:
    """Describe reflected parts as text: some hold SQL expressions, which compare by identity."""
    return sorted(json.dumps(part, sort_keys=True, default=str) for part in found)


def _guards(engine: sa.Engine) -> dict[str, list[str]]:
    """List triggers, and on PostgreSQL policies and whether row-level security is on, by table."""
    queries = {
        "sqlite": ["SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"],
        "postgresql": [
            "SELECT event_object_table, trigger_name || event_manipulation FROM information_schema.triggers",
            "SELECT tablename, policyname || qual || with_check FROM pg_policies",
            "SELECT relname, 'security ' || relrowsecurity || relforcerowsecurity FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
        ],
    }[engine.dialect.name]
    found: dict[str, list[str]] = {}
    with engine.connect() as connection:
        for query in queries:
            for table, guard in connection.execute(sa.text(query)):
                found.setdefault(table, []).append(guard)
    return {table: sorted(guards) for table, guards in found.items()}
