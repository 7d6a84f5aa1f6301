"""The life of a recipe: numbered and given a prefix, checked, activated, locked, archived."""

from __future__ import annotations

from typing import Annotated, Any

from sqlalchemy import func, or_

from core.api import Context, Duplicate, Invalid, Problem, Refused, action, arg, before, select
from plugins.inventory.api import Converter
from plugins.recipes.labels import free_prefix, prefixes_taken
from plugins.recipes.models import BatchPlan, Recipe, RecipeGroup
from plugins.recipes.prefixes import clean
from plugins.recipes.resources.recipes import groups, recipes

CODE_WIDTH = 5
_WATCHED = ("name", "code", "group_id", "label_prefix", "is_portioned", "portion_count")


@before(groups, "create")
def give_group_prefix(ctx: Context, group: RecipeGroup, values: dict[str, Any]) -> None:
    """Propose a prefix from the name where none is given."""
    group.prefix = _own_prefix(ctx, group.prefix) or free_prefix(ctx, group.name)


@before(groups, "update")
def keep_group_prefix(ctx: Context, group: RecipeGroup, values: dict[str, Any]) -> None:
    """Keep prefixes unique over groups and recipes."""
    if "prefix" in values:
        name = values.get("name", group.name)
        values["prefix"] = _own_prefix(ctx, values["prefix"], group.prefix) or free_prefix(ctx, name)


@before(recipes, "create")
def number_recipe(ctx: Context, recipe: Recipe, values: dict[str, Any]) -> None:
    """Give a recipe its code and label prefix where it brings none."""
    recipe.code = recipe.code or next_code(ctx)
    recipe.label_prefix = _own_prefix(ctx, recipe.label_prefix) or None
    if recipe.label_prefix is None and recipe.group_id is None:
        recipe.label_prefix = free_prefix(ctx, recipe.name)
    _check_portions(recipe.is_portioned, recipe.portion_count)


@before(recipes, "update")
def keep_recipe(ctx: Context, recipe: Recipe, values: dict[str, Any]) -> None:
    """Refuse edits of locked and archived recipes; keep codes and prefixes."""
    refuse_closed(recipe)
    new = {name: values.get(name, getattr(recipe, name)) for name in _WATCHED}
    _check_portions(new["is_portioned"], new["portion_count"])
    if "code" in values:
        values["code"] = new["code"] or recipe.code
    prefix = _own_prefix(ctx, new["label_prefix"], recipe.label_prefix) or None
    if prefix is None and new["group_id"] is None and recipe.line_id is None:
        prefix = free_prefix(ctx, new["name"])
    values["label_prefix"] = prefix


@before(recipes, "delete")
def keep_used_recipe(ctx: Context, recipe: Recipe, values: dict[str, Any]) -> None:
    """Refuse to delete a recipe that is locked, that batches were planned from, or that others descend from."""
    if recipe.is_locked:
        raise Refused("RECIPE_LOCKED", f"{recipe.name} is locked. Unlock it first.")
    descends = (Recipe.line_id == recipe.id, Recipe.variation_of_id == recipe.id, Recipe.origin_id == recipe.id)
    counted = {
        "planned batches": select(func.count(BatchPlan.id)).where(BatchPlan.recipe_id == recipe.id),
        "recipes made from it": select(func.count(Recipe.id)).where(or_(*descends)),
    }
    reasons = [f"{number} {what}" for what, statement in counted.items() if (number := ctx.scalar(statement))]
    if reasons:
        raise Refused(
            "RECIPE_IN_USE",
            f"{recipe.name} has a history ({', '.join(reasons)}) and is kept for it. Archive it instead.",
            next_step={
                "kind": "archive",
                "method": "POST",
                "path": f"/api/v1/recipes/{recipe.id}/archive",
                "headers": {},
                "body": {},
                "fill": [],
                "retry": False,
            },
        )


@action(recipes, source="draft", target="active", label="Activate", icon="circle-check")
def activate(
    ctx: Context,
    recipe: Recipe,
    *,
    archive_previous: Annotated[bool, arg("Archive the version before", help="So that one version is in use.")] = True,
) -> None:
    """Let batches be made from the recipe, once nothing is missing in it; the version before it is archived."""
    if recipe.kind == "test":
        raise Refused("TEST_RECIPE", "A test is tried out as it is. Promote it: that makes it the next version.")
    refuse_incomplete(ctx, recipe)
    ctx.hook.recipes_recipe_activating(ctx=ctx, recipe=recipe)
    if archive_previous:
        for other in line_of(ctx, recipe):
            if other.id != recipe.id and other.kind != "test" and other.state == "active":
                other.state = "archived"


@action(recipes, source=("draft", "active"), target="archived", label="Archive", icon="archive")
def archive(ctx: Context, recipe: Recipe) -> None:
    """Put the recipe away: no batch starts from it any more."""


@action(recipes, source="archived", target="draft", label="Restore", icon="archive-restore")
def restore(ctx: Context, recipe: Recipe) -> None:
    """Take the recipe out of the archive; it must be activated again."""


@action(recipes, label="Lock", icon="lock")
def lock(ctx: Context, recipe: Recipe) -> None:
    """Keep the recipe from being edited; batches are still made from it."""
    if recipe.is_locked:
        raise Refused("RECIPE_LOCKED", f"{recipe.name} is locked already.")
    recipe.is_locked = True


@action(recipes, label="Unlock", icon="lock-open")
def unlock(ctx: Context, recipe: Recipe) -> None:
    """Let the recipe be edited again."""
    if not recipe.is_locked:
        raise Refused("RECIPE_NOT_LOCKED", f"{recipe.name} is not locked.")
    recipe.is_locked = False


def next_code(ctx: Context) -> str:
    """Return the next free recipe code."""
    while True:
        code = f"R-{ctx.next_number('recipes.recipe'):0{CODE_WIDTH}d}"
        if ctx.find(Recipe, code=code) is None:
            return code


def line_of(ctx: Context, recipe: Recipe) -> list[Recipe]:
    """Return every version and test of a recipe's line, locked, the first version first."""
    root = recipe.line_root_id
    ids = ctx.all(select(Recipe.id).where((Recipe.id == root) | (Recipe.line_id == root)))
    return ctx.lock(Recipe, ids)


def refuse_closed(recipe: Recipe) -> None:
    """Refuse changes to a recipe that is locked or put away."""
    if recipe.is_locked:
        raise Refused("RECIPE_LOCKED", f"{recipe.name} is locked. Unlock it, or make a new version.")
    if recipe.state == "archived":
        raise Refused("RECIPE_ARCHIVED", f"{recipe.name} is archived. Restore it, or make a new version.")


def refuse_incomplete(ctx: Context, recipe: Recipe) -> None:
    """Refuse a recipe that no batch can be made from, with everything that is missing."""
    missing = []
    if not recipe.ingredients:
        missing.append("It has no ingredients.")
    services = [line.item.name for line in (*recipe.ingredients, *recipe.consumables) if line.item.kind == "service"]
    missing += [f"{name} is a service and cannot be taken from stock." for name in services]
    if recipe.yield_item is not None:
        item = recipe.yield_item
        unit = "each" if recipe.is_portioned and recipe.batch_type == "product" else recipe.yield_unit_id
        try:
            Converter.load(ctx, [item.id]).ratio(unit, item.base_unit_id, item.id)
        except Problem as problem:
            missing.append(f"It goes into stock as {item.name}: {problem.detail}")
    strangers = [line.item.name for line in recipe.containers if line.item.kind != "container"]
    missing += [f"{name} is allowed as a container but is none." for name in strangers]
    if missing:
        raise Refused("RECIPE_INCOMPLETE", f"{recipe.name}: {' '.join(missing)}", missing=missing)


def _check_portions(is_portioned: bool, portion_count: int | None) -> None:
    if is_portioned and not portion_count:
        raise Invalid({"portion_count": ["Say how many portions the recipe makes."]})


def _own_prefix(ctx: Context, typed: str | None, present: str | None = None) -> str:
    prefix = clean(typed or "")
    if prefix and prefix != present and prefix in prefixes_taken(ctx):
        raise Duplicate(
            f"The label prefix {prefix} is already used by another recipe or group. Leave it empty for a free one.",
            code="PREFIX_TAKEN",
            errors={"label_prefix": ["Already used."]},
        )
    return prefix
