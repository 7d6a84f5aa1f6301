"""The filter builder: one row for each condition, with the operators and the input that fit its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from core.actions.context import Context
from core.admin.display.words import words_label
from core.admin.forms.pickers import may_read, names_of
from core.admin.forms.plans import YES_OR_NO, picker_url, target_resource
from core.admin.lists.address import ListAddress, filter_name
from core.admin.lists.filters import TRUE, chips_of, field_of, find_record
from core.errors import Invalid
from core.resources import periods
from core.resources.filters import filter_conditions
from core.resources.shape import Field, Shape

MOST_ROWS = 30
BEFORE = "_before"
DATED = ("date", "moment")
CHOSEN = ("choice", "state", "reference")
SAID = {
    "contains": "has", "startswith": "starts with", "eq": "is", "ne": "is not", "in": "is one of", "gt": "is over",
    "gte": "is from", "lt": "is under", "lte": "is to", "between": "is between", "period": "is in",
    "empty": "is empty", "filled": "is not empty",
}  # fmt: skip
DATES_SAID = {**SAID, "eq": "is on", "gt": "is after", "gte": "is from", "lt": "is before", "lte": "is until"}
NEEDS = {"between": ("gte", "lte"), "period": ("eq",), "empty": ("isnull",), "filled": ("isnull",)}
OFFERED: Mapping[str, tuple[str, ...]] = {
    "text": ("contains", "startswith", "eq", "ne", "empty", "filled"),
    "long_text": ("contains", "empty", "filled"),
    "json": ("empty", "filled"),
    "boolean": ("eq", "empty", "filled"),
    **dict.fromkeys(CHOSEN, ("in", "ne", "empty", "filled")),
    **dict.fromkeys(DATED, ("period", "eq", "gt", "gte", "lt", "lte", "between", "empty", "filled")),
}
NUMBERS = ("eq", "ne", "gt", "gte", "lt", "lte", "between", "empty", "filled")
_INDEX = re.compile(r"f(\d{1,3})")
Option = tuple[str, str]
Filters = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Input:
    """What a value is typed or chosen with: text, number, date, one, several, picker, none."""

    kind: str
    options: tuple[Option, ...] = ()
    picker_url: str = ""


@dataclass(frozen=True)
class FilterRow:
    """One condition under construction."""

    index: int
    name: str
    label: str
    operator: str
    operators: tuple[Option, ...]
    input: Input
    values: tuple[str, ...] = ()
    end: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Builder:
    """Everything the panel shows; `stays` says which conditions have no row and stay as they are."""

    url: str
    kept: list[tuple[str, str]]
    rows: list[FilterRow]
    stays: list[str]
    fields: list[Option]
    cancel_url: str


@dataclass(frozen=True)
class Typed:
    """A row as it was sent."""

    item: Field
    operator: str
    values: tuple[str, ...] = ()
    end: str = ""


def filterable(shape: Shape) -> list[Field]:
    """Return the fields that a list can be filtered by."""
    return [item for item in shape.fields.values() if operators_of(item)]


def operators_of(item: Field) -> tuple[str, ...]:
    """Return the operators that people may choose for a field: those that its kind allows."""
    offered = OFFERED.get(item.kind.name, NUMBERS)
    found = [name for name in offered if all(part in item.kind.operators for part in NEEDS.get(name, (name,)))]
    return tuple(name for name in found if item.optional or item.kind.name == "text" or name not in ("empty", "filled"))


def is_built(query: MultiDict[str, str]) -> bool:
    """Whether rows of the builder were sent."""
    return any(_INDEX.fullmatch(name) for name in query) or "add" in query


def typed_rows(shape: Shape, query: MultiDict[str, str]) -> list[Typed]:
    """Return the rows as they were sent, with one more where a field was chosen to add."""
    found = []
    for name in list(query)[:500]:
        index = _INDEX.fullmatch(name)
        item = shape.fields.get(query[name]) if index else None
        if index is None or item is None or query.get("drop") == index[1]:
            continue
        values = tuple(text for text in query.getlist(f"v{index[1]}") if text.strip())
        found.append(_typed(item, query.get(f"o{index[1]}", ""), values, query.get(f"w{index[1]}", "").strip()))
    added = shape.fields.get(query.get("add", ""))
    if added is not None and operators_of(added):
        found.append(_typed(added, "", (), ""))
    return found[:MOST_ROWS]


def _typed(item: Field, operator: str, values: tuple[str, ...], end: str) -> Typed:
    offered = operators_of(item)
    return Typed(item, operator if operator in offered else offered[0] if offered else "", values, end)


def rows_of_address(shape: Shape, address: ListAddress) -> tuple[list[Typed], Filters]:
    """Return the rows that stand for the filters of an address, and those filters that no row can say as they are."""
    found: list[Typed] = []
    rest: dict[str, tuple[str, ...]] = {}
    for name, texts in address.filters.items():
        item, operator = field_of(shape, name)
        for text in texts:
            row = _of_filter(item, operator, text) if item is not None else None
            if row is not None and row.operator in operators_of(row.item) and len(found) < MOST_ROWS:
                found.append(row)
            else:
                rest[name] = (*rest.get(name, ()), text)
    return found, rest


def _of_filter(item: Field, operator: str, text: str) -> Typed | None:
    if operator == "isnull":
        return Typed(item, "empty" if text.lower() in TRUE else "filled")
    if item.kind.name in DATED:
        if operator == "eq" and not periods.is_day(text):
            return Typed(item, "period", (text,))
        return Typed(item, operator, (text,)) if periods.is_day(text) else None
    if item.kind.name in CHOSEN and operator in ("eq", "in"):
        return Typed(item, "in", tuple(text.split(",")))
    if item.kind.name == "boolean":
        text = "true" if text.lower() in TRUE else "false"
    return Typed(item, operator, (text,))


def filters_of(ctx: Context, shape: Shape, rows: Iterable[Typed], rest: Filters) -> Filters:
    """Return the rows as filters of an address beside the rest; Invalid names by its row what no list can be asked."""
    filters = dict(rest)
    errors: dict[str, list[str]] = {}
    for index, row in enumerate(rows):
        try:
            made = _filters_of(row)
            filter_conditions(shape, periods.with_days(ctx, shape, made), ctx.tenant.id)
        except Invalid as error:
            errors[str(index)] = [text for texts in error.errors.values() for text in texts]
            continue
        for name, texts in made.items():
            filters[name] = tuple(dict.fromkeys([*filters.get(name, ()), *texts]))
    if errors:
        raise Invalid(errors)
    return filters


def _filters_of(row: Typed) -> dict[str, list[str]]:
    name, value = row.item.name, row.values[0].strip() if row.values else ""
    if row.operator in ("empty", "filled"):
        return {f"{name}__isnull": ["true" if row.operator == "empty" else "false"]}
    if row.operator == "between":
        ends = {f"{name}__gte": [value], f"{name}__lte": [row.end]}
        return {key: texts for key, texts in ends.items() if texts[0]}
    if not value:
        return {}
    if row.operator == "in":
        return {f"{name}__in": [",".join(row.values)]} if len(row.values) > 1 else {filter_name(name): [value]}
    return {filter_name(name, "eq" if row.operator == "period" else row.operator): [value]}


def with_records(ctx: Context, shape: Shape, rows: list[Typed], query: MultiDict[str, str]) -> list[Typed]:
    """Return the rows with the records in place of the names that were typed for them without JavaScript."""
    indexes = [match[1] for name in query if (match := _INDEX.fullmatch(name)) and query.get("drop") != match[1]]
    found = list(rows)
    for place, index in enumerate(indexes[: len(rows)]):
        text = query.get(f"v{index}__find", "").strip()
        if text and (record := find_record(ctx, shape, rows[place].item, text)) is not None:
            found[place] = replace(rows[place], values=(*rows[place].values, str(record)))
    return found


def builder(
    ctx: Context, shape: Shape, address: ListAddress, rows: list[Typed], rest: Filters, before: str,
    errors: Mapping[str, list[str]],
) -> Builder:  # fmt: skip
    """Return the panel for rows, and for the rest of the filters; `before` is the list that it was opened from."""
    stays = address.filtered(rest)
    names = _record_names(ctx, shape, rows)
    shown = [
        FilterRow(
            index, row.item.name, row.item.label, row.operator,
            tuple((name, _said(row.item, name)) for name in operators_of(row.item)),
            _input(ctx, shape, row, names), row.values, row.end, " ".join(errors.get(str(index), [])),
        )
        for index, row in enumerate(rows)
    ]  # fmt: skip
    fields = sorted(((item.name, item.label) for item in filterable(shape)), key=lambda pair: pair[1].casefold())
    url, kept = f"/{shape.resource.path}", [*stays.kept(filters=True, search=True), (BEFORE, before)]
    said = [chip.text for chip in chips_of(ctx, shape, stays)]
    return Builder(f"{url}/filters", kept, shown, said, fields, f"{url}?{before}" if before else url)


def _said(item: Field, operator: str) -> str:
    said = DATES_SAID if item.kind.name in DATED else SAID
    return said[operator]


def _input(ctx: Context, shape: Shape, row: Typed, names: Mapping[tuple[str, str], str]) -> Input:
    kind = row.item.kind.name
    if row.operator in ("empty", "filled"):
        return Input("none")
    if row.operator == "period":
        own = [(text, periods.said(text)) for text in row.values if text not in periods.NAMED]
        return Input("one", (*own, *periods.NAMED.items()))
    if kind in DATED:
        return Input("date")
    if kind == "boolean":
        return Input("one", YES_OR_NO)
    if row.item.choices:
        options = tuple((word, words_label(word)) for word in row.item.choices)
        return Input("several" if row.operator == "in" else "one", options)
    target = target_resource(ctx, row.item, shape.model)
    if target is not None and may_read(ctx, target):
        chosen = tuple((text, names.get((target.key, text), f"#{text}")) for text in row.values)
        return Input("pickers" if row.operator == "in" else "picker", chosen, picker_url(target))
    return Input("text" if kind in ("text", "long_text") else "number")


def _record_names(ctx: Context, shape: Shape, rows: Iterable[Typed]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        target = target_resource(ctx, row.item, shape.model)
        ids = {int(text) for text in row.values if text.isdecimal() and len(text) < 16}
        if target is not None and ids and may_read(ctx, target):
            found |= {(target.key, str(identity)): label for identity, label in names_of(ctx, target, ids).items()}
    return found
