"""What went into a batch and what came out of it."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped

from core.api import Boolean, Entry, Integer, Money, Quantity, Record, String, UnitCost, choice, field, ref
from plugins.inventory.api import Item, Location, Lot, Unit
from plugins.recipes.models.batches import Batch

LINE_KINDS = ("ingredient", "consumable", "container")
REASONS = ("extra_yield", "damaged", "other")
OUTPUT_KINDS = ("container", "bulk", "portion", "intermediate")


class BatchLine(Record):
    """An ingredient, consumable or container of a batch; an extra one says why."""

    __tablename__ = "recipes_batch_line"
    __table_args__ = (
        CheckConstraint("base_qty >= 0", name="base_not_negative"),
        CheckConstraint("reason IS NOT NULL OR NOT is_extra", name="extra_has_reason"),
    )

    batch_id, batch = ref(Batch, label="Batch", parent="lines")
    position: Mapped[int] = field(Integer, label="Position", default=0, readonly=True)
    kind: Mapped[str] = field(choice(*LINE_KINDS), label="Kind", readonly=True)
    item_id, item = ref(Item, label="Item", readonly=True)
    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", unit="unit", readonly=True)
    unit_id, unit = ref(Unit, label="Unit", readonly=True)
    base_qty: Mapped[Decimal] = field(
        Quantity, label="Taken", unit="item.base_unit", readonly=True, help="In the item's own unit, less returns."
    )
    cost: Mapped[Decimal] = field(Money, label="Cost", default=Decimal(0), sensitive=True, readonly=True)
    average_cost: Mapped[Decimal | None] = field(
        UnitCost, label="Average cost", optional=True, sensitive=True, readonly=True, help="Locked when it was taken."
    )
    is_extra: Mapped[bool] = field(Boolean, label="Extra", readonly=True)
    reason: Mapped[str | None] = field(choice(*REASONS), label="Reason", optional=True, readonly=True)
    capacity: Mapped[Decimal | None] = field(
        Quantity, label="Holds", optional=True, unit="batch.yield_unit", readonly=True, help="One container."
    )
    passed: Mapped[int | None] = field(Integer, label="Passed", optional=True, readonly=True)
    broken: Mapped[int | None] = field(Integer, label="Broken", optional=True, readonly=True)
    note: Mapped[str | None] = field(String(200), label="Note", optional=True, readonly=True)


class BatchUsage(Entry):
    """A quantity of one lot that a batch took, or gave back (below zero)."""

    __tablename__ = "recipes_batch_usage"
    __table_args__ = (Index(None, "tenant_id", "lot_id", "batch_id"),)

    batch_id, batch = ref(Batch, label="Batch", parent="usages", ondelete="RESTRICT")
    line_id, line = ref(BatchLine, label="Line", readonly=True)
    lot_id, lot = ref(Lot, label="Lot", optional=True, index=False, readonly=True)
    reverses_id, reverses = ref("BatchUsage", label="Gives back", optional=True, readonly=True, index=False)
    location_id, location = ref(
        Location, label="Location", optional=True, index=False, help="Empty: the batch's own location.", readonly=True
    )
    move_id: Mapped[int] = field(BigInteger, label="Stock move", readonly=True)
    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", unit="line.item.base_unit", readonly=True)
    unit_cost: Mapped[Decimal] = field(UnitCost, label="Unit cost", sensitive=True, readonly=True)
    cost: Mapped[Decimal] = field(Money, label="Cost", sensitive=True, readonly=True)


class BatchOutput(Entry):
    """A lot that a finished batch put into stock."""

    __tablename__ = "recipes_batch_output"

    batch_id, batch = ref(Batch, label="Batch", parent="outputs", ondelete="RESTRICT")
    kind: Mapped[str] = field(choice(*OUTPUT_KINDS), label="Kind", readonly=True)
    item_id, item = ref(Item, label="Item", readonly=True)
    container_id, container = ref(Item, label="Container", optional=True, readonly=True)
    lot_id, lot = ref(Lot, label="Lot", optional=True, readonly=True)
    move_id: Mapped[int] = field(BigInteger, label="Stock move", readonly=True)
    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", unit="item.base_unit", readonly=True)
    unit_cost: Mapped[Decimal] = field(UnitCost, label="Unit cost", sensitive=True, readonly=True)
    cost: Mapped[Decimal] = field(Money, label="Cost", sensitive=True, readonly=True)
