"""Engines: one per process and database, with the settings each database needs to be correct."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from core.db.trips.readers import FilePool

WRITE = "openmill_write"
OPENING = "openmill_opening"
BEGINS = "openmill_begins"
UNSURE = "prepared_or_not"
SHORT_REST = 1


def read_address(url: str) -> sa.URL:
    """Return the parts of a database's address; ValueError for a text that is none."""
    try:
        return sa.make_url(url)
    except sa.exc.ArgumentError:
        # Not repeated: whatever it is, it may hold a password.
        raise ValueError("OPENMILL_DATABASE_URL must be such as postgresql+psycopg://… or sqlite:///….") from None


def make_engine(url: str, pool_size: int = 5) -> Engine:
    """Return an engine for SQLite or PostgreSQL; ValueError for another database's address."""
    parsed = read_address(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, pool_size)
    if parsed.get_backend_name() != "postgresql":
        raise ValueError(f"OPENMILL_DATABASE_URL names {parsed.get_backend_name()}; use sqlite or postgresql+psycopg.")
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(
        parsed, pool_size=pool_size, max_overflow=pool_size,
        # The driver would send a BEGIN of its own, a round trip for each; ours goes along with the tenant.
        connect_args={"options": "-c timezone=UTC -c lock_timeout=10s", "autocommit": True},
        execution_options={BEGINS: True}, json_deserializer=_read_json,
    )  # fmt: skip
    _ask_rested_connections(engine)
    return engine


def _read_json(text: bytes) -> Any:
    # Most records keep nothing in most of these columns.
    return {} if text == b"{}" else json.loads(text)


@sa.event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Begin a transaction of PostgreSQL, with what its session asks for in the same round trip."""
    if connection.dialect.name != "postgresql":
        return
    options = connection.get_execution_options()
    plain: Any = connection.connection.dbapi_connection
    opening = options.get(OPENING, "")
    own_begin = options.get(BEGINS) and plain.autocommit and options.get(WRITE, True) is not None
    text = "; ".join(part for part in ("BEGIN" if own_begin else "", opening) if part)
    if not text or options.get("isolation_level") == "AUTOCOMMIT":
        return
    error: type[Exception] = connection.dialect.loaded_dbapi.Error
    try:
        plain.execute(text, prepare=False).close()
    except error as fault:
        raise sa.exc.DBAPIError.instance(text, None, fault, error, dialect=connection.dialect) from fault


@sa.event.listens_for(Engine, "rollback")
@sa.event.listens_for(Engine, "rollback_savepoint")
def _doubt_prepared(connection: Connection, *_savepoint: Any) -> None:
    """Note that PostgreSQL's driver may have dropped what is prepared: it does so at every rollback."""
    if connection.dialect.name == "postgresql" and not connection.closed and not connection.invalidated:
        connection.info[UNSURE] = True


def _ask_rested_connections(engine: Engine) -> None:
    """Ask a connection whether it still lives only after a rest: before every use it would double the round trips."""

    @sa.event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _fairy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) < SHORT_REST:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.DisconnectionError("the connection died while it rested") from error


def _sqlite(url: sa.URL, pool_size: int) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"poolclass": FilePool, "pool_size": pool_size, "max_overflow": 20}
    engine = sa.create_engine(url, connect_args={"check_same_thread": False, "timeout": 30}, **options)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver must not open transactions by itself: it commits before DDL and upgrades read locks too late.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON",
                       "cache_size=-16000", "temp_store=MEMORY"):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later cannot wait for the lock: writers take it at once.
        writing = connection.get_execution_options().get(WRITE, True)
        # A look-up of one statement sees one state of the database anyway.
        if writing is not None:
            plain = connection.connection.dbapi_connection
            assert plain is not None
            plain.cursor().execute("BEGIN IMMEDIATE" if writing else "BEGIN").close()

    return engine
