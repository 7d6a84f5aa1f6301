"""Descent: versions follow each other, variations branch off, tests try something out and may become a version."""

from __future__ import annotations

from typing import Annotated, Any

import sqlalchemy as sa

from core.api import Context, Refused, action, arg
from plugins.inventory.api import copy_extensions
from plugins.recipes.actions.recipes import line_of, next_code
from plugins.recipes.labels import free_prefix
from plugins.recipes.models import Recipe, RecipeConsumable, RecipeContainer, RecipeIngredient
from plugins.recipes.resources.recipes import recipes

COPIED = (
    "name", "group_id", "batch_type", "yield_qty", "yield_unit_id", "yield_item_id", "is_portioned", "portion_name",
    "portion_count", "shelf_life_days", "supply", "instructions", "notes",
)  # fmt: skip
LINES: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "ingredients": (RecipeIngredient, ("position", "item_id", "quantity", "unit_id", "note")),
    "consumables": (RecipeConsumable, ("position", "item_id", "quantity", "unit_id", "note")),
    "containers": (RecipeContainer, ("item_id", "product_id")),
}


@action(recipes, label="New version", icon="git-branch-plus")
def new_version(ctx: Context, recipe: Recipe) -> Recipe:
    """Copy the recipe as the next version of its line, as a draft."""
    if recipe.kind == "test":
        raise Refused("TEST_RECIPE", "A test becomes a version by promoting it.")
    return _next_version(ctx, recipe, recipe.kind)


@action(recipes, label="New variation", icon="git-fork")
def new_variation(ctx: Context, recipe: Recipe, *, name: Annotated[str, arg("Name", max_length=120)]) -> Recipe:
    """Copy the recipe as a variation: a draft with a name, versions and a label prefix of its own."""
    if recipe.kind == "test":
        raise Refused("TEST_RECIPE", "Promote the test first: a variation descends from a version.")
    master = recipe.variation_of_id or recipe.line_root_id
    prefix = free_prefix(ctx, name)
    return _copy(ctx, recipe, kind="variation", name=name, variation_of_id=master, label_prefix=prefix,
                 yield_item_id=None)  # fmt: skip


@action(recipes, label="New test", icon="test-tube")
def new_test(ctx: Context, recipe: Recipe) -> Recipe:
    """Copy the recipe as a test: batches can be made from it at once, and it can be changed freely."""
    if recipe.kind == "test":
        raise Refused("TEST_RECIPE", "A test is made from a version, not from another test.")
    tests = [other.test_number for other in line_of(ctx, recipe) if other.version_number == recipe.version_number]
    return _copy(ctx, recipe, kind="test", line_id=recipe.line_root_id, variation_of_id=recipe.variation_of_id,
                 version_number=recipe.version_number, test_number=max(tests) + 1)  # fmt: skip


@action(recipes, source="draft", target="archived", label="Promote", icon="medal")
def promote(ctx: Context, recipe: Recipe) -> Recipe:
    """Make a test the next version of its line, as a draft; the test itself is archived."""
    if recipe.kind != "test":
        raise Refused("NOT_A_TEST", f"{recipe.name} is no test. Only a test is promoted.")
    return _next_version(ctx, recipe, "variation" if recipe.variation_of_id else "master")


def _next_version(ctx: Context, recipe: Recipe, kind: str) -> Recipe:
    newest = max(other.version_number for other in line_of(ctx, recipe))
    return _copy(ctx, recipe, kind=kind, line_id=recipe.line_root_id, variation_of_id=recipe.variation_of_id,
                 version_number=newest + 1)  # fmt: skip


def _copy(ctx: Context, recipe: Recipe, **values: Any) -> Recipe:
    """Copy a recipe and its lines, with the organisation's own fields and those of other modules."""
    kept = {name: getattr(recipe, name) for name in COPIED}
    given = {**kept, **values, "code": next_code(ctx), "origin_id": recipe.id, "custom": dict(recipe.custom)}
    copied = ctx.create(Recipe, **given)
    keeps_products = values.get("kind") != "variation"
    lines = {name: _copy_lines(ctx, recipe, copied, name, keeps_products=keeps_products) for name in LINES}
    ctx.db.flush()
    copy_extensions(ctx, recipes, {recipe.id: copied.id})
    for name, copies in lines.items():
        copy_extensions(ctx, recipes, copies, lines=name)
    ctx.db.flush()
    sa.inspect(copied).session.expire(copied, list(LINES))
    return copied


def _copy_lines(ctx: Context, recipe: Recipe, copied: Recipe, name: str, *, keeps_products: bool) -> dict[int, int]:
    """Copy the lines of one kind; returns the new ids by the old ones."""
    model, fields = LINES[name]
    copies = {}
    for line in getattr(recipe, name):
        values = {field: getattr(line, field) for field in fields}
        if not keeps_products and "product_id" in values:
            values["product_id"] = None
        copies[line.id] = ctx.create(model, recipe_id=copied.id, **values).id
    return copies
