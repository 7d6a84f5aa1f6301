"""Which locations a member works at, and which one is meant when a document names none."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from core.api import Context, Forbidden, Refused, Resource
from plugins.inventory.models.locations import Location, LocationMember


def assigned_location_ids(ctx: Context) -> set[int]:
    """Return the locations the acting member is assigned to, with everything inside them."""
    chosen = select(LocationMember).where(LocationMember.member_id == ctx.actor.member_id)
    assigned = {row.location_id for row in ctx.all(chosen)}
    inside: dict[int | None, list[int]] = {}
    for location in ctx.all(select(Location)):
        inside.setdefault(location.parent_id, []).append(location.id)
    waiting = list(assigned)
    while waiting:
        for child in inside.get(waiting.pop(), ()):
            if child not in assigned:
                assigned.add(child)
                waiting.append(child)
    return assigned


def default_location(ctx: Context) -> Location:
    """Return the location meant when a document names none; Refused where none is marked as default."""
    found = ctx.find(Location, is_default=True)
    if found is None:
        raise Refused("NO_DEFAULT_LOCATION", "Name a location, or mark one location as the default.")
    return found


def refuse_foreign_places(ctx: Context, resource: Resource, record_ids: Iterable[int]) -> None:
    """Refuse what the actor could not see afterwards: documents and stock of locations they are not assigned to."""
    narrowing, wanted = ctx.restriction(resource, "read"), set(record_ids)
    if not narrowing:
        return
    model = resource.model
    if ctx.scalar(select(func.count(model.id)).where(model.id.in_(wanted), *narrowing)) < len(wanted):
        raise Forbidden(
            "You are not assigned to this location. Ask somebody to assign you, or name another.",
            code="LOCATION_ACCESS_DENIED",
        )
