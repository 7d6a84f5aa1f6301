"""Statements that are the same at every request: compiled once per database, then run on the driver.

Building, hashing and looking up a wide select costs more than its answer. A prepared statement keeps the text and
the type conversions of the compiled one; its only inputs are its bind parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.types import TypeEngine

from core.db.statements.expanding import Lists
from core.db.statements.writes import numbered

Convert = Callable[[Any], Any]
FindConvert = Callable[[int, TypeEngine[Any], Dialect, Any], Convert | None]
Statement = sa.Select[Any] | ReturningUpdate[Any]
Row = tuple[Any, ...]
Fetched = tuple[list[Row], Sequence[tuple[int, Convert]]]
Question = tuple["Prepared", Mapping[str, Any]]


class Runs(Protocol):
    """What runs a prepared statement: a connection of SQLAlchemy, or a plain one of its pool."""

    @property
    def dialect(self) -> Dialect:
        """The kind of database."""

    @property
    def connection(self) -> Any:
        """The driver's connection."""


def as_typed(_index: int, kind: TypeEngine[Any], dialect: Dialect, described: Any) -> Convert | None:
    """Return how a value of the driver becomes one of its type; None where it is one already."""
    return kind._cached_result_processor(dialect, described)


class Prepared:
    """A select, or an update that returns columns, with bind parameters; those that expand take lists.

    Values go in by the names of bind parameters, and by position for the `inputs`: the very parameter objects in the
    statement. `convert` finds how the driver's values are read; values that are nothing are left alone. What finds rows
    by lists of their keys `plans_once`: a new plan for each list takes PostgreSQL longer than finding them.
    """

    def __init__(
        self, statement: Statement, inputs: Sequence[sa.BindParameter[Any]] = (), convert: FindConvert = as_typed,
        *, plans_once: bool = False,
    ) -> None:  # fmt: skip
        self.statement, self._inputs, self._convert = statement, inputs, convert
        self.plans_once = plans_once
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Runs, parameters: Mapping[str, Any], inputs: Sequence[Any] = ()) -> list[Row]:
        """Run the statement and return its rows with every value converted."""
        return converted(self.fetch(connection, parameters, inputs))

    def fetch(self, connection: Runs, parameters: Mapping[str, Any], inputs: Sequence[Any] = ()) -> Fetched:
        """Run the statement and return its rows as they are, and how to convert which of their columns."""
        return self._compiled_for(connection.dialect).fetch(connection, parameters, inputs, self._convert)

    def numbered(self, dialect: Dialect) -> str:
        """Return the statement's text with $1, $2, … for its values, as PostgreSQL itself prepares it."""
        return self._compiled_for(dialect).numbered

    def ordered(self, dialect: Dialect, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the values for the numbered text in their order."""
        compiled = self._compiled_for(dialect)
        given = compiled.given(parameters)
        return [given[name] for name in compiled.names]

    def told(self, dialect: Dialect, rows: list[Row], codes: Callable[[], Sequence[Any]]) -> Fetched:
        """Return rows read elsewhere, and how to convert which of their columns; `codes` tells the driver's types."""
        return rows, self._compiled_for(dialect).conversions(dialect, codes, self._convert)

    def _compiled_for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self.statement, self._inputs, dialect)
        return compiled


class _Compiled:
    def __init__(self, statement: Statement, inputs: Sequence[Any], dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.lists = Lists({name: bind.type for bind, name in compiled.bind_names.items() if bind.expanding}, dialect)
        self.text = self.lists.within(str(compiled))
        self.order: list[str] | None = list(compiled.positiontup) if compiled.positiontup is not None else None
        self.defaults = dict(compiled.params)
        self.inputs = [compiled.bind_names[bind] for bind in inputs]
        self.binds: dict[str, Convert] = {
            name: process
            for bind, name in compiled.bind_names.items()
            if not bind.expanding and (process := bind.type._cached_bind_processor(dialect)) is not None
        }
        self.columns = [column.type for column in statement.exported_columns]
        self.converters: list[tuple[int, Convert]] | None = None
        self.numbered, self.names = numbered(self.text)

    def given(self, parameters: Mapping[str, Any], inputs: Sequence[Any] = ()) -> dict[str, Any]:
        given = {**self.defaults, **parameters}
        if self.inputs:
            given.update(zip(self.inputs, inputs, strict=True))
        for name, process in self.binds.items():
            given[name] = process(given[name])
        for name in self.lists.names:
            given.update(self.lists.given(name, given[name]))
        return given

    def fetch(
        self, connection: Runs, parameters: Mapping[str, Any], inputs: Sequence[Any], convert: FindConvert
    ) -> Fetched:
        given = self.given(parameters, inputs)
        values: Any = tuple(map(given.__getitem__, self.order)) if self.order is not None else given
        # The driver's own cursor: describing the columns of a wide result anew costs as much as reading it.
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self.text, values)
            rows = cursor.fetchall()
            return rows, self.converters or self.conversions(connection.dialect, partial(_codes, cursor), convert)
        except connection.dialect.loaded_dbapi.Error as fault:
            error: type[Exception] = connection.dialect.loaded_dbapi.Error
            raise sa.exc.DBAPIError.instance(self.text, values, fault, error, dialect=connection.dialect) from fault
        finally:
            cursor.close()

    def conversions(
        self, dialect: Dialect, codes: Callable[[], Sequence[Any]], convert: FindConvert
    ) -> list[tuple[int, Convert]]:
        # Known at the first run only: how a PostgreSQL number is read depends on the type the server answers with.
        if self.converters is None:
            self.converters = [
                (index, found)
                for index, (kind, code) in enumerate(zip(self.columns, codes(), strict=True))
                if (found := convert(index, kind, dialect, code)) is not None
            ]
        return self.converters


def _codes(cursor: Any) -> list[Any]:
    return [column[1] for column in cursor.description]


def converted(fetched: Fetched) -> list[Row]:
    """Return rows with every value converted."""
    rows, converters = fetched
    return [_converted(row, converters) for row in rows] if converters else rows


def _converted(row: tuple[Any, ...], converters: Sequence[tuple[int, Convert]]) -> tuple[Any, ...]:
    values = list(row)
    for index, convert in converters:
        if values[index] is not None:
            values[index] = convert(values[index])
    return tuple(values)
