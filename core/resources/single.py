"""Reading one record by its id: prepared statements, one for the record and one for each list of its lines.

Every reference costs a join, and most makers leave most references empty: only those are joined that held something
in a record read before. A record that fills another one is read once more, and that one is joined from then on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.base import TenantOwned
from core.db.statements.prepared import Convert, Question, Row
from core.errors import NotFound
from core.resources.labels import label_columns, label_text
from core.resources.prefetch import single_questions
from core.resources.serializing import RowSerializer, row_serializer
from core.resources.shape import Field, Shape, target_of

if TYPE_CHECKING:
    from core.actions.context import Context


Place = tuple[str, str]


@dataclass
class _Filled:
    """The references that held something in the records read so far: whose lines they are in, and their name."""

    places: frozenset[Place] = frozenset()


@dataclass(frozen=True)
class _Reader:
    """A prepared select of some fields with the labels of their references; those not joined are told as empty."""

    serializer: RowSerializer
    no_labels: Mapping[str, None]
    labels: tuple[tuple[str, int, int], ...]
    unjoined: tuple[tuple[str, int], ...]

    def serialize(self, rows: Sequence[Row], converters: Sequence[tuple[int, Convert]]) -> list[dict[str, Any]]:
        """Return rows as records with their labels."""
        told = self.serializer.serialize(rows, converters)
        read = dict(converters) if self.labels else {}
        for record, row in zip(told, rows, strict=True):
            record.update(self.no_labels)
            for name, start, end in self.labels:
                if end == start + 1 and start not in read:
                    record[name] = str(row[start]) if row[start] not in (None, "") else None
                else:
                    parts = (_typed(read.get(index), row[index]) for index in range(start, end))
                    record[name] = label_text(parts) or None
        return told

    def untold(self, rows: Sequence[Row]) -> list[str]:
        """Return the references that hold something and were not joined."""
        return [name for row in rows for name, index in self.unjoined if row[index] is not None]


def _typed(convert: Convert | None, value: Any) -> Any:
    return convert(value) if convert is not None and value is not None else value


def record_questions(ctx: Context, shape: Shape, record_id: int) -> tuple[Question, ...]:
    """Return the questions that `read_prepared` asks."""
    statements = tuple(reader.serializer.statement for reader in _current(ctx, shape).values())
    return single_questions(statements, ctx.tenant.id, record_id)


def read_prepared(ctx: Context, shape: Shape, record_id: int) -> dict[str, Any]:
    """Return one record with its lines; NotFound when this tenant has none of that id."""
    readers = _current(ctx, shape)
    statements = tuple(reader.serializer.statement for reader in readers.values())
    ctx.kernel.prefetch.note(ctx.tenant.id, ctx.actor.user_id, shape.resource.key, statements)
    found = ctx.db.look_up(*single_questions(statements, ctx.tenant.id, record_id))
    if not found[0][0]:
        raise NotFound(f"There is no such {shape.resource.singular.lower()}.")
    parts = list(zip(readers.items(), found, strict=True))
    untold = [(part, name) for (part, reader), (rows, _) in parts for name in reader.untold(rows)]
    if untold:
        _filled(shape).places |= frozenset(untold)
        return read_prepared(ctx, shape, record_id)
    told = [reader.serialize(*fetched) for (_, reader), fetched in parts]
    record: dict[str, Any] = told[0][0]
    record.update(zip(shape.lines, told[1:], strict=True))
    return record


def _filled(shape: Shape) -> _Filled:
    found: _Filled = shape.memo("filled", _Filled)
    return found


def _current(ctx: Context, shape: Shape) -> Mapping[str, _Reader]:
    joined = _filled(shape).places
    found: Mapping[str, _Reader] = shape.memo(("single", joined), lambda: _readers(ctx, shape, joined))
    return found


def _readers(ctx: Context, shape: Shape, joined: frozenset[Place]) -> Mapping[str, _Reader]:
    names: dict[str, set[str]] = defaultdict(set)
    for part, name in joined:
        names[part].add(name)
    found = {"": _reader(ctx, shape.model, shape.fields, shape.table.c.id, names[""])}
    for part, line in shape.lines.items():
        parent = line.model.__table__.c[line.parent_column]
        found[part] = _reader(ctx, line.model, line.fields, parent, names[part])
    return found


def _reader(
    ctx: Context, model: Any, fields: Mapping[str, Field], by: sa.Column[Any], joined: Collection[str]
) -> _Reader:
    table = model.__table__
    stored = [item for item in fields.values() if item.column is not None]
    custom = any(item.column is None for item in fields.values())
    columns: list[Any] = [item.column for item in stored] + ([table.c.custom] if custom else [])
    source = _with_extensions(table, stored)
    labels, unjoined = [], []
    references = [(index, item) for index, item in enumerate(stored) if item.reference is not None]
    for index, item in references:
        if item.name in joined:
            start = len(columns)
            target = target_of(item, model)
            far = target.__table__.alias()
            source = source.outerjoin(far, _same_row(item.column.table, far, far.c.id, item.column))  # type: ignore[union-attr]
            columns += label_columns(target, ctx.registry.resource_of_model.get(target), far)
            labels.append((item.label_name, start, len(columns)))
        else:
            unjoined.append((item.name, index))
    statement = sa.select(*columns).select_from(source).where(by == sa.bindparam("wanted", type_=sa.BigInteger))
    if issubclass(model, TenantOwned):
        statement = statement.where(table.c.tenant_id == sa.bindparam("own_tenant", type_=sa.BigInteger))
    # The order of lines; of the record itself there is but one.
    order = [table.c[key] for key in ("position", "id") if key in table.c and by is not table.c.id]
    serializer = row_serializer(statement.order_by(*order), list(fields.values()))
    no_labels = dict.fromkeys(item.label_name for _, item in references)
    return _Reader(serializer, no_labels, tuple(labels), tuple(unjoined))


def _with_extensions(table: Any, stored: Iterable[Field]) -> Any:
    source = table
    for extension in dict.fromkeys(item.column.table for item in stored if item.column is not None):
        if extension is not table:
            source = source.outerjoin(extension, _same_row(table, extension, extension.c.id, table.c.id))
    return source


def _same_row(near: Any, far: Any, far_id: Any, near_id: Any) -> Any:
    pair = far_id == near_id
    return sa.and_(far.c.tenant_id == near.c.tenant_id, pair) if "tenant_id" in far.c else pair
