"""Record rules: what a role may be narrowed to."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_

from core.api import Context, Resource, rule
from plugins.inventory.assignments import assigned_location_ids
from plugins.inventory.models.locations import LocationMember

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


@rule(
    "inventory.assigned_locations", resources=tuple(PLACES), assigned=LocationMember, assigns="inventory.location"
)  # fmt: skip
def assigned_locations(ctx: Context, resource: Resource) -> ColumnElement[bool]:
    """Only the locations the member is assigned to, what lies inside them, and what happens there."""
    allowed = sorted(assigned_location_ids(ctx))
    return or_(*(getattr(resource.model, name).in_(allowed) for name in PLACES[resource.key]))
