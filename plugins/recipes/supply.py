"""Where a batch takes its goods from: its own location, and others as far as somebody has allowed it."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import Context
from plugins.inventory.api import default_location, stock_locations
from plugins.recipes.models import Batch

Places = tuple[int, ...]


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
