"""Faults that can be mended say how: a client follows the next step and repeats what was refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.api import Invalid, Refused
from plugins.inventory.api import Lot, Outgoing, Source, default_location, issue
from plugins.recipes.api import PlanWish, Recipe, Status, make_plan
from plugins.recipes.tests.workshop import (
    balances,
    buy,
    dec,
    line,
    lines_of,
    make_item,
    make_recipe,
    plan,
    soap_workshop,
    start,
    unit_id,
)


def honey_balm(ctx):
    """Set up a balm with honey in grams from a jar that is counted in millilitres, without a density."""
    honey = make_item(ctx, "HONEY", "raw", "ml")
    buy(ctx, honey, "500", "0.02")
    recipe = make_recipe(ctx, name="Balm", yield_qty=dec(100), yield_unit_id=unit_id(ctx, "g"),
                         ingredients=[line(ctx, honey, "71", "g")])  # fmt: skip
    return honey, recipe


def test_a_missing_density_says_how_to_set_it_and_then_the_batch_starts(ctx):
    honey, recipe = honey_balm(ctx)
    batch = ctx.do("recipes.recipe.plan-batch", recipe, scale=dec(2))
    before = balances(ctx)
    with pytest.raises(Refused) as refusal:
        ctx.do("recipes.batch.start", batch)
    assert (refusal.value.status, refusal.value.code) == (409, "MISSING_DENSITY")
    [told] = refusal.value.extra["lines"]
    assert (told["item"], told["status"], told["base_qty"]) == ("Honey", "DENSITY_MISSING", None)
    step = refusal.value.extra["next_step"]
    assert (step["kind"], step["method"], step["path"]) == ("set_density", "PATCH", f"/api/v1/items/{honey.id}")
    assert (step["body"], step["fill"], step["retry"]) == ({"density": None}, ["density"], True)
    assert balances(ctx) == before

    ctx.do("inventory.item.update", honey, **{name: dec("1.42") for name in step["fill"]})
    ctx.do("recipes.batch.start", batch)

    assert batch.state == "in_progress"
    assert batch.lines[0].base_qty == 100, "142 g at 1.42 g/ml"
    assert batch.ingredient_cost == 2


def test_a_missing_conversion_says_how_to_map_the_unit(ctx):
    honey, recipe = honey_balm(ctx)
    ctx.do("inventory.item.update", honey, density=dec("1.42"))
    ctx.do("recipes.recipe.update", recipe, ingredients=[line(ctx, honey, "3", "drum")])
    answer = make_plan(ctx, recipe, PlanWish(scale=dec(1))).answer()
    [told] = answer["lines"]
    assert (told["status"], told["code"]) == ("ERROR", "MISSING_CONVERSION")
    assert told["next_step"]["kind"] == "add_conversion"
    assert answer["can_start"] is False
    assert answer["next_steps"] == [told["next_step"]]


def test_a_container_that_does_not_say_what_it_holds_says_how_to_tell(ctx):
    shop = soap_workshop(ctx)
    tin = make_item(ctx, "TIN", "container", "each")
    buy(ctx, tin, "10", "0.5")
    recipe = ctx.get(Recipe, shop.recipe_id)
    ctx.do("recipes.recipe.update", recipe, containers=[{"item_id": tin.id}])
    with pytest.raises(Refused) as refusal:
        start(ctx, shop, containers=[{"container_id": tin.id, "quantity": 2}])
    assert refusal.value.code == "CAPACITY_MISSING"
    step = refusal.value.extra["next_step"]
    assert (step["kind"], step["path"]) == ("set_capacity", f"/api/v1/items/{tin.id}")
    ctx.do("inventory.item.update", tin, capacity=dec("0.5"), capacity_unit_id=unit_id(ctx, "kg"))
    batch = start(ctx, shop, containers=[{"container_id": tin.id, "quantity": 2}])
    assert [line.capacity for line in batch.lines if line.kind == "container"] == [dec("0.5")]


def test_faults_of_all_kinds_are_told_together(ctx):
    shop = soap_workshop(ctx)
    honey = make_item(ctx, "HONEY", "raw", "ml")
    buy(ctx, honey, "500", "0.02")
    clay = make_item(ctx, "CLAY", "raw", "g")
    wanted = [line(ctx, honey, "71", "g"), line(ctx, clay, "5", "g"), line(ctx, shop.items["LYE"], "501", "g")]
    with pytest.raises(Refused) as refusal:
        start(ctx, shop, ingredients=wanted)
    statuses = {told["item"]: told["status"] for told in refusal.value.extra["lines"]}
    assert statuses == {"Honey": "DENSITY_MISSING", "Clay": "NEEDED", "Lye": "LOW"}
    assert refusal.value.code == "INSUFFICIENT_STOCK"
    assert [step["kind"] for step in refusal.value.extra["next_steps"]] == [
        "set_density", "receive_stock", "receive_stock",
    ]  # fmt: skip


def statuses(ctx, shop, **wish):
    recipe = ctx.get(Recipe, shop.recipe_id)
    lines = make_plan(ctx, recipe, PlanWish(**wish)).lines
    return {line.item: line.status for line in lines}


def test_the_status_of_a_line(ctx):
    shop = soap_workshop(ctx)
    assert set(statuses(ctx, shop, scale=dec(1)).values()) == {Status.OK}
    ctx.do("inventory.item.update", shop.items["LYE"], reorder_point=dec(500))
    assert statuses(ctx, shop, scale=dec(1))["Lye"] is Status.LOW, "enough, but at the reorder point"
    assert statuses(ctx, shop, scale=dec(10))["Olive oil"] is Status.LOW, "some, but not enough"
    clay = make_item(ctx, "CLAY", "raw", "g")
    recipe = ctx.get(Recipe, shop.recipe_id)
    ctx.do("recipes.recipe.update", recipe, ingredients=[line(ctx, clay, "5", "g")])
    assert statuses(ctx, shop, scale=dec(1))["Clay"] is Status.NEEDED, "none"


def test_a_container_of_which_there_is_none_is_out_of_stock(ctx):
    shop = soap_workshop(ctx)
    start(ctx, shop, scale=dec("3.2"))
    assert statuses(ctx, shop, scale=dec(1))["Mould 80"] is Status.OUT_OF_STOCK


def test_expired_and_reserved_stock_does_not_count(ctx):
    shop = soap_workshop(ctx)
    today = ctx.today()
    clay = make_item(ctx, "CLAY", "raw", "g", is_perishable=True)
    buy(ctx, clay, "100", "1", expires_on=today)
    recipe = ctx.get(Recipe, shop.recipe_id)
    ctx.do("recipes.recipe.update", recipe, ingredients=[line(ctx, clay, "5", "g")])
    assert statuses(ctx, shop, scale=dec(1))["Clay"] is Status.OK
    kernel_clock = ctx.db.now
    ctx.db.now = lambda: kernel_clock() + timedelta(days=1)
    assert statuses(ctx, shop, scale=dec(1))["Clay"] is Status.NEEDED


def test_two_lines_of_one_item_share_what_there_is(ctx):
    shop = soap_workshop(ctx)
    lye = [line(ctx, shop.items["LYE"], "300", "g"), line(ctx, shop.items["LYE"], "300", "g")]
    recipe = ctx.get(Recipe, shop.recipe_id)
    ctx.do("recipes.recipe.update", recipe, ingredients=lye)
    first, second, *_ = make_plan(ctx, recipe, PlanWish(scale=dec(1))).lines
    assert (first.status, second.status, second.available, second.shortage) == (Status.OK, Status.LOW, 200, 100)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"scale": dec(1), "quantity": dec(1)}, "scale"),
        ({"scale": dec("0")}, "scale"),
        ({"scale": dec("-1")}, "scale"),
        ({"scale": "NaN"}, "scale"),
        ({"scale": dec("1e11")}, "scale"),
        ({"quantity": dec("0.0000001")}, "quantity"),
        ({"containers": [{"container_id": 1, "quantity": 1}]}, "containers.0.container_id"),
        ({"containers": [{"container_id": 1, "quantity": 0}]}, "containers.0.quantity"),
        ({"ingredients": [{"item_id": 1, "quantity": dec(1), "unit_id": 1}]}, "ingredients.0.item_id"),
        ({"location_id": 1}, "location_id"),
        ({"portions": 0}, "portions"),
        ({"portions": 12}, "portions"),
        ({"batch_type": "magic"}, "batch_type"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_wrong_wish_names_its_field(ctx, wish, field):
    shop = soap_workshop(ctx)
    with pytest.raises(Invalid) as refusal:
        plan(ctx, shop, **wish)
    assert field in refusal.value.errors


def test_a_quantity_scales_exactly(ctx):
    shop = soap_workshop(ctx)
    recipe = ctx.get(Recipe, shop.recipe_id)
    ctx.do("recipes.recipe.update", recipe, yield_qty=dec(3))
    planned = make_plan(ctx, recipe, PlanWish(quantity=dec(10)))
    assert planned.projected == 10, "and not 9.999999"
    assert planned.lines[0].quantity == dec("1.5"), "450 g x 10/3"


def test_the_forecast_is_what_the_batch_then_costs(ctx):
    shop = soap_workshop(ctx)
    buy(ctx, shop.items["LYE"], "1000", "0.009")
    recipe = ctx.get(Recipe, shop.recipe_id)
    forecast = make_plan(ctx, recipe, PlanWish(scale=dec("3")))
    batch = start(ctx, shop, scale=dec(3))
    assert forecast.cost == batch.ingredient_cost + batch.consumable_cost + batch.container_cost


def test_what_is_short_is_valued_at_its_present_cost(ctx):
    shop = soap_workshop(ctx)
    recipe = ctx.get(Recipe, shop.recipe_id)
    once, tenfold = (make_plan(ctx, recipe, PlanWish(scale=dec(scale))).cost for scale in (1, 10))
    containers = dec("0.25") * (125 - 13 * 10)
    assert tenfold == once * 10 + containers


def test_a_scale_that_leaves_nothing_of_an_ingredient_is_refused_by_name(ctx):
    """A thousandth of 0.0004 g would round to nothing: the batch must not go without it in silence."""
    shop = soap_workshop(ctx)
    dye = make_item(ctx, "INDIGO", "raw", "g")
    buy(ctx, dye, "10", "2")
    wanted = [line(ctx, shop.items["OLIVE-OIL"], "900", "g"), line(ctx, dye, "0.0004", "g")]
    recipe = make_recipe(ctx, name="Blue Base", yield_qty=dec(1), yield_unit_id=unit_id(ctx, "kg"), ingredients=wanted)
    with pytest.raises(Invalid) as refusal:
        ctx.do("recipes.recipe.start-batch", recipe, scale=dec("0.001"))
    assert refusal.value.code == "AMOUNT_TOO_SMALL"
    assert refusal.value.errors == {
        "scale": ["Leaves nothing of Indigo. Choose a larger scale, or state it in a smaller unit."]
    }
    small = ctx.do("recipes.recipe.start-batch", recipe, scale=dec("0.01"))
    assert {one.item.code: one.base_qty for one in lines_of(ctx, small, "ingredient")} == {
        "OLIVE-OIL": 9, "INDIGO": dec("0.000004"),
    }  # fmt: skip


def test_a_shortage_names_both_amounts_with_their_unit(ctx):
    shop = soap_workshop(ctx)
    with pytest.raises(Refused) as refusal:
        start(ctx, shop, scale=dec(1000), containers=[])
    assert "Olive oil: 450,000 g needed, 2,000 g available. Coconut oil: 200,000 g needed" in refusal.value.detail


def test_a_shortage_says_why_what_lies_there_does_not_count(ctx):
    """2,000 g of olive oil lie there: 1,600 g promised to a customer, then the lot held back altogether."""
    shop = soap_workshop(ctx)
    olive = shop.items["OLIVE-OIL"]
    promised = {"item_id": olive, "location_id": default_location(ctx).id, "quantity": dec(1600)}
    ctx.do("inventory.reservation.create", **promised)
    with pytest.raises(Refused) as refusal:
        start(ctx, shop)
    assert refusal.value.detail == (
        "Olive oil: 450 g needed, 400 g available (1,600 g reserved, held back or expired)."
    )
    ctx.do("inventory.lot.quarantine", ctx.find(Lot, number="OLIVE-OIL-1"), reason="Smells")
    with pytest.raises(Refused) as refusal:
        start(ctx, shop)
    assert refusal.value.detail == "Olive oil: 450 g needed, 0 g available (2,000 g reserved, held back or expired)."


def test_what_is_owed_is_received_in_the_same_step(ctx):
    """Glaze went 40 g below zero; a batch wants 25 g in one line and 25 g in another.

    One step brings 90 g: then both lines are covered, and no second round is needed.
    """
    glaze = make_item(ctx, "GLAZE", "raw", "g", allow_negative=True)
    place = default_location(ctx).id
    issue(ctx, [Outgoing(glaze.id, place, dec(40))], source=Source("tests.use", ctx.today()), allow_negative=True)
    recipe = make_recipe(ctx, name="Mug", yield_qty=dec(10), yield_unit_id=unit_id(ctx, "each"),
                         ingredients=[line(ctx, glaze, "25", "g"), line(ctx, glaze, "25", "g")])  # fmt: skip
    with pytest.raises(Refused) as refusal:
        ctx.do("recipes.recipe.start-batch", recipe)
    assert [dec(told["shortage"]) for told in refusal.value.extra["lines"]] == [25, 25]
    [step] = refusal.value.extra["next_steps"]
    assert step == refusal.value.extra["next_step"]
    [missing] = step["body"]["adjustments"]
    assert dec(missing["quantity"]) == 90
    ctx.do("inventory.adjustment.batch-adjustment", adjustments=[{**missing, "unit_cost": "0.5"}])
    assert ctx.do("recipes.recipe.start-batch", recipe).ingredient_cost == 25
