"""The demos: believable, in balance, and the same however often they are loaded."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func

from core.api import Context, select
from plugins.inventory.api import Item, Lot, Move, Reservation, Stock

COUNTED = (Item, Lot, Move, Reservation, Stock)


@pytest.mark.parametrize("theme", ["soap", "paint"])
def test_a_demo_is_in_balance_and_loading_it_twice_changes_nothing(ctx: Context, theme: str) -> None:
    once = _load(ctx, theme)
    assert once[Move] > 100
    assert _load(ctx, theme) == once
    for check in ctx.registry.checks.values():
        if check.plugin == "inventory":
            assert list(check.function(ctx)) == [], check.title


def test_both_demos_fit_into_one_organisation(ctx: Context) -> None:
    both = _load(ctx, "soap")[Item], _load(ctx, "paint")[Item]
    assert both == (20, 38)


def test_the_soap_maker_has_something_to_look_at(ctx: Context) -> None:
    _load(ctx, "soap")
    low = [row["code"] for row in _ask(ctx, "inventory.low_stock")]
    assert low == ["BUT-COCOA", "OIL-CASTOR"]
    assert [row["code"] for row in _ask(ctx, "inventory.expiring")] == ["EO-CEDAR"]
    family = ctx.find(Item, code="BAR-LAV").family_id
    cedar = ctx.registry.queries["inventory.family_variants"].function(ctx, family)["variants"][0]
    assert (cedar["code"], cedar["on_hand"], cedar["reserved"], cedar["available"]) == ("BAR-CED", 210, 48, 162)


def _load(ctx: Context, theme: str) -> dict[Any, int]:
    ctx.registry.demos[f"inventory.{theme}"].function(ctx)
    ctx.db.flush()
    return {model: ctx.scalar(select(func.count(model.id))) for model in COUNTED}


def _ask(ctx: Context, key: str) -> list[dict[str, Any]]:
    return list(ctx.registry.queries[key].function(ctx))
