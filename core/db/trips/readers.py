"""Connections to a SQLite file that only read, lent without the bookkeeping of SQLAlchemy's pool.

Taking a connection out of a pool and giving it back takes as long as the statements of a short read. What is lent here
lies in a pile; it belongs to the pool, is closed with it, and is not known to the new pool of a forked process.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from typing import Any, cast

from sqlalchemy.pool import QueuePool

# SQLAlchemy logs under the name of the class: its own pools tell nothing below a warning, either.
logging.getLogger(__name__).setLevel(logging.WARNING)


class Reader:
    """A lent connection, with the two words of a pooled one that a short read needs."""

    __slots__ = ("_home", "driver_connection")

    def __init__(self, home: FilePool, connection: sqlite3.Connection) -> None:
        self._home, self.driver_connection = home, connection

    def close(self) -> None:
        """Give it back; what failed half-way is rolled back."""
        if self.driver_connection.in_transaction:
            self.driver_connection.rollback()
        self._home.take_back(self)


class FilePool(QueuePool):
    """The connections to a SQLite file."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._readers: deque[Reader] = deque()
        self._is_open = True

    def lend(self) -> Reader:
        """Return a connection that only reads, for one thread until it gives it back."""
        try:
            return self._readers.pop()
        except IndexError:
            return self._opened()

    def take_back(self, reader: Reader) -> None:
        """Keep a reader for the next, as many as the pool keeps of others."""
        self._readers.append(reader)
        if len(self._readers) > self.size() or not self._is_open:
            self._close_one()

    def dispose(self) -> None:
        """Close every connection that nobody uses; what is still lent is closed when it comes back."""
        self._is_open = False
        while self._close_one():
            pass
        super().dispose()

    def _close_one(self) -> bool:
        try:
            self._readers.popleft().driver_connection.close()
        except IndexError:
            return False
        return True

    def _opened(self) -> Reader:
        pooled = self.connect()
        connection = cast(sqlite3.Connection, pooled.driver_connection)
        # From here on it is nobody's but ours, and holds no place among those that write.
        pooled.detach()
        connection.execute("PRAGMA query_only=ON").close()
        return Reader(self, connection)
