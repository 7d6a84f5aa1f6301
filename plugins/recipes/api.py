"""Everything of recipes that other plugins may use; nothing else of it is promised to stay."""

from plugins.recipes.models import (
    Batch,
    BatchLine,
    BatchOutput,
    BatchTimer,
    BatchUsage,
    Recipe,
    RecipeConsumable,
    RecipeContainer,
    RecipeGroup,
    RecipeIngredient,
)
from plugins.recipes.planning import ContainerWish, LineWish, Plan, PlanLine, PlanWish, Status, make_plan

__all__ = [
    "Batch",
    "BatchLine",
    "BatchOutput",
    "BatchTimer",
    "BatchUsage",
    "ContainerWish",
    "LineWish",
    "Plan",
    "PlanLine",
    "PlanWish",
    "Recipe",
    "RecipeConsumable",
    "RecipeContainer",
    "RecipeGroup",
    "RecipeIngredient",
    "Status",
    "make_plan",
]
