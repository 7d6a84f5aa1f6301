"""Extras: more of something while a batch is in progress, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

from core.api import Context, Invalid, action, arg
from plugins.inventory.api import Converter
from plugins.recipes.actions.starting import refuse_short
from plugins.recipes.consumption import add_lines
from plugins.recipes.models import LINE_KINDS, REASONS, Batch
from plugins.recipes.planning import PlanLine, recheck_more
from plugins.recipes.planning.containers import capacity_of, check_allowed
from plugins.recipes.planning.lines import items_by_id
from plugins.recipes.resources.batches import batches


@dataclass(frozen=True)
class Extra:
    """More of an ingredient, consumable or container."""

    kind: Annotated[str, arg("Kind", choices=LINE_KINDS)]
    item_id: Annotated[int, arg("Item", ref="inventory.item")]
    quantity: Annotated[Decimal, arg("Quantity", gt=0)]
    unit_id: Annotated[int | None, arg("Unit", ref="inventory.unit", help="Empty: the item's own.")] = None
    note: Annotated[str, arg("Note", max_length=200)] = ""


@action(batches, source="in_progress", label="Add extras", icon="plus")
def add_extras(
    ctx: Context,
    batch: Batch,
    *,
    lines: Annotated[list[Extra], arg("Extras")],
    reason: Annotated[str, arg("Reason", choices=REASONS)],
) -> None:
    """Take more from stock for the batch; all the lines or none."""
    if not lines:
        raise Invalid({"lines": ["Name at least one thing to add."]})
    wanted = recheck_more(ctx, batch, _planned(ctx, batch, lines))
    refuse_short(wanted)
    add_lines(ctx, batch, wanted, reason=reason)


def _planned(ctx: Context, batch: Batch, extras: Sequence[Extra]) -> list[PlanLine]:
    items = items_by_id(ctx, [extra.item_id for extra in extras])
    units = Converter.load(ctx)
    planned = []
    for index, extra in enumerate(extras):
        if extra.item_id not in items:
            raise Invalid({f"lines.{index}.item_id": ["There is no such item."]})
        item = items[extra.item_id]
        unit_id = extra.unit_id or item.base_unit_id
        line = PlanLine(extra.kind, item.id, item.name, extra.quantity, unit_id, units.code(unit_id), note=extra.note)
        if extra.kind == "container":
            if item.kind != "container":
                raise Invalid({f"lines.{index}.item_id": [f"{item.name} is not a container."]})
            check_allowed(batch.recipe, [item], f"lines.{index}.item_id")
            if extra.quantity != extra.quantity.to_integral_value():
                raise Invalid({f"lines.{index}.quantity": ["Containers are taken whole."]})
            line = replace(line, capacity=capacity_of(ctx, item, batch.yield_unit_id, batch.recipe))
        planned.append(line)
    return planned
