"""Which fields hold amounts of money, to be rounded where they are only read, and which hold prices, told whole."""

from __future__ import annotations

from core.actions.context import Context
from core.db import types
from core.resources.shape import Field


def is_price(item: Field) -> bool:
    """Whether a field holds what one unit costs."""
    return isinstance(item.type, types.UnitCost) or (item.kind.name == "money" and bool(item.unit))


def currency_of(ctx: Context, item: Field) -> str:
    """Return the currency to whose digits a field is rounded where it is only read, empty where it is told whole."""
    return ctx.tenant.currency if item.kind.name == "money" and not is_price(item) else ""
