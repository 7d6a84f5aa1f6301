"""Documents that set stock right: adjustments and counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from core.api import Date, Money, Quantity, Record, String, Text, UnitCost, choice, field, ref, states
from plugins.inventory.ledger.movement import ADJUSTMENT_TYPES
from plugins.inventory.models.items import Item
from plugins.inventory.models.locations import Location
from plugins.inventory.models.lots import Lot
from plugins.inventory.models.units import Unit

# A new cost is a cost and no quantity.
QUANTITY_TYPES = tuple(kind for kind in ADJUSTMENT_TYPES if kind != "cost_override")

# What the books say was noted for this place and day.
_STARTED = {"state": ("counting", "posted", "cancelled")}


class Adjustment(Record):
    """Stock put right for a reason: spoiled, found, damaged, revalued."""

    __tablename__ = "inventory_adjustment"

    number: Mapped[str] = field(String(40), label="Number", search=True, readonly=True, unique=True, default="")
    adjustment_type: Mapped[str] = field(choice(*ADJUSTMENT_TYPES), label="Type")
    location_id, location = ref(Location, label="Location")
    adjusted_on: Mapped[date | None] = field(Date, label="Date", optional=True, help="Empty: today.")
    reason: Mapped[str | None] = field(String(200), label="Reason", search=True, optional=True)
    reference: Mapped[str | None] = field(
        String(60),
        label="Reference",
        search=True,
        optional=True,
        unique=True,
        help="Somebody else's number; counts once.",
    )
    state: Mapped[str] = field(states("draft", "posted", "reversed"), label="State")
    total_value: Mapped[Decimal | None] = field(
        Money, label="Change of value", optional=True, readonly=True, sensitive=True
    )
    notes: Mapped[str | None] = field(Text, label="Notes", optional=True)


class AdjustmentLine(Record):
    """One item of an adjustment: so much more or less, the counted total, or the new cost."""

    __tablename__ = "inventory_adjustment_line"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        CheckConstraint("unit_cost >= 0", name="unit_cost_not_negative"),
    )

    adjustment_id, adjustment = ref(Adjustment, label="Adjustment", parent="lines")
    item_id, item = ref(Item, label="Item")
    quantity: Mapped[Decimal | None] = field(
        Quantity, label="Quantity", unit="unit", optional=True, minimum=0,
        help="How much comes or goes; for a recount what was counted.",
        visible_when={"adjustment.adjustment_type": QUANTITY_TYPES},
    )  # fmt: skip
    unit_id, unit = ref(Unit, label="Unit", optional=True, index=False, help="Empty: the item's base unit.")
    unit_cost: Mapped[Decimal | None] = field(
        UnitCost, label="Cost", optional=True, sensitive=True, minimum=0, help="Per unit typed. Empty: as now."
    )
    lot_id, lot = ref(Lot, label="Lot", optional=True)
    lot_number: Mapped[str | None] = field(String(60), label="New lot", optional=True)
    expires_on: Mapped[date | None] = field(Date, label="Expires", optional=True)
    value: Mapped[Decimal | None] = field(Money, label="Change of value", optional=True, readonly=True, sensitive=True)


class Count(Record):
    """A stocktake: what the books say, what was found, and the difference that is posted."""

    __tablename__ = "inventory_count"

    number: Mapped[str] = field(String(40), label="Number", search=True, readonly=True, unique=True, default="")
    location_id, location = ref(Location, label="Location", readonly_when=_STARTED)
    counted_on: Mapped[date | None] = field(
        Date, label="Date", optional=True, help="Empty: the day it is started.", readonly_when=_STARTED
    )
    state: Mapped[str] = field(states("draft", "counting", "posted", "cancelled"), label="State")
    total_value: Mapped[Decimal | None] = field(
        Money, label="Change of value", optional=True, readonly=True, sensitive=True
    )
    notes: Mapped[str | None] = field(Text, label="Notes", optional=True)


class CountLine(Record):
    """One lot of one item in a count."""

    __tablename__ = "inventory_count_line"
    __table_args__ = (CheckConstraint("counted_quantity >= 0", name="counted_not_negative"),)

    count_id, count = ref(Count, label="Count", parent="lines")
    item_id, item = ref(Item, label="Item")
    lot_id, lot = ref(Lot, label="Lot", optional=True)
    system_quantity: Mapped[Decimal | None] = field(
        Quantity,
        label="In the books",
        optional=True,
        readonly=True,
        unit="item.base_unit",
        help="When the count was started.",
    )
    counted_quantity: Mapped[Decimal | None] = field(
        Quantity,
        label="Counted",
        optional=True,
        minimum=0,
        unit="item.base_unit",
        visible_when={"count.state": ("counting", "posted")},
    )
    difference: Mapped[Decimal | None] = field(
        Quantity, label="Difference", optional=True, readonly=True, unit="item.base_unit"
    )
    value: Mapped[Decimal | None] = field(Money, label="Change of value", optional=True, readonly=True, sensitive=True)
    note: Mapped[str | None] = field(String(200), label="Note", optional=True)
