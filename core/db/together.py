"""A few prepared reads as one short transaction: past SQLAlchemy's connection, on PostgreSQL in one round trip.

PostgreSQL runs the statements of one text as a transaction of its own: the tenant and the role that an opening sets
are gone when the answer is there, so that nothing of a tenant can stay on the pooled connection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.engine import Dialect, Engine

from core.db.prepared import Fetched, Question

MOST_TENANTS = 4096


@dataclass(frozen=True, slots=True)
class Plain:
    """The driver's connection, without SQLAlchemy's own around it."""

    dialect: Dialect
    connection: Any


@dataclass(frozen=True, slots=True)
class Reads:
    """Questions about one tenant, behind the statement that tells PostgreSQL the tenant and its role."""

    opening: str
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class Lookups:
    """The way to the kernel's tables for what every request asks: without a session."""

    engine: Engine
    now: Callable[[], datetime]

    def look_up(self, *questions: Question, then: Reads | None = None) -> list[Fetched]:
        """Run prepared reads, and `then` those of a tenant in the same round trip."""
        return read_together(self.engine, questions, then)


@lru_cache(maxsize=MOST_TENANTS)
def opening_of(tenant_id: int, role: str) -> str:
    """Return the statement that tells PostgreSQL the tenant and its role, until the transaction ends."""
    if "'" in role or "\\" in role:
        raise ValueError(f"{role!r} is no name of a role")
    told = {"app.tenant_id": str(int(tenant_id)), "role": role}
    return "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in told.items() if value)


def read_together(engine: Engine, first: Sequence[Question], then: Reads | None = None) -> list[Fetched]:
    """Answer the kernel's questions, then a tenant's; PostgreSQL takes whole numbers and moments as values only."""
    pooled = engine.raw_connection()
    try:
        plain: Any = pooled.driver_connection
        on_server = engine.dialect.name == "postgresql"
        # Whatever the connection was used for before: the driver must begin no transaction by itself.
        if on_server and not plain.autocommit:
            plain.autocommit = True
        if then is None:
            return _fetched(engine.dialect, plain, first)
        if on_server:
            # Loaded here, for the driver of PostgreSQL comes with it.
            from core.db.trip import Trip

            return Trip(engine.dialect, pooled, [*first, then.opening, *then.questions]).run()
        plain.execute("BEGIN").close()
        found = _fetched(engine.dialect, plain, (*first, *then.questions))
        plain.execute("COMMIT").close()
        return found
    finally:
        # What failed half-way is rolled back by the pool.
        pooled.close()


def _fetched(dialect: Dialect, connection: Any, questions: Sequence[Question]) -> list[Fetched]:
    plain = Plain(dialect, connection)
    return [prepared.fetch(plain, values) for prepared, values in questions]
