"""Where the unit of an amount is found: in a field of the record, or in a record that it refers to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.resources.labels import READ, label_columns, label_text
from core.resources.shape import Field, LineShape, Shape

if TYPE_CHECKING:
    from core.actions.context import Context


@dataclass(frozen=True)
class FarUnit:
    """A unit behind references, such as `item.base_unit`: the record's own one, and the tables on the way to the unit.

    `steps` are the tables with what joins them; `field` stands for the unit among the fields of the record.
    """

    name: str
    first: str
    target: Any
    steps: tuple[tuple[Any, Any], ...]
    field: Field

    @property
    def start(self) -> Any:
        """The table that the record itself refers to."""
        return self.steps[0][0]

    def joined(self, source: Any) -> Any:
        """Return a FROM clause that reaches the unit from the record's table, or from the start of the way."""
        for table, same in self.steps:
            source = source if table is source else source.outerjoin(table, same)
        return source


def unit_field(shape: Shape, item: Field) -> Field | None:
    """Return the field that says in which unit an amount is: the record's own, or one that stands for a far unit."""
    far = far_unit(shape, item)
    return far.field if far else shape.fields.get(shape.resolve(item.unit)) if item.unit else None


def unit_name(shape: Shape, item: Field) -> str:
    """Return the field of the record that leads to the unit of an amount, empty where it has none."""
    far = far_unit(shape, item)
    name = far.first if far else shape.resolve(item.unit)
    return name if name in shape.fields else ""


def far_unit(shape: Shape, item: Field) -> FarUnit | None:
    """Return the way to the unit of an amount where a record referred to tells it."""
    if "." not in item.unit:
        return None
    found: FarUnit | None = shape.memo(("unit", item.unit), lambda: _way(shape.model, item))
    return found


def join_units(shape: Shape, source: Any, items: Iterable[Field]) -> Any:
    """Return a FROM clause that reaches the far units of some amounts."""
    for far in dict.fromkeys(far for item in items if (far := far_unit(shape, item)) is not None):
        source = far.joined(source)
    return source


def _way(model: Any, item: Field) -> FarUnit | None:
    """Follow references by their names; None where one of them is missing."""
    table, near, steps = model.__table__, "", list[tuple[Any, Any]]()
    references: list[Any] = []
    for name in item.unit.split("."):
        if references:
            before, table = table, model.__table__.alias()
            pair = table.c.id == before.c[near]
            tenant = [table.c.tenant_id == before.c.tenant_id] if "tenant_id" in table.c else []
            steps.append((table, sa.and_(*tenant, pair)))
        near = f"{name}_id"
        found = model.__table__.c.get(near)
        if found is None or "ref" not in found.info:
            return None
        references.append(found.info["ref"])
        model = references[-1].resolve(model)
    # To whoever asks, the unit is a reference like others; its column is the one where the way ends.
    reference = replace(references[-1], target=model)
    stand_in = replace(item, name=item.unit, label="Unit", column=table.c[near], reference=reference, unit="")
    return FarUnit(item.unit, references[0].column, model, tuple(steps), stand_in)


def name_far_units(
    ctx: Context, shape: Shape, items: Iterable[Field], rows: Sequence[MutableMapping[str, Any]]
) -> None:
    """Write into rows what the far units of some amounts are called: one statement for each way, never one per row."""
    ways = dict.fromkeys(far for item in items if (far := far_unit(shape, item)) is not None)
    for far in ways:
        _write_names(ctx, far, rows, [row.get(far.first) for row in rows])


def with_far_units(ctx: Context, shape: Shape, record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a record and its lines with what the far units of their amounts are called."""
    own, in_lines = shape.memo("ways to units", lambda: _ways(shape))
    found = dict(record)
    for far in own:
        _write_names(ctx, far, [found], [found.get(far.first)])
    for line, ways in in_lines:
        rows = found[line.name] = [dict(row) for row in record.get(line.name) or ()]
        for far in ways:
            # A line does not repeat which document it is in.
            above = far.first == line.parent_column
            _write_names(ctx, far, rows, [record.get("id") if above else row.get(far.first) for row in rows])
    return found


def _ways(shape: Shape) -> tuple[list[FarUnit], list[tuple[LineShape, list[FarUnit]]]]:
    """Return the ways to the far units of a record and of its lines, of those lines that have one."""
    in_lines = [(line, _ways_from(line.model, line.fields.values())) for line in shape.lines.values()]
    return _ways_from(shape.model, shape.fields.values()), [(line, ways) for line, ways in in_lines if ways]


def _ways_from(model: Any, fields: Iterable[Field]) -> list[FarUnit]:
    items = {item.unit: item for item in fields if "." in item.unit}
    return [far for item in items.values() if (far := _way(model, item)) is not None]


def _write_names(ctx: Context, far: FarUnit, rows: Sequence[MutableMapping[str, Any]], ids: Sequence[Any]) -> None:
    whole = [_whole(given) for given in ids]
    names = _names(ctx, far, {identity for identity in whole if identity is not None})
    for row, identity in zip(rows, whole, strict=True):
        row[f"{far.name}_label"] = None if identity is None else names.get(identity)


def _whole(given: Any) -> int | None:
    """Return an id as a number, None where there is none; in addresses and forms it is whatever somebody typed."""
    text = str(given)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _names(ctx: Context, far: FarUnit, ids: set[int]) -> Mapping[int, str]:
    if not ids:
        return {}
    start, column, unit = far.start, far.field.column, far.target.__table__.alias()
    assert column is not None
    source = far.joined(start).join(unit, unit.c.id == column)
    told = label_columns(far.target, ctx.registry.resource_of_model.get(far.target), unit)
    conditions = [table.c.tenant_id == ctx.tenant.id for table in (start, unit) if "tenant_id" in table.c]
    statement = sa.select(start.c.id, *told).select_from(source).where(start.c.id.in_(sorted(ids)), *conditions)
    rows = ctx.db.execute(statement, execution_options=READ)
    return {identity: label_text(parts) for identity, *parts in rows}
