"""What an administrator decides about costs, changed as an administrator changes it."""

from __future__ import annotations

import pytest

from core.testing.clients import ApiClient
from plugins.recipes.api import Batch
from plugins.recipes.tests.workshop import buy, dec, lines_of, soap_workshop, start, verify


@pytest.fixture
def shop(unit):
    with unit() as ctx:
        shop = soap_workshop(ctx)
        buy(ctx, shop.items["LYE"], "500", "0.009", lot="LYE-2")
        return shop


def decide(client: ApiClient, key: str, value: object) -> None:
    answer = client.patch("settings", {key: value})
    assert answer.status_code == 200, answer.get_json()


def test_a_setting_calls_its_choices_as_its_page_does(ctx):
    chosen = [item for key, item in ctx.registry.settings.items() if key.startswith("recipes.") and item.choices]
    named = [(item.key, word) for item in chosen for word in item.choices if f"{word}:" in item.help]
    assert (len(chosen), named) == (2, [])


def test_consumables_may_be_part_of_the_unit_cost(client, unit, shop):
    decide(client, "recipes.consumables_in_unit_cost", True)
    with unit() as ctx:
        batch = start(ctx, shop)
        ctx.do("recipes.batch.finish", batch, final_quantity=dec("1.04"))
        assert (batch.unit_cost, batch.expensed_cost) == (dec("4.134615"), 0)
        assert batch.output_cost == dec("3.70") + dec("0.60") + dec("3.25")
        assert verify(ctx) == []


def test_average_costs_are_locked_at_the_start(client, unit, shop):
    """500 g lye at 0.005 and 500 g at 0.009: 0.007 on average; the batch takes 90 g of the older lot."""
    decide(client, "recipes.cost_method", "average")
    with unit() as ctx:
        batch_id = start(ctx, shop).id
    decide(client, "recipes.cost_method", "fifo")
    with unit() as ctx:
        batch = ctx.get(Batch, batch_id)
        lye = next(line for line in lines_of(ctx, batch, "ingredient") if line.item_id == shop.items["LYE"])
        assert (batch.cost_method, lye.cost) == ("average", dec("0.63"))
        assert batch.ingredient_cost == dec("3.70") - dec("0.45") + dec("0.63")
        assert batch.valuation_cost == dec("0.45") - dec("0.63")
        extra = {"kind": "ingredient", "item_id": shop.items["LYE"], "quantity": dec(10)}
        ctx.do("recipes.batch.add-extras", batch, lines=[extra], reason="other")
        ctx.do("recipes.batch.finish", batch, final_quantity=dec("1.04"))
        charged = dec("3.70") + dec("0.05") + dec("0.60") + dec("3.25")
        came_out = batch.output_cost + batch.expensed_cost + batch.rounding_cost + batch.valuation_cost
        assert came_out == charged
        assert verify(ctx) == []
