"""Records that stand in a tree: the whole of a small one, else a branch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.resources.filters import expression
from core.resources.labels import READ
from core.resources.paging import join_extensions
from core.resources.reading import ListRequest, conditions_of, read_page
from core.resources.shape import Field, Shape

if TYPE_CHECKING:
    from core.actions.context import Context


def read_branch(
    ctx: Context, shape: Shape, request: ListRequest, item: Field, parent_id: int | None, most: int
) -> list[dict[str, Any]]:
    """Return what stands right under a record, or at the top; one more than asked where there is more."""
    column = expression(shape, item)
    under = column.is_(None) if parent_id is None else column == parent_id
    asked = replace(request, page=1, page_size=most + 1, count="none", condition=under)
    return read_page(ctx, shape, asked).items


def read_all(ctx: Context, shape: Shape, request: ListRequest, most: int) -> list[dict[str, Any]]:
    """Return every record of a small tree; one more than asked where it is not small."""
    return read_page(ctx, shape, replace(request, page=1, page_size=most + 1, count="none")).items


def count_children(ctx: Context, shape: Shape, item: Field, ids: Sequence[int]) -> dict[int, int]:
    """Return how many records stand right under each of these; one query."""
    if not ids:
        return {}
    column = expression(shape, item)
    conditions: list[Any] = [column.in_(ids), *conditions_of(ctx, shape, ListRequest())]
    if "tenant_id" in shape.table.c:
        conditions.append(shape.table.c.tenant_id == ctx.tenant.id)
    source = join_extensions(shape.table, shape.fields.values())
    counted = sa.select(column, sa.func.count()).select_from(source).where(*conditions).group_by(column)
    return {row[0]: row[1] for row in ctx.db.execute(counted, execution_options=READ)}


def ancestors(ctx: Context, shape: Shape, item: Field, parent_id: int | None, most: int) -> Iterable[int]:
    """Yield a record and what it stands in, from the inside out; a circle ends where it closes."""
    column, seen = expression(shape, item), set[int]()
    while parent_id is not None and parent_id not in seen and len(seen) < most:
        seen.add(parent_id)
        yield parent_id
        statement = sa.select(column).where(shape.table.c.id == parent_id, *ctx.restriction(shape.resource, "read"))
        if "tenant_id" in shape.table.c:
            statement = statement.where(shape.table.c.tenant_id == ctx.tenant.id)
        parent_id = ctx.db.execute(statement, execution_options=READ).scalars().first()
