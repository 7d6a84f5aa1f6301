"""Reading one record for a query: what a member's record rules hide is not found."""

from __future__ import annotations

from typing import Any

from core.api import Context, NotFound, select


def readable(ctx: Context, key: str, record_id: int) -> Any:
    """Return a record of a resource that the actor may see; NotFound otherwise."""
    resource = ctx.registry.resources[key]
    found = ctx.one(select(resource.model).where(resource.model.id == record_id, *ctx.visible(key)))
    if found is None:
        raise NotFound(f"There is no {resource.singular.lower()} {record_id}.")
    return found
