"""What the forms of recipes and batches fill in by themselves."""

from __future__ import annotations

from typing import Any

from core.api import Context, on_change
from plugins.inventory.api import Item
from plugins.recipes.models import Recipe
from plugins.recipes.resources.batches import batches
from plugins.recipes.resources.recipes import recipes

Values = dict[str, Any]


@on_change(recipes, "ingredients.item")
@on_change(recipes, "consumables.item")
def unit_of_line(ctx: Context, values: Values, line: Values) -> Values:
    """An ingredient is weighed in the unit its stock is counted in, until somebody says otherwise."""
    item = ctx.find(Item, id=line.get("item_id"))
    return {} if item is None else {"unit": item.base_unit_id}


@on_change(recipes, "yield_item")
def as_the_article(ctx: Context, values: Values, line: Values | None) -> Values:
    """What goes into stock as an article is measured in its unit and keeps as long as it does."""
    item = ctx.find(Item, id=values.get("yield_item_id"))
    if item is None:
        return {}
    kept = values.get("shelf_life_days") or item.shelf_life_days
    return {"yield_unit": values.get("yield_unit_id") or item.base_unit_id, "shelf_life_days": kept}


@on_change(batches, "recipe")
def as_the_recipe(ctx: Context, values: Values, line: Values | None) -> Values:
    """A batch makes what its recipe makes."""
    recipe = ctx.find(Recipe, id=values.get("recipe_id"))
    return {} if recipe is None else {"batch_type": recipe.batch_type}
