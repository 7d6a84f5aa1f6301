"""The articles a batch goes into stock as: found where the recipe names them, made at the first finish.

The recipe is locked by who asks: two first finishes at once make one article.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_

from core.api import Context, Refused, select
from plugins.inventory.api import Item, Unit
from plugins.recipes.labels import prefix_of
from plugins.recipes.models import Batch, BatchOutput, Recipe, RecipeContainer

LONGEST_CODE = 40
LONGEST_NAME = 160


def whole_yield_item(ctx: Context, recipe: Recipe, batch: Batch) -> Item:
    """Return the article of the yield itself: the intermediate, the portions, or what stayed in bulk."""
    if recipe.yield_item_id is not None:
        return ctx.get(Item, recipe.yield_item_id)
    item = _of_another_version(ctx, recipe) or _make_yield_item(ctx, recipe, batch)
    recipe.yield_item_id = item.id
    return item


def _of_another_version(ctx: Context, recipe: Recipe) -> Item | None:
    """Return the article that the newest other version goes into stock as, if it yields the same kind of thing."""
    versions = select(Recipe).where(_same_line(recipe), Recipe.id != recipe.id, Recipe.yield_item_id.is_not(None))
    same = (Recipe.batch_type, Recipe.is_portioned, Recipe.yield_unit_id)
    alike = versions.where(*(column == getattr(recipe, column.key) for column in same))
    found = ctx.one(alike.order_by(Recipe.version_number.desc(), Recipe.test_number.desc()).limit(1))
    return None if found is None else found.yield_item


def _same_line(recipe: Recipe) -> ColumnElement[bool]:
    return or_(Recipe.id == recipe.line_root_id, Recipe.line_id == recipe.line_root_id)


def filled_container_item(ctx: Context, recipe: Recipe, container: Item) -> Item:
    """Return the article that a container filled with this recipe is sold as."""
    allowed = ctx.find(RecipeContainer, recipe_id=recipe.id, item_id=container.id)
    if allowed is not None and allowed.product_id is not None:
        return ctx.get(Item, allowed.product_id)
    known = _filled_by_another_version(ctx, recipe, container) or _filled_before(ctx, recipe, container)
    item = known or _make_item(
        ctx, recipe, suffix=container.code, name=f"{recipe.name} · {container.name}", kind="finished",
        unit_id=_piece(ctx).id, size_label=container.size_label or container.name[:40],
    )  # fmt: skip
    # A container that somebody chose for one batch does not become one that the recipe allows.
    if allowed is not None:
        allowed.product_id = item.id
    return item


def _filled_by_another_version(ctx: Context, recipe: Recipe, container: Item) -> Item | None:
    filled = (
        select(RecipeContainer)
        .join(Recipe, and_(Recipe.tenant_id == RecipeContainer.tenant_id, Recipe.id == RecipeContainer.recipe_id))
        .where(_same_line(recipe), RecipeContainer.item_id == container.id, RecipeContainer.product_id.is_not(None))
    )
    found = ctx.one(filled.order_by(Recipe.version_number.desc(), Recipe.test_number.desc()).limit(1))
    return None if found is None else found.product


def _filled_before(ctx: Context, recipe: Recipe, container: Item) -> Item | None:
    """Return the article that a batch of the recipe's line filled this container as, though no version allows it."""
    filled = (
        select(BatchOutput)
        .join(Batch, and_(Batch.tenant_id == BatchOutput.tenant_id, Batch.id == BatchOutput.batch_id))
        .join(Recipe, and_(Recipe.tenant_id == Batch.tenant_id, Recipe.id == Batch.recipe_id))
        .where(_same_line(recipe), BatchOutput.container_id == container.id)
    )
    found = ctx.one(filled.order_by(BatchOutput.id.desc()).limit(1))
    return None if found is None else found.item


def _make_yield_item(ctx: Context, recipe: Recipe, batch: Batch) -> Item:
    if batch.batch_type == "ingredient":
        return _make_item(ctx, recipe, suffix="INT", name=f"{recipe.name} (Intermediate)", kind="component",
                          unit_id=recipe.yield_unit_id)  # fmt: skip
    if recipe.is_portioned:
        portion = recipe.portion_name or "portion"
        return _make_item(ctx, recipe, suffix="PORTION", name=f"{recipe.name} · {portion}", kind="finished",
                          unit_id=_piece(ctx).id)  # fmt: skip
    return _make_item(ctx, recipe, suffix="BULK", name=f"{recipe.name} (Bulk)", kind="finished",
                      unit_id=recipe.yield_unit_id)  # fmt: skip


def _make_item(
    ctx: Context, recipe: Recipe, *, suffix: str, name: str, kind: str, unit_id: int, size_label: str | None = None
) -> Item:
    code = _free_code(ctx, f"{prefix_of(ctx, recipe)}-{suffix}"[:LONGEST_CODE])
    made: Item = ctx.do(
        "inventory.item.create", code=code, name=name[:LONGEST_NAME], kind=kind, base_unit_id=unit_id,
        lot_tracking="required", is_perishable=recipe.shelf_life_days is not None,
        shelf_life_days=recipe.shelf_life_days, size_label=size_label,
    )  # fmt: skip
    return made


def _free_code(ctx: Context, wanted: str) -> str:
    taken = set(ctx.all(select(Item.code).where(Item.code.startswith(wanted[: LONGEST_CODE - 4], autoescape=True))))
    code, number = wanted, 1
    while code in taken:
        number += 1
        code = f"{wanted[: LONGEST_CODE - 4]}-{number}"
    return code


def _piece(ctx: Context) -> Unit:
    piece = ctx.find(Unit, code="each")
    if piece is None:
        raise Refused("NO_PIECE_UNIT", "There is no unit with the code 'each'. Add it: containers are counted in it.")
    return piece
