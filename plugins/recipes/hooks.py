"""What recipes tell other plugins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_

from core.api import Context, hookimpl, select
from plugins.recipes.models import (
    Batch,
    BatchLine,
    BatchPlan,
    Recipe,
    RecipeConsumable,
    RecipeContainer,
    RecipeIngredient,
)


@hookimpl
def inventory_items_used(ctx: Context, item_ids: Sequence[int]) -> Mapping[int, str]:
    """Say which items recipes and batches are made of."""
    columns = (
        RecipeIngredient.item_id, RecipeConsumable.item_id, RecipeContainer.item_id, RecipeContainer.product_id,
        Recipe.yield_item_id, BatchLine.item_id,
    )  # fmt: skip
    planned = _planned(ctx, ("item_id",))
    return _told(ctx, columns, item_ids, "recipe or batch lines", planned)


@hookimpl
def inventory_units_used(ctx: Context, unit_ids: Sequence[int]) -> Mapping[int, str]:
    """Say which units recipes and batches are measured in."""
    columns = (RecipeIngredient.unit_id, RecipeConsumable.unit_id, Recipe.yield_unit_id, BatchLine.unit_id)
    planned = _planned(ctx, ("unit_id", "base_unit_id"))
    return _told(ctx, columns, unit_ids, "recipe or batch lines", planned)


@hookimpl
def inventory_locations_used(ctx: Context, location_ids: Sequence[int]) -> Mapping[int, str]:
    """Say where batches are made."""
    return _told(ctx, (Batch.location_id,), location_ids, "batches")


@hookimpl
def inventory_item_bills(ctx: Context, item_id: int) -> Sequence[Mapping[str, Any]]:
    """Return the active recipes that make an item, as bills of their ingredients, to whoever may read recipes."""
    if not ctx.can("recipes.recipe.read"):
        return []
    filled = select(RecipeContainer.recipe_id).where(RecipeContainer.product_id == item_id)
    makes = (Recipe.yield_item_id == item_id) | Recipe.id.in_(filled)
    recipes = ctx.all(
        select(Recipe).where(Recipe.state == "active", makes, *ctx.visible("recipes.recipe")).order_by(Recipe.id)
    )
    return [
        {
            "source": "recipes.recipe",
            "id": recipe.id,
            "label": f"{recipe.code} {recipe.name}",
            "yield_quantity": recipe.yield_qty,
            "yield_unit_id": recipe.yield_unit_id,
            "lines": [
                {"item_id": line.item_id, "quantity": line.quantity, "unit_id": line.unit_id}
                for line in recipe.ingredients
            ],
        }
        for recipe in recipes
    ]


def _planned(ctx: Context, names: Sequence[str]) -> Counter[int]:
    """Count what the plans of batches name that are still to be started: the recipe may have changed since."""
    plans = select(BatchPlan.snapshot).join(
        Batch, and_(Batch.tenant_id == BatchPlan.tenant_id, Batch.plan_id == BatchPlan.id)
    )
    lines = (line for snapshot in ctx.all(plans.where(Batch.state == "planned")) for line in snapshot["lines"])
    return Counter(line[name] for line in lines for name in names if line.get(name) is not None)


def _told(
    ctx: Context, columns: Sequence[Any], ids: Sequence[int], what: str, planned: Mapping[int, int] | None = None
) -> dict[int, str]:
    counted = Counter({one: number for one, number in (planned or {}).items() if one in ids})
    for column in columns:
        counted.update(ctx.all(select(column).where(column.in_(list(ids)))))
    return {record_id: f"{number} {what}" for record_id, number in counted.items()}
