"""Locations and the people assigned to them."""

from core.api import group, lines, resource
from plugins.inventory.models.locations import Location

locations = resource(
    "inventory.location",
    Location,
    path="admin/locations",
    title="Locations",
    label=("code", "name"),
    natural_key="code",
    list=("code", "name", "location_type", "parent", "is_default", "is_active"),
    form=[
        group("General", "code", "name", "location_type", "parent", "is_default", "is_active"),
        group("Place", "timezone", "address"),
        lines("members", "member", title="People assigned here"),
    ],
    sort="code",
    icon="warehouse",
    tree="parent",
)
