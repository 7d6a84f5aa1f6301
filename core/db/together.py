"""A few prepared reads as one short transaction: past SQLAlchemy's connection, on PostgreSQL in one round trip.

PostgreSQL runs the statements of one text as a transaction of its own: the tenant and the role that an opening sets
are gone when the answer is there, so that nothing of a tenant can stay on the pooled connection.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, Engine

from core.db.prepared import Fetched, Prepared

Question = tuple[Prepared, Mapping[str, Any]]
_KNOWN = "prepared_together"
_names = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Plain:
    """A connection of the pool, without SQLAlchemy's own around it."""

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


def opening_of(tenant_id: int, role: str) -> str:
    """Return the statement that tells PostgreSQL the tenant and its role, until the transaction ends."""
    if "'" in role or "\\" in role:
        raise ValueError(f"{role!r} is no name of a role")
    told = {"app.tenant_id": str(int(tenant_id)), "role": role}
    calls = (f"set_config('{name}', '{value}', true)" for name, value in told.items() if value)
    return f"SELECT {', '.join(calls)}"


def read_together(engine: Engine, first: Sequence[Question], then: Reads | None = None) -> list[Fetched]:
    """Answer the kernel's questions, then a tenant's; PostgreSQL takes whole numbers and moments as values only."""
    pooled = engine.raw_connection()
    try:
        if engine.dialect.name == "postgresql":
            # Whatever the connection was used for before: the driver must begin no transaction by itself.
            if not pooled.driver_connection.autocommit:  # type: ignore[union-attr]
                pooled.driver_connection.autocommit = True  # type: ignore[union-attr]
            if then is None:
                return [_fetch(engine, pooled, question) for question in first]
            return _Trip(engine.dialect, pooled, first, then).run()
        if then is None:
            return [_fetch(engine, pooled, question) for question in first]
        plain: Any = pooled.driver_connection
        plain.execute("BEGIN").close()
        found = [_fetch(engine, pooled, question) for question in (*first, *then.questions)]
        plain.execute("COMMIT").close()
        return found
    finally:
        # What failed half-way is rolled back by the pool.
        pooled.close()


def _fetch(engine: Engine, pooled: Any, question: Question) -> Fetched:
    return question[0].fetch(Plain(engine.dialect, pooled), question[1])


class _Trip:
    """Statements prepared on the server under names of ours, run by one text."""

    def __init__(self, dialect: Dialect, pooled: Any, first: Sequence[Question], then: Reads) -> None:
        self._dialect, self._pooled = dialect, pooled
        self._steps: list[Question | str] = [*first, then.opening, *then.questions]

    def run(self) -> list[Fetched]:
        """Run all statements and return their rows."""
        error: type[Exception] = self._dialect.loaded_dbapi.Error
        try:
            return self._run()
        except error as fault:
            # A rollback makes the driver drop every prepared statement, ours among them.
            lost = self._pooled.info.pop(_KNOWN, None)
            if not lost or getattr(fault, "sqlstate", "") != "26000":
                raise sa.exc.DBAPIError.instance("read", None, fault, error, dialect=self._dialect) from fault
        return self._run()

    def _run(self) -> list[Fetched]:
        known: dict[Prepared, str] = self._pooled.info.setdefault(_KNOWN, {})
        texts: list[str] = []
        fresh: dict[Prepared, str] = {}
        answers: dict[int, Prepared] = {}
        for step in self._steps:
            if isinstance(step, str):
                texts.append(step)
                continue
            prepared, values = step
            name = known.get(prepared) or fresh.get(prepared)
            if name is None:
                name = fresh[prepared] = f"openmill_{next(_names)}"
                texts.append(f"PREPARE {name} AS {prepared.numbered(self._dialect)}")
            answers[len(texts)] = prepared
            texts.append(f"EXECUTE {name}({', '.join(map(_literal, prepared.ordered(self._dialect, values)))})")
        cursor = self._pooled.cursor()
        try:
            cursor.execute("; ".join(texts), prepare=False)
            known.update(fresh)
            return self._read(cursor, answers, len(texts))
        finally:
            cursor.close()

    def _read(self, cursor: Any, answers: Mapping[int, Prepared], count: int) -> list[Fetched]:
        found: list[Fetched] = []
        for at in range(count):
            if at:
                cursor.nextset()
            if at in answers:
                found.append(answers[at].read(self._dialect, cursor))
        return found


def _literal(value: Any) -> str:
    # The only values that are written into a text; both have one way to be written and no quote in it.
    if type(value) is int:
        return str(value)
    if type(value) is datetime:
        return f"'{value.isoformat()}'"
    raise TypeError(f"{value!r} is neither a whole number nor a moment")
