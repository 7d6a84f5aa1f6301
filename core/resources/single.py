"""Reading one record by its id: prepared statements, one for the record and one for each list of its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.base import TenantOwned
from core.db.prepared import Convert, Row
from core.errors import NotFound
from core.resources.foresight import single_questions
from core.resources.labels import label_columns, label_text
from core.resources.shape import Field, Shape, target_of
from core.resources.telling import Teller, tell

if TYPE_CHECKING:
    from core.actions.context import Context


@dataclass(frozen=True)
class _Reader:
    """A prepared select of some fields with the labels of their references."""

    teller: Teller
    labels: tuple[tuple[str, int, int], ...]

    def told(self, rows: Sequence[Row], converters: Sequence[tuple[int, Convert]]) -> list[dict[str, Any]]:
        """Return rows as records with their labels."""
        told = self.teller.told(rows, converters)
        if not rows or not self.labels:
            return told
        read = dict(converters)
        for record, row in zip(told, rows, strict=True):
            for name, start, end in self.labels:
                if end == start + 1 and start not in read:
                    record[name] = str(row[start]) if row[start] not in (None, "") else None
                else:
                    parts = (_typed(read.get(index), row[index]) for index in range(start, end))
                    record[name] = label_text(parts) or None
        return told


def _typed(convert: Convert | None, value: Any) -> Any:
    return convert(value) if convert is not None and value is not None else value


def read_prepared(ctx: Context, shape: Shape, record_id: int) -> dict[str, Any]:
    """Return one record with its lines; NotFound when this tenant has none of that id."""
    readers = shape.memo("single", lambda: _readers(ctx, shape))
    questions = single_questions([reader.teller.statement for reader in readers.values()], ctx.tenant.id, record_id)
    ctx.kernel.foresight.note(ctx.tenant.id, ctx.actor.user_id, shape.resource.key, questions)
    found = ctx.db.look_up(*questions)
    if not found[0][0]:
        raise NotFound(f"There is no such {shape.resource.singular.lower()}.")
    told = [reader.told(*fetched) for reader, fetched in zip(readers.values(), found, strict=True)]
    record: dict[str, Any] = told[0][0]
    record.update(zip(shape.lines, told[1:], strict=True))
    return record


def _readers(ctx: Context, shape: Shape) -> Mapping[str, _Reader]:
    found = {"": _reader(ctx, shape.model, shape.fields, "id", ())}
    for name, line in shape.lines.items():
        table = line.model.__table__
        order = tuple(table.c[key] for key in ("position", "id") if key in table.c)
        found[name] = _reader(ctx, line.model, line.fields, line.parent_column, order)
    return found


def _reader(ctx: Context, model: Any, fields: Mapping[str, Field], by: str, order: Iterable[Any]) -> _Reader:
    table = model.__table__
    stored = [item for item in fields.values() if item.column is not None]
    custom = any(item.column is None for item in fields.values())
    columns: list[Any] = [item.column for item in stored] + ([table.c.custom] if custom else [])
    source: Any = table
    for extension in dict.fromkeys(item.column.table for item in stored if item.column is not None):
        if extension is not table:
            source = source.outerjoin(extension, _same_row(table, extension, extension.c.id, table.c.id))
    labels = []
    for item in stored:
        if item.reference is None:
            continue
        target = target_of(item, model)
        far = target.__table__.alias()
        source = source.outerjoin(far, _same_row(item.column.table, far, far.c.id, item.column))  # type: ignore[union-attr]
        parts = label_columns(target, ctx.registry.resource_of_model.get(target), far)
        labels.append((item.label_name, len(columns), len(columns) + len(parts)))
        columns += parts
    statement = (
        sa.select(*columns).select_from(source).where(table.c[by] == sa.bindparam("wanted", type_=sa.BigInteger))
    )
    if issubclass(model, TenantOwned):
        statement = statement.where(table.c.tenant_id == sa.bindparam("own_tenant", type_=sa.BigInteger))
    return _Reader(tell(statement.order_by(*order), list(fields.values())), tuple(labels))


def _same_row(near: Any, far: Any, far_id: Any, near_id: Any) -> Any:
    pair = far_id == near_id
    return sa.and_(far.c.tenant_id == near.c.tenant_id, pair) if "tenant_id" in far.c else pair
