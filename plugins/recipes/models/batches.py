"""Batches: a recipe being made, and the plan it was started from."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from core.api import (
    UTC,
    Date,
    Dec,
    Entry,
    Factor,
    Integer,
    Json,
    Money,
    Percent,
    Quantity,
    Record,
    String,
    Text,
    UnitCost,
    choice,
    field,
    ref,
    states,
)
from plugins.inventory.api import Location, Unit
from plugins.recipes.models.recipes import BATCH_TYPES, SMALLEST, SUPPLIES, Recipe

COST_METHODS = ("fifo", "average")
# What was planned stands once it was started: add extras, adjust containers, or cancel.
_STARTED = {"state": ("in_progress", "finished", "cancelled", "failed")}
_ENDED = {"state": ("finished", "cancelled", "failed")}


class BatchPlan(Entry):
    """What was planned, as it stood then: a later change of the recipe does not reach it."""

    __tablename__ = "recipes_batch_plan"

    recipe_id, recipe = ref(Recipe, label="Recipe")
    scale: Mapped[Decimal] = field(Factor, label="Scale")
    snapshot: Mapped[dict[str, Any]] = field(Json, label="Plan", sensitive=True)
    fingerprint: Mapped[str] = field(String(64), label="Fingerprint", help="SHA-256 of the plan.")


class Batch(Record):
    """A recipe being made: planned, then taken from stock, then finished into lots."""

    __tablename__ = "recipes_batch"
    __table_args__ = (
        CheckConstraint("scale > 0", name="scale_positive"),
        CheckConstraint("projected_qty > 0", name="projection_positive"),
        CheckConstraint("final_qty > 0", name="final_positive"),
        CheckConstraint("state = 'planned' OR label IS NOT NULL", name="started_has_label"),
    )

    label: Mapped[str | None] = field(
        String(40), label="Label", search=True, unique=True, optional=True, readonly=True, help="Given at the start."
    )
    name: Mapped[str] = field(String(120), label="Makes", search=True, default="", readonly=True)
    state: Mapped[str] = field(states("planned", "in_progress", "finished", "cancelled", "failed"), label="State")
    recipe_id, recipe = ref(Recipe, label="Recipe", where="state=active", readonly_when=_STARTED)
    plan_id, plan = ref(BatchPlan, label="Plan", readonly=True)
    scale: Mapped[Decimal] = field(Factor, label="Scale", default=Decimal(1), minimum=SMALLEST, readonly_when=_STARTED)
    batch_type: Mapped[str | None] = field(
        choice(*BATCH_TYPES), label="Type", optional=True, help="Empty: as the recipe says.", readonly_when=_STARTED
    )
    location_id, location = ref(
        Location,
        label="Location",
        optional=True,
        help="Stock is taken from and put here. Empty: the default location.",
        readonly_when=_STARTED,
    )
    supply: Mapped[str | None] = field(
        choice(*SUPPLIES),
        label="Takes stock from",
        optional=True,
        help="Its own location always comes first. Empty: as the recipe, or else the settings, say.",
        readonly_when=_STARTED,
    )
    due_date: Mapped[date | None] = field(Date, label="Due", optional=True, readonly_when=_ENDED)
    notes: Mapped[str | None] = field(Text, label="Notes", optional=True, multiline=True)

    yield_unit_id, yield_unit = ref(Unit, label="Yield unit", readonly=True)
    projected_qty: Mapped[Decimal] = field(Quantity, label="Projected", unit="yield_unit", readonly=True)
    final_qty: Mapped[Decimal | None] = field(Quantity, label="Final", unit="yield_unit", optional=True, readonly=True)
    portions_planned: Mapped[int | None] = field(Integer, label="Portions planned", optional=True, readonly=True)
    portions_made: Mapped[int | None] = field(Integer, label="Portions made", optional=True, readonly=True)
    yield_accuracy: Mapped[Decimal | None] = field(
        Dec(18, 4), label="Yield accuracy %", optional=True, readonly=True, help="Below zero: less than projected."
    )
    fill_efficiency: Mapped[Decimal | None] = field(
        Percent, label="Fill efficiency %", optional=True, readonly=True, help="How full the containers are."
    )
    started_at: Mapped[datetime | None] = field(UTC, label="Started", optional=True, readonly=True)
    ended_at: Mapped[datetime | None] = field(UTC, label="Ended", optional=True, readonly=True)
    expiry_date: Mapped[date | None] = field(Date, label="Use by", optional=True, readonly=True)
    outcome: Mapped[str | None] = field(
        Text, label="Outcome", optional=True, readonly=True, multiline=True, help="Why it failed or was cancelled."
    )

    cost_method: Mapped[str | None] = field(
        choice(*COST_METHODS), label="Costs", optional=True, readonly=True, help="Locked at the start."
    )
    ingredient_cost: Mapped[Decimal] = field(
        Money, label="Ingredients", default=Decimal(0), sensitive=True, readonly=True
    )
    consumable_cost: Mapped[Decimal] = field(
        Money, label="Consumables", default=Decimal(0), sensitive=True, readonly=True
    )
    container_cost: Mapped[Decimal] = field(
        Money, label="Containers", default=Decimal(0), sensitive=True, readonly=True
    )
    output_cost: Mapped[Decimal] = field(Money, label="Into stock", default=Decimal(0), sensitive=True, readonly=True)
    expensed_cost: Mapped[Decimal] = field(
        Money, label="Expensed", default=Decimal(0), sensitive=True, readonly=True, help="Used up, lost or untracked."
    )
    rounding_cost: Mapped[Decimal] = field(Money, label="Rounding", default=Decimal(0), sensitive=True, readonly=True)
    valuation_cost: Mapped[Decimal] = field(
        Money,
        label="Valuation difference",
        default=Decimal(0),
        sensitive=True,
        readonly=True,
        help="What the lots cost beyond the average cost, where batches are costed at average.",
    )
    unit_cost: Mapped[Decimal | None] = field(
        UnitCost, label="Unit cost", optional=True, sensitive=True, readonly=True, unit="yield_unit"
    )
