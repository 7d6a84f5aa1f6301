"""Batch labels: the recipe's prefix, the year, and a counter that runs per organisation and year."""

from __future__ import annotations

from core.api import Context, select
from plugins.recipes.models import Recipe, RecipeGroup
from plugins.recipes.prefixes import FALLBACK, propose

SERIES = "recipes.batch"
WIDTH = 3


def next_label(ctx: Context, recipe: Recipe) -> str:
    """Return the next label; the counter is kept in the operation's transaction, so a refused start leaves no gap."""
    year = ctx.today().year
    number = ctx.next_number(f"{SERIES}-{year}")
    return f"{prefix_of(ctx, recipe)}-{year}-{number:0{WIDTH}d}"


def prefix_of(ctx: Context, recipe: Recipe) -> str:
    """Return the prefix that a recipe's batches carry: its own, its first version's, its group's."""
    if recipe.label_prefix:
        return recipe.label_prefix
    if recipe.line is not None:
        return prefix_of(ctx, recipe.line)
    return recipe.group.prefix if recipe.group is not None else FALLBACK


def prefixes_taken(ctx: Context) -> set[str]:
    """Return every prefix that a recipe or a group has."""
    of_recipes = ctx.all(select(Recipe.label_prefix).where(Recipe.label_prefix.is_not(None)))
    return {prefix for prefix in (*of_recipes, *ctx.all(select(RecipeGroup.prefix))) if prefix}


def free_prefix(ctx: Context, name: str) -> str:
    """Return the prefix to propose for a name."""
    return propose(name, prefixes_taken(ctx))
