"""Where a batch takes its goods from: its own location, and others as far as somebody has allowed it."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import Context, Invalid, select
from plugins.inventory.api import Location, default_location, stock_locations
from plugins.recipes.models import Batch

Places = tuple[int, ...]


def placed(ctx: Context, location_id: int | None) -> int:
    """Return the location named, or the default one; Invalid where the actor does not work."""
    wanted = location_id if location_id is not None else default_location(ctx).id
    allowed = select(Location.id).where(Location.id == wanted, *ctx.visible("inventory.location"))
    if ctx.one(allowed) is None:
        raise Invalid({"location_id": ["There is no such location, or you are not assigned to it."]})
    return wanted


def places_to_fill(ctx: Context, supply: str | None, item_ids: Iterable[int]) -> Places:
    """Return the locations whose containers count where no place is named: as from the default one.

    For who does not work there, wherever they work.
    """
    own, works_at = default_location(ctx).id, stock_locations(ctx)
    return places_for(ctx, own, supply, item_ids) if own in works_at else tuple(works_at)


def places_for(ctx: Context, location_id: int | None, supply: str | None, item_ids: Iterable[int]) -> Places:
    """Return the locations to take items from: the one named, or the default one, and then those that are allowed.

    Only places where the actor works and where one of the items lies are added to the first.
    """
    own = location_id if location_id is not None else default_location(ctx).id
    allowed = supply or ctx.setting("recipes.supply")
    items = set(item_ids)
    if allowed == "own_location" or not items:
        return (own,)
    others = stock_locations(ctx, inside=own if allowed == "own_location_and_inside" else None, holding=items)
    return (own, *(place for place in others if place != own))


def places_of(ctx: Context, batch: Batch, item_ids: Iterable[int]) -> Places:
    """Return the locations that a batch takes items from."""
    return places_for(ctx, batch.location_id, batch.supply or batch.recipe.supply, item_ids)
