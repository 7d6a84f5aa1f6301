"""The rows of a list: records, groups of them, the figures below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from core.actions.context import Context
from core.admin.display.cells import Cell, cell, said, tone_of
from core.admin.display.money import currency_of, is_price
from core.admin.display.words import NUMERIC_KINDS
from core.admin.forms.pickers import label_of_row, may_read, names_of
from core.admin.forms.plans import target_resource
from core.admin.lists.address import ListAddress
from core.admin.lists.columns import Shown
from core.admin.lists.markup import Lead, ListedRows, Told, listed_rows
from core.admin.lists.pointing import pointed, pointed_cell, points
from core.desk.preferences import own_zone
from core.plugins.declarations import Resource
from core.resources import periods
from core.resources.filters import is_summable
from core.resources.grouping import GroupKey, group_keys, read_groups, read_totals
from core.resources.reading import LARGEST_PAGE, ListRequest
from core.resources.shape import Field, Shape
from core.resources.units import name_far_units, unit_field, unit_name

FIGURES = {"sum": "Sum", "avg": "Average", "min": "Smallest", "max": "Largest"}
MIXED = "several units"
AMOUNTS = ("quantity", "money", "decimal")


@dataclass(frozen=True)
class GroupRow:
    """A group of the list: what it is, how many are in it, its sums by column, where it is opened."""

    label: str
    said: str
    count: int
    cells: list[Cell]
    url: str
    open_url: str
    level: int
    lead: str = ""


@dataclass(frozen=True)
class Figure:
    """What stands below a column."""

    label: str = ""
    text: str = ""


def wanted_fields(shape: Shape, columns: Iterable[Shown]) -> tuple[str, ...]:
    """Return the fields to read for a list: its columns, the label, units, the version, what is pointed at."""
    columns = list(columns)
    names = [column.field.name for column in columns]
    labelled = [name for name in (shape.resolve(part) for part in shape.resource.label) if name in shape.fields]
    units = [unit for name in names if (unit := unit_name(shape, shape.fields[name]))]
    version = [name for name in ("version", "state") if name in shape.fields]
    kind = ["resource"] if any(points(shape, column.field) for column in columns) else []
    return tuple(dict.fromkeys([*names, *labelled, *units, *version, *kind]))


def rows_of(ctx: Context, shape: Shape, columns: Sequence[Shown], rows: Sequence[dict[str, Any]]) -> ListedRows:
    """Return records as the list shows them."""
    zone = own_zone(ctx)
    name_far_units(ctx, shape, [column.field for column in columns], rows)
    told = [
        Told(column.field.name, partial(pointed, ctx, column.field)) if points(shape, column.field)
        else _told(column.field, zone, currency_of(ctx, column.field))
        for column in columns
    ]  # fmt: skip
    names, path = [label_of_row(shape, row) for row in rows], f"/{shape.resource.path}"
    return listed_rows(told, rows, names, path, lead_of(columns))


def lead_of(columns: Sequence[Shown]) -> Lead | None:
    """Return the first amount of a list where it stands beyond a narrow screen; prices and counters lead nothing."""
    for place, column in enumerate(columns):
        if column.field.kind.name in AMOUNTS and not is_price(column.field):
            return Lead(place, column.field.label) if place else None
    return None


def _told(item: Field, zone: ZoneInfo, currency: str) -> Told:
    name, kind, label, unit = item.name, item.kind.name, item.label_name, f"{item.unit}_label"

    def reference(row: Mapping[str, Any]) -> str:
        value = row.get(name)
        return str(row.get(label) or ("" if value is None else f"#{value}"))

    if item.reference is not None:
        return Told(name, reference)
    if item.unit:
        return Told(name, lambda row: said(kind, row.get(name), zone, str(row.get(unit) or "")), kind in NUMERIC_KINDS)
    tone = (lambda row: tone_of(kind, row.get(name))) if kind == "state" else None
    return Told(name, lambda row: said(kind, row.get(name), zone, "", currency), kind in NUMERIC_KINDS, tone)


def cell_of(
    ctx: Context, shape: Shape, item: Field, row: Mapping[str, Any], owner: Any, *, exact: bool = False
) -> Cell:  # fmt: skip
    """Return the cell of one field of a record or line; `exact` tells money whole, as it was typed or is changed."""
    if owner is shape.model and points(shape, item):
        return pointed_cell(ctx, item, row)
    value = row.get(item.name)
    label, url = row.get(item.label_name) if item.reference is not None else None, ""
    if value is not None and (target := shape.memo(("target", owner, item.name), lambda: _target(ctx, item, owner))):
        url = f"/{target.path}/{value}" if may_read(ctx, target) else ""
    unit = str(row.get(f"{item.unit}_label") or "") if item.unit else ""
    currency = "" if exact else currency_of(ctx, item)
    return cell(item.kind.name, value, own_zone(ctx), unit=unit, label=label, url=url, currency=currency)


def _target(ctx: Context, item: Field, owner: Any) -> Resource | None:
    return target_resource(ctx, item, owner)


# -- groups --------------------------------------------------------------------------------------------------


def group_rows(
    ctx: Context, shape: Shape, address: ListAddress, columns: Sequence[Shown], level: int = 0
) -> list[GroupRow]:
    """Return the groups of one level: one statement, and one for the names of each kind of record in it."""
    [key] = group_keys(shape, address.group[0])
    sums = [column.field.name for column in columns if _is_summed(column.field) and column.field is not key.field]
    groups = read_groups(ctx, shape, address.request(()), key.text, sums, units=True)
    units = _unit_names(ctx, shape, sums, groups)
    return [_group_row(ctx, shape, address, columns, key, group, units, level) for group in groups]


def _is_summed(item: Field) -> bool:
    return is_summable(item) and not is_price(item) and item.name not in ("id", "version")


def _group_row(
    ctx: Context, shape: Shape, address: ListAddress, columns: Sequence[Shown], key: GroupKey,
    group: Mapping[str, Any], units: Mapping[tuple[str, Any], str], level: int,
) -> GroupRow:  # fmt: skip
    inside = replace(address.narrowed_to(key.field.name, group[key.field.name]), group=address.group[1:])
    label = group_label(ctx, key, group)
    _, _, query = replace(inside, saved=None).url.partition("?")
    cells = [_sum_cell(ctx, shape, column.field, group, units) for column in columns]
    lead = lead_of(columns)
    return GroupRow(
        label=label, said=f"{key.field.label}: {label}", count=group["count"],
        cells=cells, lead=lead.said(cells[lead.place].text) if lead is not None else "",
        url=inside.url, open_url=f"/{shape.resource.path}/group?level={level + 1}" + (f"&{query}" if query else ""),
        level=level,
    )  # fmt: skip


def group_label(ctx: Context, key: GroupKey, group: Mapping[str, Any]) -> str:
    """Return what a group is called."""
    value, item = group[key.field.name], key.field
    if value is None:
        return "Empty"
    if key.bucket:
        return periods.said(str(value)).capitalize() if key.bucket == "week" else periods.said(str(value))
    label = group.get(item.label_name) if item.reference is not None else None
    return cell(item.kind.name, value, own_zone(ctx), label=label, currency=currency_of(ctx, item)).text or "Empty"


def _sum_cell(
    ctx: Context, shape: Shape, item: Field, group: Mapping[str, Any], units: Mapping[tuple[str, Any], str]
) -> Cell:
    if item.name not in group or not is_summable(item) or group[item.name] is None:
        return Cell("", numeric=True)
    ends = group.get(f"{item.name}_units")
    if ends is not None and ends[0] != ends[1]:
        return Cell("", numeric=True)
    unit = units.get((item.name, ends[0]), "") if ends else ""
    return cell(item.kind.name, group[item.name], own_zone(ctx), unit=unit, currency=currency_of(ctx, item))


def _unit_names(
    ctx: Context, shape: Shape, sums: Iterable[str], groups: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, Any], str]:
    wanted: dict[str, tuple[Resource, set[int], list[str]]] = {}
    for name in sums:
        unit = unit_field(shape, shape.fields[name])
        target = _target(ctx, unit, shape.model) if unit is not None else None
        if target is None or not may_read(ctx, target):
            continue
        _, ids, names = wanted.setdefault(target.key, (target, set(), []))
        names.append(name)
        ids.update(ends[0] for group in groups if (ends := group.get(f"{name}_units")) and ends[0] is not None)
    found: dict[tuple[str, Any], str] = {}
    for target, ids, names in wanted.values():
        told = names_of(ctx, target, ids)
        found |= {(name, identity): label for name in names for identity, label in told.items()}
    return found


# -- figures -------------------------------------------------------------------------------------------------


def figures(
    ctx: Context, shape: Shape, request: ListRequest, columns: Sequence[Shown], wanted: Mapping[str, str],
    asked: str = "",
) -> list[Figure]:  # fmt: skip
    """Return what stands below each column, over all filtered rows, in one statement; empty where nothing does."""
    if not wanted:
        return []
    found = read_totals(ctx, shape, request, wanted)
    rows = [{f"{name}_units": (told.get("unit_id"),) * 2} for name, told in found.items()]
    units = _unit_names(ctx, shape, found, rows)
    made = [_figure(ctx, column.field, wanted, found, units, asked) for column in columns]
    return made if any(figure.text for figure in made) else []


def _figure(
    ctx: Context, item: Field, wanted: Mapping[str, str], found: Mapping[str, Any],
    units: Mapping[tuple[str, Any], str], asked: str,
) -> Figure:  # fmt: skip
    if item.name not in found:
        return Figure()
    told, function = found[item.name], wanted[item.name]
    if told.get("mixed"):
        # Grams and pieces have no sum. Whoever asked for one is told so.
        return Figure(FIGURES[function], MIXED) if item.name in asked else Figure()
    if told[function] is None:
        return Figure()
    unit = units.get((item.name, told.get("unit_id")), "")
    made = cell(item.kind.name, told[function], own_zone(ctx), unit=unit, currency=currency_of(ctx, item))
    return Figure(FIGURES[function], made.text)


MOST_GROUPS_SHOWN = LARGEST_PAGE
