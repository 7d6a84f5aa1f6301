"""Planning a batch: worked out once, kept as a snapshot, started now or later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from core.api import Context, Invalid, Refused, action, arg, before
from plugins.recipes.actions.starting import refuse_unusable
from plugins.recipes.costing import rounded
from plugins.recipes.models import BATCH_TYPES, SUPPLIES, Batch, BatchPlan, Recipe
from plugins.recipes.planning import ContainerWish, LineWish, PlanWish, fingerprint, make_plan
from plugins.recipes.resources.batches import batches
from plugins.recipes.resources.recipes import recipes
from plugins.recipes.supply import placed

Scale = Annotated[Decimal | None, arg("Scale", gt=0, help="2.5 makes two and a half times the recipe.")]
Wanted = Annotated[Decimal | None, arg("Quantity", gt=0, help="The yield that is wanted, instead of a scale.")]
LocationId = Annotated[int | None, arg("Location", ref="inventory.location", help="Empty: the default location.")]
Supply = Annotated[str | None, arg("Takes stock from", choices=SUPPLIES, help="Empty: as the recipe or settings say.")]
BatchType = Annotated[str | None, arg("Type", choices=BATCH_TYPES)]
Portions = Annotated[int | None, arg("Portions", gt=0, le=1_000_000_000)]


WRITTEN_BY_ACTIONS = ("lines", "usages", "outputs", "timers")
PLANNED_FIELDS = ("recipe_id", "scale", "batch_type", "location_id", "supply")


@dataclass(frozen=True)
class PlannedContainer:
    """So many of a container that the recipe allows."""

    container_id: Annotated[int, arg("Container", ref="inventory.item")]
    quantity: Annotated[int, arg("Count", gt=0, le=1_000_000)]


@dataclass(frozen=True)
class PlannedLine:
    """An ingredient or consumable of the whole batch, in place of the recipe's."""

    item_id: Annotated[int, arg("Item", ref="inventory.item")]
    quantity: Annotated[Decimal, arg("Quantity", gt=0)]
    unit_id: Annotated[int, arg("Unit", ref="inventory.unit")]


@action(recipes, source=("draft", "active"), label="Plan a batch", icon="clipboard-list")
def plan_batch(
    ctx: Context,
    recipe: Recipe,
    *,
    scale: Scale = None,
    quantity: Wanted = None,
    batch_type: BatchType = None,
    portions: Portions = None,
    location_id: LocationId = None,
    supply: Supply = None,
    due_date: Annotated[date | None, arg("Due")] = None,
    containers: Annotated[list[PlannedContainer] | None, arg("Containers", help="Empty: those that fit best.")] = None,
    ingredients: Annotated[list[PlannedLine] | None, arg("Ingredients", help="Empty: the recipe's.")] = None,
    consumables: Annotated[list[PlannedLine] | None, arg("Consumables", help="Empty: the recipe's.")] = None,
    notes: Annotated[str, arg("Notes", max_length=2000)] = "",
) -> Batch:
    """Keep a plan for a batch that is started later; nothing is taken from stock yet."""
    wish = wish_of(
        ctx, scale=scale, quantity=quantity, batch_type=batch_type, portions=portions, location_id=location_id,
        supply=supply, containers=containers, ingredients=ingredients, consumables=consumables,
    )  # fmt: skip
    return keep_plan(ctx, recipe, wish, due_date=due_date, notes=notes)


@action(recipes, source=("draft", "active"), label="Start a batch", icon="play")
def start_batch(
    ctx: Context,
    recipe: Recipe,
    *,
    scale: Scale = None,
    quantity: Wanted = None,
    batch_type: BatchType = None,
    portions: Portions = None,
    location_id: LocationId = None,
    supply: Supply = None,
    due_date: Annotated[date | None, arg("Due")] = None,
    containers: Annotated[list[PlannedContainer] | None, arg("Containers", help="Empty: those that fit best.")] = None,
    ingredients: Annotated[list[PlannedLine] | None, arg("Ingredients", help="Empty: the recipe's.")] = None,
    consumables: Annotated[list[PlannedLine] | None, arg("Consumables", help="Empty: the recipe's.")] = None,
    notes: Annotated[str, arg("Notes", max_length=2000)] = "",
) -> Batch:
    """Plan a batch and start it at once: everything is taken from stock, or nothing and no batch is made."""
    refuse_unusable(recipe)
    wish = wish_of(
        ctx, scale=scale, quantity=quantity, batch_type=batch_type, portions=portions, location_id=location_id,
        supply=supply, containers=containers, ingredients=ingredients, consumables=consumables,
    )  # fmt: skip
    batch = keep_plan(ctx, recipe, wish, due_date=due_date, notes=notes)
    ctx.do("recipes.batch.start", batch)
    return batch


@before(batches, "create")
def plan_new_batch(ctx: Context, batch: Batch, values: dict[str, Any]) -> None:
    """Work the plan out when a batch is written, with the containers that fit best."""
    _refuse_lines(values)
    recipe = ctx.get(Recipe, batch.recipe_id)
    _refuse_archived(recipe)
    wish = PlanWish(scale=batch.scale, batch_type=batch.batch_type, location_id=batch.location_id, supply=batch.supply)
    _apply(ctx, batch, recipe, _placed(ctx, wish))


@before(batches, "update")
def replan_batch(ctx: Context, batch: Batch, values: dict[str, Any]) -> None:
    """Work the plan out anew when what a planned batch is made from changes; once started, it cannot."""
    _refuse_lines(values)
    changed = {name for name in PLANNED_FIELDS if name in values and values[name] != getattr(batch, name)}
    if not changed:
        return
    new = {name: values.get(name, getattr(batch, name)) for name in PLANNED_FIELDS}
    recipe = ctx.get(Recipe, new["recipe_id"])
    _refuse_archived(recipe)
    wish = PlanWish(
        scale=new["scale"], batch_type=new["batch_type"], location_id=new["location_id"], supply=new["supply"]
    )
    planned = _planned_values(ctx, recipe, _placed(ctx, wish))
    values.update({name: planned.pop(name) for name in ("scale", "batch_type", "location_id", "supply")})
    ctx.update(batch, **planned)


@before(batches, "delete")
def keep_started_batch(ctx: Context, batch: Batch, values: dict[str, Any]) -> None:
    """Only a plan can be thrown away; a batch that was started is cancelled."""
    if batch.state != "planned":
        raise Refused("BATCH_STARTED", f"{batch.label} was started and stays on record. Cancel it instead.")


def _refuse_lines(values: dict[str, Any]) -> None:
    """Lines, outputs and timers come from actions: written with the batch, they would be unknown to stock."""
    named = [name for name in WRITTEN_BY_ACTIONS if name in values]
    if named:
        raise Invalid({name: ["Is read-only: use the actions of the batch."] for name in named})


def wish_of(
    ctx: Context, *, containers: list[PlannedContainer] | None, ingredients: list[PlannedLine] | None,
    consumables: list[PlannedLine] | None, **how_much: Any,
) -> PlanWish:  # fmt: skip
    """Return what was asked for as a wish at a certain place."""
    wish = PlanWish(
        containers=_containers(containers), ingredients=_lines(ingredients), consumables=_lines(consumables), **how_much
    )
    return _placed(ctx, wish)


def keep_plan(ctx: Context, recipe: Recipe, wish: PlanWish, *, due_date: date | None, notes: str) -> Batch:
    """Write a planned batch with its snapshot."""
    planned = _planned_values(ctx, recipe, wish)
    batch = ctx.create(Batch, recipe_id=recipe.id, due_date=due_date, notes=notes or None, **planned)
    ctx.db.flush()
    return batch


def _apply(ctx: Context, batch: Batch, recipe: Recipe, wish: PlanWish) -> None:
    for name, value in _planned_values(ctx, recipe, wish).items():
        setattr(batch, name, value)


def _planned_values(ctx: Context, recipe: Recipe, wish: PlanWish) -> dict[str, Any]:
    plan = make_plan(ctx, recipe, wish)
    snapshot = plan.snapshot()
    scale = rounded(plan.scale)
    stored = ctx.create(
        BatchPlan, recipe_id=recipe.id, scale=scale, snapshot=snapshot, fingerprint=fingerprint(snapshot)
    )
    ctx.db.flush()
    return {
        "plan_id": stored.id,
        "name": recipe.name,
        "scale": scale,
        "batch_type": plan.batch_type,
        "location_id": wish.location_id,
        "supply": wish.supply,
        "yield_unit_id": recipe.yield_unit_id,
        "projected_qty": plan.projected,
        "portions_planned": plan.portions,
    }


def _placed(ctx: Context, wish: PlanWish) -> PlanWish:
    """Return the wish at a certain place."""
    return replace(wish, location_id=placed(ctx, wish.location_id))


def _refuse_archived(recipe: Recipe) -> None:
    if recipe.state == "archived":
        refuse_unusable(recipe)


def _containers(given: list[PlannedContainer] | None) -> tuple[ContainerWish, ...] | None:
    return None if given is None else tuple(ContainerWish(item.container_id, item.quantity) for item in given)


def _lines(given: list[PlannedLine] | None) -> tuple[LineWish, ...] | None:
    return None if given is None else tuple(LineWish(item.item_id, item.quantity, item.unit_id) for item in given)
