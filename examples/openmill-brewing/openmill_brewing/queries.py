"""What a recipe will probably become."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.api import Context, Invalid, query
from plugins.inventory.api import Converter
from plugins.recipes.api import Recipe

from .beerxml import Kind, Stage
from .brew_lines import BrewLine, brew_lines
from .estimates import Grist, HopAddition, bitterness, colour, ebc, original_gravity
from .models import BrewingRecipe

USUAL_EFFICIENCY = Decimal(72)
NONE = Decimal(0)
ESTIMATES = ("original_gravity", "bitterness_ibu", "colour_srm", "colour_ebc")


@query(
    "brewing.estimates",
    path="recipes/{id}/brewing-estimates",
    title="Gravity, bitterness and colour",
    permission="recipes.recipe.read",
)
def estimates(ctx: Context, recipe_id: int) -> dict[str, Any]:
    """Estimate original gravity, IBU (Tinseth) and colour (Morey) of a recipe.

    What is not known of an ingredient counts as nothing; a recipe that yields no volume has no estimates.
    """
    recipe = ctx.get(Recipe, recipe_id)
    beer = ctx.find(BrewingRecipe, id=recipe.id)
    lines = brew_lines(ctx, recipe)
    converter = Converter.load(ctx, [line.item.id for line in lines])
    litres = _converted(converter, recipe.yield_qty, recipe.yield_unit_id, "l")
    if not litres:
        return dict.fromkeys(ESTIMATES)
    grist = [_grist(line, converter) for line in lines if line.kind is Kind.FERMENTABLE]
    hops = [_hop(line, converter) for line in lines if line.kind is Kind.HOP and line.stage is Stage.BOIL]
    gravity = original_gravity(grist, litres, (beer.efficiency if beer else None) or USUAL_EFFICIENCY)
    srm = colour(grist, litres)
    return dict(zip(ESTIMATES, (gravity, bitterness(hops, litres, gravity), srm, ebc(srm)), strict=True))


def _grist(line: BrewLine, converter: Converter) -> Grist:
    return Grist(
        kilograms=_kilograms(line, converter),
        extract_yield=(line.about.extract_yield if line.about else None) or NONE,
        colour=(line.about.colour if line.about else None) or NONE,
        mashed=line.stage is Stage.MASH,
    )


def _hop(line: BrewLine, converter: Converter) -> HopAddition:
    return HopAddition(
        kilograms=_kilograms(line, converter), alpha_acid=line.alpha_acid or NONE, minutes=line.minutes or NONE
    )


def _kilograms(line: BrewLine, converter: Converter) -> Decimal:
    return _converted(converter, line.line.quantity, line.unit.id, "kg", line.item.id) or NONE


def _converted(
    converter: Converter, amount: Decimal, unit_id: int, to: str, item_id: int | None = None
) -> Decimal | None:
    try:
        return converter.convert(amount, unit_id, to, item_id)
    except Invalid:
        return None
