"""What brewing adds to an item, to a recipe and to a recipe's line, in tables of its own; and the files it has read."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Mapped

from core.api import Boolean, Entry, Extension, Factor, Integer, Percent, String, choice, extends, field, group
from plugins.inventory.api import Item
from plugins.recipes.api import Recipe, RecipeIngredient

from .beerxml import Form, Kind, Purpose, Stage


@extends(
    Item,
    list=("ingredient", "alpha_acid", "colour"),
    form=group(
        "Brewing", "ingredient", "form", "alpha_acid", "beta_acid", "hop_use", "colour", "extract_yield",
        "attenuation", "laboratory", "product_code", "min_temperature", "max_temperature", "origin",
    ),
    after="density",
)  # fmt: skip
class BrewingItem(Extension):
    """What a brewer wants to know of an ingredient."""

    __tablename__ = "brewing_item"

    ingredient: Mapped[str | None] = field(choice(*Kind), label="Brewing ingredient", optional=True)
    form: Mapped[str | None] = field(choice(*Form), label="Form", optional=True)
    alpha_acid: Mapped[Decimal | None] = field(Percent, label="Alpha acid %", optional=True, minimum=0, maximum=100)
    beta_acid: Mapped[Decimal | None] = field(Percent, label="Beta acid %", optional=True, minimum=0, maximum=100)
    hop_use: Mapped[str | None] = field(choice(*Purpose), label="Hop use", optional=True)
    colour: Mapped[Decimal | None] = field(Factor, label="Colour °L", optional=True, minimum=0, help="Lovibond.")
    extract_yield: Mapped[Decimal | None] = field(
        Percent, label="Extract yield %", optional=True, minimum=0, maximum=100, help="Of pure sugar's."
    )
    attenuation: Mapped[Decimal | None] = field(Percent, label="Attenuation %", optional=True, minimum=0, maximum=100)
    laboratory: Mapped[str | None] = field(String(40), label="Laboratory", optional=True)
    product_code: Mapped[str | None] = field(String(40), label="Laboratory's code", optional=True)
    min_temperature: Mapped[Decimal | None] = field(Factor, label="Ferments from °C", optional=True)
    max_temperature: Mapped[Decimal | None] = field(Factor, label="Ferments up to °C", optional=True)
    origin: Mapped[str | None] = field(String(40), label="Origin", optional=True)


@extends(
    Recipe,
    list=("is_beer", "style"),
    form=group("Brewing", "is_beer", "style", "original_gravity", "final_gravity", "efficiency", "boil_minutes"),
    after="yield_qty",
)
class BrewingRecipe(Extension):
    """What makes a recipe a beer's."""

    __tablename__ = "brewing_recipe"

    is_beer: Mapped[bool] = field(Boolean, label="Beer", help="Its batches ferment: they need yeast.")
    style: Mapped[str | None] = field(String(120), label="Style", optional=True)
    original_gravity: Mapped[Decimal | None] = field(Factor, label="Original gravity", optional=True, minimum=0)
    final_gravity: Mapped[Decimal | None] = field(Factor, label="Final gravity", optional=True, minimum=0)
    efficiency: Mapped[Decimal | None] = field(
        Percent, label="Efficiency %", optional=True, minimum=0, maximum=100, help="Of the mash, into the kettle."
    )
    boil_minutes: Mapped[Decimal | None] = field(Factor, label="Boil (minutes)", optional=True, minimum=0)


@extends(RecipeIngredient, list=("stage", "minutes", "alpha_acid"))
class BrewingAddition(Extension):
    """When in the brew day a recipe's ingredient goes in; a hop's alpha acid as this recipe counts on it."""

    __tablename__ = "brewing_addition"

    stage: Mapped[str | None] = field(choice(*Stage), label="Stage", optional=True)
    minutes: Mapped[Decimal | None] = field(Factor, label="Minutes", optional=True, minimum=0)
    alpha_acid: Mapped[Decimal | None] = field(Percent, label="Alpha acid %", optional=True, minimum=0, maximum=100)


class BeerXmlImport(Entry):
    """A BeerXML file that brought something new."""

    __tablename__ = "brewing_import"

    file_name: Mapped[str] = field(String(200), label="File", search=True)
    records: Mapped[int] = field(Integer, label="Records")
    created: Mapped[int] = field(Integer, label="Created")
    updated: Mapped[int] = field(Integer, label="Updated")
