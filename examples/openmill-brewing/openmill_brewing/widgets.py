"""What stands on a brewer's dashboard."""

from __future__ import annotations

from typing import Any

from core.api import Context, amount_text, day_text, select, widget
from plugins.inventory.api import Unit
from plugins.recipes.api import Batch

from .models import BrewingRecipe

SHOWN = 5


@widget("brewing.fermenting", title="In the fermenters", permission="recipes.batch.read")
def fermenting(ctx: Context) -> dict[str, Any]:
    """Tell which beers are under way, the longest first."""
    batches = ctx.rows(
        select(Batch.label, Batch.name, Batch.projected_qty, Unit.code, Batch.started_at)
        .join(BrewingRecipe, BrewingRecipe.id == Batch.recipe_id)
        .join(Unit, Unit.id == Batch.yield_unit_id)
        .where(Batch.state == "in_progress", BrewingRecipe.is_beer, *ctx.visible("recipes.batch"))
        .order_by(Batch.started_at)
    )
    items = [f"{label} {name}: {amount_text(quantity, unit)}" for label, name, quantity, unit, _ in batches]
    since = batches[0].started_at.astimezone(ctx.zone) if batches else None
    detail = f"the oldest since {day_text(since.date())}" if since else "Every fermenter is free."
    return {"value": len(batches), "detail": detail, "items": items[:SHOWN]}
