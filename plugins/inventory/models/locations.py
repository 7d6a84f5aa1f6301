"""Locations: where stock is, and who works there."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from core.api import Boolean, Member, Record, String, Text, choice, field, ref

LOCATION_TYPES = (
    "warehouse",
    "store",
    "kitchen",
    "central",
    "production",
    "transit",
    "supplier",
    "customer",
    "scrap",
    "virtual",
)
# Stock in these places is ours to use; the others are where it came from or went to.
STOCK_TYPES = ("warehouse", "store", "kitchen", "central", "production")


class Location(Record):
    """A place that holds stock, or the other side of a move: a supplier, a customer, the bin."""

    __tablename__ = "inventory_location"

    code: Mapped[str] = field(String(20), label="Code", search=True, unique=True)
    name: Mapped[str] = field(String(120), label="Name", search=True)
    location_type: Mapped[str] = field(choice(*LOCATION_TYPES), label="Type", default="warehouse")
    parent_id, parent = ref("Location", label="Inside", optional=True, where="is_active=true")
    timezone: Mapped[str | None] = field(
        String(60), label="Time zone", optional=True, help="Empty: the organisation's time zone."
    )
    address: Mapped[str | None] = field(Text, label="Address", optional=True)
    is_default: Mapped[bool] = field(
        Boolean, label="Default", default=False, help="Used where a document names no location."
    )
    is_active: Mapped[bool] = field(Boolean, label="Active", default=True)


class LocationMember(Record):
    """A member of the organisation who is assigned to a location."""

    __tablename__ = "inventory_location_member"
    __table_args__ = (UniqueConstraint("tenant_id", "location_id", "member_id"),)

    location_id, location = ref(Location, label="Location", parent="members")
    member_id, member = ref(Member, label="Member", where="is_active=true")
