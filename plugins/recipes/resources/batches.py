"""Batches, what went into them and what came out."""

from core.api import group, lines, resource
from plugins.recipes.models import Batch, BatchLine, BatchOutput, BatchPlan, BatchTimer, BatchUsage

batches = resource(
    "recipes.batch",
    Batch,
    path="batches",
    title="Batches",
    singular="Batch",
    label=("label", "name"),
    natural_key="label",
    list=("label", "name", "batch_type", "projected_qty", "final_qty", "yield_unit", "due_date", "state"),
    form=[
        group("Plan", "recipe", "scale", "batch_type", "location", "supply", "due_date", "notes"),
        group("Batch", "label", "state", "projected_qty", "yield_unit", "portions_planned", "started_at"),
        lines("lines", "kind", "item", "quantity", "unit", "cost", "is_extra", "reason", "passed", "broken", "note"),
        lines("timers", "name", "state", "minutes", "ends_at"),
        group(
            "Result", "final_qty", "portions_made", "yield_accuracy", "fill_efficiency", "ended_at", "expiry_date",
            "outcome",
        ),
        lines("usages", "line", "lot", "location", "quantity", "unit_cost", "cost", title="Taken from stock"),
        lines("outputs", "kind", "item", "lot", "quantity", "unit_cost", "cost", title="Into stock"),
        group(
            "Costs", "cost_method", "ingredient_cost", "consumable_cost", "container_cost", "output_cost",
            "expensed_cost", "rounding_cost", "valuation_cost", "unit_cost",
        ),
    ],
    sort="-id",
    icon="flask-conical",
    verbs=("create", "update", "delete"),
    kanban="state",
    calendar="due_date",
    chart=("state",),
    card=("projected_qty", "due_date"),
    graph="recipes.lineage",
)  # fmt: skip

plans = resource(
    "recipes.plan", BatchPlan, path="batch-plans", title="Batch plans", label="id",
    list=("recipe", "scale", "created_at"), sort="-id", icon="clipboard-list", writable=False,
)  # fmt: skip

batch_lines = resource(
    "recipes.line",
    BatchLine,
    path="batch-lines",
    title="Batch lines",
    label=("item",),
    list=("batch", "kind", "item", "quantity", "unit", "base_qty", "cost", "is_extra", "reason", "note"),
    sort="batch_id,position,id",
    icon="list",
    writable=False,
)

usages = resource(
    "recipes.usage", BatchUsage, path="batch-usages", title="Lots used in batches", singular="Lot used in a batch",
    label="id", list=("batch", "line", "lot", "location", "quantity", "unit_cost", "cost"), sort="-id",
    icon="arrow-down-to-line", writable=False,
)  # fmt: skip

outputs = resource(
    "recipes.output", BatchOutput, path="batch-outputs", title="Lots made in batches", singular="Lot made in a batch",
    label="id", list=("batch", "kind", "item", "lot", "quantity", "unit_cost", "cost"), sort="-id",
    icon="arrow-up-from-line", writable=False,
)  # fmt: skip

timers = resource(
    "recipes.timer", BatchTimer, path="batch-timers", title="Timers", label="name",
    list=("batch", "name", "minutes", "started_at", "ends_at", "state"), sort="ends_at", icon="timer", writable=False,
    calendar=("started_at", "ends_at"),
)  # fmt: skip
