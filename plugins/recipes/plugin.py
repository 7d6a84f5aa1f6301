"""Recipes and batches: a recipe is scaled into a batch, made from lots, and its lots traced to both ends."""

from core.api import Plugin

plugin = Plugin(
    name="recipes",
    version="1.0.0",
    title="Recipes and batches",
    summary="Scale a recipe, take its ingredients oldest first, finish with a unit cost, trace every lot.",
    kernel=">=1,<2",
    requires={"inventory": ">=1,<2"},
    category="Manufacturing",
    icon="flask-conical",
)
