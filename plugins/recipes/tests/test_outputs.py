"""What a batch becomes: portions, an ingredient for other batches, bulk, or nothing that is kept."""

from __future__ import annotations

import pytest

from core.api import Invalid, Refused, select
from plugins.inventory.api import Item, Lot, Outgoing, Source, default_location, issue, levels, trace
from plugins.recipes.api import BatchOutput, Recipe
from plugins.recipes.tests.workshop import (
    balances,
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


def outputs(ctx, batch) -> list[BatchOutput]:
    return ctx.all(select(BatchOutput).where(BatchOutput.batch_id == batch.id).order_by(BatchOutput.id))


def in_portions(ctx, shop, **values):
    recipe = ctx.get(Recipe, shop.recipe_id)
    ctx.do("recipes.recipe.update", recipe, is_portioned=True, portion_name="bars", portion_count=12, containers=[],
           **values)  # fmt: skip


def test_portions_share_the_ingredients(ctx):
    """3.70 x 2 = 7.40 for 23 bars: 0.321739 each, and the lot is worth 7.40 to the last digit."""
    shop = soap_workshop(ctx)
    in_portions(ctx, shop)
    batch = start(ctx, shop, scale=dec(2))
    assert batch.portions_planned == 24
    ctx.do("recipes.batch.finish", batch, final_quantity=dec("1.9"), portions=23)
    [bars] = outputs(ctx, batch)
    assert (bars.kind, bars.quantity, bars.unit_cost, bars.cost) == ("portion", 23, dec("0.321739"), dec("7.4"))
    item = ctx.get(Item, bars.item_id)
    assert (item.code, item.name, item.base_unit.code) == ("LAS-PORTION", "Lavender Soap · bars", "each")
    assert (batch.yield_accuracy, batch.portions_made) == (dec(-5), 23)
    assert (batch.output_cost, batch.expensed_cost, batch.rounding_cost) == (dec("7.4"), dec("1.2"), 0)
    assert ctx.get(Recipe, shop.recipe_id).yield_item_id == item.id
    assert verify(ctx) == []


def test_containers_of_a_portioned_batch_load_the_portions(ctx):
    shop = soap_workshop(ctx)
    in_portions(ctx, shop)
    moulds = [{"container_id": shop.items["MOULD-80"], "quantity": 12}]
    batch = start(ctx, shop, containers=moulds, portions=10)
    assert batch.portions_planned == 10
    [line_] = lines_of(ctx, batch, "container")
    ctx.do("recipes.batch.finish", batch, final_quantity=dec(1), portions=10,
           containers=[{"line_id": line_.id, "passed": 10, "broken": 1}])  # fmt: skip
    [bars] = outputs(ctx, batch)
    assert bars.cost == dec("3.70") + 11 * dec("0.25")
    assert in_stock(ctx, shop.items)[shop.items["MOULD-80"]] == 29
    assert verify(ctx) == []


@pytest.mark.parametrize("portions", [None, 0, -1])
def test_a_portioned_batch_must_say_how_many_came_out(ctx, portions):
    shop = soap_workshop(ctx)
    in_portions(ctx, shop)
    batch = start(ctx, shop)
    with pytest.raises(Invalid) as refusal:
        ctx.do("recipes.batch.finish", batch, final_quantity=dec(1), portions=portions)
    assert "portions" in refusal.value.errors


def test_an_intermediate_is_an_ingredient_of_the_next_batch(ctx):
    """100 g rosemary at 0.02 and 900 g olive oil at 0.004 give 950 g of infusion for 5.60: 5.894737 per kg."""
    shop = soap_workshop(ctx)
    rosemary = make_item(ctx, "ROSEMARY", "raw", "g")
    buy(ctx, rosemary, "100", "0.02")
    infusion = make_recipe(
        ctx, name="Rosemary infused oil", batch_type="ingredient", yield_qty=dec(1), yield_unit_id=unit_id(ctx, "kg"),
        ingredients=[line(ctx, rosemary, "100", "g"), line(ctx, shop.items["OLIVE-OIL"], "900", "g")],
    )  # fmt: skip
    first = ctx.do("recipes.recipe.start-batch", infusion)
    ctx.do("recipes.batch.finish", first, final_quantity=dec(950), unit_id=unit_id(ctx, "g"))
    [made] = outputs(ctx, first)
    oil = ctx.get(Item, made.item_id)
    assert (oil.code, oil.name, oil.kind) == ("RIO-INT", "Rosemary infused oil (Intermediate)", "component")
    assert (made.kind, made.quantity, made.unit_cost, made.cost) == (
        "intermediate", dec("0.95"), dec("5.894737"), dec("5.6"),
    )  # fmt: skip

    balm = make_recipe(ctx, name="Balm", yield_qty=dec(500), yield_unit_id=unit_id(ctx, "g"),
                       ingredients=[line(ctx, oil, "400", "g")])  # fmt: skip
    second = ctx.do("recipes.recipe.start-batch", balm)
    assert second.ingredient_cost == dec("2.357895"), "5.60 x 0.4 / 0.95, half up"
    ctx.do("recipes.batch.finish", second, final_quantity=dec(500))
    [bulk] = outputs(ctx, second)
    assert (bulk.kind, ctx.get(Item, bulk.item_id).code, bulk.cost) == ("bulk", "BAL-BULK", dec("2.357895"))
    assert verify(ctx) == []


def test_an_untracked_batch_keeps_nothing_in_stock(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop, batch_type="untracked")
    after_start = balances(ctx)
    ctx.do("recipes.batch.finish", batch, final_quantity=dec(1))
    assert outputs(ctx, batch) == []
    assert balances(ctx) == after_start
    assert (batch.output_cost, batch.expensed_cost) == (0, dec("3.70") + dec("0.60") + dec("3.25"))
    assert batch.unit_cost == dec("3.7")
    assert verify(ctx) == []


def test_containers_of_which_none_passed_are_expensed_and_all_of_it_stays_in_bulk(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    [moulds] = lines_of(ctx, batch, "container")
    ctx.do("recipes.batch.finish", batch, final_quantity=dec(1),
           containers=[{"line_id": moulds.id, "passed": 0, "broken": 13}])  # fmt: skip
    [bulk] = outputs(ctx, batch)
    assert (bulk.kind, bulk.quantity, bulk.cost) == ("bulk", 1, dec("3.7"))
    assert batch.expensed_cost == dec("0.60") + dec("3.25")
    assert verify(ctx) == []


def test_half_full_containers_carry_all_there_is(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    ctx.do("recipes.batch.finish", batch, final_quantity=dec("0.52"))
    [bars] = outputs(ctx, batch)
    assert (bars.quantity, bars.cost) == (13, dec("3.70") + dec("3.25"))
    assert batch.fill_efficiency == 50
    assert verify(ctx) == []


def test_the_article_a_recipe_names_is_used(ctx):
    shop = soap_workshop(ctx)
    soap = make_item(ctx, "SOAP-80", "finished", "each", density=None)
    paste = make_item(ctx, "SOAP-PASTE", "finished", "g")
    recipe = ctx.get(Recipe, shop.recipe_id)
    ctx.do("recipes.recipe.update", recipe, yield_item_id=paste.id,
           containers=[{"item_id": shop.items["MOULD-80"], "product_id": soap.id}])  # fmt: skip
    batch = start(ctx, shop)
    ctx.do("recipes.batch.finish", batch, final_quantity=dec("1.1"))
    bars, bulk = outputs(ctx, batch)
    assert (bars.item_id, bulk.item_id, bulk.quantity) == (soap.id, paste.id, 60), "0.06 kg is 60 g"
    assert [ctx.get(Lot, out.lot_id).number for out in (bars, bulk)] == [batch.label, batch.label]


def test_a_filled_container_may_be_sold_by_the_dozen(ctx):
    shop = soap_workshop(ctx)
    dozen = make_item(ctx, "SOAP-DOZEN", "finished", "dozen")
    recipe = ctx.get(Recipe, shop.recipe_id)
    ctx.do("recipes.recipe.update", recipe,
           containers=[{"item_id": shop.items["MOULD-80"], "product_id": dozen.id}])  # fmt: skip
    batch = start(ctx, shop, containers=[{"container_id": shop.items["MOULD-80"], "quantity": 12}])
    ctx.do("recipes.batch.finish", batch, final_quantity=dec("0.96"))
    [bars] = outputs(ctx, batch)
    assert (bars.quantity, bars.unit_cost) == (1, dec("3.70") + dec("3.00"))
    assert verify(ctx) == []


def test_two_containers_may_be_sold_as_one_article(ctx):
    shop = soap_workshop(ctx)
    bar = make_item(ctx, "BAR", "finished", "each")
    tray = make_item(ctx, "TRAY", "container", "each", capacity=dec(80), capacity_unit_id=unit_id(ctx, "g"))
    buy(ctx, tray, "10", "0.10")
    recipe = ctx.get(Recipe, shop.recipe_id)
    kinds = [{"item_id": item, "product_id": bar.id} for item in (shop.items["MOULD-80"], tray.id)]
    ctx.do("recipes.recipe.update", recipe, containers=kinds)
    wanted = [{"container_id": kind["item_id"], "quantity": 6} for kind in kinds]
    batch = start(ctx, shop, containers=wanted)
    ctx.do("recipes.batch.finish", batch, final_quantity=dec("0.96"))
    made = outputs(ctx, batch)
    assert [out.cost for out in made] == [dec("1.85") + dec("1.50"), dec("1.85") + dec("0.60")]
    assert made[0].lot_id == made[1].lot_id
    assert verify(ctx) == []


def test_a_recipe_that_goes_into_stock_as_something_else_is_not_activated(ctx):
    shop = soap_workshop(ctx)
    piece = make_item(ctx, "PIECE", "finished", "each")
    with pytest.raises(Refused) as refusal:
        make_recipe(ctx, name="Odd", yield_qty=dec(1), yield_unit_id=unit_id(ctx, "kg"), yield_item_id=piece.id,
                    containers=[{"item_id": shop.items["LYE"]}])  # fmt: skip
    assert refusal.value.code == "RECIPE_INCOMPLETE"
    assert len(refusal.value.extra["missing"]) == 3


def test_a_jar_in_millilitres_holds_a_yield_in_grams_by_its_density(ctx):
    shop = soap_workshop(ctx)
    jar = make_item(ctx, "JAR", "container", "each", capacity=dec(250), capacity_unit_id=unit_id(ctx, "ml"))
    buy(ctx, jar, "10", "1")
    recipe = ctx.get(Recipe, shop.recipe_id)
    ctx.do("recipes.recipe.update", recipe, containers=[{"item_id": jar.id}])
    with pytest.raises(Refused) as refusal:
        start(ctx, shop, containers=[{"container_id": jar.id, "quantity": 4}])
    assert refusal.value.code == "YIELD_ITEM_MISSING"
    assert refusal.value.extra["next_step"]["path"] == f"/api/v1/recipes/{recipe.id}"
    cream = make_item(ctx, "CREAM", "finished", "g", density=dec("0.8"))
    ctx.do("recipes.recipe.update", recipe, yield_item_id=cream.id)
    batch = start(ctx, shop)
    [jars] = lines_of(ctx, batch, "container")
    assert (jars.quantity, jars.capacity) == (5, dec("0.2"))


def test_a_container_chosen_for_one_batch_does_not_change_the_recipe(ctx):
    shop = soap_workshop(ctx)
    olive, mould = shop.items["OLIVE-OIL"], shop.items["MOULD-80"]
    base = make_recipe(ctx, name="Oil Base", yield_qty=dec(1), yield_unit_id=unit_id(ctx, "kg"),
                       ingredients=[line(ctx, olive, "100", "g")])  # fmt: skip
    ctx.do("recipes.recipe.lock", base)
    articles = []
    for _ in range(2):
        batch = ctx.do("recipes.recipe.start-batch", base, containers=[{"container_id": mould, "quantity": 2}])
        ctx.do("recipes.batch.finish", batch, final_quantity=dec(1))
        articles.append({made.kind: ctx.get(Item, made.item_id).code for made in outputs(ctx, batch)})
    assert articles == [{"container": "OIB-MOULD-80", "bulk": "OIB-BULK"}] * 2, "the same article both times"
    ctx.db.expire_all()
    assert base.containers == []
    usual = ctx.do("recipes.recipe.start-batch", base)
    assert lines_of(ctx, usual, "container") == []
    assert verify(ctx) == []


def test_a_label_somebody_gave_to_other_goods_is_not_used_for_them_twice(ctx):
    """The old notebook called a bought lot LAS-2026-002: the second batch keeps apart from it, and can be finished."""
    shop = soap_workshop(ctx)
    [bars, bulk] = _finished(ctx, start(ctx, shop))
    taken = f"LAS-{ctx.today().year}-002"
    bought = buy(ctx, bulk.item_id, "1", "5", lot=taken, expires_on=ctx.today())
    second = _finished(ctx, start(ctx, shop))
    assert [ctx.get(Lot, made.lot_id).number for made in second] == [taken, f"{taken}-2"]
    assert [made.item_id for made in second] == [bars.item_id, bulk.item_id]
    assert trace(ctx, [bought], "backward").lot_ids == []
    assert verify(ctx) == []


def _finished(ctx, batch) -> list[BatchOutput]:
    ctx.do("recipes.batch.finish", batch, final_quantity=dec("1.2"))
    return outputs(ctx, batch)


def test_soap_that_was_sold_before_it_was_made_is_settled_by_the_batch(ctx):
    """3 kg leave with leave while 1 kg is there, at 3.70 a kilogram; the next kilogram settles one of the two owed."""
    shop = soap_workshop(ctx)
    first = start(ctx, shop, containers=[])
    ctx.do("recipes.batch.finish", first, final_quantity=dec(1))
    soap, place = ctx.get(Item, first.outputs[0].item_id), default_location(ctx).id
    ctx.do("inventory.item.update", soap, allow_negative=True)
    issue(ctx, [Outgoing(soap.id, place, dec(3))], source=Source("tests.sale", ctx.today()), allow_negative=True)
    second = start(ctx, shop, containers=[])
    ctx.do("recipes.batch.finish", second, final_quantity=dec(1))
    assert (second.outputs[0].quantity, second.output_cost) == (1, dec("3.70"))
    [level] = levels(ctx, [soap.id]).values()
    assert (level.on_hand, level.value, level.lacking) == (-1, dec("-3.70"), 1)
    assert verify(ctx) == []
