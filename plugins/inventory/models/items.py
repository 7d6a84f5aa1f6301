"""Items: the things that are bought, made, stored or sold, and how they are grouped."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from core.api import Boolean, Factor, Integer, Json, Money, Quantity, Record, String, Text, UnitCost, choice, field, ref
from plugins.inventory.models.units import SMALLEST, Unit

ITEM_KINDS = ("raw", "packaging", "component", "finished", "service", "container", "consumable")
STOCKED_KINDS = tuple(kind for kind in ITEM_KINDS if kind != "service")
WEIGHED_KINDS = ("raw", "component", "finished", "consumable")
LOTTED = {"lot_tracking": ("optional", "required")}
COSTING_METHODS = ("fifo", "weighted_average", "standard")
LOT_TRACKING = ("none", "optional", "required")


class Category(Record):
    """A branch of the tree that items are filed under."""

    __tablename__ = "inventory_category"

    name: Mapped[str] = field(String(80), label="Name", search=True, unique=True)
    parent_id, parent = ref("Category", label="Under", optional=True)
    description: Mapped[str | None] = field(Text, label="Description", optional=True)


class Material(Record):
    """What items are made of: PLA, soft wood, tin plate."""

    __tablename__ = "inventory_material"
    __table_args__ = (
        CheckConstraint("density > 0", name="density_positive"),
        CheckConstraint("price_per_kg >= 0", name="price_not_negative"),
    )

    code: Mapped[str] = field(String(40), label="Code", search=True, unique=True)
    name: Mapped[str] = field(String(120), label="Name", search=True)
    density: Mapped[Decimal | None] = field(
        Factor,
        label="Density",
        optional=True,
        minimum=SMALLEST,
        help="Grams per millilitre, for items that give none of their own.",
    )
    price_per_kg: Mapped[Decimal | None] = field(Money, label="Price per kg", optional=True, minimum=0)
    is_active: Mapped[bool] = field(Boolean, label="Active", default=True)


class Colour(Record):
    """A colour that items come in."""

    __tablename__ = "inventory_colour"

    code: Mapped[str] = field(String(40), label="Code", search=True, unique=True)
    name: Mapped[str] = field(String(80), label="Name", search=True)
    hex: Mapped[str | None] = field(String(7), label="Hex", optional=True, help="For the screen, as in #c0392b.")
    is_active: Mapped[bool] = field(Boolean, label="Active", default=True)


class ItemFamily(Record):
    """A product that is sold in variants: one soap in three scents and two sizes."""

    __tablename__ = "inventory_item_family"

    code: Mapped[str] = field(String(40), label="Code", search=True, unique=True)
    name: Mapped[str] = field(String(120), label="Name", search=True)
    brand: Mapped[str | None] = field(String(80), label="Brand", optional=True, search=True)
    attribute_names: Mapped[list[str]] = field(
        Json, label="Variant attributes", default=list, help="What tells the variants apart, such as scent and size."
    )
    description: Mapped[str | None] = field(Text, label="Description", optional=True)
    is_active: Mapped[bool] = field(Boolean, label="Active", default=True)


class Item(Record):
    """A thing that is bought, made, stored or sold."""

    __tablename__ = "inventory_item"
    __table_args__ = (
        CheckConstraint("density > 0", name="density_positive"),
        CheckConstraint("standard_cost >= 0", name="standard_cost_not_negative"),
        CheckConstraint("selling_price >= 0", name="selling_price_not_negative"),
        CheckConstraint("reorder_point >= 0", name="reorder_point_not_negative"),
        CheckConstraint("safety_stock >= 0", name="safety_stock_not_negative"),
        CheckConstraint("minimum_stock <= maximum_stock", name="minimum_under_maximum"),
        CheckConstraint("shelf_life_days > 0", name="shelf_life_positive"),
        CheckConstraint("capacity > 0", name="capacity_positive"),
    )

    code: Mapped[str] = field(String(40), label="Code", search=True, unique=True, help="The article number.")
    name: Mapped[str] = field(String(160), label="Name", search=True, index=True, help="What people call it.")
    barcode: Mapped[str | None] = field(String(40), label="Barcode", optional=True, search=True, unique=True)
    description: Mapped[str | None] = field(Text, label="Description", optional=True)
    kind: Mapped[str] = field(choice(*ITEM_KINDS), label="Kind", default="raw")
    category_id, category = ref(Category, label="Category", optional=True)
    is_active: Mapped[bool] = field(Boolean, label="Active", default=True)

    base_unit_id, base_unit = ref(
        Unit, label="Base unit", where="is_active=true", help="Stock is counted in this unit."
    )
    purchase_unit_id, purchase_unit = ref(
        Unit, label="Purchase unit", optional=True, where="is_active=true", help="Empty: the base unit."
    )
    density: Mapped[Decimal | None] = field(
        Factor, label="Density", optional=True, minimum=SMALLEST, help="Grams per millilitre: turns volume into mass.",
        visible_when={"kind": WEIGHED_KINDS},
    )  # fmt: skip
    capacity: Mapped[Decimal | None] = field(
        Quantity,
        label="Capacity",
        optional=True,
        minimum=SMALLEST,
        unit="capacity_unit",
        help="What one container holds.",
        visible_when={"kind": "container"},
    )
    capacity_unit_id, capacity_unit = ref(
        Unit, label="Capacity unit", optional=True, where="is_active=true", visible_when={"kind": "container"}
    )

    costing: Mapped[str] = field(choice(*COSTING_METHODS), label="Costing", default="fifo")
    standard_cost: Mapped[Decimal | None] = field(
        UnitCost, label="Standard cost", optional=True, minimum=0, sensitive=True, unit="base_unit"
    )
    selling_price: Mapped[Decimal | None] = field(
        Money, label="Selling price", optional=True, minimum=0, unit="base_unit"
    )

    reorder_point: Mapped[Decimal | None] = field(
        Quantity,
        label="Reorder at",
        optional=True,
        minimum=0,
        unit="base_unit",
        help="At or under this the item is low.",
        visible_when={"kind": STOCKED_KINDS},
    )
    minimum_stock: Mapped[Decimal | None] = field(
        Quantity, label="Minimum", optional=True, minimum=0, unit="base_unit", visible_when={"kind": STOCKED_KINDS}
    )
    maximum_stock: Mapped[Decimal | None] = field(
        Quantity, label="Maximum", optional=True, minimum=0, unit="base_unit", visible_when={"kind": STOCKED_KINDS}
    )
    safety_stock: Mapped[Decimal | None] = field(
        Quantity, label="Safety stock", optional=True, minimum=0, unit="base_unit", visible_when={"kind": STOCKED_KINDS}
    )
    preferred_supplier: Mapped[str | None] = field(String(120), label="Preferred supplier", optional=True)
    allow_negative: Mapped[bool] = field(
        Boolean, label="May go below zero", default=False, help="Someone with the right must still approve it."
    )

    lot_tracking: Mapped[str] = field(choice(*LOT_TRACKING), label="Lots", default="optional")
    is_perishable: Mapped[bool] = field(Boolean, label="Perishable", default=False, visible_when=LOTTED)
    shelf_life_days: Mapped[int | None] = field(
        Integer, label="Shelf life (days)", optional=True, minimum=1, maximum=36500, visible_when=LOTTED
    )

    family_id, family = ref(ItemFamily, label="Family", optional=True, where="is_active=true")
    variant: Mapped[dict[str, Any]] = field(
        Json, label="Variant", default=dict, help='This variant\'s attributes, as in {"scent": "lavender"}.'
    )
    material_id, material = ref(Material, label="Material", optional=True, where="is_active=true")
    colour_id, colour = ref(Colour, label="Colour", optional=True, where="is_active=true")
    brand: Mapped[str | None] = field(String(80), label="Brand", optional=True, search=True)
    size_label: Mapped[str | None] = field(String(40), label="Size", optional=True)
    attributes: Mapped[dict[str, Any]] = field(Json, label="Attributes", default=dict, help="Anything else, by name.")

    if TYPE_CHECKING:
        conversions: list[ItemConversion]


class ItemConversion(Record):
    """What holds for this item alone: 1 drum = 5 kg, 12 each = 1 box."""

    __tablename__ = "inventory_item_conversion"
    __table_args__ = (
        UniqueConstraint("tenant_id", "item_id", "unit_id", "equal_unit_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("equal_quantity > 0", name="equal_quantity_positive"),
        CheckConstraint("unit_id <> equal_unit_id", name="two_units"),
    )

    item_id, item = ref(Item, label="Item", parent="conversions")
    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", default=Decimal(1), minimum=SMALLEST, unit="unit")
    unit_id, unit = ref(Unit, label="Unit", where="is_active=true")
    equal_quantity: Mapped[Decimal] = field(Quantity, label="Equals", minimum=SMALLEST, unit="equal_unit")
    equal_unit_id, equal_unit = ref(Unit, label="Equal unit", where="is_active=true")
