"""Record rules: what a role may be narrowed to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, or_

from core.api import Context, Resource, rule
from plugins.inventory.assignments import assigned_location_ids
from plugins.inventory.models.locations import LocationMember
from plugins.inventory.models.lots import Lot, LotLink
from plugins.inventory.models.stock import Stock

# Which fields of a document name its place; one assigned place is enough to see it.
PLACES = {
    "inventory.location": ("id",),
    "inventory.stock": ("location_id",),
    "inventory.move": ("location_id",),
    "inventory.receipt": ("location_id",),
    "inventory.issue": ("location_id",),
    "inventory.transfer": ("from_location_id", "to_location_id"),
    "inventory.adjustment": ("location_id",),
    "inventory.count": ("location_id",),
    "inventory.reservation": ("location_id",),
}
# What names no place, and which of its fields name the lots that do.
LOTS = {Lot: (Lot.id,), LotLink: (LotLink.input_lot_id, LotLink.output_lot_id)}


@rule(
    "inventory.assigned_locations", resources=(*PLACES, "inventory.lot", "inventory.lot_link"),
    assigned=LocationMember, assigns="inventory.location",
)  # fmt: skip
def assigned_locations(ctx: Context, resource: Resource) -> ColumnElement[bool]:
    """Only the locations the member is assigned to, what lies inside them, what happens there, and their lots."""
    allowed = sorted(assigned_location_ids(ctx))
    if resource.model in LOTS:
        return and_(*(_was_at(allowed, resource.model, lot_id) for lot_id in LOTS[resource.model]))
    return or_(*(getattr(resource.model, name).in_(allowed) for name in PLACES[resource.key]))


def _was_at(places: Sequence[int], model: type[Lot | LotLink], lot_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that a lot lies or once lay at one of the places: its balance there stays, if only as 0."""
    there = Stock.tenant_id == model.tenant_id, Stock.lot_id == lot_id, Stock.location_id.in_(places)
    return exists().where(*there).correlate(model)
