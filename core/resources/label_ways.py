"""How a list reaches what the records it refers to are called, so that it can stand in that order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.plugins.declarations import Resource
from core.resources.kinds import kind_of
from core.resources.labels import label_names, telling_column
from core.resources.shape import Field, Shape, target_of

if TYPE_CHECKING:
    from core.actions.context import Context

UNCOMPARED = frozenset({"json"})


@dataclass(frozen=True, eq=False)
class Step:
    """A table on the way; `certain` where every row finds its record in it."""

    table: Any
    same: Any
    certain: bool


@dataclass(frozen=True, eq=False)
class LabelWay:
    """The tables to join to a list, and the parts of the label that they hold; `narrowing` is the reader's own."""

    steps: tuple[Step, ...]
    parts: tuple[Field, ...]
    narrowing: Any = None

    def joined(self, source: Any) -> Any:
        """Return a FROM clause that reaches the label."""
        for step in self.steps:
            join = source.join if step.certain else source.outerjoin
            source = join(step.table, step.same)
        return source


def label_way(ctx: Context, shape: Shape, item: Field) -> LabelWay | None:
    """Return the way to the label of a reference; None where it has no other than its id, or is not for this reader.

    A record beyond the reader's rules has no label: where it would stand among the others is not theirs to know.
    """
    target = target_of(item, shape.model)
    resource = ctx.registry.resource_of_model.get(target)
    if resource is not None and not (ctx.view.sees(resource) and ctx.can(f"{resource.key}.read")):
        return None
    way: LabelWay | None = shape.memo(("label way", item.name), lambda: _way(shape, item, target, resource))
    rules = ctx.restriction(resource, "read") if resource is not None else []
    return _narrowed(ctx, way, target, rules) if way is not None and rules else way


def unlabelled(ctx: Context, shape: Shape) -> list[str]:
    """Return the references that are sorted by their id."""
    return [item.name for item in shape.references if label_way(ctx, shape, item) is None]


def _narrowed(ctx: Context, way: LabelWay, target: Any, rules: Iterable[Any]) -> LabelWay:
    first, *others = way.steps
    table = target.__table__
    reach = sa.select(table.c.id).where(*rules)
    if "tenant_id" in table.c:
        reach = reach.where(table.c.tenant_id == sa.literal(ctx.tenant.id, sa.BigInteger))
    # The list may be one of the same table: the question is about the record referred to, not about the row.
    within = first.table.c.id.in_(reach.correlate(None))
    steps = [Step(first.table, sa.and_(first.same, within), False), *(replace(step, certain=False) for step in others)]
    return LabelWay(tuple(steps), tuple(replace(part, optional=True) for part in way.parts), within)


def _way(shape: Shape, item: Field, target: Any, resource: Resource | None) -> LabelWay | None:
    names = label_names(target, resource)
    columns = {name: target.__table__.c[name] for name in names}
    if names == ["id"] or any(kind_of(column).name in UNCOMPARED for column in columns.values()):
        return None
    assert item.column is not None
    far = target.__table__.alias()
    steps = [Step(far, _same_row(item.column, item.column.table, far), not item.optional)]
    told: list[tuple[Any, Any, bool]] = []
    for name, column in columns.items():
        if (reference := column.info.get("ref")) is not None:
            further = reference.resolve(target).__table__.alias()
            steps.append(Step(further, _same_row(far.c[name], far, further), not (item.optional or column.nullable)))
            known = telling_column(further)
            told.append((further.c[known], further.element.c[known], column.nullable))
        else:
            told.append((far.c[name], column, column.nullable))
    return LabelWay(tuple(steps), tuple(_parts(item, told)))


def _same_row(near_id: Any, near: Any, far: Any) -> Any:
    pair = far.c.id == near_id
    return sa.and_(far.c.tenant_id == near.c.tenant_id, pair) if "tenant_id" in far.c else pair


def _parts(item: Field, told: list[tuple[Any, Any, bool]]) -> Iterable[Field]:
    """Yield the parts to compare, as far as they tell records apart."""
    for number, (value, column, optional) in enumerate(told):
        compared, empty = _told_part(told[number:]) if optional else (value, False)
        yield replace(
            item, name=f"{item.name}>{number}", source="label", column=compared, kind=kind_of(column), type=column.type,
            reference=None, optional=item.optional or empty, unit="", search=False,
        )  # fmt: skip
        if column.info.get("unique") and not optional:
            return


def _told_part(told: list[tuple[Any, Any, bool]]) -> tuple[Any, bool]:
    """Return a part of a label; where it is empty the next one leads, as it does in what people read."""
    (value, column, optional), *others = told
    if not optional or not others or not isinstance(column.type, sa.String):
        return value, optional
    following, empty = _told_part(others)
    if not isinstance(following.type, sa.String):
        return value, optional
    filled = sa.func.nullif(value, sa.text("''"), type_=column.type)
    return sa.func.coalesce(filled, following, type_=column.type), empty
