"""The statements of a list: made once for each way a list is asked for, whatever the values asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.statements.prepared import Prepared
from core.resources.labels import READ
from core.resources.serializing import Record, RowSerializer, row_serializer
from core.resources.shape import Field, Shape
from core.resources.sorting import SortKey, join_labels, narrowings, order_by

if TYPE_CHECKING:
    from core.actions.context import Context

MOST_STATEMENTS = 500


def page_records(
    ctx: Context, shape: Shape, names: Sequence[str], keys: Sequence[SortKey], conditions: Sequence[Any],
    most: int, offset: int,
) -> list[Record]:  # fmt: skip
    """Return so many records of a list from an offset on, as the API answers them, with what they are sorted by."""
    items = [shape.fields[name] for name in names]
    items += [key.field for key in keys if key.field.name not in names]

    def make(inputs: Sequence[Any]) -> RowSerializer:
        own, held = sa.bindparam("own_most", type_=sa.BigInteger), sa.bindparam("own_offset", type_=sa.BigInteger)
        ordered = _select(shape, items, conditions, keys).order_by(*order_by(keys))
        return row_serializer(ordered.limit(own).offset(held), items, inputs)

    serializer: RowSerializer
    told = ("page", tuple(names), tuple(key.told for key in keys))
    serializer, inputs = _remembered(shape, told, [*conditions, *narrowings(keys)], make)
    values = {"own_tenant": ctx.tenant.id, "own_most": most, "own_offset": offset}
    if inputs is not None:
        ctx.db.flush()
        return serializer.records(ctx.db.connection(), _known(shape, values), inputs)
    rows = ctx.db.execute(serializer.statement.statement, _known(shape, values), execution_options=READ).all()
    dumps = [(n, item.kind.dump) for n, item in enumerate(i for i in items if i.column is not None) if item.kind.dump]
    return serializer.serialize(rows, dumps)


def count_records(
    ctx: Context, shape: Shape, conditions: Sequence[Any], most: int | None, keys: Sequence[SortKey] = ()
) -> int:
    """Return how many records meet the conditions, counting no further than told; those of a cursor need its keys."""

    def make(inputs: Sequence[Any]) -> Prepared:
        source = _conditioned(sa.select(sa.literal_column("1")), shape, [], conditions, keys)
        if most is not None:
            source = source.limit(sa.bindparam("own_most", type_=sa.BigInteger))
        return Prepared(sa.select(sa.func.count()).select_from(source.subquery()), inputs)

    told = ("count", most is None, tuple(key.told for key in keys))
    prepared, inputs = _remembered(shape, told, [*conditions, *narrowings(keys)], make)
    values = _known(shape, {"own_tenant": ctx.tenant.id} | ({} if most is None else {"own_most": most}))
    if inputs is not None:
        ctx.db.flush()
        return int(prepared.rows(ctx.db.connection(), values, inputs)[0][0])
    return int(ctx.db.execute(prepared.statement, values, execution_options=READ).scalar_one())


def join_extensions(owner: sa.Table, items: Iterable[Field]) -> Any:
    """Return a FROM clause: extensions are joined only where one of their fields is used."""
    source: Any = owner
    for table in dict.fromkeys(item.column.table for item in items if item.column is not None):
        if table is not owner:
            pair = sa.and_(table.c.tenant_id == owner.c.tenant_id, table.c.id == owner.c.id)
            source = source.outerjoin(table, pair)
    return source


def _select(shape: Shape, items: Sequence[Field], conditions: Sequence[Any], keys: Sequence[SortKey]) -> sa.Select[Any]:
    plain = [item.column for item in items if item.column is not None]
    custom = [shape.table.c.custom] if any(item.source == "custom" for item in items) else []
    return _conditioned(sa.select(*plain, *custom), shape, items, conditions, keys)


def _conditioned(
    statement: sa.Select[Any], shape: Shape, items: Sequence[Field], conditions: Sequence[Any],
    keys: Sequence[SortKey],
) -> sa.Select[Any]:  # fmt: skip
    used = [item for item in items if item.source != "label"] + [key.asked for key in keys]
    source = join_extensions(shape.table, shape.fields.values() if conditions else used)
    statement = statement.select_from(join_labels(source, keys))
    if "tenant_id" in shape.table.c:
        own = sa.bindparam("own_tenant", type_=sa.BigInteger)
        statement = statement.where(shape.table.c.tenant_id == own)
    return statement.where(*conditions)


def _known(shape: Shape, values: dict[str, Any]) -> dict[str, Any]:
    return values if "tenant_id" in shape.table.c else {k: v for k, v in values.items() if k != "own_tenant"}


def _remembered(
    shape: Shape, key: tuple[Any, ...], conditions: Sequence[Any], make: Callable[[Sequence[Any]], Any]
) -> tuple[Any, list[Any] | None]:
    """Return what a list runs, and the values of its conditions; no values where they cannot be told apart from it.

    Conditions of the same structure make the same statement: their structure is the key, as in SQLAlchemy's own
    cache, and their values go in by position.
    """
    structure: Any = None
    parameters: Sequence[Any] = ()
    if conditions:
        found = sa.and_(*conditions)._generate_cache_key()
        if found is None or any(item.expanding for item in found.bindparams):
            return make(()), None
        structure, parameters = found.key, found.bindparams
    plans: dict[Any, Any] = shape.memo("plans", dict)
    plan = plans.get((key, structure))
    if plan is None:
        if len(plans) >= MOST_STATEMENTS:
            plans.clear()
        plan = plans[key, structure] = make(parameters)
    return plan, [item.effective_value for item in parameters]
