"""The stock ledger: every change of stock, never changed itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped

from core.api import Date, Entry, Money, Quantity, String, UnitCost, choice, field, ref
from plugins.inventory.ledger.movement import COUNTERPARTS, MOVE_TYPES
from plugins.inventory.models.items import Item
from plugins.inventory.models.locations import Location
from plugins.inventory.models.lots import Lot
from plugins.inventory.models.units import Unit


class Move(Entry):
    """So much of an item came to a location or left it: one line of the ledger.

    Quantities and values are signed as the location sees them; `counterpart` names the other side, which sees the
    opposite. What was typed stands beside what was counted, in `entered_quantity` and `entered_unit`.
    """

    __tablename__ = "inventory_move"
    __table_args__ = (
        CheckConstraint("quantity <> 0 OR move_type IN ('cost_override', 'settlement')", name="quantity_not_zero"),
        Index(None, "tenant_id", "item_id", "business_date"),
        Index(None, "tenant_id", "location_id", "business_date"),
        Index(None, "tenant_id", "document_kind", "document_id"),
    )

    item_id, item = ref(Item, label="Item", index=False)
    location_id, location = ref(Location, label="Location", index=False)
    lot_id, lot = ref(Lot, label="Lot", optional=True)
    move_type: Mapped[str] = field(choice(*MOVE_TYPES), label="Type")
    counterpart: Mapped[str] = field(choice(*COUNTERPARTS), label="Other side")
    business_date: Mapped[date] = field(Date, label="Date")
    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", unit="item.base_unit")
    unit_cost: Mapped[Decimal] = field(UnitCost, label="Unit cost", sensitive=True, unit="item.base_unit")
    value: Mapped[Decimal] = field(Money, label="Value", sensitive=True)
    variance: Mapped[Decimal] = field(
        Money, label="Variance", sensitive=True, default=Decimal(0),
        help="What the document says beyond the value that stock was charged: standard cost, used-up layers.",
    )  # fmt: skip
    entered_quantity: Mapped[Decimal | None] = field(Quantity, label="As entered", unit="entered_unit", optional=True)
    entered_unit_id, entered_unit = ref(Unit, label="Entered unit", optional=True, index=False)
    document_kind: Mapped[str] = field(String(60), label="Document")
    document_id: Mapped[int | None] = field(BigInteger, label="Document id", optional=True)
    document_number: Mapped[str | None] = field(String(60), label="Document number", optional=True, search=True)
    line_id: Mapped[int | None] = field(BigInteger, label="Line", optional=True)
    reason: Mapped[str | None] = field(String(200), label="Reason", optional=True, search=True)
    reverses_id, reverses = ref("Move", label="Reverses", optional=True)
    actor_id: Mapped[int | None] = field(BigInteger, label="By", optional=True)
    approved_by_id: Mapped[int | None] = field(BigInteger, label="Approved by", optional=True)
