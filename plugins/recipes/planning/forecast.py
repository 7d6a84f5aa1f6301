"""What a plan would cost: the lots that would be taken now, and a known cost for what is not there yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.api import Context
from plugins.recipes import stock
from plugins.recipes.planning.lines import PlanLine
from plugins.recipes.supply import Places


def with_costs(ctx: Context, lines: Sequence[PlanLine], places: Places) -> tuple[PlanLine, ...]:
    """Return the lines with their forecast cost; None where nothing says what an item costs."""
    wanted = [(index, line) for index, line in enumerate(lines) if line.base_qty]
    costs = stock.forecast(ctx, [(line.item_id, line.base_qty) for _, line in wanted if line.base_qty], places)
    by_index = {index: cost for (index, _), cost in zip(wanted, costs, strict=True)}
    return tuple(replace(line, cost=by_index.get(index)) for index, line in enumerate(lines))
