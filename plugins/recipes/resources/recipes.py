"""Recipes: their list and form."""

from core.api import group, lines, resource
from plugins.recipes.models import Recipe, RecipeGroup

groups = resource(
    "recipes.group",
    RecipeGroup,
    path="recipe-groups",
    title="Recipe groups",
    natural_key="name",
    list=("name", "prefix", "description"),
    form=[group("General", "name", "prefix", "description")],
    sort="name",
    icon="folder",
)

recipes = resource(
    "recipes.recipe",
    Recipe,
    path="recipes",
    title="Recipes",
    label=("code", "name"),
    natural_key="code",
    list=("code", "name", "version_number", "kind", "group", "yield_qty", "yield_unit", "state"),
    form=[
        group("General", "name", "code", "group", "label_prefix", "state", "is_locked", columns=3),
        group("Makes", "batch_type", "yield_qty", "yield_unit", "yield_item", "shelf_life_days", "supply", columns=3),
        lines(
            "ingredients",
            "item",
            "quantity",
            "unit",
            "note",
            title="Ingredients",
            tab="Ingredients",
            totals=("quantity",),
        ),
        lines("consumables", "item", "quantity", "unit", "note", title="Consumables", tab="Packing"),
        group("Portions", "is_portioned", "portion_name", "portion_count", tab="Packing", columns=3),
        lines("containers", "item", "product", title="Allowed containers", tab="Packing"),
        group("How", "instructions", "notes", tab="How", columns=1),
        group(
            "Descent",
            "kind",
            "version_number",
            "test_number",
            "line",
            "variation_of",
            "origin",
            tab="Descent",
            columns=3,
        ),
    ],
    sort="name,-version_number",
    icon="scroll-text",
)
