"""Where brewing joins in with other plugins."""

from __future__ import annotations

from core.api import Context, Refused, hookimpl, select
from plugins.inventory.api import Item, Lot, Stock
from plugins.recipes.api import Batch

from .beerxml import Kind
from .models import BrewingItem, BrewingRecipe


@hookimpl
def recipes_batch_starting(ctx: Context, batch: Batch) -> None:
    """Keep a beer from starting without good yeast: wort that waits for yeast spoils."""
    if not ctx.setting("brewing.yeast_guard") or ctx.find(BrewingRecipe, id=batch.recipe_id, is_beer=True) is None:
        return
    planned = {line["item_id"] for line in batch.plan.snapshot["lines"]}
    is_yeast = BrewingItem.ingredient == Kind.YEAST.value
    yeasts = ctx.all(select(Item).join(BrewingItem, BrewingItem.id == Item.id).where(Item.id.in_(planned), is_yeast))
    if not yeasts and batch.batch_type != "ingredient":
        raise Refused(
            "BREWING_NO_YEAST",
            f"{batch.name} is planned without yeast: add it to the recipe, or plan wort as a batch of type ingredient.",
        )
    for yeast in yeasts:
        _refuse_stale(ctx, yeast)


def _refuse_stale(ctx: Context, yeast: Item) -> None:
    # As far as the brewer sees stock: a refusal tells nothing of a cellar that is none of their business.
    there = Stock.item_id == yeast.id, Stock.on_hand > 0, *ctx.visible("inventory.stock")
    in_stock = select(Stock.lot_id).where(*there)
    lots = ctx.all(select(Lot).where(Lot.id.in_(in_stock)).order_by(Lot.expires_on.desc()))
    if lots and all(lot.expires_on is not None and lot.expires_on < ctx.today() for lot in lots):
        raise Refused(
            "BREWING_YEAST_PAST_ITS_DATE",
            f"All {yeast.name} in stock is past its date; the last lot, {lots[0].number}, was good until "
            f"{lots[0].expires_on}. Receive fresh yeast, or plan the batch with another one.",
            lots=[lot.number for lot in lots],
        )
