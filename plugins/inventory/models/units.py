"""Units of measure, and what one unit of a class is worth in another."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from core.api import Boolean, Factor, Quantity, Record, String, choice, field, ref

UNIT_CLASSES = ("mass", "volume", "count", "length", "area", "time")
# Amounts that must not be zero start here: six decimals are kept.
SMALLEST = Decimal("0.000001")


class Unit(Record):
    """A measure of amount: a gram, a cup, a piece.

    A unit is worth `numerator / denominator` of its class's base unit (g, ml, each, cm, cm2, s).
    The ratio is kept as two numbers because many are not decimal fractions: a teaspoon is 473176473/96000000 ml.
    Without a ratio the unit's size depends on the item ("1 box"): only conversions of the item can tell it.
    """

    __tablename__ = "inventory_unit"
    __table_args__ = (
        CheckConstraint("(numerator IS NULL) = (denominator IS NULL)", name="whole_ratio"),
        CheckConstraint("numerator > 0", name="numerator_positive"),
        CheckConstraint("denominator > 0", name="denominator_positive"),
    )

    code: Mapped[str] = field(String(20), label="Code", search=True, unique=True, help="Short sign, as in 250 g.")
    name: Mapped[str] = field(String(60), label="Name", search=True)
    unit_class: Mapped[str] = field(choice(*UNIT_CLASSES), label="Class", readonly_when={"is_standard": True})
    numerator: Mapped[Decimal | None] = field(
        Factor,
        label="Base units",
        optional=True,
        minimum=SMALLEST,
        help="How many base units (g, ml, each, cm, cm2, s) …",
        readonly_when={"is_standard": True},
    )
    denominator: Mapped[Decimal | None] = field(
        Factor, label="In", optional=True, minimum=SMALLEST, help="… make how many of this unit.",
        readonly_when={"is_standard": True},
    )  # fmt: skip
    is_standard: Mapped[bool] = field(Boolean, label="Standard", default=False, readonly=True)
    is_active: Mapped[bool] = field(Boolean, label="Active", default=True)


class UnitMapping(Record):
    """A rule of the house, for every item: 1 scoop = 15 g."""

    __tablename__ = "inventory_unit_mapping"
    __table_args__ = (
        UniqueConstraint("tenant_id", "unit_id", "equal_unit_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("equal_quantity > 0", name="equal_quantity_positive"),
        CheckConstraint("unit_id <> equal_unit_id", name="two_units"),
    )

    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", default=Decimal(1), minimum=SMALLEST, unit="unit")
    unit_id, unit = ref(Unit, label="Unit", where="is_active=true")
    equal_quantity: Mapped[Decimal] = field(Quantity, label="Equals", minimum=SMALLEST, unit="equal_unit")
    equal_unit_id, equal_unit = ref(Unit, label="Equal unit", where="is_active=true")
