"""Correcting the containers of a batch: more or fewer of them, or another kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from core.api import Context, Invalid, NotFound, Refused, action, arg
from plugins.inventory.api import Item
from plugins.recipes.actions.starting import refuse_short
from plugins.recipes.consumption import add_lines, lines_of, set_quantity
from plugins.recipes.models import Batch, BatchLine
from plugins.recipes.planning import PlanLine, recheck_more
from plugins.recipes.planning.containers import MOST_CONTAINERS, capacity_of, check_allowed, container_line
from plugins.recipes.resources.batches import batches


@action(batches, source="in_progress", label="Adjust containers", icon="package-open")
def adjust_container(
    ctx: Context,
    batch: Batch,
    *,
    line_id: Annotated[int, arg("Container line", ref="recipes.line")],
    adjustment_type: Annotated[str, arg("Adjustment", choices=("quantity", "replace"))],
    new_total_quantity: Annotated[
        int | None, arg("New total", ge=0, le=MOST_CONTAINERS, help="Of the same kind; what is too many goes back.")
    ] = None,
    container_id: Annotated[int | None, arg("Container instead", ref="inventory.item")] = None,
    new_quantity: Annotated[
        int | None, arg("How many instead", ge=0, le=MOST_CONTAINERS, help="Of the container instead.")
    ] = None,
    notes: Annotated[str, arg("Notes", max_length=200)] = "",
) -> None:
    """Take more of a container or give some back (`quantity`), or use another kind instead (`replace`)."""
    line = _container_line(ctx, batch, line_id)
    if adjustment_type == "quantity":
        total = _given(new_total_quantity, "new_total_quantity")
        _set(ctx, batch, line, total, notes)
        return
    if container_id is None:
        raise Invalid({"container_id": ["Name the container to use instead."]})
    count = _given(new_quantity, "new_quantity")
    if not count:
        raise Invalid({"new_quantity": ["Must be above 0."]})
    instead = _replacement(ctx, batch, container_id, count, notes)
    _set(ctx, batch, line, 0, notes)
    refuse_short(checked := recheck_more(ctx, batch, [instead]))
    add_lines(ctx, batch, checked, reason=line.reason)


def _container_line(ctx: Context, batch: Batch, line_id: int) -> BatchLine:
    line = next((line for line in lines_of(ctx, batch) if line.id == line_id), None)
    if line is None:
        raise NotFound("This batch has no such line.")
    if line.kind != "container":
        raise Refused("LINE_NOT_A_CONTAINER", f"The line holds {line.item.name}, which is no container of this batch.")
    return line


def _set(ctx: Context, batch: Batch, line: BatchLine, total: int, notes: str) -> None:
    more = Decimal(total) - line.base_qty
    if more > 0:
        refuse_short(recheck_more(ctx, batch, [container_line(line.item, more, line.capacity)]))
    set_quantity(ctx, batch, line, Decimal(total))
    line.quantity = Decimal(total)
    line.note = notes or line.note


def _replacement(ctx: Context, batch: Batch, container_id: int, count: int, notes: str) -> PlanLine:
    item = ctx.get(Item, container_id)
    if item.kind != "container":
        raise Invalid({"container_id": [f"{item.name} is not a container."]})
    check_allowed(batch.recipe, [item], "container_id")
    capacity = capacity_of(ctx, item, batch.yield_unit_id, batch.recipe)
    return container_line(item, Decimal(count), capacity, note=notes)


def _given(count: int | None, name: str) -> int:
    if count is None:
        raise Invalid({name: ["Say how many."]})
    return count
