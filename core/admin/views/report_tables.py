"""The rows of a report as people read them: sorted, added up, and as a chart of their choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from core.admin.display.cells import Cell, cell
from core.admin.display.words import NUMERIC_KINDS
from core.admin.lists.toolbar import Link
from core.admin.views.figures import KINDS as FIGURES
from core.admin.views.figures import Figure, Point, figure_of
from core.errors import Invalid
from core.plugins.declarations import Column, Query

MOST_ROWS = 1000
KINDS = {"quantity": "quantity", "money": "money", "price": "money", "date": "date", "integer": "integer",
         "boolean": "boolean"}  # fmt: skip
SORT, BY, MEASURE, CHART = "_sort", "_by", "_measure", "_chart"
OWN_NAMES = (SORT, BY, MEASURE, CHART)
COUNT = "count"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """How values are read: in which zone moments, in which currency money."""

    zone: ZoneInfo
    currency: str


@dataclass(frozen=True)
class Heading:
    """A column's head: the link sorts by it."""

    label: str
    numeric: bool
    url: str
    sorted: str


@dataclass(frozen=True)
class Choice:
    """A word that a picture can be made by."""

    name: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class ReportChart:
    """The chart of a report and what can be chosen for it."""

    figure: Figure | None
    title: str
    by: list[Choice]
    measures: list[Choice]
    kinds: list[Link]
    kept: list[tuple[str, str]]


@dataclass(frozen=True)
class ReportTable:
    """The table of a report."""

    columns: list[Heading]
    rows: list[list[Cell]]
    totals: list[Cell]
    count: int
    cut: bool
    chart: ReportChart | None


def table_of(query: Query, rows: Sequence[Row], args: MultiDict[str, str], here: str, reading: Reading) -> ReportTable:
    """Return a report's rows in the order that is asked for, with totals of all of them."""
    ordered = _sorted(query, rows, args.get(SORT, ""))
    cells = [[cell_of(column, row.get(column.name), reading) for column in query.columns]
             for row in ordered[:MOST_ROWS]]  # fmt: skip
    return ReportTable(
        columns=[_heading(column, args, here) for column in query.columns], rows=cells,
        totals=_totals(query, rows, reading), count=len(rows), cut=len(rows) > MOST_ROWS,
        chart=_chart(query, rows, args, here, reading) if rows else None,
    )  # fmt: skip


def cell_of(column: Column, value: Any, reading: Reading) -> Cell:
    """Return a value of a report as people read it."""
    plain = value.isoformat() if isinstance(value, (date, datetime)) else value
    currency = reading.currency if column.kind == "money" else ""
    return cell(KINDS.get(column.kind, "text"), plain, reading.zone, currency=currency)


def is_number(column: Column) -> bool:
    """Whether a column holds numbers."""
    return KINDS.get(column.kind) in NUMERIC_KINDS


def _address(args: MultiDict[str, str], here: str, **changed: str) -> str:
    pairs = [(name, value) for name, value in args.items(multi=True) if value and name not in changed]
    return f"{here}?{urlencode([*pairs, *((name, value) for name, value in changed.items() if value)])}"


def _heading(column: Column, args: MultiDict[str, str], here: str) -> Heading:
    now = args.get(SORT, "")
    wanted = f"-{column.name}" if now == column.name else column.name
    word = {column.name: "ascending", f"-{column.name}": "descending"}.get(now, "")
    return Heading(column.label, is_number(column), _address(args, here, **{SORT: wanted}), word)


def _sorted(query: Query, rows: Sequence[Row], sort: str) -> Sequence[Row]:
    if not sort:
        return rows
    column = _column(query, sort.removeprefix("-"), SORT)
    known = [row for row in rows if row.get(column.name) not in (None, "")]
    empty = [row for row in rows if row.get(column.name) in (None, "")]

    def key(row: Row) -> Any:
        value = row[column.name]
        return Decimal(str(value)) if is_number(column) else str(value).casefold()

    return [*sorted(known, key=key, reverse=sort.startswith("-")), *empty]


def _column(query: Query, name: str, parameter: str) -> Column:
    found = next((column for column in query.columns if column.name == name), None)
    if found is None:
        raise Invalid({parameter: [f"This report has no column {name!r}."]})
    return found


def _totals(query: Query, rows: Sequence[Row], reading: Reading) -> list[Cell]:
    if not rows or not any(column.adds_up for column in query.columns):
        return []
    return [
        cell_of(column, _sum(row.get(column.name) for row in rows), reading) if column.adds_up else Cell("")
        for column in query.columns
    ]


def _sum(values: Any) -> Decimal:
    return sum((Decimal(str(value)) for value in values if value not in (None, "")), Decimal(0))


def _chart(
    query: Query, rows: Sequence[Row], args: MultiDict[str, str], here: str, reading: Reading
) -> ReportChart | None:
    groups = [column for column in query.columns if not is_number(column)]
    numbers = [column for column in query.columns if is_number(column)]
    if not groups or len(query.columns) < 2:
        return None
    by_name = args.get(BY) or next(iter(query.chart), "")
    measure = args.get(MEASURE) or next(iter(query.chart[1:]), numbers[0].name if numbers else COUNT)
    kind = args.get(CHART) or "bar"
    if kind not in FIGURES:
        raise Invalid({CHART: [f"Must be one of: {', '.join(FIGURES)}."]})
    by = _column(query, by_name, BY) if by_name else None
    added = None if measure == COUNT else _column(query, measure, MEASURE)
    if added is not None and not is_number(added):
        raise Invalid({MEASURE: [f"{added.label} holds no numbers."]})
    title = f"{added.label if added else 'Rows'} by {by.label.lower()}" if by else ""
    return ReportChart(
        figure=_figure(kind, by, added, rows, reading) if by else None, title=title,
        by=[Choice(column.name, column.label, column is by) for column in groups],
        measures=[Choice(column.name, column.label, column is added) for column in numbers]
        + [Choice(COUNT, "Number of rows", added is None)],
        kinds=[Link(name.capitalize(), _address(args, here, **{CHART: name}), symbol, name == kind)
               for name, symbol in FIGURES.items()],
        kept=[(name, value) for name, value in args.items(multi=True) if value and name not in (BY, MEASURE)],
    )  # fmt: skip


def _figure(kind: str, by: Column, added: Column | None, rows: Sequence[Row], reading: Reading) -> Figure:
    found: dict[str, Decimal] = {}
    ordered = sorted(rows, key=lambda row: str(row.get(by.name) or "")) if by.kind == "date" else rows
    for row in ordered:
        label = cell_of(by, row.get(by.name), reading).text or "Empty"
        value = Decimal(1) if added is None else Decimal(str(row.get(added.name) or 0))
        found[label] = found.get(label, Decimal(0)) + value

    def say(value: Decimal) -> str:
        return cell_of(added, value, reading).text if added is not None else f"{value:f}"

    points = [Point(label, value, say(value)) for label, value in found.items()]
    return figure_of(kind, added.label if added else "Rows", points, say, ordered=by.kind == "date")
