"""Every table of recipes, one module per business noun."""

from plugins.recipes.models.batches import COST_METHODS, Batch, BatchPlan
from plugins.recipes.models.lines import LINE_KINDS, REASONS, BatchLine, BatchOutput, BatchUsage
from plugins.recipes.models.recipes import (
    BATCH_TYPES,
    SUPPLIES,
    Recipe,
    RecipeConsumable,
    RecipeContainer,
    RecipeGroup,
    RecipeIngredient,
)
from plugins.recipes.models.timers import BatchTimer

__all__ = [
    "BATCH_TYPES",
    "COST_METHODS",
    "LINE_KINDS",
    "REASONS",
    "SUPPLIES",
    "Batch",
    "BatchLine",
    "BatchOutput",
    "BatchPlan",
    "BatchTimer",
    "BatchUsage",
    "Recipe",
    "RecipeConsumable",
    "RecipeContainer",
    "RecipeGroup",
    "RecipeIngredient",
]
