"""What only reads from a SQLite file: lent and given back, never writing, closed with its pool, never inherited."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from core.db.engine import make_engine
from core.db.statements.prepared import Prepared, converted
from core.db.trips.lookups import Reads, read_together
from core.db.trips.readers import FilePool

KEPT = 3
ALL_LOTS = (Prepared(sa.select(sa.column("number", sa.String)).select_from(sa.table("lot")).order_by("number")), {})
NO_SUCH_TABLE = (Prepared(sa.select(sa.column("number")).select_from(sa.table("pallet"))), {})


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'store.db'}", KEPT)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE lot (number TEXT)"))
    yield engine
    engine.dispose()


def pool_of(engine: Engine) -> FilePool:
    assert isinstance(engine.pool, FilePool)
    return engine.pool


def numbers(engine: Engine) -> list[str]:
    first, second = read_together(engine, [ALL_LOTS], Reads("", [ALL_LOTS]))
    assert first[0] == second[0]
    return [number for (number,) in converted(first)]


def is_closed(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return True
    return False


def add_lot(engine: Engine, number: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO lot VALUES (:number)"), {"number": number})


def test_what_was_written_is_read_at_once(engine: Engine) -> None:
    assert numbers(engine) == []
    add_lot(engine, "LYE-7")
    assert numbers(engine) == ["LYE-7"]


def test_a_reader_writes_nothing(engine: Engine) -> None:
    reader = pool_of(engine).lend()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.driver_connection.execute("INSERT INTO lot VALUES ('LYE-7')")
    reader.close()
    assert numbers(engine) == []


def test_one_reader_serves_one_after_the_other(engine: Engine) -> None:
    pool = pool_of(engine)
    first = pool.lend()
    first.close()
    second = pool.lend()
    assert second is first
    assert pool.lend() is not first


def test_a_read_that_fails_leaves_nothing_open(engine: Engine) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="no such table: pallet"):
        read_together(engine, [ALL_LOTS], Reads("", [NO_SUCH_TABLE]))
    reader = pool_of(engine).lend()
    assert not reader.driver_connection.in_transaction
    reader.close()
    add_lot(engine, "LYE-7")
    assert numbers(engine) == ["LYE-7"]


def test_readers_take_no_place_from_those_that_write(engine: Engine) -> None:
    readers = [pool_of(engine).lend() for _ in range(40)]
    add_lot(engine, "LYE-7")
    for reader in readers:
        reader.close()
    assert sum(not is_closed(reader.driver_connection) for reader in readers) == KEPT


def test_many_threads_read_while_one_writes(engine: Engine) -> None:
    start = Barrier(9)

    def read() -> list[int]:
        start.wait()
        return [len(numbers(engine)) for _ in range(50)]

    def write() -> None:
        start.wait()
        for number in range(20):
            add_lot(engine, f"LYE-{number:03d}")

    with ThreadPoolExecutor(9) as threads:
        writing, reading = threads.submit(write), [threads.submit(read) for _ in range(8)]
        writing.result()
        # Nobody sees fewer lots than before.
        assert all(told == sorted(told) for told in (future.result() for future in reading))
    assert len(numbers(engine)) == 20


def test_readers_are_closed_with_their_pool(engine: Engine) -> None:
    pool = pool_of(engine)
    idle, lent = pool.lend(), pool.lend()
    idle.close()
    engine.dispose()
    assert is_closed(idle.driver_connection)
    assert not is_closed(lent.driver_connection)
    lent.close()
    assert is_closed(lent.driver_connection)
    assert pool_of(engine).lend() not in (idle, lent)


def test_a_pool_that_ends_tells_nobody(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    numbers(engine)
    engine.dispose()
    assert caplog.records == []


def test_a_forked_process_opens_readers_of_its_own(engine: Engine) -> None:
    parents = pool_of(engine).lend()
    parents.close()
    # What the kernel does in a process that was forked.
    engine.dispose(close=False)
    own = pool_of(engine).lend()
    assert own is not parents
    assert not is_closed(parents.driver_connection)
    for connection in (own.driver_connection, parents.driver_connection):
        connection.close()
