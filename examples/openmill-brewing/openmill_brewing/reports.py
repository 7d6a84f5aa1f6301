"""What to weigh out on a brew day, and what to buy before it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

from core.api import Context, arg, column, report, round_half_up
from plugins.inventory.api import Converter, available
from plugins.recipes.api import Recipe

from .beerxml import Stage
from .brew_lines import BrewLine, brew_lines

ORDER = {stage: position for position, stage in enumerate(Stage)}
LAST = len(ORDER)


@report(
    "brewing.brew_day",
    title="Bill of a brew day",
    columns=[
        column("stage", "Stage"),
        column("minutes", "Minutes", "quantity"),
        column("ingredient", "Ingredient"),
        column("quantity", "Weigh out", "quantity"),
        column("unit", "Unit"),
        column("in_stock", "In stock", "quantity"),
        column("to_buy", "To buy", "quantity"),
        column("stock_unit", "Stock unit"),
    ],
    permission="recipes.recipe.read",
    path="reports/brew-day",
)
def brew_day(
    ctx: Context,
    *,
    recipe_id: Annotated[int, arg("Recipe", ref="recipes.recipe")],
    litres: Annotated[Decimal | None, arg("Litres", gt=0, le=10**6, help="Empty: as the recipe is written.")] = None,
) -> list[dict[str, Any]]:
    """List what a recipe takes at a size, in the order of the day: what to weigh out, what is there, what to buy."""
    recipe = ctx.get(Recipe, recipe_id)
    lines = sorted(brew_lines(ctx, recipe), key=_order_of_the_day)
    converter = Converter.load(ctx, [line.item.id for line in lines])
    scale = litres / converter.convert(recipe.yield_qty, recipe.yield_unit_id, "l") if litres else Decimal(1)
    return list(_rows(ctx, lines, converter, scale))


def _order_of_the_day(line: BrewLine) -> tuple[int, Decimal]:
    """Within a stage, what stays in longest goes in first."""
    return ORDER[line.stage] if line.stage else LAST, -(line.minutes or Decimal(0))


def _rows(ctx: Context, lines: list[BrewLine], converter: Converter, scale: Decimal) -> Iterator[dict[str, Any]]:
    left = dict(available(ctx, {line.item.id for line in lines}))
    for line in lines:
        quantity = round_half_up(line.line.quantity * scale, 6)
        needed = converter.convert(quantity, line.unit.id, line.item.base_unit_id, line.item.id)
        in_stock = left.get(line.item.id, Decimal(0))
        left[line.item.id] = max(Decimal(0), in_stock - needed)
        yield {
            "stage": line.stage.value if line.stage else "",
            "minutes": line.minutes,
            "ingredient": line.item.name,
            "quantity": quantity,
            "unit": line.unit.code,
            "in_stock": in_stock,
            "to_buy": max(Decimal(0), needed - in_stock),
            "stock_unit": converter.code(line.item.base_unit_id),
        }
