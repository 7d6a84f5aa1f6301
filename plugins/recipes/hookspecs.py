"""What other plugins may join in on: each runs inside the caller's transaction, raising refuses the operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.api import Context, hookspec

if TYPE_CHECKING:
    from plugins.inventory.api import Lot
    from plugins.recipes.models import Batch, BatchLine, BatchTimer, Recipe


@hookspec
def recipes_recipe_activating(ctx: Context, recipe: Recipe) -> None:
    """Guard: raise Refused to keep a recipe from being used in batches."""


@hookspec
def recipes_plan_made(ctx: Context, recipe: Recipe, plan: dict[str, Any]) -> None:
    """A plan was worked out; add to `plan["warnings"]` what its maker should know."""


@hookspec
def recipes_batch_starting(ctx: Context, batch: Batch) -> None:
    """Guard: raise Refused to keep a batch from starting; nothing has been taken from stock yet."""


@hookspec
def recipes_batch_started(ctx: Context, batch: Batch, lines: Sequence[BatchLine]) -> None:
    """A batch was started; its lines say what was taken."""


@hookspec
def recipes_batch_finishing(ctx: Context, batch: Batch) -> None:
    """Guard: raise Refused to keep a batch from being finished, as for a missing measurement."""


@hookspec
def recipes_batch_finished(ctx: Context, batch: Batch, lots: Sequence[Lot]) -> None:
    """A batch was finished into these lots (none when it is untracked)."""


@hookspec
def recipes_batch_cancelled(ctx: Context, batch: Batch) -> None:
    """A batch was cancelled and everything it took is back in its lots."""


@hookspec
def recipes_batch_failed(ctx: Context, batch: Batch) -> None:
    """A batch failed; what it took is used up."""


@hookspec
def recipes_timers_expired(ctx: Context, timers: Sequence[BatchTimer]) -> None:
    """The time of these timers is over."""
