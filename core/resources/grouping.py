"""Groups and totals of a list: counts and sums over everything that is filtered, one statement each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.errors import Invalid
from core.resources.buckets import BUCKETS, Bucket, told
from core.resources.filters import expression, is_summable
from core.resources.labels import READ
from core.resources.paging import join_extensions
from core.resources.reading import LARGEST_PAGE, ListRequest, add_labels, conditions_of
from core.resources.shape import Field, Shape
from core.resources.sorting import SortKey, join_labels, keys_of, order_by, sort_keys
from core.resources.units import join_units, unit_field

if TYPE_CHECKING:
    from core.actions.context import Context

MOST_LEVELS = 3
FUNCTIONS: Mapping[str, Any] = {"sum": sa.func.sum, "avg": sa.func.avg, "min": sa.func.min, "max": sa.func.max}
UNGROUPED = frozenset({"json", "long_text"})
DATED = frozenset({"date", "moment"})


@dataclass(frozen=True)
class GroupKey:
    """A field to group by; a date or moment by day, week, month or year."""

    field: Field
    bucket: str = ""

    @property
    def text(self) -> str:
        """The key as an address names it."""
        return f"{self.field.name}:{self.bucket}" if self.bucket else self.field.name


def group_keys(shape: Shape, text: str) -> list[GroupKey]:
    """Read `kind,created_at:month`; Invalid for a field or period that nothing can be grouped by."""
    parts = [part for part in text.split(",") if part]
    if len(parts) > MOST_LEVELS:
        raise Invalid({"group_by": [f"Name at most {MOST_LEVELS} fields."]})
    keys = [_group_key(shape, part) for part in parts]
    if len({key.field.name for key in keys}) < len(keys):
        raise Invalid({"group_by": ["Name each field once."]})
    return keys


def _group_key(shape: Shape, part: str) -> GroupKey:
    name, _, bucket = part.partition(":")
    item = shape.fields.get(shape.resolve(name))
    if item is None or item.kind.name in UNGROUPED:
        good = ", ".join(item.name for item in shape.fields.values() if item.kind.name not in UNGROUPED)
        raise Invalid({"group_by": [f"{shape.resource.title} cannot be grouped by {name!r}; use one of: {good}."]})
    if bucket and (item.kind.name not in DATED or bucket not in BUCKETS):
        raise Invalid({"group_by": [f"Only dates are grouped by one of {', '.join(BUCKETS)}, not {part!r}."]})
    return GroupKey(item, bucket)


def read_groups(
    ctx: Context, shape: Shape, request: ListRequest, group_by: str, sums: Sequence[str] = (), *, units: bool = False
) -> list[dict[str, Any]]:
    """Return counts and sums by up to three fields: [{<field>…, count, <sum>…}], 200 at most.

    The largest groups come first, periods newest first; a sort by the first field, a sum or `count` orders them.
    With `units`, `<sum>_units` holds the smallest and largest id of the unit that an amount is in.
    """
    keys = group_keys(shape, group_by)
    if not keys:
        raise Invalid({"group_by": ["Name a field."]})
    sums = list(dict.fromkeys(sums))
    added = _summable(shape, sums, keys)
    columns = [_grouped(ctx, shape, key) for key in keys]
    totals = [_aggregate(ctx, "sum", expression(shape, found)) for found in added]
    in_units = {item.name: unit for item in added if units and (unit := unit_field(shape, item)) is not None}
    conditions = conditions_of(ctx, shape, request)
    used = shape.fields.values() if conditions else [*(key.field for key in keys), *added]
    names = _by_name(ctx, shape, keys, request.sort)
    source = join_labels(_source(shape, used, added if units else ()), names)
    count = sa.func.count()
    statement = sa.select(*columns, count, *totals, *_ends(shape, in_units)).select_from(source)
    statement = statement.where(*_tenant(ctx, shape), *conditions)
    statement = statement.group_by(*columns, *(key.column for key in names))
    ordered_by = {**{item.name: total for item, total in zip(added, totals, strict=True)}, "count": count}
    order = [*order_by(names), *columns] if names else _order(shape, keys, columns, ordered_by, request.sort)
    statement = statement.order_by(*order).limit(LARGEST_PAGE)
    rows = ctx.db.execute(statement, execution_options=READ).all()
    groups = _groups(ctx, shape, keys, sums, [row[: len(keys) + 1 + len(sums)] for row in rows])
    for group, row in zip(groups, rows, strict=True):
        ends = row[len(keys) + 1 + len(sums) :]
        group.update({f"{name}_units": tuple(ends[2 * n : 2 * n + 2]) for n, name in enumerate(in_units)})
    return groups


def _source(shape: Shape, used: Iterable[Field], in_units: Iterable[Field]) -> Any:
    return join_units(shape, join_extensions(shape.table, used), in_units)


def _ends(shape: Shape, units: Mapping[str, Field]) -> list[Any]:
    return [edge(expression(shape, unit)) for unit in units.values() for edge in (sa.func.min, sa.func.max)]


def _summable(shape: Shape, sums: Sequence[str], keys: Sequence[GroupKey]) -> list[Field]:
    found = [item for name in sums if (item := shape.fields.get(name)) is not None and is_summable(item)]
    if len(found) < len(sums) or any(item is key.field for item in found for key in keys):
        raise Invalid({"sum": ["Name fields that hold numbers, other than the one to group by."]})
    return found


def _groups(
    ctx: Context, shape: Shape, keys: Sequence[GroupKey], sums: Sequence[str], rows: Sequence[Any]
) -> list[dict[str, Any]]:
    names = [*(key.field.name for key in keys), "count", *sums]
    groups = [dict(zip(names, row, strict=True)) for row in rows]
    for key in keys:
        if key.field.reference is not None:
            add_labels(ctx, shape, key.field, groups)
    dumps = _dumps(shape, [name for name in names if name not in {key.field.name for key in keys if key.bucket}])
    for group in groups:
        for key in keys:
            if key.bucket:
                group[key.field.name] = told(key.bucket, group[key.field.name])
        for name, dump in dumps:
            if group[name] is not None:
                group[name] = dump(group[name])
    return groups


def _dumps(shape: Shape, names: Sequence[str]) -> list[tuple[str, Any]]:
    items = [shape.fields[name] for name in names if name in shape.fields]
    return [(item.name, item.kind.dump) for item in items if item.kind.dump and item.column is not None]


def _grouped(ctx: Context, shape: Shape, key: GroupKey) -> Any:
    column = expression(shape, key.field)
    if not key.bucket:
        # A text of no letters is as empty to people as none: both are one group.
        return sa.func.nullif(column, "") if key.field.kind.name == "text" else column
    zone = ctx.tenant.zone if key.field.kind.name == "moment" else ""
    return Bucket(column, key.bucket, zone, ctx.today())


def _by_name(ctx: Context, shape: Shape, keys: Sequence[GroupKey], sort: str) -> list[SortKey]:
    """Return the order by what the records of the groups are called, where that is asked for."""
    first = sort.split(",")[0].strip()
    if not first or first.lstrip("-") == "count":
        return []
    sort_keys(ctx, shape, sort)
    asked = shape.resolve(first.lstrip("-"))
    item = next((key.field for key in keys if key.field.name == asked and key.field.reference is not None), None)
    return keys_of(ctx, shape, item, first.startswith("-")) if item is not None else []


def _order(
    shape: Shape, keys: Sequence[GroupKey], columns: Sequence[Any], figures: Mapping[str, Any], sort: str
) -> list[Any]:
    first = sort.split(",")[0].strip()
    if (figure := figures.get(first.lstrip("-"))) is not None:
        return [figure.is_(None), figure.desc() if first.startswith("-") else figure.asc(), *columns]
    own = {key.field.name: column for key, column in zip(keys, columns, strict=True)}
    if (asked := shape.resolve(first.lstrip("-"))) in own:
        column = own[asked]
        rest = [other for other in columns if other is not column]
        return [column.is_(None), column.desc() if first.startswith("-") else column.asc(), *rest]
    if keys[0].bucket:
        return [columns[0].is_(None), columns[0].desc(), *columns[1:]]
    return [figures["count"].desc(), *columns]


def read_totals(
    ctx: Context, shape: Shape, request: ListRequest, wanted: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return one figure over all filtered rows for each field: {field: {"sum": …, "unit_id": …}}, in one statement.

    Amounts in several units have no sum: `mixed` says so. A function is one of sum, avg, min, max.
    """
    items = {name: _counted(shape, name, function) for name, function in wanted.items()}
    if not items:
        return {}
    units = {name: unit for name, item in items.items() if (unit := unit_field(shape, item)) is not None}
    figures = [_aggregate(ctx, wanted[name], expression(shape, item)) for name, item in items.items()]
    conditions = conditions_of(ctx, shape, request)
    used = shape.fields.values() if conditions else items.values()
    source = _source(shape, used, items.values())
    statement = sa.select(*figures, *_ends(shape, units)).select_from(source)
    row = ctx.db.execute(statement.where(*_tenant(ctx, shape), *conditions), execution_options=READ).one()
    ends_of = dict(zip(units, zip(row[len(items) :: 2], row[len(items) + 1 :: 2], strict=True), strict=True))
    return {
        name: _total(item, wanted[name], row[number], ends_of.get(name))
        for number, (name, item) in enumerate(items.items())
    }


def _counted(shape: Shape, name: str, function: str) -> Field:
    item = shape.fields.get(shape.resolve(name))
    if item is None or not (is_summable(item) or (item.kind.name == "percent" and function != "sum")):
        raise Invalid({"totals": [f"{name!r} is no field that holds numbers to add up."]})
    if function not in FUNCTIONS:
        raise Invalid({"totals": [f"Use one of: {', '.join(FUNCTIONS)}."]})
    return item


def _total(item: Field, function: str, value: Any, units: tuple[Any, Any] | None) -> dict[str, Any]:
    if units is not None and units[0] != units[1]:
        return {function: None, "unit_id": None, "mixed": True}
    dump = item.kind.dump if item.column is not None else None
    told_value = dump(value) if dump and value is not None else value
    return {function: told_value, **({"unit_id": units[0]} if units is not None else {})}


def _aggregate(ctx: Context, function: str, column: Any) -> Any:
    """Return a figure over a column; PostgreSQL's sum of whole numbers is no whole number any more."""
    figure = FUNCTIONS[function](column)
    if isinstance(column.type, sa.Integer):
        return sa.cast(figure, sa.BigInteger) if function != "avg" else sa.cast(sa.func.round(figure), sa.BigInteger)
    if function == "avg":
        # SQLite keeps decimals as scaled whole numbers, whose average is none; both are brought back to the scale.
        scaled = sa.func.round(figure, 0 if ctx.db.get_bind().dialect.name == "sqlite" else column.type.scale)
        return sa.type_coerce(sa.cast(scaled, sa.BigInteger) if ctx.db.get_bind().dialect.name == "sqlite" else scaled,
                              column.type)  # fmt: skip
    return figure


def _tenant(ctx: Context, shape: Shape) -> list[Any]:
    return [shape.table.c.tenant_id == ctx.tenant.id] if "tenant_id" in shape.table.c else []
