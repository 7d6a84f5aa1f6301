"""Days, weeks, months and years of dates and moments, as SQL that both databases understand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

BUCKETS = ("day", "week", "month", "year")
YEARS_BACK = 12
_SQLITE = {"day": "%Y-%m-%d", "week": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
_POSTGRESQL = {"day": "YYYY-MM-DD", "week": "YYYY-MM-DD", "month": "YYYY-MM", "year": "YYYY"}


class Bucket(sa.sql.expression.ColumnElement[str]):
    """The period in which a date or moment lies, as text that sorts in time; a week is told by its Monday."""

    inherit_cache = True
    type = sa.String()
    _traverse_internals = [
        ("column", InternalTraversal.dp_clauseelement),
        ("unit", InternalTraversal.dp_string),
        ("zone", InternalTraversal.dp_string),
        ("offsets", InternalTraversal.dp_string),
    ]

    def __init__(self, column: Any, unit: str, zone: str = "", today: date | None = None) -> None:
        self.column, self.unit, self.zone = column, unit, zone
        self.offsets = _offsets(zone, today) if zone and today else ""


def _offsets(zone: str, today: date) -> str:
    """Return when the clocks of a zone changed and by how many minutes they stood off, newest first."""
    place = ZoneInfo(zone)
    moment = datetime(today.year + 2, 1, 1, tzinfo=UTC)
    parts = []
    while moment.year > today.year - YEARS_BACK:
        before = moment - timedelta(days=1)
        if before.astimezone(place).utcoffset() != moment.astimezone(place).utcoffset():
            change = _change(place, before, moment)
            parts.append(f"{change:%Y-%m-%d %H:%M:%S}={_minutes(place, change)}")
        moment = before
    return ";".join([*parts, f"={_minutes(place, moment)}"])


def _change(place: ZoneInfo, before: datetime, after: datetime) -> datetime:
    known = before.astimezone(place).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = (before + (after - before) / 2).replace(second=0, microsecond=0)
        before, after = (middle, after) if middle.astimezone(place).utcoffset() == known else (before, middle)
    return after


def _minutes(place: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(place).utcoffset()
    return int(offset.total_seconds() // 60) if offset is not None else 0


@compiles(Bucket, "sqlite")
def _write_sqlite(element: Bucket, compiler: Any, **kwargs: Any) -> str:
    column = compiler.process(element.column, **kwargs)
    # Neither a zone's name nor its offsets come from a request: they are the tenant's own, read from the system.
    steps = [part.partition("=") for part in element.offsets.split(";")] if element.offsets else []
    shift = ""
    if steps:
        cases = "".join(f" WHEN {column} >= '{start}' THEN '{step} minutes'" for start, _, step in steps[:-1])
        rest = f"'{steps[-1][2]} minutes'"
        shift = f", CASE{cases} ELSE {rest} END" if cases else f", {rest}"
    monday = ", 'weekday 0', '-6 days'" if element.unit == "week" else ""
    return f"strftime('{_SQLITE[element.unit]}', {column}{shift}{monday})"


@compiles(Bucket)
def _write_postgresql(element: Bucket, compiler: Any, **kwargs: Any) -> str:
    column = compiler.process(element.column, **kwargs)
    if element.zone:
        zone = element.zone.replace("'", "''")
        column = f"timezone('{zone}', {column})"
    else:
        # The tenant's own dates are text in a JSON column.
        column = f"CAST({column} AS DATE)"
    if element.unit == "week":
        column = f"date_trunc('week', {column})"
    return f"to_char({column}, '{_POSTGRESQL[element.unit]}')"


def told(unit: str, text: str | None) -> str | None:
    """Return a bucket in the words that a filter takes: 2026-03-14, 2026-W11, 2026-03, 2026."""
    if unit != "week" or text is None:
        return text
    week = date.fromisoformat(text).isocalendar()
    return f"{week.year:04}-W{week.week:02}"
