"""What stock rests on stays as it is once stock has moved; a new standard cost revalues it."""

from __future__ import annotations

from typing import Any

from core.api import Context, Refused, amount_text, before, select
from plugins.inventory.ledger.adjusting import Correction, override_cost
from plugins.inventory.ledger.movement import ZERO, Source
from plugins.inventory.ledger.usage import items_moved
from plugins.inventory.models.items import Item
from plugins.inventory.models.stock import Stock
from plugins.inventory.resources.items import items

_FROZEN = {"base_unit_id": "base unit", "costing": "costing method", "lot_tracking": "way of keeping lots"}


@before(items, "update")
def freeze_what_stock_rests_on(ctx: Context, item: Item, values: dict[str, Any]) -> None:
    """Quantities are in the base unit and values by the costing method: changing either would change the past.

    What has stock is no service either: nothing could be taken any more.
    """
    changed = [words for name, words in _FROZEN.items() if name in values and values[name] != getattr(item, name)]
    if values.get("kind") == "service" != item.kind:
        changed.append("kind")
    if changed and (history := items_moved(ctx, [item.id])):
        raise Refused(
            "ITEM_HAS_HISTORY",
            f"{item.code} has {history[item.id]}: its {changed[0]} stays. Make a new item instead.",
        )


@before(items, "update")
def keep_leave_while_below_zero(ctx: Context, item: Item, values: dict[str, Any]) -> None:
    """What is below zero with leave is settled before the leave is taken away."""
    if not item.allow_negative or values.get("allow_negative", True):
        return
    below = select(Stock.on_hand).where(Stock.item_id == item.id, Stock.on_hand < 0)
    if ctx.one(below) is not None:
        # How much is owed is told as far as the actor sees the stock.
        owed = -sum(ctx.all(below.where(*ctx.visible("inventory.stock"))), ZERO)
        so_much = amount_text(owed, item.base_unit.code) if owed else "elsewhere"
        raise Refused("BELOW_ZERO", f"{item.code} is {so_much} below zero. Receive what is owed first.")


@before(items, "update")
def revalue_at_new_standard(ctx: Context, item: Item, values: dict[str, Any]) -> None:
    """A new standard cost is what stock is worth from today: the difference is a move of value alone."""
    new = values.get("standard_cost", item.standard_cost)
    if item.costing != "standard" or new is None or new == item.standard_cost:
        return
    here = select(Stock.location_id).where(Stock.item_id == item.id, Stock.on_hand > 0).distinct()
    if places := [row.location_id for row in ctx.rows(here)]:
        source = Source("inventory.item", ctx.today(), item.id, item.code, f"Standard cost {amount_text(new)}")
        override_cost(ctx, [Correction(item.id, place, unit_cost=new) for place in places], source=source)
