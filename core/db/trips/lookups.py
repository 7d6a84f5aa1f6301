"""A few prepared reads as one short transaction: past SQLAlchemy's connection, on PostgreSQL in one round trip.

PostgreSQL runs the statements of one text as a transaction of its own: the tenant and the role that an opening sets
are gone when the answer is there, so that nothing of a tenant can stay on the pooled connection.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, Engine

from core.db.statements.prepared import Fetched, Prepared, Question, converted
from core.db.trips.readers import FilePool

log = logging.getLogger("openmill.db")
MOST_TENANTS = 4096
_KNOWN: Mapping[str, Any] = {"number": 2**53 - 1, "moment": datetime(2026, 3, 31, 8, 30, tzinfo=UTC)}
_TOLD = (*_KNOWN.values(), Decimal("12.50"), "Öl", True, None)
_COLUMNS: list[Any] = [
    sa.cast(sa.bindparam("number"), sa.BigInteger()), sa.cast(sa.bindparam("moment"), sa.DateTime(timezone=True)),
    *(sa.literal_column(text) for text in ("12.50", "'Öl'::text", "true", "NULL::date")),
]  # fmt: skip
_ASKED = Prepared(sa.select(*_COLUMNS))
_makes_trips: WeakKeyDictionary[Dialect, bool] = WeakKeyDictionary()


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
    on_server = engine.dialect.name == "postgresql"
    at_once = then is not None and on_server and makes_trips(engine)
    pooled = _taken(engine)
    try:
        plain: Any = pooled.driver_connection
        if then is None:
            return _fetched(engine.dialect, plain, first)
        if at_once:
            return _trip(engine.dialect, pooled, [*first, then.opening, *then.questions])
        plain.execute("BEGIN").close()
        found = _fetched(engine.dialect, plain, first)
        if on_server:
            plain.execute(then.opening).close()
        found += _fetched(engine.dialect, plain, then.questions)
        plain.execute("COMMIT").close()
        return found
    finally:
        # What failed half-way is rolled back by the pool.
        pooled.close()


def _taken(engine: Engine) -> Any:
    if isinstance(engine.pool, FilePool):
        return engine.pool.lend()
    pooled = engine.raw_connection()
    plain: Any = pooled.driver_connection
    # Whatever the connection was used for before: the driver must begin no transaction by itself.
    if not plain.autocommit:
        plain.autocommit = True
    return pooled


def makes_trips(engine: Engine) -> bool:
    """Whether a round trip answers what is known: it reads by parts of the driver that promise nobody to stay.

    Asked once per process. Where they are gone or do something else, every statement goes the long way by itself.
    """
    found = _makes_trips.get(engine.dialect)
    if found is None:
        found = _makes_trips[engine.dialect] = _answers_what_is_known(engine)
    return found


def _answers_what_is_known(engine: Engine) -> bool:
    pooled = _taken(engine)
    try:
        told = _trip(engine.dialect, pooled, [(_ASKED, _KNOWN), opening_of(0, ""), (_ASKED, _KNOWN)])
        as_known = [converted(rows) for rows in told] == [[_TOLD]] * 2
    except sa.exc.OperationalError:
        # No word on the driver: the server is not there.
        pooled.invalidate()
        raise
    except Exception:
        as_known = False
        log.warning("no round trips with this release of psycopg", exc_info=True)
    if as_known:
        pooled.close()
    else:
        # Whatever was left half done on it, nobody gets it again.
        pooled.invalidate()
    return as_known


def send_together(connection: sa.Connection, steps: Sequence[Any]) -> list[Fetched]:
    """Run prepared reads and waiting writes within an open transaction of PostgreSQL, in one round trip."""
    return _trip(connection.dialect, connection.connection, steps)


def _trip(dialect: Dialect, pooled: Any, steps: Sequence[Question | str]) -> list[Fetched]:
    # Loaded here, for the driver of PostgreSQL comes with it.
    from core.db.trips.round_trip import RoundTrip

    return RoundTrip(dialect, pooled, steps).run()


def _fetched(dialect: Dialect, connection: Any, questions: Sequence[Question]) -> list[Fetched]:
    plain = Plain(dialect, connection)
    return [prepared.fetch(plain, values) for prepared, values in questions]
