"""One round trip to PostgreSQL: prepared statements run by one text, and their rows read from what the server sent.

A cursor of the driver describes and prepares every single result to be fetched from in many ways, which takes longer
than reading them. Here one reader, kept with its connection, turns the rows of a result into values.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from psycopg import Connection, errors, generators
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus
from sqlalchemy.engine import Dialect

from core.db.prepared import Fetched, Prepared, Question

KNOWN = "prepared_together"
_READER = "reader_of_results"
_LOST = "26000"
_names = itertools.count(1)


class RoundTrip:
    """Statements prepared on the server under names of ours; what stands between them as text answers nothing."""

    def __init__(self, dialect: Dialect, pooled: Any, steps: Sequence[Question | str]) -> None:
        self._dialect, self._pooled, self._steps = dialect, pooled, steps

    def run(self) -> list[Fetched]:
        """Run all statements and return their rows."""
        try:
            return self._run()
        except errors.Error as fault:
            # A rollback makes the driver drop every prepared statement, ours among them.
            lost = self._pooled.info.pop(KNOWN, None)
            if not lost or getattr(fault, "sqlstate", "") != _LOST:
                kind: type[Exception] = errors.Error
                raise sa.exc.DBAPIError.instance("read", None, fault, kind, dialect=self._dialect) from fault
        return self._run()

    def _run(self) -> list[Fetched]:
        info, connection = self._pooled.info, self._pooled.driver_connection
        known: dict[Prepared, str] = info.setdefault(KNOWN, {})
        texts, fresh = self._texts(known)
        with connection.lock:
            results = connection.wait(_results(connection, "; ".join(texts)))
        known.update(fresh)
        # What sets or prepares something answers no rows.
        answers = [result for result in results if result.status == ExecStatus.TUPLES_OK]
        reader = info.get(_READER)
        if reader is None:
            reader = info[_READER] = Transformer(connection)
        asked = [step[0] for step in self._steps if not isinstance(step, str)]
        return [self._read(prepared, answer, reader) for prepared, answer in zip(asked, answers, strict=True)]

    def _texts(self, known: dict[Prepared, str]) -> tuple[list[str], dict[Prepared, str]]:
        texts: list[str] = []
        fresh: dict[Prepared, str] = {}
        for step in self._steps:
            if isinstance(step, str):
                texts.append(step)
                continue
            prepared, values = step
            name = known.get(prepared) or fresh.get(prepared)
            if name is None:
                name = fresh[prepared] = f"openmill_{next(_names)}"
                texts.append(f"PREPARE {name} AS {prepared.numbered(self._dialect)}")
            texts.append(f"EXECUTE {name}({', '.join(map(_literal, prepared.ordered(self._dialect, values)))})")
        return texts, fresh

    def _read(self, prepared: Prepared, answer: Any, reader: Any) -> Fetched:
        reader.set_pgresult(answer)
        rows: list[Any] = reader.load_rows(0, answer.ntuples, tuple)
        return prepared.told(self._dialect, rows, lambda: [answer.ftype(index) for index in range(answer.nfields)])


def _results(connection: Connection[Any], text: str) -> Generator[Any, Any, list[Any]]:
    connection.pgconn.send_query(text.encode())
    results: list[Any] = yield from generators.execute(connection.pgconn)
    for result in results:
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise errors.error_from_result(result)
    return results


def _literal(value: Any) -> str:
    # The only values that are written into a text; both have one way to be written and no quote in it.
    if type(value) is int:
        return str(value)
    if type(value) is datetime:
        return f"'{value.isoformat()}'"
    raise TypeError(f"{value!r} is neither a whole number nor a moment")
