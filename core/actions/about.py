"""Records about other records, such as requests and the audit trail: they are seen as far as what they are about.

One condition in the list's own statement, whatever the number of rows: pages need no count and no question per row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.plugins.declarations import Resource

if TYPE_CHECKING:
    from core.actions.context import Context


def of_readable(ctx: Context, model: Any) -> list[Any]:
    """Return the conditions under which rows are about a record that the actor may read; empty where all are.

    The model names what a row is about in its columns `resource` and `record_id`.
    """
    open_keys = [item.key for item in ctx.view.only(ctx.registry.resources) if ctx.can(f"{item.key}.read")]
    # Nobody asks to change what is itself seen as far as others are: asking for its reach would never end.
    narrowed = list(_narrowed(ctx, lambda item: item.narrow is None))
    if not narrowed and len(open_keys) == len(ctx.registry.resources):
        return []
    beyond = {item.key for item, _ in narrowed}
    whole = model.resource.in_([key for key in open_keys if key not in beyond])
    return [sa.or_(whole, *(_within(model, item, reach) for item, reach in narrowed))]


def not_beyond(ctx: Context, model: Any) -> list[Any]:
    """Return the conditions that leave out rows about records which the actor's record rules do not reach.

    What a row is about need not be readable: somebody may read the trail of records and not the records.
    """
    own = ctx.registry.resource_of_model.get(model)
    found = _narrowed(ctx, lambda item: item is not own)
    return [sa.or_(model.resource != item.key, _within(model, item, reach)) for item, reach in found]


def own_or_whole(ctx: Context, model: Any, permission: str) -> list[Any]:
    """Return the conditions on work with many records, as imports are: one's own, and that of others with a permission.

    What others did to records of which the actor sees a part tells of all of them: that is left out.
    """
    own = model.user_id == ctx.actor.user_id
    if not ctx.can(permission):
        return [own]
    partly = [item.key for item, _ in _narrowed(ctx, lambda item: item.narrow is None)]
    return [sa.or_(own, model.resource.not_in(partly))] if partly else []


def _narrowed(ctx: Context, asked: Callable[[Resource], bool]) -> Iterator[tuple[Resource, list[Any]]]:
    """Yield each readable resource that the actor sees a part of, with the conditions of that part."""
    for item in ctx.view.only(ctx.registry.resources):
        if asked(item) and ctx.can(f"{item.key}.read") and (reach := ctx.restriction(item, "read")):
            yield item, reach


def _within(model: Any, item: Resource, reach: list[Any]) -> sa.ColumnElement[bool]:
    same = item.model.id == model.record_id
    if "tenant_id" in item.model.__table__.c:
        same = sa.and_(item.model.tenant_id == model.tenant_id, same)
    return sa.and_(model.resource == item.key, sa.exists().where(same, *reach).correlate(model))
