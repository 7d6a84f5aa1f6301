"""Documents that move stock between us and others, and between our locations: receipts, issues, transfers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from core.api import Date, Money, Quantity, Record, String, Text, UnitCost, choice, field, ref, states
from plugins.inventory.ledger.movement import ISSUE_TYPES, RECEIPT_TYPES
from plugins.inventory.models.items import Item
from plugins.inventory.models.locations import Location
from plugins.inventory.models.lots import Lot
from plugins.inventory.models.units import SMALLEST, Unit

_INVOICE_TAKEN = text("invoice_number IS NOT NULL AND state <> 'reversed'")


class Receipt(Record):
    """Goods that came in: a delivery, a return, the opening stock."""

    __tablename__ = "inventory_receipt"
    __table_args__ = (
        Index(
            "uq_inventory_receipt_invoice", "tenant_id", "supplier_name", "invoice_number", unique=True,
            sqlite_where=_INVOICE_TAKEN, postgresql_where=_INVOICE_TAKEN,
        ),
    )  # fmt: skip

    number: Mapped[str] = field(String(40), label="Number", search=True, readonly=True, unique=True, default="")
    receipt_type: Mapped[str] = field(choice(*RECEIPT_TYPES), label="Type", default="receipt")
    location_id, location = ref(Location, label="Into", help="Where the goods are put.")
    received_on: Mapped[date | None] = field(Date, label="Received on", optional=True, help="Empty: today.")
    supplier_name: Mapped[str] = field(String(120), label="Supplier", search=True, default="")
    supplier_reference: Mapped[str | None] = field(String(60), label="Delivery note", search=True, optional=True)
    invoice_number: Mapped[str | None] = field(
        String(60), label="Invoice number", search=True, optional=True, help="Each supplier's invoice counts once."
    )
    state: Mapped[str] = field(states("draft", "posted", "reversed"), label="State")
    total_value: Mapped[Decimal | None] = field(
        Money, label="Total", optional=True, readonly=True, sensitive=True
    )  # fmt: skip
    import_digest: Mapped[str | None] = field(
        String(64), label="Imported file", optional=True, readonly=True, help="So that the same file counts once."
    )
    notes: Mapped[str | None] = field(Text, label="Notes", optional=True)


class ReceiptLine(Record):
    """One lot of one item in a receipt."""

    __tablename__ = "inventory_receipt_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("unit_cost >= 0", name="unit_cost_not_negative"),
    )

    receipt_id, receipt = ref(Receipt, label="Receipt", parent="lines")
    item_id, item = ref(Item, label="Item")
    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", unit="unit", minimum=SMALLEST)
    unit_id, unit = ref(Unit, label="Unit", optional=True, index=False, help="Empty: the item's purchase unit.")
    unit_cost: Mapped[Decimal | None] = field(
        UnitCost, label="Cost", optional=True, sensitive=True, minimum=0, help="Per unit typed; needed to post."
    )
    lot_number: Mapped[str | None] = field(String(60), label="Lot", optional=True, help="Empty: numbered on posting.")
    supplier_lot: Mapped[str | None] = field(String(60), label="Supplier's lot", optional=True)
    made_on: Mapped[date | None] = field(Date, label="Made", optional=True)
    expires_on: Mapped[date | None] = field(
        Date, label="Expires", optional=True, help="Empty: the item's shelf life from the day it was received."
    )
    lot_id, lot = ref(Lot, label="Lot received", optional=True, readonly=True, index=False)
    value: Mapped[Decimal | None] = field(Money, label="Value", optional=True, readonly=True, sensitive=True)


class Issue(Record):
    """Goods that leave for a purpose: used, sold, given away."""

    __tablename__ = "inventory_issue"

    number: Mapped[str] = field(String(40), label="Number", search=True, readonly=True, unique=True, default="")
    issue_type: Mapped[str] = field(choice(*ISSUE_TYPES), label="Type", default="issue")
    location_id, location = ref(Location, label="From", help="Where the goods are taken.")
    issued_on: Mapped[date | None] = field(Date, label="Issued on", optional=True, help="Empty: today.")
    cost_centre: Mapped[str | None] = field(String(60), label="Cost centre", search=True, optional=True)
    customer_name: Mapped[str | None] = field(String(120), label="Customer", search=True, optional=True)
    reason: Mapped[str | None] = field(String(200), label="Reason", optional=True)
    state: Mapped[str] = field(
        states("draft", "pending_approval", "posted", "cancelled", "reversed"), label="State"
    )  # fmt: skip
    total_value: Mapped[Decimal | None] = field(
        Money, label="Total", optional=True, readonly=True, sensitive=True
    )  # fmt: skip
    requested_by_id: Mapped[int | None] = field(BigInteger, label="Asked by", optional=True, readonly=True)
    approved_by_id: Mapped[int | None] = field(BigInteger, label="Approved by", optional=True, readonly=True)
    notes: Mapped[str | None] = field(Text, label="Notes", optional=True)


class IssueLine(Record):
    """So much of one item in an issue."""

    __tablename__ = "inventory_issue_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    issue_id, issue = ref(Issue, label="Issue", parent="lines")
    item_id, item = ref(Item, label="Item")
    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", unit="unit", minimum=SMALLEST)
    unit_id, unit = ref(Unit, label="Unit", optional=True, index=False, help="Empty: the item's base unit.")
    lot_id, lot = ref(Lot, label="Lot", optional=True, help="Empty: picked on posting, oldest or first to expire.")
    unit_cost: Mapped[Decimal | None] = field(
        UnitCost, label="Cost", optional=True, readonly=True, sensitive=True, help="Per base unit, over all lots."
    )
    value: Mapped[Decimal | None] = field(Money, label="Value", optional=True, readonly=True, sensitive=True)


class Transfer(Record):
    """Goods that go from one location to another, once somebody else agreed."""

    __tablename__ = "inventory_transfer"
    __table_args__ = (CheckConstraint("from_location_id <> to_location_id", name="two_locations"),)

    number: Mapped[str] = field(String(40), label="Number", search=True, readonly=True, unique=True, default="")
    from_location_id, from_location = ref(Location, label="From")
    to_location_id, to_location = ref(Location, label="To")
    requested_on: Mapped[date | None] = field(Date, label="Asked on", optional=True, help="Empty: today.")
    state: Mapped[str] = field(
        states("draft", "pending_approval", "completed", "rejected", "cancelled", "reversed"), label="State"
    )
    total_value: Mapped[Decimal | None] = field(
        Money, label="Total", optional=True, readonly=True, sensitive=True
    )  # fmt: skip
    requested_by_id: Mapped[int | None] = field(BigInteger, label="Asked by", optional=True, readonly=True)
    approved_by_id: Mapped[int | None] = field(BigInteger, label="Decided by", optional=True, readonly=True)
    decision_reason: Mapped[str | None] = field(String(200), label="Decision", optional=True, readonly=True)
    notes: Mapped[str | None] = field(Text, label="Notes", optional=True)


class TransferLine(Record):
    """So much of one item in a transfer."""

    __tablename__ = "inventory_transfer_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    transfer_id, transfer = ref(Transfer, label="Transfer", parent="lines")
    item_id, item = ref(Item, label="Item")
    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", unit="unit", minimum=SMALLEST)
    unit_id, unit = ref(Unit, label="Unit", optional=True, index=False, help="Empty: the item's base unit.")
    lot_id, lot = ref(Lot, label="Lot", optional=True, help="Empty: picked on approval.")
    value: Mapped[Decimal | None] = field(Money, label="Value", optional=True, readonly=True, sensitive=True)
