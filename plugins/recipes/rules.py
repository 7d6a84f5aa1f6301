"""Record rules: what a role may be narrowed to."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from core.api import Context, Resource, rule, select
from plugins.inventory.api import assigned_location_ids
from plugins.recipes.models import Batch, BatchPlan

OF_BATCHES = ("recipes.batch", "recipes.line", "recipes.usage", "recipes.output", "recipes.timer")
PLAN = "recipes.plan"


@rule("recipes.assigned_locations", resources=(*OF_BATCHES, PLAN))
def assigned_locations(ctx: Context, resource: Resource) -> ColumnElement[bool]:
    """Only batches at the locations the member is assigned to, and what belongs to them."""
    here = Batch.location_id.in_(sorted(assigned_location_ids(ctx)))
    if resource.model is Batch:
        return here
    if resource.model is BatchPlan:
        return BatchPlan.id.in_(select(Batch.plan_id).where(here))
    found: ColumnElement[bool] = resource.model.batch_id.in_(select(Batch.id).where(here))
    return found
