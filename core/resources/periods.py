"""Periods in words: `created_at=last_30_days`, `due_date=this_month`, `created_at=2026-03`. Their days are worked out
when they are asked for, in the tenant's zone, so that an address kept for a year still says what it said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.resources.shape import Shape
from core.services.words import day_text

if TYPE_CHECKING:
    from core.actions.context import Context

NAMED: Mapping[str, str] = {
    "today": "today", "yesterday": "yesterday", "tomorrow": "tomorrow",
    "this_week": "this week", "last_week": "last week", "next_week": "next week",
    "this_month": "this month", "last_month": "last month", "next_month": "next month",
    "this_year": "this year", "last_year": "last year",
    "last_7_days": "the last 7 days", "last_30_days": "the last 30 days", "last_90_days": "the last 90 days",
    "next_7_days": "the next 7 days", "next_30_days": "the next 30 days",
}  # fmt: skip
"""The words that may stand in place of a date, and how they are said."""

_OPERATORS = frozenset({"", "eq", "gt", "gte", "lt", "lte"})
_AROUND = {"last": -1, "this": 0, "next": 1}
_DAYS = re.compile(r"(last|next)_(\d{1,4})_days")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CALENDAR = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?|-W(\d\d))?")
Days = tuple[date, date]


def with_days(ctx: Context, shape: Shape, filters: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
    """Return filters with the first and last moment in place of each period."""
    if not any(_is_dated(shape, name) for name in filters):
        return filters
    found: dict[str, list[str]] = {}
    for name, texts in filters.items():
        for text in texts:
            for key, value in _bounds(ctx, shape, name, text):
                found.setdefault(key, []).append(value)
    return found


def _is_dated(shape: Shape, name: str) -> bool:
    field_name, _, operator = name.partition("__")
    item = shape.fields.get(shape.resolve(field_name))
    return item is not None and item.kind.name in ("date", "moment") and operator in _OPERATORS


def _bounds(ctx: Context, shape: Shape, name: str, text: str) -> Iterator[tuple[str, str]]:
    days = days_of(text, ctx.today()) if _is_dated(shape, name) else None
    if days is None:
        yield name, text
        return
    field_name, _, operator = name.partition("__")
    is_date = shape.fields[shape.resolve(field_name)].kind.name == "date"
    for side, day in _sides(operator, days):
        start = day.isoformat() if is_date else _start(name, day, ctx.zone)
        yield f"{field_name}__{side}", start


def _sides(operator: str, days: Days) -> list[tuple[str, date]]:
    first, behind = days
    sides = {"gte": [("gte", first)], "gt": [("gte", behind)], "lt": [("lt", first)], "lte": [("lt", behind)]}
    return sides.get(operator, [("gte", first), ("lt", behind)])


def _start(name: str, day: date, zone: ZoneInfo) -> str:
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC).isoformat()
    except OverflowError:
        raise Invalid({name: ["Lies beyond the calendar."]}) from None


def days_of(text: str, today: date) -> Days | None:
    """Return the first day of a period and the day behind its last; None for a text that names no period."""
    try:
        return _named(text, today) or _of_calendar(text)
    except (ValueError, OverflowError):
        return None


def _named(text: str, today: date) -> Days | None:
    if text in ("yesterday", "today", "tomorrow"):
        first = today + timedelta(days=("yesterday", "today", "tomorrow").index(text) - 1)
        return first, first + timedelta(days=1)
    if found := _DAYS.fullmatch(text):
        step = timedelta(days=int(found[2]))
        return (today - step + timedelta(days=1), today + timedelta(days=1)) if found[1] == "last" else (
            today, today + step)  # fmt: skip
    around, _, unit = text.partition("_")
    if around not in _AROUND or unit not in ("week", "month", "year"):
        return None
    return _whole(unit, today, _AROUND[around])


def _whole(unit: str, day: date, step: int) -> Days:
    if unit == "week":
        first = day - timedelta(days=day.weekday()) + timedelta(weeks=step)
        return first, first + timedelta(weeks=1)
    if unit == "year":
        return date(day.year + step, 1, 1), date(day.year + step + 1, 1, 1)
    return _month(day.year, day.month + step), _month(day.year, day.month + step + 1)


def _month(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _of_calendar(text: str) -> Days | None:
    found = _CALENDAR.fullmatch(text)
    if found is None:
        return None
    year, month, day, week = (int(part) if part else 0 for part in found.groups())
    if found[4]:
        first = date.fromisocalendar(year, week, 1)
        return first, first + timedelta(weeks=1)
    if found[3]:
        first = date(year, month, day)
        return first, first + timedelta(days=1)
    return _whole("month" if month else "year", date(year, month or 1, 1), 0)


def is_day(text: str) -> bool:
    """Whether a text names one day: today, or 2026-03-14."""
    return text in ("yesterday", "today", "tomorrow") or _DAY.fullmatch(text) is not None


def said(text: str) -> str:
    """Return a period as people read it; the text itself where it names none."""
    if text in NAMED:
        return NAMED[text]
    if found := _DAYS.fullmatch(text):
        return f"the {found[1]} {found[2]} days"
    found = _CALENDAR.fullmatch(text)
    days = days_of(text, date.min) if found else None
    if found is None or days is None:
        return text
    first = days[0]
    if found[4]:
        return f"week {int(found[4])} of {first.isocalendar().year}"
    return day_text(first) if found[3] else f"{first:%B %Y}" if found[2] else f"{first.year}"
