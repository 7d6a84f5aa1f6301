"""Records in columns by the values of one field: the first of each column in one query, however many columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.resources.filters import expression
from core.resources.grouping import read_groups
from core.resources.paging import count_records, join_extensions
from core.resources.reading import ListRequest, conditions_of, read_page
from core.resources.shape import Field, Shape
from core.resources.sorting import join_labels, order_by, sort_keys

if TYPE_CHECKING:
    from core.actions.context import Context

MOST_COUNTED = 20_000


def read_columns(
    ctx: Context, shape: Shape, request: ListRequest, item: Field, values: Sequence[Any], most: int
) -> list[dict[str, Any]]:
    """Return the first records of each value of a field, in the order of the list, `most` and one more of each."""
    conditions = conditions_of(ctx, shape, request)
    parts = [_first_ids(ctx, shape, request, [*conditions, _is(shape, item, value)], most + 1) for value in values]
    if not parts:
        return []
    wanted = shape.table.c.id.in_(sa.union_all(*(sa.select(part.c.id) for part in parts)))
    asked = replace(request, page=1, page_size=len(parts) * (most + 1), count="none", condition=wanted)
    return read_page(ctx, shape, asked).items


def count_columns(
    ctx: Context, shape: Shape, request: ListRequest, item: Field, sums: Sequence[str]
) -> dict[Any, dict[str, Any]] | None:
    """Return counts and sums by the values of a field; None where there is more than anybody should wait for."""
    if count_records(ctx, shape, conditions_of(ctx, shape, request), MOST_COUNTED + 1) > MOST_COUNTED:
        return None
    return {group[item.name]: group for group in read_groups(ctx, shape, request, item.name, sums)}


def _is(shape: Shape, item: Field, value: Any) -> sa.ColumnElement[bool]:
    column = expression(shape, item)
    return column.is_(None) if value is None else column == value


def _first_ids(ctx: Context, shape: Shape, request: ListRequest, conditions: Sequence[Any], most: int) -> sa.Subquery:
    keys = sort_keys(ctx, shape, request.sort)
    source = join_labels(join_extensions(shape.table, shape.fields.values()), keys)
    statement = sa.select(shape.table.c.id).select_from(source).where(*conditions)
    if "tenant_id" in shape.table.c:
        statement = statement.where(shape.table.c.tenant_id == ctx.tenant.id)
    return statement.order_by(*order_by(keys)).limit(most).subquery()
