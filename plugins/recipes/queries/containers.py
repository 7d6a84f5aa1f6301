"""Containers: those a recipe may be filled into, and all there are."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from core.api import Context, Problem, query, select
from plugins.inventory.api import Item, readable
from plugins.recipes import stock
from plugins.recipes.models import Recipe
from plugins.recipes.planning.containers import capacity_of
from plugins.recipes.planning.snapshots import plain
from plugins.recipes.queries.plans import READ_RECIPE
from plugins.recipes.supply import places_to_fill


@query("recipes.containers_of_recipe", path="recipes/{id}/containers", title="Allowed containers",
       permission=READ_RECIPE, many=True)  # fmt: skip
def containers_of_recipe(ctx: Context, recipe_id: int) -> list[dict[str, Any]]:
    """Return the containers a recipe may be filled into: what each holds of its yield, and how many there are."""
    recipe: Recipe = readable(ctx, "recipes.recipe", recipe_id)
    items = [line.item for line in recipe.containers]
    return [_answer(ctx, item, free, recipe) for item, free in _with_stock(ctx, items, recipe.supply)]


@query("recipes.containers", path="containers", title="Containers", permission=READ_RECIPE, many=True)
def containers(ctx: Context) -> list[dict[str, Any]]:
    """Return every container with what it holds and how many there are; `problem` says why one cannot be used."""
    items = ctx.all(select(Item).where(Item.kind == "container", Item.is_active).order_by(Item.code))
    return [_answer(ctx, item, free) for item, free in _with_stock(ctx, items)]


def _with_stock(ctx: Context, items: Sequence[Item], supply: str | None = None) -> list[tuple[Item, Decimal]]:
    ids = [item.id for item in items]
    free = stock.usable(ctx, ids, places_to_fill(ctx, supply, ids))
    return [(item, free[item.id]) for item in items]


def _answer(ctx: Context, item: Item, free: Decimal, recipe: Recipe | None = None) -> dict[str, Any]:
    unit = recipe.yield_unit if recipe is not None else item.capacity_unit
    capacity, problem = None, None
    try:
        unit_id = unit.id if unit is not None else item.base_unit_id
        capacity = capacity_of(ctx, item, unit_id, recipe)
    except Problem as found:
        problem = {"code": found.code, "detail": found.detail, "next_step": found.extra.get("next_step")}
    return {
        "container_id": item.id,
        "code": item.code,
        "name": item.name,
        "capacity": plain(capacity),
        "unit": unit.code if unit is not None else None,
        "available": plain(free),
        "problem": problem,
    }
