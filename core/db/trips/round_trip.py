"""One round trip to PostgreSQL: prepared statements run by one text, and their rows read from what the server sent.

A cursor of the driver describes and prepares every single result to be fetched from in many ways, which takes longer
than reading them. Here one reader, kept with its connection, turns the rows of a result into values.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from psycopg import Connection, DataError, errors, generators
from psycopg.adapt import Transformer
from psycopg.pq import Escaping, ExecStatus, TransactionStatus
from psycopg.sql import quote
from sqlalchemy.engine import Dialect
from sqlalchemy.orm.exc import StaleDataError

from core.db.engine import UNSURE
from core.db.statements.prepared import Fetched, Prepared, Question
from core.db.statements.writes import Write

KNOWN = "prepared_together"
MOST_KNOWN = 400
_READER = "reader_of_results"
_LOST = "26000"
_CHANGES = (b"INSERT", b"UPDATE", b"DELETE")
_STILL_THERE = "SELECT name FROM pg_prepared_statements WHERE name LIKE 'openmill%'"
_PLAN_MODE = "SET LOCAL plan_cache_mode = "
_names = itertools.count(1)
Step = Question | Write | str


class RoundTrip:
    """Statements prepared on the server under names of ours; what stands between them as text answers nothing."""

    def __init__(self, dialect: Dialect, pooled: Any, steps: Sequence[Step]) -> None:
        self._dialect, self._pooled, self._steps = dialect, pooled, steps
        self._connection: Connection[Any] = pooled.driver_connection
        self._escaping = Escaping(self._connection.pgconn)

    def run(self) -> list[Fetched]:
        """Run all statements and return the rows of those that read."""
        alone = self._connection.pgconn.transaction_status == TransactionStatus.IDLE
        try:
            return self._run()
        except errors.Error as fault:
            # A rollback makes the driver drop every prepared statement, ours among them.
            lost = self._pooled.info.pop(KNOWN, None) if getattr(fault, "sqlstate", "") == _LOST else None
            if not lost or not alone:
                raise self._told(fault) from fault
        return self._run()

    def _told(self, fault: errors.Error) -> Exception:
        """Return a fault of the driver as SQLAlchemy tells it; a connection that died is not given to anybody again."""
        kind: type[Exception] = errors.Error
        died = self._connection.closed
        if died:
            self._pooled.invalidate(fault)
        return sa.exc.DBAPIError.instance(
            "together", None, fault, kind, connection_invalidated=died, dialect=self._dialect
        )

    def _run(self) -> list[Fetched]:
        info = self._pooled.info
        known: dict[str, str] = info.setdefault(KNOWN, {})
        if info.pop(UNSURE, False) and known:
            self._forget_lost(known)
        texts, fresh = self._texts(known)
        known.update(fresh)
        try:
            with self._connection.lock:
                results = self._connection.wait(_results(self._connection, "; ".join(texts)))
        except BaseException:
            # How far the server came, and what of it is there now, it must be asked.
            info[UNSURE] = True
            raise
        self._check_changes(results)
        # What sets, prepares or changes something answers no rows.
        answers = [result for result in results if result.status == ExecStatus.TUPLES_OK]
        reader = info.get(_READER)
        if reader is None:
            reader = info[_READER] = Transformer(self._connection)
        asked = [step[0] for step in self._steps if isinstance(step, tuple)]
        return [self._read(prepared, answer, reader) for prepared, answer in zip(asked, answers, strict=True)]

    def _forget_lost(self, known: dict[str, str]) -> None:
        there = {row[0] for row in self._connection.execute(_STILL_THERE, prepare=False).fetchall()}
        for text, name in list(known.items()):
            if name not in there:
                del known[text]

    def _texts(self, known: dict[str, str]) -> tuple[list[str], dict[str, str]]:
        texts: list[str] = []
        fresh: dict[str, str] = {}
        for step in self._steps:
            if isinstance(step, str):
                texts.append(step)
                continue
            text, values = self._said(step)
            name = known.get(text) or fresh.get(text)
            if name is None:
                if len(known) >= MOST_KNOWN:
                    texts.append(f"DEALLOCATE {known.pop(next(iter(known)))}")
                name = fresh[text] = f"openmill_{next(_names)}"
                texts.append(f"PREPARE {name} AS {text}")
            given = f"({', '.join(map(self._literal, values))})" if values else ""
            if isinstance(step, tuple) and step[0].plans_once:
                texts += [f"{_PLAN_MODE}force_generic_plan", f"EXECUTE {name}{given}", f"{_PLAN_MODE}auto"]
            else:
                texts.append(f"EXECUTE {name}{given}")
        return texts, fresh

    def _said(self, step: Question | Write) -> tuple[str, Sequence[Any]]:
        if isinstance(step, Write):
            return step.text, step.values
        prepared, values = step
        return prepared.numbered(self._dialect), prepared.ordered(self._dialect, values)

    def _check_changes(self, results: Sequence[Any]) -> None:
        writes = [step for step in self._steps if isinstance(step, Write)]
        if not writes:
            return
        told = [result for result in results if result.status == ExecStatus.COMMAND_OK]
        done = [result for result in told if (result.command_status or b"").startswith(_CHANGES)]
        for write, result in zip(writes, done, strict=True):
            if write.rows is not None and result.command_tuples != write.rows:
                raise StaleDataError(f"{write.rows} rows to change, {result.command_tuples} found: {write.text[:80]}")

    def _read(self, prepared: Prepared, answer: Any, reader: Any) -> Fetched:
        reader.set_pgresult(answer)
        rows: list[Any] = reader.load_rows(0, answer.ntuples, tuple)
        return prepared.told(self._dialect, rows, lambda: [answer.ftype(index) for index in range(answer.nfields)])

    def _literal(self, value: Any) -> str:
        """Write a value into the text: in quotes, of which the server makes what its place asks for."""
        if value is None:
            return "NULL"
        if type(value) is int:
            return str(value)
        if isinstance(value, str):
            return self._quoted(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (datetime, date)):
            return f"'{value.isoformat()}'"
        if isinstance(value, Decimal):
            return f"'{value}'"
        # Whatever else a column may hold, the driver knows how it is written.
        return quote(value, self._connection)

    def _quoted(self, value: str) -> str:
        if "\0" in value:
            raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        try:
            return self._escaping.escape_literal(value.encode()).decode()
        except UnicodeEncodeError as fault:
            raise DataError("the text holds half a character") from fault


def _results(connection: Connection[Any], text: str) -> Generator[Any, Any, list[Any]]:
    connection.pgconn.send_query(text.encode())
    results: list[Any] = yield from generators.execute(connection.pgconn)
    for result in results:
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise errors.error_from_result(result)
    return results
