"""What somebody asks of a plan: how much, in which containers, with which lines changed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.api import Invalid
from plugins.recipes.models import Recipe

SCALE_LIMIT = 10**9
SMALLEST_SCALE = Fraction(1, 10**6)


@dataclass(frozen=True)
class ContainerWish:
    """So many of a container."""

    container_id: int
    quantity: int


@dataclass(frozen=True)
class LineWish:
    """An ingredient or consumable for the whole batch, in place of the recipe's own lines."""

    item_id: int
    quantity: Decimal
    unit_id: int


@dataclass(frozen=True)
class PlanWish:
    """A scale or a yield that is wanted; what is left out comes from the recipe, containers are chosen."""

    scale: Decimal | None = None
    quantity: Decimal | None = None
    batch_type: str | None = None
    portions: int | None = None
    location_id: int | None = None
    supply: str | None = None
    containers: tuple[ContainerWish, ...] | None = None
    ingredients: tuple[LineWish, ...] | None = None
    consumables: tuple[LineWish, ...] | None = None

    def exact_scale(self, recipe: Recipe) -> Fraction:
        """Return by how much the recipe's lines are multiplied, exactly: 10 wanted of 3 is 10/3."""
        if self.scale is not None and self.quantity is not None:
            raise Invalid({"scale": ["Give either the scale or the quantity, not both."]})
        if self.quantity is not None:
            return _sensible(Fraction(self.quantity) / Fraction(recipe.yield_qty), "quantity")
        return _sensible(Fraction(self.scale if self.scale is not None else 1), "scale")


def _sensible(scale: Fraction, name: str) -> Fraction:
    if not SMALLEST_SCALE <= scale < SCALE_LIMIT:
        raise Invalid({name: [f"Must be from a millionth of the recipe to less than {SCALE_LIMIT:,} times it."]})
    return scale
