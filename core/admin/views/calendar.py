"""The calendar of a resource: records on the days of a month, a week or a day; only those days are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Response

from core.actions.context import Context
from core.admin.frame.visit import Visit
from core.admin.lists.address import ListAddress
from core.admin.lists.page import may_change, may_write
from core.admin.lists.toolbar import Link
from core.admin.views.cards import Card, card_items, card_names, card_of
from core.admin.views.hours import QUARTER, USUAL_LENGTH, Slot, Span, part_of_day, place_of, shown_hours, slots_of
from core.admin.views.page import show_page
from core.errors import Invalid
from core.plugins.declarations import Resource
from core.resources.conditions import is_closed
from core.resources.filters import expression
from core.resources.reading import read_page
from core.resources.shape import Field, Shape
from core.resources.units import name_far_units
from core.services.words import day_text

MOST_ENTRIES = 500
SHOWN_A_DAY = 3
SPANS = ("day", "week", "month")
FIRST_DAY, LAST_DAY = date(1900, 1, 31), date(2200, 1, 1)
DAY = timedelta(days=1)
WORK_BEGINS = "09:00"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Entry:
    """A record on a day; `begins` is false where it goes on from the day before, `part` is the part of the day.

    `ends` is given where the person may say until when it lasts, `last` on the day of that end.
    """

    card: Card
    time: str
    begins: bool
    movable: bool
    at: str = ""
    until: str = ""
    part: Span | None = None
    ends: str = ""
    last: bool = False


@dataclass
class Day:
    """A day with its entries."""

    day: date
    label: str
    short: str
    url: str
    today: bool
    outside: bool
    new_url: str
    now: str = ""
    entries: list[Entry] = field(default_factory=list)

    @property
    def among_hours(self) -> tuple[list[Entry], list[tuple[Entry, Slot]]]:
        """The entries above the hours, and those that have a place among them."""
        parts = [entry for entry in self.entries if entry.part is not None]
        slots = slots_of([entry.part for entry in parts if entry.part is not None])
        placed = [(entry, slot) for entry, slot in zip(parts, slots, strict=True) if slot is not None]
        known = {id(entry) for entry, _ in placed}
        return [entry for entry in self.entries if id(entry) not in known], placed

    @property
    def shown(self) -> list[Entry]:
        """The entries that fit into the square of a month."""
        return self.entries if len(self.entries) <= SHOWN_A_DAY + 1 else self.entries[:SHOWN_A_DAY]

    @property
    def hidden(self) -> int:
        """How many more the day itself shows."""
        return len(self.entries) - len(self.shown)


@dataclass(frozen=True)
class Calendar:
    """Everything a calendar shows."""

    field: str
    end: str
    label: str
    title: str
    span: str
    spans: list[Link]
    today_url: str
    previous_url: str
    next_url: str
    weekdays: tuple[str, ...]
    weeks: list[list[Day]]
    movable: bool
    back: str
    cut: bool
    most: int
    timed: bool = False
    hours: range = range(0)


def show_calendar(visit: Visit, resource: Resource, address: ListAddress) -> Response:
    """Show the calendar of a resource."""
    return show_page(visit, resource, address, "views/calendar.html", calendar_of)


def calendar_of(ctx: Context, shape: Shape, address: ListAddress) -> Calendar:
    """Read the records of the days that are shown."""
    start, end = calendar_fields(shape)
    span, on = _span(address), _day(ctx, address)
    first, days = _range(span, on)
    new = may_write(ctx, shape.resource, "create") and not start.readonly
    squares = [_square(ctx, shape, address, start, first + DAY * n, on, new=new) for n in range(days)]
    items = card_items(shape, start.name, *([end.name] if end else []))
    rows = _rows(ctx, shape, address, (start, end), (first, first + DAY * days), items)
    writable = may_write(ctx, shape.resource, "update")
    movable, stretched = writable and not start.readonly, writable and end is not None and not end.readonly
    _place(ctx, shape, squares, rows[:MOST_ENTRIES], (start, end), items, movable=movable, stretched=stretched)
    width, timed = 1 if span == "day" else 7, start.kind.name == "moment"
    return Calendar(
        field=start.name, end=end.name if end is not None and stretched else "", label=start.label,
        title=_title(span, on, first), span=span,
        spans=[Link(name.capitalize(), address.looking(span="" if name == "month" else name).url, "", name == span)
               for name in SPANS],
        today_url=address.looking(on="").url, previous_url=_beside(address, span, on, -1),
        next_url=_beside(address, span, on, 1), weekdays=WEEKDAYS if width == 7 else (),
        weeks=[squares[at : at + width] for at in range(0, days, width)], movable=movable, back=address.url,
        cut=len(rows) > MOST_ENTRIES, most=MOST_ENTRIES, timed=timed, hours=_hours(squares) if timed else range(0),
    )  # fmt: skip


def _hours(squares: list[Day]) -> range:
    return shown_hours(entry.part for square in squares for entry in square.entries if entry.part is not None)


def calendar_fields(shape: Shape) -> tuple[Field, Field | None]:
    """Return the first and last day of a record; Invalid where the person may not see it."""
    found = [shape.fields.get(shape.resolve(name)) for name in shape.resource.calendar]
    if not found or found[0] is None or found[0].kind.name not in ("date", "moment"):
        raise Invalid({"view": [f"{shape.resource.title} have no calendar that you may see."]})
    return found[0], found[1] if len(found) > 1 else None


def _span(address: ListAddress) -> str:
    span = address.look.get("span", "month")
    if span not in SPANS:
        raise Invalid({"span": [f"Must be one of: {', '.join(SPANS)}."]})
    return span


def _day(ctx: Context, address: ListAddress) -> date:
    text = address.look.get("on", "")
    try:
        day = date.fromisoformat(text) if text else ctx.today()
    except ValueError:
        raise Invalid({"on": ["Must be a date such as 2026-03-31."]}) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Invalid({"on": [f"Must lie between {FIRST_DAY} and {LAST_DAY}."]})
    return day


def _range(span: str, on: date) -> tuple[date, int]:
    """Return the first day shown and how many there are; weeks begin on Monday."""
    if span == "day":
        return on, 1
    if span == "week":
        return on - DAY * on.weekday(), 7
    first = on.replace(day=1)
    monday = first - DAY * first.weekday()
    last = (first + DAY * 31).replace(day=1) - DAY
    return monday, 7 * ((last - monday).days // 7 + 1)


def _beside(address: ListAddress, span: str, on: date, step: int) -> str:
    if span == "month":
        day = on.replace(day=1)
        day = (day + DAY * 31).replace(day=1) if step > 0 else (day - DAY).replace(day=1)
    else:
        day = on + DAY * step * (7 if span == "week" else 1)
    return address.looking(on=day.isoformat()).url


def _title(span: str, on: date, first: date) -> str:
    if span == "month":
        return f"{on:%B %Y}"
    if span == "day":
        return f"{on:%A}, {on.day} {on:%B %Y}"
    last = first + DAY * 6
    if first.month == last.month:
        return f"{first.day} to {last.day} {last:%B %Y}"
    return f"{day_text(first)} to {day_text(last)}"


def _square(ctx: Context, shape: Shape, address: ListAddress, start: Field, day: date, on: date, *, new: bool) -> Day:
    url = address.looking(on=day.isoformat(), span="day").url
    clock = f"T{WORK_BEGINS}" if start.kind.name == "moment" else ""
    now = ctx.now().astimezone(ctx.zone)
    return Day(
        day, f"{day:%A}, {day.day} {day:%B %Y}", f"{day:%a} {day.day}", url, today=day == ctx.today(),
        outside=_span(address) == "month" and day.month != on.month,
        new_url=f"/{shape.resource.path}/new?{start.name}={day.isoformat()}{clock}" if new else "",
        now=place_of(now.hour * 4 + now.minute // 15) if clock and day == now.date() else "",
    )  # fmt: skip


def _rows(
    ctx: Context, shape: Shape, address: ListAddress, fields: tuple[Field, Field | None], days: tuple[date, date],
    items: list[Field],
) -> list[dict[str, Any]]:  # fmt: skip
    start, end = fields
    dates = [start, *([end] if end is not None else [])]
    closing = [name for item in dates for name, _allowed in item.readonly_when]
    names = card_names(shape, items, *(item.name for item in dates), *closing)
    asked = replace(address, sort=start.name, page=1, page_size=MOST_ENTRIES + 1).request(names)
    condition = _within(ctx, shape, start, end, days)
    rows = read_page(ctx, shape, replace(asked, count="none", condition=condition)).items
    name_far_units(ctx, shape, items, rows)
    return rows


def _within(
    ctx: Context, shape: Shape, start: Field, end: Field | None, days: tuple[date, date]
) -> sa.ColumnElement[bool]:
    """Return the condition of what touches the days; the last is the first that is not shown."""
    begins, (first, beyond) = expression(shape, start), (_edge(ctx, start, day) for day in days)
    if end is None:
        return sa.and_(begins >= first, begins < beyond)
    ends = expression(shape, end)
    return sa.and_(begins < beyond, sa.or_(begins >= first, ends >= _edge(ctx, end, days[0])))


def _edge(ctx: Context, item: Field, day: date) -> Any:
    """Return the start of a day as the field holds it: a moment on the organisation's clock."""
    if item.kind.name == "date":
        return day.isoformat() if item.column is None else day
    return datetime.combine(day, time(), ctx.zone).astimezone(UTC)


def _place(
    ctx: Context, shape: Shape, squares: list[Day], rows: Iterable[Mapping[str, Any]],
    fields: tuple[Field, Field | None], items: list[Field], *, movable: bool, stretched: bool,
) -> None:  # fmt: skip
    """Put every record on its days; on the first day shown, where it began before."""
    zone, known = ctx.zone, {square.day: square for square in squares}
    start, end = fields
    for row in rows:
        period = _period(start, end, row, zone)
        card = card_of(ctx, shape, items, row, state=True)
        is_open = may_change(ctx, shape.resource, row, "update")
        may = {
            "movable": movable and is_open and not is_closed(start, row.get),
            "stretched": stretched and is_open and end is not None and not is_closed(end, row.get),
        }
        day = max(period.first, squares[0].day)
        while day <= min(period.last, squares[-1].day) or day == period.first:
            if day in known:
                known[day].entries.append(_entry(card, period, day, **may))
            day += DAY


@dataclass(frozen=True)
class Period:
    """From when until when a record lasts on the organisation's clock; only of a time are there moments."""

    first: date
    last: date
    start: datetime | None = None
    end: datetime | None = None

    @property
    def ends(self) -> str:
        """The end as people say it: a day or, of a time, a time."""
        if self.start is None:
            return self.last.isoformat()
        return f"{self.end or self.start + USUAL_LENGTH * QUARTER:%Y-%m-%dT%H:%M}"


def _period(start: Field, end: Field | None, row: Mapping[str, Any], zone: ZoneInfo) -> Period:
    first, begins = _local(start, row[start.name], zone)
    if end is None or not row.get(end.name):
        return Period(first, first, begins)
    last, ends = _local(end, row[end.name], zone)
    if ends is not None and ends.time() == time() and last > first:
        # What ends at midnight takes nothing of the day that begins then.
        last -= DAY
    if begins is not None and ends is None:
        ends = datetime.combine(last + DAY, time(), zone)
    return Period(first, max(first, last), begins, ends)


def _entry(card: Card, period: Period, day: date, *, movable: bool, stretched: bool) -> Entry:
    begins, last, start, end = day == period.first, day == period.last, period.start, period.end
    ends = period.ends if stretched and (begins or last) else ""
    if start is None:
        return Entry(card, "", begins, movable and begins, ends=ends, last=last)
    return Entry(
        card, f"{start:%H:%M}" if begins else "", begins, movable and begins, at=f"{start:%Y-%m-%dT%H:%M}",
        until=f"{end:%H:%M}" if end is not None and end.date() == day and end > start else "",
        part=part_of_day(day, start, end), ends=ends, last=last,
    )  # fmt: skip


def _local(item: Field, value: str, zone: ZoneInfo) -> tuple[date, datetime | None]:
    if item.kind.name == "date":
        return date.fromisoformat(value), None
    moment = datetime.fromisoformat(value).astimezone(zone)
    return moment.date(), moment
