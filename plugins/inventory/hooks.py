"""Where inventory listens: the kernel's hooks and its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.api import Action, Context, Resource, hookimpl
from plugins.inventory.actions.approving import follow_rejections, follow_withdrawals
from plugins.inventory.assignments import refuse_foreign_places
from plugins.inventory.ledger.movement import Source
from plugins.inventory.ledger.usage import items_moved, locations_used, units_entered
from plugins.inventory.resources.locations import locations
from plugins.inventory.rules import PLACES
from plugins.inventory.units.seeding import tenant_enabled

__all__ = ["after_action", "inventory_items_used", "inventory_locations_used", "inventory_units_used", "tenant_enabled"]


@hookimpl
def after_action(ctx: Context, action: Action, records: Sequence[Any]) -> None:
    """A request that is rejected or withdrawn among the approvals sends its document back too."""
    if action.key == "kernel.approval.reject":
        follow_rejections(ctx, records)
    elif action.key == "kernel.approval.withdraw":
        follow_withdrawals(ctx, records)


@hookimpl
def inventory_items_used(ctx: Context, item_ids: Sequence[int]) -> Mapping[int, str]:
    """Items with moves are kept."""
    return items_moved(ctx, item_ids)


@hookimpl
def inventory_locations_used(ctx: Context, location_ids: Sequence[int]) -> Mapping[int, str]:
    """Locations with moves are kept."""
    return locations_used(ctx, location_ids)


@hookimpl
def inventory_units_used(ctx: Context, unit_ids: Sequence[int]) -> Mapping[int, str]:
    """Units that something was entered in keep their factor."""
    return units_entered(ctx, unit_ids)


@hookimpl
def validate_records(ctx: Context, resource: Resource, records: Sequence[Any]) -> None:
    """Documents are written only for locations one is assigned to."""
    if resource.key in PLACES:
        refuse_foreign_places(ctx, resource, [record.id for record in records])


@hookimpl
def inventory_posting_guard(ctx: Context, source: Source, location_ids: Sequence[int]) -> None:
    """Stock moves only at locations one is assigned to; either end of a transfer is enough."""
    if source.kind != "inventory.transfer":
        refuse_foreign_places(ctx, locations, location_ids)
