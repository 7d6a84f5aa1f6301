"""The main job: a soap maker scales a recipe, starts a batch, finishes it, and knows what a bar costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.api import Refused, select
from core.testing.house import make_tenant
from plugins.inventory.api import Item, Lot
from plugins.recipes.api import BatchOutput
from plugins.recipes.tests.workshop import balances, buy, dec, in_stock, lines_of, plan, soap_workshop, start, verify


def test_two_and_a_half_times_the_recipe_with_broken_moulds_and_the_rest_in_bulk(ctx):
    """2.5 kg for 3.70 x 2.5 = 9.25; at 93 % yield 2.325 kg come out, a kilogram costs 3.978495.

    32 moulds were planned (2.56 kg of room). 24 turned out well, 1 broke, 7 were never used and go back.
    A bar: 80 g x 0.003978495 + 25 moulds x 0.25 / 24 = 0.318280 + 0.260417 = 0.578696.
    In bulk: 2.325 kg - 24 x 0.08 kg = 0.405 kg for 1.611290.
    """
    shop = soap_workshop(ctx)
    batch = start(ctx, shop, scale=dec("2.5"))
    [moulds] = lines_of(ctx, batch, "container")
    assert (batch.label, batch.projected_qty) == (f"LAS-{ctx.today().year}-001", dec("2.5"))
    assert (batch.ingredient_cost, batch.consumable_cost, batch.container_cost) == (dec("9.25"), dec("1.5"), dec("8"))
    assert moulds.base_qty == 32

    ctx.do(
        "recipes.batch.finish", batch, final_quantity=dec("2.325"),
        containers=[{"line_id": moulds.id, "passed": 24, "broken": 1}],
    )  # fmt: skip

    bars, bulk = ctx.all(select(BatchOutput).where(BatchOutput.batch_id == batch.id).order_by(BatchOutput.id))
    assert (bars.kind, bars.quantity, bars.unit_cost, bars.cost) == ("container", 24, dec("0.578696"), dec("13.888710"))
    assert (bulk.kind, bulk.quantity, bulk.unit_cost, bulk.cost) == (
        "bulk", dec("0.405"), dec("3.978494"), dec("1.61129"),
    )  # fmt: skip
    assert batch.state == "finished"
    assert (batch.yield_accuracy, batch.unit_cost) == (dec("-7"), dec("3.978495"))
    assert batch.fill_efficiency == 100
    assert batch.container_cost == dec("6.25")
    assert in_stock(ctx, shop.items)[shop.items["MOULD-80"]] == 15
    went_in = dec("9.25") + dec("1.5") + dec("6.25")
    assert (batch.output_cost, batch.expensed_cost, batch.rounding_cost) == (dec("15.5"), dec("1.5"), dec(0))
    assert batch.output_cost + batch.expensed_cost + batch.rounding_cost == went_in
    assert verify(ctx) == []


def test_a_filled_container_becomes_an_article_with_a_lot_that_carries_the_label(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    ctx.do("recipes.batch.finish", batch, final_quantity=dec("1.04"))
    [output] = ctx.all(select(BatchOutput).where(BatchOutput.batch_id == batch.id))
    bar, lot = ctx.get(Item, output.item_id), ctx.get(Lot, output.lot_id)
    assert (bar.code, bar.kind, bar.name) == ("LAS-MOULD-80", "finished", "Lavender Soap · Mould 80")
    assert (lot.number, lot.item_id) == (batch.label, bar.id)
    assert lot.expires_on == ctx.today() + timedelta(days=365) == batch.expiry_date

    again = start(ctx, shop)
    ctx.do("recipes.batch.finish", again, final_quantity=dec("1.04"))
    [second] = ctx.all(select(BatchOutput).where(BatchOutput.batch_id == again.id))
    assert second.item_id == bar.id, "the second batch fills the same article"


def test_every_short_line_is_told_at_once_and_nothing_is_taken(ctx):
    shop = soap_workshop(ctx)
    before = balances(ctx)
    batch = plan(ctx, shop, scale=dec("6"))
    with pytest.raises(Refused) as refusal:
        ctx.do("recipes.batch.start", batch)
    short = {line["item"]: (line["status"], line["shortage"]) for line in refusal.value.extra["lines"]}
    assert refusal.value.code == "INSUFFICIENT_STOCK"
    assert short == {
        "Olive oil": ("LOW", "700.000000"),
        "Coconut oil": ("LOW", "200.000000"),
        "Lye": ("LOW", "40.000000"),
        "Lavender eo": ("LOW", "20.000000"),
        "Mould 80": ("LOW", "35.000000"),
    }
    step = refusal.value.extra["next_step"]
    restock = "/api/v1/admin/inventory-transactions/batch-adjustment"
    assert (step["kind"], step["path"], step["retry"]) == ("receive_stock", restock, True)
    assert balances(ctx) == before
    assert batch.label is None


def test_the_oldest_lot_is_taken_first_and_a_batch_of_two_lots_costs_both(ctx):
    shop = soap_workshop(ctx)
    buy(ctx, shop.items["LYE"], "500", "0.007", lot="LYE-2")
    ctx.do("inventory.item.update", shop.items["OLIVE-OIL"], reorder_point=None)
    for item in ("OLIVE-OIL", "COCONUT-OIL"):
        buy(ctx, shop.items[item], "5000", "0.004", lot=f"{item}-2")
    buy(ctx, shop.items["LAVENDER-EO"], "100", "0.0375", lot="EO-2")
    buy(ctx, shop.items["MOULD-80"], "100", "0.25", lot="MOULD-2")
    batch = start(ctx, shop, scale=dec("6"))
    lye = next(line for line in lines_of(ctx, batch, "ingredient") if line.item_id == shop.items["LYE"])
    assert lye.cost == 500 * dec("0.005") + 40 * dec("0.007")
    assert verify(ctx) == []


def test_labels_begin_anew_each_year_and_are_counted_over_all_recipes(ctx):
    shop = soap_workshop(ctx)
    clock = ctx.db.now
    first = start(ctx, shop, scale=dec("0.1"))
    mint = ctx.do("recipes.recipe.new-variation", shop.recipe_id, name="Mint Soap")
    ctx.do("recipes.recipe.activate", mint)
    second = ctx.do("recipes.recipe.start-batch", mint, scale=dec("0.1"))
    year = ctx.today().year
    ctx.db.now = lambda: clock().replace(year=year + 1, month=1, day=2)
    third = start(ctx, shop, scale=dec("0.1"))
    assert [batch.label for batch in (first, second, third)] == [
        f"LAS-{year}-001", f"MIS-{year}-002", f"LAS-{year + 1}-001",
    ]  # fmt: skip
    assert verify(ctx) == []


@pytest.mark.parametrize(
    ("zone", "moment", "year"),
    [
        ("Pacific/Auckland", datetime(2026, 12, 31, 10, 59, 59, tzinfo=UTC), 2026),
        ("Pacific/Auckland", datetime(2026, 12, 31, 11, 0, tzinfo=UTC), 2027),
        ("America/Los_Angeles", datetime(2027, 1, 1, 7, 59, 59, tzinfo=UTC), 2026),
        ("America/Los_Angeles", datetime(2027, 1, 1, 8, 0, tzinfo=UTC), 2027),
    ],
)
def test_the_year_of_a_label_turns_at_midnight_where_the_maker_is(kernel, zone, moment, year):
    tenant = make_tenant(kernel, ["recipes"], zone=zone)
    with kernel.unit(tenant.id) as ctx:
        ctx.db.now = lambda: moment
        shop = soap_workshop(ctx)
        batch = start(ctx, shop, scale=dec("0.1"))
        assert batch.label == f"LAS-{year}-001"
