"""Which locations a member works at, and which one is meant when a document names none."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from core.api import Context, Forbidden, Refused, Resource
from plugins.inventory.models.locations import STOCK_TYPES, Location, LocationMember
from plugins.inventory.models.stock import Stock


def assigned_location_ids(ctx: Context) -> set[int]:
    """Return the locations the acting member is assigned to, with everything inside them."""
    chosen = select(LocationMember).where(LocationMember.member_id == ctx.actor.member_id)
    return _with_inside(ctx, {row.location_id for row in ctx.all(chosen)})


def _with_inside(ctx: Context, location_ids: Iterable[int]) -> set[int]:
    found = set(location_ids)
    inside: dict[int | None, list[int]] = {}
    for location in ctx.all(select(Location)):
        inside.setdefault(location.parent_id, []).append(location.id)
    waiting = list(found)
    while waiting:
        for child in inside.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def stock_locations(ctx: Context, *, inside: int | None = None, holding: Iterable[int] = ()) -> list[int]:
    """Return our own active locations where the actor works, by code: all, or a location with what lies inside it.

    `holding` names items: only locations where one of them is on hand are returned then.
    """
    wanted = select(Location.id).where(Location.is_active, Location.location_type.in_(STOCK_TYPES))
    wanted = wanted.where(*ctx.visible("inventory.location"))
    if inside is not None:
        wanted = wanted.where(Location.id.in_(sorted(_with_inside(ctx, [inside]))))
    if items := sorted(set(holding)):
        there = select(Stock.location_id).where(Stock.item_id.in_(items), Stock.on_hand > 0)
        wanted = wanted.where(Location.id.in_(there))
    return ctx.all(wanted.order_by(Location.code, Location.id))


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
