"""Lots: goods that came in or were made together, and which lots went into which."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from core.api import Date, Entry, Quantity, Record, String, Text, UnitCost, field, ref, states
from plugins.inventory.models.items import Item

LOT_STATES = ("available", "quarantine", "expired", "recalled")


class Lot(Record):
    """Goods of one item that came in or were made together: one cost, one expiry, one fate."""

    __tablename__ = "inventory_lot"
    __table_args__ = (
        UniqueConstraint("tenant_id", "item_id", "number"),
        CheckConstraint("unit_cost >= 0", name="unit_cost_not_negative"),
        Index(None, "tenant_id", "expires_on"),
    )

    item_id, item = ref(Item, label="Item", readonly=True)
    number: Mapped[str] = field(String(60), label="Lot", search=True)
    supplier_lot: Mapped[str | None] = field(String(60), label="Supplier's lot", search=True, optional=True)
    supplier_name: Mapped[str | None] = field(String(120), label="Supplier", search=True, optional=True)
    received_on: Mapped[date] = field(Date, label="Received", readonly=True)
    made_on: Mapped[date | None] = field(Date, label="Made", optional=True)
    expires_on: Mapped[date | None] = field(Date, label="Expires", optional=True, help="The last day it may be used.")
    unit_cost: Mapped[Decimal] = field(
        UnitCost, label="Cost", readonly=True, sensitive=True, unit="item.base_unit", help="As it came in."
    )
    state: Mapped[str] = field(states(*LOT_STATES), label="State")
    state_reason: Mapped[str | None] = field(String(200), label="Why", optional=True, readonly=True)
    notes: Mapped[str | None] = field(Text, label="Notes", optional=True)


class LotLink(Entry):
    """So much of one lot went into another: the edges along which any lot is traced to both ends."""

    __tablename__ = "inventory_lot_link"
    __table_args__ = (CheckConstraint("input_lot_id <> output_lot_id", name="two_lots"),)

    input_lot_id, input_lot = ref(Lot, label="Went in")
    output_lot_id, output_lot = ref(Lot, label="Came out")
    quantity: Mapped[Decimal] = field(
        Quantity, label="Quantity", unit="input_lot.item.base_unit", help="Negative takes an earlier link back."
    )
    document_kind: Mapped[str] = field(String(60), label="Document")
    document_id: Mapped[int | None] = field(BigInteger, label="Document id", optional=True)
