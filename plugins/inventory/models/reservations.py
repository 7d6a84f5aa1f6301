"""Reservations: stock that is promised to somebody before it leaves."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped

from core.api import UTC, Quantity, Record, String, Text, UnitCost, choice, field, ref, states
from plugins.inventory.models.items import Item
from plugins.inventory.models.locations import Location
from plugins.inventory.models.lots import Lot
from plugins.inventory.models.units import SMALLEST, Unit


class Reservation(Record):
    """So much of an item held for an order or a customer.

    A hard reservation holds all of it or is refused; a soft one holds what is free and tells what is missing.
    """

    __tablename__ = "inventory_reservation"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("held >= 0", name="held_not_negative"),
        CheckConstraint("missing >= 0", name="missing_not_negative"),
        Index(None, "tenant_id", "state", "expires_at"),
        Index(None, "tenant_id", "document_kind", "document_id"),
    )

    number: Mapped[str] = field(String(40), label="Number", search=True, readonly=True, unique=True, default="")
    item_id, item = ref(Item, label="Item")
    location_id, location = ref(Location, label="Location")
    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", unit="unit", minimum=SMALLEST)
    unit_id, unit = ref(Unit, label="Unit", optional=True, index=False, help="Empty: the item's base unit.")
    strength: Mapped[str] = field(choice("hard", "soft"), label="Strength", default="hard")
    held: Mapped[Decimal] = field(Quantity, label="Held", default=Decimal(0), readonly=True, unit="item.base_unit")
    missing: Mapped[Decimal] = field(
        Quantity, label="Missing", default=Decimal(0), readonly=True, unit="item.base_unit"
    )
    customer_name: Mapped[str | None] = field(String(120), label="For", search=True, optional=True)
    reference: Mapped[str | None] = field(String(60), label="Reference", search=True, optional=True)
    expires_at: Mapped[datetime | None] = field(UTC, label="Until", optional=True, help="Released by itself then.")
    state: Mapped[str] = field(states("active", "released", "fulfilled", "expired"), label="State")
    document_kind: Mapped[str | None] = field(String(60), label="Document", optional=True, readonly=True)
    document_id: Mapped[int | None] = field(BigInteger, label="Document id", optional=True, readonly=True)
    notes: Mapped[str | None] = field(Text, label="Notes", optional=True)


class ReservationPick(Record):
    """The part of a reservation that is held from one lot."""

    __tablename__ = "inventory_reservation_pick"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    reservation_id, reservation = ref(Reservation, label="Reservation", parent="picks")
    item_id, item = ref(Item, label="Item", index=False, readonly=True)
    location_id, location = ref(Location, label="Location", index=False, readonly=True)
    lot_id, lot = ref(Lot, label="Lot", optional=True, readonly=True)
    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", readonly=True, unit="item.base_unit")
    unit_cost: Mapped[Decimal] = field(
        UnitCost, label="Cost", readonly=True, sensitive=True, default=Decimal(0), unit="item.base_unit"
    )
