"""Any lot is traced to both ends, and a recall balances to the last digit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from core.api import select
from plugins.inventory.api import Lot, LotLink, Outgoing, Source, default_location, issue
from plugins.recipes.api import BatchOutput
from plugins.recipes.genealogy import split
from plugins.recipes.queries.freshness import inventory_summary
from plugins.recipes.queries.tracing import batches_of_lot, trace_batch
from plugins.recipes.tests.workshop import (
    buy,
    dec,
    in_stock,
    line,
    lines_of,
    make_item,
    make_recipe,
    soap_workshop,
    start,
    unit_id,
    verify,
)


def made_by(ctx, batch) -> list[BatchOutput]:
    return ctx.all(select(BatchOutput).where(BatchOutput.batch_id == batch.id).order_by(BatchOutput.id))


def two_generations(ctx):
    """Set up an infused oil that goes into a balm, with soap made of the same oil beside it."""
    shop = soap_workshop(ctx)
    oil = shop.items["OLIVE-OIL"]
    infusion = make_recipe(ctx, name="Infusion", batch_type="ingredient", yield_qty=dec(500),
                           yield_unit_id=unit_id(ctx, "g"), ingredients=[line(ctx, oil, "500", "g")])  # fmt: skip
    first = ctx.do("recipes.recipe.start-batch", infusion)
    ctx.do("recipes.batch.finish", first, final_quantity=dec(480))
    [infused] = made_by(ctx, first)
    balm = make_recipe(ctx, name="Balm", yield_qty=dec(100), yield_unit_id=unit_id(ctx, "g"),
                       ingredients=[line(ctx, infused.item_id, "90", "g")])  # fmt: skip
    second = ctx.do("recipes.recipe.start-batch", balm)
    ctx.do("recipes.batch.finish", second, final_quantity=dec(100))
    soap = start(ctx, shop)
    ctx.do("recipes.batch.finish", soap, final_quantity=dec("1.2"))
    return shop, first, second, soap


def test_a_batch_is_traced_backward_to_purchases_and_forward_to_products(ctx):
    _shop, first, second, _soap = two_generations(ctx)
    [infused], [balm] = made_by(ctx, first), made_by(ctx, second)
    back = trace_batch(ctx, second.id)["backward"]
    assert [(lot["lot"], lot["generation"]) for lot in back["lots"]] == [(first.label, 0), ("OLIVE-OIL-1", 1)]
    assert [batch["label"] for batch in back["batches"]] == [first.label]
    forward = trace_batch(ctx, first.id)["forward"]
    assert [(lot["lot_id"], lot["generation"]) for lot in forward["lots"]] == [(infused.lot_id, 0), (balm.lot_id, 1)]
    assert [(link["batch_id"], link["quantity"]) for link in forward["links"]] == [(second.id, "90.000000")]


def test_a_purchased_lot_is_traced_to_every_product_and_back(ctx):
    _shop, first, second, soap = two_generations(ctx)
    olive = ctx.find(Lot, number="OLIVE-OIL-1")
    told = batches_of_lot(ctx, olive.id)
    assert {batch["label"] for batch in told["went_into"]["batches"]} == {first.label, second.label, soap.label}
    assert told["made_from"]["batches"] == []
    reached = {lot["lot_id"] for lot in told["went_into"]["lots"]} - {olive.id}
    made = {output.lot_id for batch in (first, second, soap) for output in made_by(ctx, batch)}
    assert reached == made
    for lot_id in made:
        back = {lot["lot_id"] for lot in batches_of_lot(ctx, lot_id)["made_from"]["lots"]}
        assert olive.id in back, "forward and backward reach the same"


def test_the_shares_of_a_lot_add_up_to_all_of_it(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    ctx.do("recipes.batch.finish", batch, final_quantity=dec("1.37"))
    bars, bulk = made_by(ctx, batch)
    links = ctx.all(select(LotLink).where(LotLink.document_id == batch.id))
    by_input: dict[int, Decimal] = {}
    for link in links:
        by_input[link.input_lot_id] = by_input.get(link.input_lot_id, Decimal(0)) + link.quantity
    olive, mould = ctx.find(Lot, number="OLIVE-OIL-1"), ctx.find(Lot, number="MOULD-80-1")
    assert by_input[olive.id] == 450
    shares = {link.output_lot_id: link.quantity for link in links if link.input_lot_id == olive.id}
    assert shares == {bars.lot_id: dec("341.605839"), bulk.lot_id: dec("108.394161")}, "450 x 1.04 / 1.37, and the rest"
    assert {link.output_lot_id for link in links if link.input_lot_id == mould.id} == {bars.lot_id}
    assert verify(ctx) == []


def test_lots_of_a_batch_in_progress_are_found_in_a_recall(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    olive = ctx.find(Lot, number="OLIVE-OIL-1")
    assert [found["label"] for found in batches_of_lot(ctx, olive.id)["batches_without_lots"]] == [batch.label]
    ctx.do("recipes.batch.cancel", batch)
    assert batches_of_lot(ctx, olive.id)["batches_without_lots"] == []


def test_the_summary_tells_the_lots_their_age_and_their_freshness(ctx):
    shop = soap_workshop(ctx)
    today = ctx.today()
    lye = shop.items["LYE"]
    ctx.do("inventory.item.update", lye, is_perishable=True)
    milk = make_item(ctx, "MILK", "raw", "g", is_perishable=True)
    buy(ctx, milk, "100", "0.01", lot="MILK-1", expires_on=today + timedelta(days=10))
    wanted = [line(ctx, milk, "60", "g"), line(ctx, shop.items["WATER"], "1", "l")]
    clock = ctx.db.now
    ctx.db.now = lambda: clock() + timedelta(days=4)
    buy(ctx, milk, "100", "0.03", lot="MILK-2", expires_on=today + timedelta(days=24))
    batch = start(ctx, shop, scale=dec(1), ingredients=[{**wanted[0], "quantity": dec(150)}, wanted[1]])
    summary = inventory_summary(ctx, batch.id)
    told = next(item for item in summary["items"] if item["item_id"] == milk.id)
    assert [(lot["lot"], lot["age_days"], lot["freshness"], lot["quantity"]) for lot in told["lots"]] == [
        ("MILK-1", 4, "60.00", "100.000000"),
        ("MILK-2", 0, "100.00", "50.000000"),
    ]
    assert told["freshness"] == "73.33", "100 g at 60 % and 50 g at 100 %"
    assert told["cost"] == "2.500000"
    assert summary["freshness"] == "84.00", "weighed by cost: 1.00 at 60 %, 1.50 at 100 %"
    assert summary["oldest_days"] == 4
    [moulds] = lines_of(ctx, batch, "container")
    assert any(item["item_id"] == moulds.item_id for item in summary["items"])


def test_an_untracked_batch_is_found_in_a_recall_though_it_made_no_lot(ctx):
    shop = soap_workshop(ctx)
    wash = start(ctx, shop, batch_type="untracked")
    ctx.do("recipes.batch.finish", wash, final_quantity=dec(1))
    olive = ctx.find(Lot, number="OLIVE-OIL-1")
    assert [found["label"] for found in batches_of_lot(ctx, olive.id)["batches_without_lots"]] == [wash.label]


def test_moulds_that_went_back_whole_are_in_no_recall(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    [moulds] = lines_of(ctx, batch, "container")
    ctx.do("recipes.batch.adjust-container", batch, line_id=moulds.id, adjustment_type="quantity", new_total_quantity=0)
    lot = ctx.find(Lot, number="MOULD-80-1")
    assert batches_of_lot(ctx, lot.id)["batches_without_lots"] == []


def test_a_pinch_too_small_to_be_shared_is_still_found_in_every_lot(ctx):
    """0.000001 g of saffron in 600 g, 160 g and 240 g of soap: three lots, and a recall must reach all three."""
    shop = soap_workshop(ctx)
    saffron = make_item(ctx, "SAFFRON", "raw", "g")
    jar = make_item(ctx, "JAR", "container", "each", capacity=dec(300), capacity_unit_id=unit_id(ctx, "g"))
    buy(ctx, saffron, "1", "1000", lot="SAFFRON-1")
    buy(ctx, jar, "10", "1")
    mould = shop.items["MOULD-80"]
    wanted = [line(ctx, saffron, "0.000001", "g"), line(ctx, shop.items["OLIVE-OIL"], "450", "g")]
    recipe = make_recipe(ctx, name="Saffron Soap", yield_qty=dec(1), yield_unit_id=unit_id(ctx, "kg"),
                         ingredients=wanted, containers=[{"item_id": jar.id}, {"item_id": mould}])  # fmt: skip
    chosen = [{"container_id": jar.id, "quantity": 2}, {"container_id": mould, "quantity": 2}]
    batch = ctx.do("recipes.recipe.start-batch", recipe, containers=chosen)
    ctx.do("recipes.batch.finish", batch, final_quantity=dec(1))
    lot = ctx.find(Lot, number="SAFFRON-1")
    reached = {found["lot_id"] for found in batches_of_lot(ctx, lot.id)["went_into"]["lots"]} - {lot.id}
    assert len(reached) == 3
    assert reached == {output.lot_id for output in made_by(ctx, batch)}
    assert verify(ctx) == []


@pytest.mark.parametrize(
    ("quantity", "weights", "shares"),
    [
        ("0.000001", (1, 1, 2), ("0.000001", "0.000001", "0.000001")),
        ("0.000006", (1, 1, 1, 1), ("0.000001", "0.000001", "0.000002", "0.000002")),
        ("10", (1, 2), ("3.333333", "6.666667")),
    ],
)
def test_no_share_is_nothing_and_the_sum_is_kept_where_it_can_be(quantity, weights, shares):
    assert split(dec(quantity), [Fraction(weight) for weight in weights]) == [dec(share) for share in shares]


def test_soap_of_an_oil_recalled_while_it_was_made_is_held_back(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    ctx.do("inventory.lot.recall", ctx.find(Lot, number="OLIVE-OIL-1"), reason="Rancid")
    ctx.do("recipes.batch.finish", batch, final_quantity=dec(1))
    [bars] = made_by(ctx, batch)
    lot = ctx.get(Lot, bars.lot_id)
    assert (lot.state, lot.state_reason) == ("quarantine", "Made of OLIVE-OIL-1, recalled meanwhile.")
    assert in_stock(ctx, [bars.item_id]) == {bars.item_id: 0}
    ctx.do("inventory.lot.release", lot)
    assert in_stock(ctx, [bars.item_id]) == {bars.item_id: 13}


def test_a_reworked_batch_is_traced_through_the_article_it_came_from(ctx):
    """Soap scraps go into the next batch of the same article, twice: four generations, none of them its own parent."""
    shop = soap_workshop(ctx)
    first = start(ctx, shop)
    ctx.do("recipes.batch.finish", first, final_quantity=dec("1.2"))
    [_bars, bulk] = made_by(ctx, first)
    wanted = [line(ctx, bulk.item_id, "0.1", "kg"), line(ctx, shop.items["LYE"], "1", "g")]
    rebatch = make_recipe(ctx, name="Rebatch", yield_qty=dec("0.1"), yield_unit_id=unit_id(ctx, "kg"),
                          yield_item_id=bulk.item_id, ingredients=wanted)  # fmt: skip
    source = Source("tests.sale", ctx.today())
    issue(ctx, [Outgoing(bulk.item_id, default_location(ctx).id, dec("0.06"))], source=source, move_type="sale")
    chain = [bulk.lot_id]
    for _ in range(2):
        batch = ctx.do("recipes.recipe.start-batch", rebatch)
        ctx.do("recipes.batch.finish", batch, final_quantity=dec("0.1"))
        chain.append(made_by(ctx, batch)[0].lot_id)
    assert len(set(chain)) == 3
    back = {lot["lot_id"]: lot["generation"] for lot in batches_of_lot(ctx, chain[2])["made_from"]["lots"]}
    assert [back[lot_id] for lot_id in chain] == [2, 1, 0]
    assert back[ctx.find(Lot, number="OLIVE-OIL-1").id] == 3
    forward = batches_of_lot(ctx, ctx.find(Lot, number="OLIVE-OIL-1").id)["went_into"]["lots"]
    assert {lot["lot_id"] for lot in forward} >= set(chain)
    assert verify(ctx) == []
