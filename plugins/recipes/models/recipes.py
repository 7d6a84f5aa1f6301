"""Recipes: what goes in, what comes out, and how one recipe descends from another."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from core.api import Boolean, Integer, Quantity, Record, String, Text, choice, field, ref, states
from plugins.inventory.api import Item, Unit

RECIPE_KINDS = ("master", "variation", "test")
BATCH_TYPES = ("product", "ingredient", "untracked")
# Where a batch may take its goods; each allows more than the one before.
SUPPLIES = ("own_location", "own_location_and_inside", "any_location")
SMALLEST = Decimal("0.000001")
LONGEST_LIFE = 36_525


class RecipeGroup(Record):
    """Recipes that belong together and share a label prefix."""

    __tablename__ = "recipes_group"

    name: Mapped[str] = field(String(120), label="Name", search=True, unique=True)
    prefix: Mapped[str] = field(
        String(12), label="Label prefix", unique=True, default="", help="Empty: proposed from the name."
    )
    description: Mapped[str | None] = field(Text, label="Description", optional=True, multiline=True)


class Recipe(Record):
    """What is made, from what, in which amounts.

    A recipe begins a line of versions; a variation begins a line of its own; a test tries out one version.
    """

    __tablename__ = "recipes_recipe"
    __table_args__ = (
        UniqueConstraint("tenant_id", "line_id", "version_number", "test_number"),
        CheckConstraint("yield_qty > 0", name="yield_positive"),
        CheckConstraint("portion_count > 0", name="portion_count_positive"),
        CheckConstraint("shelf_life_days > 0", name="shelf_life_positive"),
        CheckConstraint("portion_count IS NOT NULL OR NOT is_portioned", name="portions_counted"),
    )

    code: Mapped[str] = field(
        String(40), label="Code", search=True, unique=True, default="", help="Empty: the next free number."
    )
    name: Mapped[str] = field(String(120), label="Name", search=True)
    group_id, group = ref(RecipeGroup, label="Group", optional=True)
    label_prefix: Mapped[str | None] = field(
        String(12),
        label="Label prefix",
        optional=True,
        unique=True,
        help="What batch labels begin with. Empty: the group's, else proposed from the name.",
    )
    state: Mapped[str] = field(states("draft", "active", "archived"), label="State")
    is_locked: Mapped[bool] = field(Boolean, label="Locked", readonly=True, help="A locked recipe cannot be edited.")

    kind: Mapped[str] = field(choice(*RECIPE_KINDS), label="Kind", default="master", readonly=True)
    version_number: Mapped[int] = field(Integer, label="Version", default=1, readonly=True)
    test_number: Mapped[int] = field(Integer, label="Test", default=0, readonly=True)
    line_id, line = ref("Recipe", label="First version", optional=True, readonly=True)
    variation_of_id, variation_of = ref("Recipe", label="Variation of", optional=True, readonly=True)
    origin_id, origin = ref("Recipe", label="Copied from", optional=True, readonly=True)

    batch_type: Mapped[str] = field(
        choice(*BATCH_TYPES),
        label="Makes",
        default="product",
        help="A product to sell, an ingredient of other recipes, or nothing that is kept in stock.",
    )
    yield_qty: Mapped[Decimal] = field(Quantity, label="Predicted yield", unit="yield_unit", minimum=SMALLEST)
    yield_unit_id, yield_unit = ref(Unit, label="Yield unit")
    yield_item_id, yield_item = ref(
        Item, label="Goes into stock as", optional=True, help="Empty: made when the first batch is finished.",
        visible_when={"batch_type": ("product", "ingredient")},
    )  # fmt: skip
    is_portioned: Mapped[bool] = field(Boolean, label="In portions")
    portion_name: Mapped[str | None] = field(
        String(40), label="Portion", optional=True, help="As in bars, buns.", visible_when={"is_portioned": True}
    )
    portion_count: Mapped[int | None] = field(
        Integer, label="Portions", optional=True, minimum=1, visible_when={"is_portioned": True}
    )
    shelf_life_days: Mapped[int | None] = field(
        Integer, label="Shelf life (days)", optional=True, minimum=1, maximum=LONGEST_LIFE
    )
    supply: Mapped[str | None] = field(
        choice(*SUPPLIES), label="Takes stock from", optional=True, help="Empty: as the settings say."
    )
    instructions: Mapped[str | None] = field(Text, label="Instructions", optional=True, multiline=True)
    notes: Mapped[str | None] = field(Text, label="Notes", optional=True, multiline=True)

    @property
    def line_root_id(self) -> int:
        """The id of the first version of this recipe's line."""
        return self.line_id or self.id


class RecipeIngredient(Record):
    """An ingredient of a recipe, in any unit that can be converted into the item's own."""

    __tablename__ = "recipes_ingredient"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    recipe_id, recipe = ref(Recipe, label="Recipe", parent="ingredients")
    position: Mapped[int] = field(Integer, label="Position", default=0)
    item_id, item = ref(Item, label="Ingredient")
    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", unit="unit", minimum=SMALLEST)
    unit_id, unit = ref(Unit, label="Unit")
    note: Mapped[str | None] = field(String(200), label="Note", optional=True)


class RecipeConsumable(Record):
    """What a batch uses up without it being part of the product: liners, gloves, labels."""

    __tablename__ = "recipes_consumable"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    recipe_id, recipe = ref(Recipe, label="Recipe", parent="consumables")
    position: Mapped[int] = field(Integer, label="Position", default=0)
    item_id, item = ref(Item, label="Consumable")
    quantity: Mapped[Decimal] = field(Quantity, label="Quantity", unit="unit", minimum=SMALLEST)
    unit_id, unit = ref(Unit, label="Unit")
    note: Mapped[str | None] = field(String(200), label="Note", optional=True)


class RecipeContainer(Record):
    """A container that a recipe may be filled into, and the article a filled one is sold as."""

    __tablename__ = "recipes_container"
    __table_args__ = (UniqueConstraint("tenant_id", "recipe_id", "item_id"),)

    recipe_id, recipe = ref(Recipe, label="Recipe", parent="containers")
    item_id, item = ref(Item, label="Container", where="kind=container")
    product_id, product = ref(Item, label="Sold as", optional=True, help="Empty: made when the first one is filled.")
