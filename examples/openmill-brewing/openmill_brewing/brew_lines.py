"""The lines of a recipe as a brewer sees them: what goes in at which stage, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.api import Context, select
from plugins.inventory.api import Item, Unit
from plugins.recipes.api import Recipe, RecipeIngredient

from .beerxml import Kind, Stage
from .models import BrewingAddition, BrewingItem

USUAL_STAGE = {
    Kind.FERMENTABLE: Stage.MASH,
    Kind.HOP: Stage.BOIL,
    Kind.MISC: Stage.BOIL,
    Kind.YEAST: Stage.FERMENT,
}


@dataclass(frozen=True)
class BrewLine:
    """An ingredient of a recipe with what brewing knows of its item and of this addition."""

    line: RecipeIngredient
    item: Item
    unit: Unit
    about: BrewingItem | None
    addition: BrewingAddition | None

    @property
    def kind(self) -> Kind | None:
        """What kind of brewing ingredient it is; None for anything else."""
        return Kind(self.about.ingredient) if self.about is not None and self.about.ingredient else None

    @property
    def stage(self) -> Stage | None:
        """When it goes in: as the line says, else as is usual for its kind."""
        if self.addition is not None and self.addition.stage:
            return Stage(self.addition.stage)
        return USUAL_STAGE[self.kind] if self.kind else None

    @property
    def minutes(self) -> Decimal | None:
        """How long it stays in, in minutes."""
        return self.addition.minutes if self.addition is not None else None

    @property
    def alpha_acid(self) -> Decimal | None:
        """The alpha acid that the recipe counts on, else that of the item."""
        known = (self.addition, self.about)
        return next((part.alpha_acid for part in known if part is not None and part.alpha_acid is not None), None)


def brew_lines(ctx: Context, recipe: Recipe) -> list[BrewLine]:
    """Return the ingredients of a recipe in their order, in one query."""
    return [
        BrewLine(*row)
        for row in ctx.rows(
            select(RecipeIngredient, Item, Unit, BrewingItem, BrewingAddition)
            .join(Item, Item.id == RecipeIngredient.item_id)
            .join(Unit, Unit.id == RecipeIngredient.unit_id)
            .outerjoin(BrewingItem, BrewingItem.id == Item.id)
            .outerjoin(BrewingAddition, BrewingAddition.id == RecipeIngredient.id)
            .where(RecipeIngredient.recipe_id == recipe.id)
            .order_by(RecipeIngredient.position, RecipeIngredient.id)
        )
    ]
