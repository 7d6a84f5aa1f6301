"""Starting a batch: everything it needs is taken from stock, or nothing is."""

from __future__ import annotations

from collections.abc import Sequence

from core.api import Context, Refused, action
from plugins.recipes.consumption import add_lines
from plugins.recipes.labels import next_label
from plugins.recipes.models import Batch, Recipe
from plugins.recipes.planning import PlanLine, recheck_batch
from plugins.recipes.planning.plans import line_answer, next_steps
from plugins.recipes.resources.batches import batches


@action(batches, source="planned", target="in_progress", label="Start", icon="play")
def start(ctx: Context, batch: Batch) -> None:
    """Take ingredients, consumables and containers from stock, oldest lot first, and give the batch its label.

    Refused with every line that is short or cannot be converted; nothing is taken then.
    """
    refuse_unusable(batch.recipe)
    ctx.hook.recipes_batch_starting(ctx=ctx, batch=batch)
    lines = recheck_batch(ctx, batch)
    refuse_short(lines)
    label, cost_method = next_label(ctx, batch.recipe), ctx.setting("recipes.cost_method")
    # Set together: what is changed before a statement is written before it, by one of its own.
    ctx.update(batch, label=label, cost_method=cost_method, started_at=ctx.now())
    taken = add_lines(ctx, batch, lines)
    ctx.hook.recipes_batch_started(ctx=ctx, batch=batch, lines=taken)


def refuse_unusable(recipe: Recipe) -> None:
    """Refuse a recipe that batches are not made from."""
    if recipe.state == "archived":
        raise Refused(
            "RECIPE_ARCHIVED", f"{recipe.name} is archived: restore it, or plan the batch from its newest version."
        )
    if recipe.state != "active" and recipe.kind != "test":
        raise Refused("RECIPE_NOT_ACTIVE", f"{recipe.name} is still a draft: activate it first.")


def refuse_short(lines: Sequence[PlanLine]) -> None:
    """Refuse lines that stock does not cover, all of them together, with what to do about each."""
    bad = [line for line in lines if not line.can_be_taken]
    if not bad:
        return
    steps = next_steps(bad)
    short = [line for line in bad if line.shortage]
    raise Refused(
        "INSUFFICIENT_STOCK" if short else bad[0].code,
        " ".join(line.detail for line in bad[:5]) + (f" And {len(bad) - 5} more." if len(bad) > 5 else ""),
        lines=[line_answer(line) for line in bad],
        next_steps=steps,
        next_step=steps[0] if steps else None,
    )
