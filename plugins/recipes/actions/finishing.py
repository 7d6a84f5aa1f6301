"""Finishing a batch: what came out goes into stock as lots that carry the cost of what went in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from core.api import Context, Invalid, action, arg
from plugins.inventory.api import convert
from plugins.recipes.actions.timers import stop_all
from plugins.recipes.completion import Completion, complete
from plugins.recipes.consumption import lines_of, set_quantity
from plugins.recipes.models import Batch, BatchLine, Recipe
from plugins.recipes.planning.containers import no_yield_item
from plugins.recipes.resources.batches import batches

# Somebody typed grams where the yield is in kilograms.
IMPLAUSIBLE = 100
MOST = 1_000_000


@dataclass(frozen=True)
class ContainerResult:
    """How the containers of one line turned out; the ones that are neither passed nor broken go back to stock."""

    line_id: Annotated[int, arg("Container line", ref="recipes.line")]
    passed: Annotated[int, arg("Passed", ge=0, le=MOST)]
    broken: Annotated[int, arg("Broken", ge=0, le=MOST)] = 0


@action(batches, source="in_progress", target="finished", label="Finish", icon="check")
def finish(
    ctx: Context,
    batch: Batch,
    *,
    final_quantity: Annotated[
        Decimal, arg("Final quantity", gt=0, help="In the unit of the yield. Nothing came out? Fail the batch.")
    ],
    unit_id: Annotated[int | None, arg("Unit", ref="inventory.unit", help="Empty: the unit of the yield.")] = None,
    portions: Annotated[int | None, arg("Portions", gt=0, le=1_000_000_000)] = None,
    containers: Annotated[list[ContainerResult] | None, arg("Containers", help="Empty: all of them passed.")] = None,
    expiry_date: Annotated[date | None, arg("Use by", help="Empty: today and the recipe's shelf life.")] = None,
    notes: Annotated[str, arg("Notes", max_length=2000)] = "",
) -> None:
    """Put what was made into stock at its cost; broken containers load the good ones."""
    ctx.hook.recipes_batch_finishing(ctx=ctx, batch=batch)
    # Before any stock is touched: a batch that is started locks its recipe and then stock, in this order too.
    [recipe] = ctx.lock(Recipe, [batch.recipe_id])
    final = _in_yield_unit(ctx, batch, final_quantity, unit_id)
    _check_portions(batch, portions)
    _settle_containers(ctx, batch, containers)
    stop_all(ctx, batch)
    batch.final_qty = final
    batch.portions_made = portions
    batch.expiry_date = _checked_expiry(ctx, expiry_date)
    batch.notes = "\n".join(part for part in (batch.notes, notes) if part) or None
    batch.ended_at = ctx.now()
    lots = complete(ctx, Completion(batch, recipe, final, portions))
    ctx.hook.recipes_batch_finished(ctx=ctx, batch=batch, lots=lots)


def _in_yield_unit(ctx: Context, batch: Batch, quantity: Decimal, unit_id: int | None) -> Decimal:
    if unit_id is not None:
        quantity = _converted(ctx, batch, quantity, unit_id)
    if quantity > batch.projected_qty * IMPLAUSIBLE:
        told = f"Is more than {IMPLAUSIBLE} times what was projected. Check the number and its unit."
        raise Invalid({"final_quantity": [told]}, code="YIELD_IMPLAUSIBLE")
    return quantity


def _converted(ctx: Context, batch: Batch, quantity: Decimal, unit_id: int) -> Decimal:
    recipe = batch.recipe
    try:
        return convert(ctx, quantity, unit_id, batch.yield_unit_id, recipe.yield_item_id)
    except Invalid as problem:
        if recipe.yield_item_id is not None or problem.code != "MISSING_CONVERSION":
            raise
        # A rule for every item would be the wrong way out: litres of soap weigh something else than litres of oil.
        raise no_yield_item(recipe, "What came out", problem) from None


def _check_portions(batch: Batch, portions: int | None) -> None:
    if batch.portions_planned is not None and batch.batch_type == "product" and portions is None:
        raise Invalid({"portions": ["Say how many portions came out."]}, code="PORTIONS_MISSING")
    if batch.portions_planned is None and portions is not None:
        raise Invalid({"portions": ["This batch is not made in portions. Leave it out."]}, code="NOT_PORTIONED")


def _checked_expiry(ctx: Context, expiry_date: date | None) -> date | None:
    if expiry_date is not None and expiry_date < ctx.today():
        raise Invalid({"expiry_date": ["Lies in the past."]})
    return expiry_date


def _settle_containers(ctx: Context, batch: Batch, results: Sequence[ContainerResult] | None) -> None:
    """Note what passed and what broke; what was not used goes back to the lots it came from."""
    lines = {line.id: line for line in lines_of(ctx, batch, "container")}
    told = _by_line(results or [], lines)
    for line in lines.values():
        result = told.get(line.id)
        passed = int(line.base_qty) if results is None else (result.passed if result else 0)
        broken = result.broken if result else 0
        if passed + broken > line.base_qty:
            raise Invalid(
                {"containers": [f"{line.item.name}: {passed} passed and {broken} broken, {int(line.base_qty)} taken."]},
                code="MORE_CONTAINERS_THAN_TAKEN",
            )
        set_quantity(ctx, batch, line, Decimal(passed + broken))
        line.passed, line.broken = passed, broken


def _by_line(results: Sequence[ContainerResult], lines: dict[int, BatchLine]) -> dict[int, ContainerResult]:
    told: dict[int, ContainerResult] = {}
    for index, result in enumerate(results):
        if result.line_id not in lines:
            raise Invalid({f"containers.{index}.line_id": ["This batch has no such container line."]})
        if result.line_id in told:
            raise Invalid({f"containers.{index}.line_id": ["Named twice."]})
        told[result.line_id] = result
    return told
