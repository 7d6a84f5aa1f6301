"""Stock balances: how much of which lot lies where, and what it is worth."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from core.api import Boolean, Derived, Money, Quantity, field, ref
from plugins.inventory.models.items import Item
from plugins.inventory.models.locations import Location
from plugins.inventory.models.lots import Lot


class Stock(Derived):
    """What is on hand of one lot of one item at one location.

    Items without lots have one row without a lot per location. An item valued at weighted average keeps the value of
    all its lots at a location in that row, so that a receipt changes one row and not every lot.
    Everything here follows from the moves and can be rebuilt from them.
    """

    __tablename__ = "inventory_stock"
    __table_args__ = (
        UniqueConstraint("tenant_id", "item_id", "location_id", "lot_id"),
        # NULLs are distinct in a unique constraint: two rows without a lot would both be accepted.
        Index(
            "uq_inventory_stock_without_lot", "tenant_id", "item_id", "location_id", unique=True,
            sqlite_where=text("lot_id IS NULL"), postgresql_where=text("lot_id IS NULL"),
        ),
        Index(None, "tenant_id", "location_id"),
        CheckConstraint("on_hand >= 0 OR below_zero", name="on_hand_not_negative"),
        CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        CheckConstraint("reserved <= on_hand OR reserved = 0", name="reserved_within_on_hand"),
    )  # fmt: skip

    item_id, item = ref(Item, label="Item", index=False)
    location_id, location = ref(Location, label="Location", index=False)
    lot_id, lot = ref(Lot, label="Lot", optional=True)
    on_hand: Mapped[Decimal] = field(Quantity, label="On hand", default=Decimal(0), unit="item.base_unit")
    reserved: Mapped[Decimal] = field(Quantity, label="Reserved", default=Decimal(0), unit="item.base_unit")
    value: Mapped[Decimal] = field(Money, label="Value", default=Decimal(0), sensitive=True)
    below_zero: Mapped[bool] = field(
        Boolean, label="Approved below zero", default=False, help="Somebody approved an issue of more than was there."
    )
