"""Yields: how well recipes keep what they predict."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from core.api import Context, arg, column, report, select
from plugins.recipes.costing import rounded
from plugins.recipes.days import start_of
from plugins.recipes.models import Batch, Recipe

COLUMNS = (
    column("code", "Recipe"),
    column("name", "Name"),
    column("version", "Version", "integer"),
    column("batches", "Finished", "integer", total=True),
    column("failed", "Failed", "integer", total=True),
    column("mean_accuracy", "Mean yield accuracy %", "quantity"),
    column("worst_accuracy", "Worst %", "quantity"),
    column("best_accuracy", "Best %", "quantity"),
)


@report(
    "recipes.yields",
    title="Yields",
    columns=COLUMNS,
    permission="recipes.batch.read",
    path="reports/yields",
    chart=("name", "batches"),
)
def yields(
    ctx: Context,
    *,
    since: Annotated[date | None, arg("Since", help="Batches that ended on this day or later.")] = None,
) -> list[dict[str, Any]]:
    """Return for each recipe how many batches were finished or failed, and by how much their yields missed."""
    wanted = select(Batch.recipe_id, Batch.state, Batch.yield_accuracy).where(
        Batch.state.in_(("finished", "failed")), *ctx.visible("recipes.batch")
    )
    if since is not None:
        wanted = wanted.where(Batch.ended_at >= start_of(ctx, since))
    accuracies: dict[int, list[Decimal]] = defaultdict(list)
    failed: dict[int, int] = defaultdict(int)
    for recipe_id, state, accuracy in ctx.rows(wanted):
        if state == "finished":
            accuracies[recipe_id].append(accuracy)
        else:
            failed[recipe_id] += 1
    ids = sorted({*accuracies, *failed})
    made = ctx.all(select(Recipe).where(Recipe.id.in_(ids)).order_by(Recipe.name, Recipe.version_number))
    return [_row(recipe, accuracies[recipe.id], failed[recipe.id]) for recipe in made]


def _row(recipe: Recipe, accuracies: list[Decimal], failed: int) -> dict[str, Any]:
    mean = rounded(Fraction(sum(accuracies, Decimal(0))) / len(accuracies), places=4) if accuracies else None
    return {
        "code": recipe.code,
        "name": recipe.name,
        "version": recipe.version_number,
        "batches": len(accuracies),
        "failed": failed,
        "mean_accuracy": mean,
        "worst_accuracy": min(accuracies, default=None),
        "best_accuracy": max(accuracies, default=None),
    }
