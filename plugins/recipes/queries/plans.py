"""Plans as a read: a recipe at a scale against the stock of now, and the plan of a batch checked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from core.api import Context, Invalid, action, arg, query
from plugins.inventory.api import Converter, readable
from plugins.recipes.actions.planning import BatchType, LocationId, Portions, Scale, Supply, Wanted, wish_of
from plugins.recipes.labels import free_prefix
from plugins.recipes.models import Batch, Recipe
from plugins.recipes.planning import PlanLine, make_plan, recheck, recheck_batch
from plugins.recipes.planning.lines import items_by_id
from plugins.recipes.planning.plans import line_answer, next_steps
from plugins.recipes.resources.recipes import recipes
from plugins.recipes.supply import placed, places_for

READ_RECIPE = "recipes.recipe.read"
READ_BATCH = "recipes.batch.read"


@query("recipes.plan_recipe", path="recipes/{id}/plan", title="Plan", permission=READ_RECIPE)
def plan_recipe(
    ctx: Context,
    recipe_id: int,
    *,
    scale: Scale = None,
    quantity: Wanted = None,
    batch_type: BatchType = None,
    portions: Portions = None,
    location_id: LocationId = None,
    supply: Supply = None,
) -> dict[str, Any]:
    """Return what a batch would take, whether stock has it, which containers fit, what it would cost."""
    recipe: Recipe = readable(ctx, "recipes.recipe", recipe_id)
    wish = wish_of(
        ctx, scale=scale, quantity=quantity, batch_type=batch_type, portions=portions, location_id=location_id,
        supply=supply, containers=None, ingredients=None, consumables=None,
    )  # fmt: skip
    answer = make_plan(ctx, recipe, wish).answer()
    ctx.hook.recipes_plan_made(ctx=ctx, recipe=recipe, plan=answer)
    return without_costs(ctx, answer)


@query("recipes.plan_of_batch", path="batches/{id}/plan", title="Plan of the batch", permission=READ_BATCH)
def plan_of_batch(ctx: Context, batch_id: int) -> dict[str, Any]:
    """Return the snapshot a batch is made from; while it is planned, with what stock says now."""
    batch: Batch = readable(ctx, "recipes.batch", batch_id)
    answer = {**batch.plan.snapshot, "fingerprint": batch.plan.fingerprint, "state": batch.state}
    if batch.state == "planned":
        answer |= _checked(recheck_batch(ctx, batch))
    return without_costs(ctx, answer)


@query("recipes.prefix", path="recipes/prefix", title="Label prefix", permission=READ_RECIPE)
def prefix(ctx: Context, *, name: Annotated[str, arg("Name", max_length=120)] = "") -> dict[str, str]:
    """Return the label prefix to propose for a name: one that nobody uses."""
    return {"prefix": free_prefix(ctx, name)}


@dataclass(frozen=True)
class Needed:
    """So much of an item that is needed."""

    item_id: Annotated[int, arg("Item", ref="inventory.item")]
    quantity: Annotated[Decimal, arg("Quantity", gt=0)]
    unit_id: Annotated[int | None, arg("Unit", ref="inventory.unit", help="Empty: the item's own.")] = None


@action(recipes, scope="collection", label="Check stock", permission=READ_RECIPE)
def check_stock(
    ctx: Context,
    *,
    lines: Annotated[list[Needed], arg("Needed")],
    location_id: LocationId = None,
    supply: Supply = None,
) -> dict[str, Any]:
    """Say for a list of amounts whether stock has them, and what to do where it has not; nothing is taken."""
    if not lines:
        raise Invalid({"lines": ["Name at least one item."]})
    items = items_by_id(ctx, [line.item_id for line in lines])
    units = Converter.load(ctx)
    asked = []
    for index, line in enumerate(lines):
        if line.item_id not in items:
            raise Invalid({f"lines.{index}.item_id": ["There is no such item."]})
        item = items[line.item_id]
        unit_id = line.unit_id or item.base_unit_id
        kind = "container" if item.kind == "container" else "ingredient"
        asked.append(PlanLine(kind, item.id, item.name, line.quantity, unit_id, units.code(unit_id)))
    return _checked(recheck(ctx, asked, places_for(ctx, placed(ctx, location_id), supply, items)))


def without_costs(ctx: Context, answer: dict[str, Any]) -> dict[str, Any]:
    """Return a plan as the actor may see it: costs are for those who may see costs."""
    if ctx.can("recipes.batch.sensitive"):
        return answer
    kept = {name: value for name, value in answer.items() if name not in ("cost", "unit_cost")}
    return {**kept, "lines": [{name: line[name] for name in line if name != "cost"} for line in answer["lines"]]}


def _checked(lines: Sequence[PlanLine]) -> dict[str, Any]:
    return {
        "can_start": all(line.can_be_taken for line in lines),
        "lines": [line_answer(line) for line in lines],
        "next_steps": next_steps(lines),
    }
