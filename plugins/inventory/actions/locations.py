"""Locations: who works where, which one is the default, and what is kept."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from core.api import Context, Duplicate, Invalid, NotFound, Refused, action, arg, before
from plugins.inventory.models.locations import STOCK_TYPES, Location, LocationMember
from plugins.inventory.resources.locations import locations
from plugins.inventory.usage import reasons_for, refuse_deletion

MemberId = Annotated[int, arg("Member", ref="kernel.member")]


@action(locations, label="Assign a member", icon="user-plus")
def assign(ctx: Context, location: Location, *, member_id: MemberId) -> None:
    """Let a member work at the location; whoever holds a role with assigned locations sees only those."""
    if ctx.find(LocationMember, location_id=location.id, member_id=member_id):
        raise Duplicate("This member is already assigned to the location.", code="ALREADY_ASSIGNED")
    ctx.create(LocationMember, location_id=location.id, member_id=member_id)


@action(locations, label="Remove a member", icon="user-minus")
def unassign(ctx: Context, location: Location, *, member_id: MemberId) -> None:
    """Take a member off the location; what they did there stays."""
    assigned = ctx.find(LocationMember, location_id=location.id, member_id=member_id)
    if assigned is None:
        raise NotFound("This member is not assigned to the location.")
    ctx.delete(assigned)


@before(locations, "create")
@before(locations, "update")
def check_location(ctx: Context, location: Location, values: dict[str, Any]) -> None:
    """A location lies in a time zone that exists."""
    zone = values.get("timezone")
    if zone and not _is_time_zone(zone):
        raise Invalid({"timezone": [f"{zone!r} is no time zone. Use a name such as Europe/London."]})


@before(locations, "create")
def make_first_location_the_default(ctx: Context, location: Location, values: dict[str, Any]) -> None:
    """Where there is no default yet, the first place that holds stock becomes it."""
    holds_stock = location.location_type in STOCK_TYPES and location.is_active
    if holds_stock and ctx.find(Location, is_default=True) is None:
        location.is_default = values["is_default"] = True


@before(locations, "create")
@before(locations, "update")
def keep_one_default(ctx: Context, location: Location, values: dict[str, Any]) -> None:
    """There is exactly one default: naming another takes the mark from the last one."""
    coming = {name: values.get(name, getattr(location, name)) for name in ("is_default", "is_active", "location_type")}
    if location.is_default and not coming["is_default"]:
        raise Refused("DEFAULT_LOCATION", f"{location.code} is the default. Make another location the default instead.")
    if not coming["is_default"]:
        return
    if not coming["is_active"] or coming["location_type"] not in STOCK_TYPES:
        raise Refused(
            "DEFAULT_LOCATION", f"The default must be active and one of: {', '.join(STOCK_TYPES)}. Move the mark first."
        )
    for other in ctx.all(select(Location).where(Location.is_default, Location.id != location.id)):
        ctx.update(other, is_default=False)


@before(locations, "update")
def keep_the_side_of_stock(ctx: Context, location: Location, values: dict[str, Any]) -> None:
    """Where stock was moved, a place cannot turn from ours into somebody else's, or back."""
    coming = values.get("location_type", location.location_type)
    if (coming in STOCK_TYPES) != (location.location_type in STOCK_TYPES) and (reasons := _uses(ctx, location)):
        raise Refused("LOCATION_IN_USE", f"{location.code} has a history ({reasons}); its type cannot become {coming}.")


@before(locations, "delete")
def keep_used_location(ctx: Context, location: Location, values: dict[str, Any]) -> None:
    """A location with a history, or with others inside, is kept."""
    if location.is_default:
        raise Refused("DEFAULT_LOCATION", f"{location.code} is the default. Make another location the default first.")
    inside = ctx.scalar(select(Location).where(Location.parent_id == location.id).limit(1))
    reasons = f"{inside.code} lies inside" if inside is not None else _uses(ctx, location)
    if reasons:
        raise refuse_deletion("LOCATION_IN_USE", location.code, reasons, f"/api/v1/admin/locations/{location.id}")


def _uses(ctx: Context, location: Location) -> str:
    return reasons_for(ctx.hook.inventory_locations_used(ctx=ctx, location_ids=[location.id]), location.id)


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
