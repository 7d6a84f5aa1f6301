"""Integer ids in blocks: no round trip per row, safe under parallel writers, small enough for JavaScript.

PostgreSQL: a sequence whose increment is the block, taken once per block and process; what a rollback leaves is a gap.
SQLite: a counter row raised in the writing transaction itself, so that a rolled-back block is handed out again.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.base import Base

BLOCK = 1000
SEQUENCE = "core_id_seq"
counter = sa.Table("core_id_counter", Base.metadata, sa.Column("next", sa.BigInteger, nullable=False))
_TAKE = sa.text(f"SELECT nextval('{SEQUENCE}') FROM generate_series(1, :blocks)")  # noqa: S608 - a constant
_SET = sa.text(f"SELECT setval('{SEQUENCE}', :used) FROM {SEQUENCE} WHERE last_value <= :used")  # noqa: S608 - as above
_RAISE = sa.update(counter).values(next=counter.c.next + sa.bindparam("n")).returning(counter.c.next)


class IdSource:
    """Hands out ids of one database to all sessions of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ranges: list[range] = []

    def take(self, session: Session, count: int) -> list[int]:
        """Return `count` fresh ids."""
        if session.get_bind().dialect.name == "sqlite":
            return _take_sqlite(session, count)
        with self._lock:
            found = self._pop(count)
            if missing := count - len(found):
                self._refill(session, missing)
                found += self._pop(missing)
        return found

    def reserve(self, session: Session, count: int) -> None:
        """Have a block at hand for `count` rows; on PostgreSQL blocks are large anyway."""
        if session.get_bind().dialect.name == "sqlite":
            _reserve_sqlite(session, count)

    def _pop(self, count: int) -> list[int]:
        found: list[int] = []
        while self._ranges and len(found) < count:
            part = self._ranges.pop(0)
            need = count - len(found)
            found.extend(part[:need])
            if len(part) > need:
                self._ranges.insert(0, part[need:])
        return found

    def _refill(self, session: Session, missing: int) -> None:
        blocks = -(-missing // BLOCK)
        rows = session.connection().execute(_TAKE, {"blocks": blocks}).scalars()
        self._ranges += [range(start, start + BLOCK) for start in rows]


def _take_sqlite(session: Session, count: int) -> list[int]:
    spare = _reserve_sqlite(session, count)
    return [spare.popleft() for _ in range(count)]


def _reserve_sqlite(session: Session, count: int) -> deque[int]:
    spare: deque[int] = session.info.setdefault("spare_ids", deque())
    if len(spare) < count:
        size = max(count - len(spare), 16)
        end: Any = session.connection().execute(_RAISE, {"n": size}).scalar_one()
        spare.extend(range(end - size, end))
    return spare


def raise_ids(session: Session, used: int) -> None:
    """Let fresh ids begin after one that came from elsewhere, such as an archive."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().execute(sa.update(counter).where(counter.c.next <= used).values(next=used + 1))
        return
    session.connection().execute(_SET, {"used": used})


def forget_spare(session: Session) -> None:
    """Drop the block that a rollback took back."""
    session.info.pop("spare_ids", None)
