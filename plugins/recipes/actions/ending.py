"""Ending a batch without a product: cancelled, and everything goes back; or failed, and nothing does."""

from __future__ import annotations

from typing import Annotated

from core.api import Context, action, arg
from plugins.recipes.actions.timers import stop_all
from plugins.recipes.consumption import give_all_back
from plugins.recipes.models import Batch
from plugins.recipes.resources.batches import batches

Why = Annotated[str, arg("Why", max_length=2000)]


@action(batches, source="in_progress", target="cancelled", label="Cancel", icon="undo-2",
        confirm="Everything that was taken goes back to its lots.")  # fmt: skip
def cancel(ctx: Context, batch: Batch, *, reason: Annotated[str, arg("Why", max_length=2000)] = "") -> None:
    """Credit everything the batch took, extras included, back to the lots it came from."""
    give_all_back(ctx, batch)
    stop_all(ctx, batch)
    batch.outcome = reason or None
    batch.ended_at = ctx.now()
    ctx.hook.recipes_batch_cancelled(ctx=ctx, batch=batch)


@action(batches, source="in_progress", target="failed", label="Fail", icon="octagon-x",
        confirm="What was taken is used up and is not given back.")  # fmt: skip
def fail(ctx: Context, batch: Batch, *, reason: Why) -> None:
    """Give the batch up: what it took stays taken, and its cost is expensed."""
    stop_all(ctx, batch)
    batch.expensed_cost = batch.ingredient_cost + batch.consumable_cost + batch.container_cost
    batch.outcome = reason
    batch.ended_at = ctx.now()
    ctx.hook.recipes_batch_failed(ctx=ctx, batch=batch)
