"""How batches end: cancelled, failed, finished once; and what each state allows."""

from __future__ import annotations

import pytest

from core.api import Invalid, Problem, Refused, select
from plugins.recipes.api import Batch, BatchOutput, Recipe
from plugins.recipes.tests.workshop import (
    balances,
    buy,
    dec,
    in_stock,
    lines_of,
    make_item,
    plan,
    soap_workshop,
    start,
    unit_id,
    verify,
)


def test_cancelling_restores_the_same_lots_exactly(ctx):
    shop = soap_workshop(ctx)
    for item in ("OLIVE-OIL", "LYE", "MOULD-80"):
        buy(ctx, shop.items[item], "333.333333" if item != "MOULD-80" else "30", "0.123457", lot=f"{item}-2")
    before = balances(ctx)
    batch = start(ctx, shop, scale=dec("4.999999"))
    lye = {"kind": "ingredient", "item_id": shop.items["LYE"], "quantity": dec("12.5"), "unit_id": None}
    ctx.do("recipes.batch.add-extras", batch, lines=[lye], reason="other")
    ctx.do("recipes.batch.start-timer", batch, name="Trace", minutes=20)
    assert balances(ctx) != before

    ctx.do("recipes.batch.cancel", batch, reason="The lye was spilled.")

    assert balances(ctx) == before
    assert (batch.state, batch.outcome) == ("cancelled", "The lye was spilled.")
    assert (batch.ingredient_cost, batch.consumable_cost, batch.container_cost) == (0, 0, 0)
    assert [timer.state for timer in batch.timers] == ["stopped"]
    assert batch.label is not None, "a label that was given stays given"
    assert verify(ctx) == []


def test_a_failed_batch_gives_nothing_back_and_its_cost_is_expensed(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    taken = balances(ctx)
    ctx.do("recipes.batch.fail", batch, reason="It seized.")
    assert balances(ctx) == taken
    assert (batch.state, batch.outcome) == ("failed", "It seized.")
    assert batch.expensed_cost == dec("3.70") + dec("0.60") + dec("3.25")
    assert batch.output_cost == 0
    assert verify(ctx) == []


def test_finishing_twice_is_refused_and_changes_nothing(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    ctx.do("recipes.batch.finish", batch, final_quantity=dec(1))
    before = balances(ctx)
    with pytest.raises(Refused) as refusal:
        ctx.do("recipes.batch.finish", batch, final_quantity=dec(1))
    assert (refusal.value.status, refusal.value.code) == (409, "INVALID_STATE")
    assert balances(ctx) == before
    assert len(ctx.all(select(BatchOutput).where(BatchOutput.batch_id == batch.id))) == 1


ALLOWED = {
    "planned": {"start", "update", "delete"},
    "in_progress": {
        "finish", "cancel", "fail", "add-extras", "adjust-container", "start-timer",
    },
    "finished": set(),
    "cancelled": set(),
    "failed": set(),
}  # fmt: skip


def batch_in(ctx, shop, state: str) -> Batch:
    batch = plan(ctx, shop)
    if state != "planned":
        ctx.do("recipes.batch.start", batch)
        ctx.do("recipes.batch.start-timer", batch, name="Trace", minutes=20)
    if state == "finished":
        ctx.do("recipes.batch.finish", batch, final_quantity=dec(1))
    if state in ("cancelled", "failed"):
        ctx.do("recipes.batch.cancel" if state == "cancelled" else "recipes.batch.fail", batch, reason="No.")
    return batch


def arguments(ctx, shop, batch: Batch) -> dict[str, dict[str, object]]:
    mould = next((line.id for line in lines_of(ctx, batch, "container")), 1)
    lye = {"kind": "ingredient", "item_id": shop.items["LYE"], "quantity": dec(1)}
    return {
        "start": {},
        "finish": {"final_quantity": dec(1)},
        "cancel": {},
        "fail": {"reason": "It seized."},
        "add-extras": {"lines": [lye], "reason": "other"},
        "adjust-container": {"line_id": mould, "adjustment_type": "quantity", "new_total_quantity": 5},
        "start-timer": {"name": "Gel", "minutes": 5},
        "update": {"scale": dec(2)},
        "delete": {},
    }


@pytest.mark.parametrize("state", list(ALLOWED))
@pytest.mark.parametrize("verb", sorted({verb for verbs in ALLOWED.values() for verb in verbs}))
def test_every_action_in_every_state(ctx, state, verb):
    shop = soap_workshop(ctx)
    batch = batch_in(ctx, shop, state)
    before, version = balances(ctx), batch.version
    given = arguments(ctx, shop, batch)[verb]
    if verb in ALLOWED[state]:
        ctx.do(f"recipes.batch.{verb}", batch, **given)
    else:
        with pytest.raises(Problem) as refusal:
            ctx.do(f"recipes.batch.{verb}", batch, **given)
        assert refusal.value.code in ("INVALID_STATE", "BATCH_STARTED") or refusal.value.errors
        assert refusal.value.status in (409, 422)
        assert (batch.state, batch.version, balances(ctx)) == (state, version, before)
    ctx.db.flush()
    assert verify(ctx) == []


def test_no_batch_starts_from_an_archived_recipe_or_a_draft(ctx):
    shop = soap_workshop(ctx)
    recipe = ctx.get(Recipe, shop.recipe_id)
    batch = plan(ctx, shop)
    ctx.do("recipes.recipe.archive", recipe)
    with pytest.raises(Refused) as refusal:
        ctx.do("recipes.batch.start", batch)
    assert refusal.value.code == "RECIPE_ARCHIVED"
    ctx.do("recipes.recipe.restore", recipe)
    with pytest.raises(Refused) as refusal:
        ctx.do("recipes.batch.start", batch)
    assert refusal.value.code == "RECIPE_NOT_ACTIVE"
    ctx.do("recipes.recipe.activate", recipe)
    ctx.do("recipes.batch.start", batch)
    assert batch.state == "in_progress"


def test_a_stored_plan_keeps_the_recipe_of_its_day_and_meets_the_stock_of_today(ctx):
    shop = soap_workshop(ctx)
    batch = plan(ctx, shop, scale=dec(2))
    recipe = ctx.get(Recipe, shop.recipe_id)
    ctx.do("recipes.recipe.update", recipe, ingredients=[], yield_qty=dec(9), name="Another soap")
    other = start(ctx, soap_of(shop, recipe, ctx), scale=dec(1))
    assert other.projected_qty == 9

    ctx.do("recipes.batch.start", batch)
    assert (batch.name, batch.projected_qty, batch.ingredient_cost) == ("Lavender Soap", dec(2), dec("7.4"))
    assert in_stock(ctx, shop.items)[shop.items["OLIVE-OIL"]] == 1100


def soap_of(shop, recipe, ctx):
    """Give the emptied recipe one ingredient, so that a batch can be made of it."""
    water = {"item_id": shop.items["WATER"], "quantity": dec(1), "unit_id": unit_id(ctx, "ml")}
    ctx.do("recipes.recipe.update", recipe, ingredients=[water], consumables=[], containers=[])
    return shop


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"final_quantity": dec(0)}, "final_quantity"),
        ({"final_quantity": dec(-1)}, "final_quantity"),
        ({"final_quantity": "NaN"}, "final_quantity"),
        ({"final_quantity": "1e400"}, "final_quantity"),
        ({"final_quantity": dec(1), "portions": 12}, "portions"),
        ({"final_quantity": dec(1000)}, "final_quantity"),
        ({"final_quantity": dec(1), "containers": [{"line_id": 1, "passed": 1}]}, "containers.0.line_id"),
        ({"final_quantity": dec(1), "containers": [{"line_id": "MOULD", "passed": 13, "broken": 1}]}, "containers"),
        ({"final_quantity": dec(1), "expiry_date": "2020-01-01"}, "expiry_date"),
        ({"final_quantity": dec(1), "unit_id": "each"}, None),
    ],
)
def test_a_wrong_result_names_its_field_and_changes_nothing(ctx, given, field):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    [moulds] = lines_of(ctx, batch, "container")
    if "containers" in given:
        line_ids = {"MOULD": moulds.id}
        results = [{**result, "line_id": line_ids.get(result["line_id"], 1)} for result in given["containers"]]
        given = {**given, "containers": results}
    if given.get("unit_id") == "each":
        given = {**given, "unit_id": unit_id(ctx, "each")}
    before = balances(ctx)
    with pytest.raises(Invalid) as refusal:
        ctx.do("recipes.batch.finish", batch, **given)
    assert field is None or field in refusal.value.errors
    assert (balances(ctx), batch.state) == (before, "in_progress")


def test_what_came_out_in_litres_asks_for_the_article_and_not_for_a_rule_for_all_items(ctx):
    """1.1 l of soap batter at 0.9 g/ml are 0.99 kg, once the recipe says which article that is."""
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    litres = {"final_quantity": dec("1.1"), "unit_id": unit_id(ctx, "l")}
    with pytest.raises(Invalid) as refusal:
        ctx.do("recipes.batch.finish", batch, **litres)
    assert refusal.value.code == "YIELD_ITEM_MISSING"
    step = refusal.value.extra["next_step"]
    assert (step["path"], step["fill"]) == (f"/api/v1/recipes/{shop.recipe_id}", ["yield_item_id"])
    batter = make_item(ctx, "BATTER", "finished", "kg", density=dec("0.9"))
    ctx.do("recipes.recipe.update", shop.recipe_id, yield_item_id=batter.id)
    ctx.do("recipes.batch.finish", batch, **litres)
    assert batch.final_qty == dec("0.99")
    assert verify(ctx) == []
