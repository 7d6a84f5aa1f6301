"""The chart of a resource: the groups of the list as bars, a line or slices, with the same numbers in a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response

from core.actions.context import Context
from core.admin.display.cells import TONES, cell
from core.admin.display.money import currency_of
from core.admin.frame.visit import Visit
from core.admin.lists.address import ListAddress
from core.admin.lists.toolbar import Link
from core.admin.views.figures import KINDS, MOST_BARS, MOST_SLICES, OTHERS, Figure, Series
from core.admin.views.page import show_page
from core.admin.views.report_tables import Choice
from core.errors import Invalid
from core.plugins.declarations import Resource
from core.resources.buckets import BUCKETS
from core.resources.filters import is_summable
from core.resources.grouping import GroupKey, group_keys, read_groups, read_totals
from core.resources.periods import days_of, said
from core.resources.reading import LARGEST_PAGE
from core.resources.shape import Field, Shape

COUNT = "count"
MOST_FILLED, MOST_SERIES = 130, 8
DATED = ("date", "moment")
GROUPED = ("state", "choice", "reference", "boolean", *DATED)


@dataclass
class Cut:
    """One value of a field that numbers are grouped by."""

    value: Any
    label: str
    url: str = ""
    tone: str = ""
    total: Decimal = Decimal(0)


@dataclass(frozen=True)
class Amount:
    """A number in the table, as people read it."""

    text: str
    nothing: bool


@dataclass
class Chart:
    """Everything a chart's page shows."""

    title: str
    first: list[Choice]
    second: list[Choice]
    measures: list[Choice]
    kinds: list[Link]
    kept: list[tuple[str, str]]
    figure: Figure | None = None
    heading: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[Cut, list[Amount]]] = field(default_factory=list)
    totals: list[str] = field(default_factory=list)
    file_url: str = ""
    notice: str = ""


def show_chart(visit: Visit, resource: Resource, address: ListAddress) -> Response:
    """Show the chart of a resource."""
    return show_page(visit, resource, address, "views/chart.html", chart_of)


def chart_of(ctx: Context, shape: Shape, address: ListAddress) -> Chart:
    """Read the groups of a list and make their chart: two queries, whatever there is."""
    kind = address.look.get("chart", "bar")
    if kind not in KINDS:
        raise Invalid({"chart": [f"Must be one of: {', '.join(KINDS)}."]})
    keys = group_keys(shape, ",".join(address.group[:2]) or _usual_group(shape))
    added, notice = _measure(ctx, shape, address, keys)
    chart = _frame(shape, address, keys, added, kind)
    chart.notice = notice
    if keys:
        _fill(ctx, shape, address, chart, keys, added, kind)
    return chart


def _usual_group(shape: Shape) -> str:
    """Return what a chart is grouped by where nobody said: the declared field, a state, a choice, a date."""
    declared = [shape.resolve(name) for name in shape.resource.chart[:1]]
    ranked = sorted((item for item in shape.fields.values() if item.kind.name in GROUPED and item.name not in
                     ("created_at", "updated_at")), key=lambda item: GROUPED.index(item.kind.name))  # fmt: skip
    for name in [*declared, *(item.name for item in ranked), "created_at"]:
        if name in shape.fields:
            return f"{name}:month" if shape.fields[name].kind.name in DATED else name
    return ""


def _measure(ctx: Context, shape: Shape, address: ListAddress, keys: Sequence[GroupKey]) -> tuple[Field | None, str]:
    """Return the field to add up, None to count; amounts in several units have no sum, and the notice says so."""
    asked = address.look.get("sum", "")
    name = shape.resolve(asked or next(iter(shape.resource.chart[1:]), COUNT))
    item = shape.fields.get(name)
    if name == COUNT or (item is None and not asked):
        return None, ""
    if item is None or not is_summable(item) or any(key.field is item for key in keys):
        raise Invalid({"sum": [f"{asked!r} holds no numbers to add up."]})
    if item.unit and read_totals(ctx, shape, address.request(()), {item.name: "sum"})[item.name].get("mixed"):
        return None, f"{item.label} is in several units and has no sum: records are counted. Filter by one unit."
    return item, ""


def _frame(shape: Shape, address: ListAddress, keys: Sequence[GroupKey], added: Field | None, kind: str) -> Chart:
    chosen = [key.text for key in keys]
    options = list(_options(shape))
    options += [(key.text, _said_key(key)) for key in keys if key.text not in dict(options)]
    numbers = [item for item in shape.fields.values() if is_summable(item) and item.name not in ("id", "version")]
    what = added.label if added else shape.resource.title
    by = " and ".join(f"{key.field.label.lower()}{f' ({key.bucket})' if key.bucket else ''}" for key in keys)
    which = replace(address, sort="").exported
    groups = [f"group_by={','.join(chosen)}", *([f"sum={added.name}"] if added else []), "format=csv"]
    return Chart(
        title=f"{what} by {by}" if by else "",
        first=[Choice(name, label, chosen[:1] == [name]) for name, label in options],
        second=[Choice(name, label, chosen[1:] == [name]) for name, label in options if [name] != chosen[:1]],
        measures=[Choice(COUNT, "Number of records", added is None),
                  *(Choice(item.name, item.label, item is added) for item in numbers)],
        kinds=[Link(name.capitalize(), address.looking(chart="" if name == "bar" else name).url, symbol, name == kind)
               for name, symbol in KINDS.items()],
        kept=[pair for pair in address.kept(filters=True, search=True) if pair[0] not in ("group", "sum")],
        file_url=f"/api/v1/{address.path}?{'&'.join([*([which] if which else []), *groups])}",
    )  # fmt: skip


def _options(shape: Shape) -> Iterator[tuple[str, str]]:
    for item in shape.fields.values():
        if item.kind.name in DATED:
            for bucket in BUCKETS:
                yield f"{item.name}:{bucket}", f"{item.label}, by {bucket}"
        elif item.kind.name in GROUPED:
            yield item.name, item.label


def _said_key(key: GroupKey) -> str:
    return f"{key.field.label}, by {key.bucket}" if key.bucket else key.field.label


def _fill(
    ctx: Context, shape: Shape, address: ListAddress, chart: Chart, keys: Sequence[GroupKey], added: Field | None,
    kind: str,
) -> None:  # fmt: skip
    asked = replace(address, sort="", page=1).request(())
    groups = read_groups(ctx, shape, asked, ",".join(key.text for key in keys), [added.name] if added else [])
    rows: dict[Any, Cut] = {}
    columns: dict[Any, Cut] = {None: Cut(None, added.label if added else "Records")}
    amounts: dict[tuple[Any, Any], Decimal] = {}
    plain = replace(address, view="", look={}, group=(), page=1)
    for group in groups:
        number = Decimal(str(group[added.name if added else COUNT] or 0))
        pair = [group[key.field.name] for key in keys]
        row = rows.setdefault(pair[0], _cut(ctx, keys[0], group, plain))
        if len(keys) > 1:
            columns.pop(None, None)
            columns.setdefault(pair[1], _cut(ctx, keys[1], group, plain)).total += number
        at = pair[0], pair[1] if len(keys) > 1 else None
        amounts[at] = amounts.get(at, Decimal(0)) + number
        row.total += number
    ordered = list(_ordered(keys[0], rows, plain))
    series = [cut for cut in _ordered(keys[1], columns, plain) if cut.value in columns] if len(keys) > 1 else [
        *columns.values()]  # fmt: skip
    _draw(ctx, chart, kind, _Numbers(keys, added, ordered, series, amounts, plain))
    if len(groups) == LARGEST_PAGE:
        chart.notice = chart.notice or f"The {LARGEST_PAGE} largest groups. Filter to see the others."


def _cut(ctx: Context, key: GroupKey, group: Mapping[str, Any], plain: ListAddress) -> Cut:
    item, value = key.field, group[key.field.name]
    if value is None:
        label = f"No {item.label.lower()}"
    elif item.reference is not None:
        label = str(group.get(item.label_name) or f"#{value}")
    elif key.bucket:
        label = _capital(said(str(value)))
    else:
        label = cell(item.kind.name, value, ctx.zone).text
    tone = TONES.get(str(value), "") if item.kind.name == "state" else ""
    return Cut(value, label, plain.narrowed_to(item.name, _filtered(value)).url, tone)


def _filtered(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ordered(key: GroupKey, cuts: Mapping[Any, Cut], plain: ListAddress) -> Iterator[Cut]:
    """Yield the groups as one expects them: words as declared, periods without gaps, others the largest first."""
    if key.bucket:
        known = sorted(value for value in cuts if value is not None)
        for value in _filled(known, key.bucket):
            label = _capital(said(value))
            yield cuts.get(value) or Cut(value, label, plain.narrowed_to(key.field.name, value).url)
        yield from (cuts[None] for _ in [0] if None in cuts)
    elif key.field.choices:
        known = [word for word in key.field.choices if word in cuts]
        yield from (cuts[value] for value in [*known, *(value for value in cuts if value not in known)])
    else:
        yield from sorted(cuts.values(), key=lambda cut: -cut.total)


def _filled(known: Sequence[str], bucket: str) -> Sequence[str]:
    """Return periods without gaps between the first and the last, as long as a person can take them in."""
    if not known:
        return known
    found = [known[0]]
    while found[-1] < known[-1]:
        days = days_of(found[-1], date.min)
        if days is None or len(found) > MOST_FILLED:
            return known
        year, week, _ = days[1].isocalendar()
        found.append({"day": days[1].isoformat(), "week": f"{year:04}-W{week:02}", "month": f"{days[1]:%Y-%m}",
                      "year": f"{days[1].year:04}"}[bucket])  # fmt: skip
    return found


@dataclass(frozen=True)
class _Numbers:
    keys: Sequence[GroupKey]
    added: Field | None
    rows: list[Cut]
    columns: list[Cut]
    amounts: Mapping[tuple[Any, Any], Decimal]
    plain: ListAddress

    def at(self, row: Cut, column: Cut) -> Decimal:
        return self.amounts.get((row.value, column.value), Decimal(0))

    def url(self, row: Cut, column: Cut) -> str:
        if len(self.keys) < 2:
            return row.url
        first, second = (key.field.name for key in self.keys)
        return self.plain.narrowed_to(first, _filtered(row.value)).narrowed_to(second, _filtered(column.value)).url


def _draw(ctx: Context, chart: Chart, kind: str, numbers: _Numbers) -> None:
    zone, added = ctx.zone, numbers.added
    currency = currency_of(ctx, added) if added is not None else ""

    def say(value: Decimal) -> str:
        return cell(added.kind.name, value, zone, currency=currency).text if added is not None else f"{value:,f}"

    chart.heading, two = _said_key(numbers.keys[0]), len(numbers.keys) > 1
    chart.columns = [column.label for column in numbers.columns] + (["Total"] if two else [])
    for row in numbers.rows:
        values = [*(numbers.at(row, column) for column in numbers.columns), *([row.total] if two else [])]
        chart.rows.append((row, [Amount(say(value), not value and two) for value in values]))
    ends = [sum((numbers.at(row, column) for row in numbers.rows), Decimal(0)) for column in numbers.columns]
    chart.totals = [say(end) for end in [*ends, *([sum(ends, Decimal(0))] if two else [])]]
    if numbers.rows:
        chart.figure = _pie(numbers, say) if kind == "pie" else _axes(kind, numbers, say)


def _pie(numbers: _Numbers, say: Any) -> Figure:
    """Return slices of what is above zero, the smallest as one."""
    slices = sorted((row for row in numbers.rows if row.total > 0), key=lambda row: -row.total)
    if len(slices) > MOST_SLICES:
        rest = sum((row.total for row in slices[MOST_SLICES - 1 :]), Decimal(0))
        slices = [*slices[: MOST_SLICES - 1], Cut(OTHERS, OTHERS, total=rest)]
    name = numbers.added.label if numbers.added else "Records"
    series = Series(name, [f"{row.total:f}" for row in slices], [say(row.total) for row in slices],
                    [row.url for row in slices])  # fmt: skip
    return Figure("pie", [row.label for row in slices], [series], [row.tone for row in slices])


def _axes(kind: str, numbers: _Numbers, say: Any) -> Figure:
    """Return bars or lines: of too many groups the first, of too many series the smallest as one."""
    rows = numbers.rows if numbers.keys[0].bucket else numbers.rows[:MOST_BARS]
    columns = numbers.columns
    small: list[Cut] = []
    if len(columns) > MOST_SERIES:
        small = sorted(columns, key=lambda column: column.total)[: len(columns) - MOST_SERIES + 1]
        columns = [column for column in columns if column not in small]
    series = [
        Series(column.label, [f"{numbers.at(row, column):f}" for row in rows],
               [say(numbers.at(row, column)) for row in rows], [numbers.url(row, column) for row in rows])
        for column in columns
    ]  # fmt: skip
    if small:
        rest = [sum((numbers.at(row, column) for column in small), Decimal(0)) for row in rows]
        series.append(Series(OTHERS, [f"{value:f}" for value in rest], [say(value) for value in rest]))
    tones = [row.tone for row in rows] if len(numbers.keys) < 2 else []
    return Figure(kind, [row.label for row in rows], series, tones)
