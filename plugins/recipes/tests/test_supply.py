"""A batch takes from its own location first, and from others only where somebody has allowed it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.api import Context, Member, Refused, select
from plugins.inventory.api import Incoming, Location, Source, default_location, receive
from plugins.recipes.api import Batch, BatchUsage
from plugins.recipes.tests.workshop import balances, dec, line, make_item, make_recipe, verify

PLACES = {"MAIN": ("500", "0.005", 1), "WEST": ("300", "0.006", 9), "EAST": ("300", "0.008", 5)}


@pytest.fixture
def lye_water(unit):
    """Lye lies in three places: 500 g at 0.005 at hand, older and dearer lots in the west and in the east."""
    with unit() as ctx:
        lye = make_item(ctx, "LYE", "raw", "g")
        for code, (quantity, cost, days) in PLACES.items():
            place = default_location(ctx).id if code == "MAIN" else _location(ctx, code).id
            _bring(ctx, lye.id, place, quantity, cost, days)
        recipe = make_recipe(
            ctx, name="Lye Water", yield_qty=dec(1), yield_unit_id=lye.base_unit_id,
            ingredients=[line(ctx, lye, "900", "g")],
        )  # fmt: skip
        return recipe.id


def _location(ctx: Context, code: str, **values: object) -> Location:
    return ctx.do("inventory.location.create", code=code, name=f"{code.capitalize()} store", **values)


def _bring(ctx: Context, item_id: int, place: int, quantity: str, cost: str, days: int) -> None:
    source = Source("tests.purchase", ctx.today() - timedelta(days=days))
    receive(ctx, [Incoming(item_id, place, dec(quantity), unit_cost=dec(cost))], source=source)


def _taken(ctx: Context, batch: Batch) -> list[tuple[str, Decimal, Decimal]]:
    used = ctx.all(select(BatchUsage).where(BatchUsage.batch_id == batch.id).order_by(BatchUsage.id))
    return [(one.location.code, one.quantity, one.cost) for one in used]


def test_without_leave_a_batch_takes_from_its_own_location_alone(unit, lye_water):
    with unit() as ctx:
        before = balances(ctx)
        with pytest.raises(Refused) as refusal:
            ctx.do("recipes.recipe.start-batch", lye_water)
        [short] = refusal.value.extra["lines"]
        assert (refusal.value.code, short["available"], short["shortage"]) == (
            "INSUFFICIENT_STOCK", "500.000000", "400.000000",
        )  # fmt: skip
        assert balances(ctx) == before


def test_what_is_missing_comes_from_the_oldest_lot_elsewhere_and_goes_back_there(unit, lye_water):
    """500 g at 0.005 at hand, then 300 g at 0.006 in the west, then 100 g at 0.008 in the east: 5.10."""
    with unit() as ctx:
        before = balances(ctx)
        batch = ctx.do("recipes.recipe.start-batch", lye_water, supply="any_location")
        main = default_location(ctx).code
        assert _taken(ctx, batch) == [
            (main, dec(500), dec("2.5")), ("WEST", dec(300), dec("1.8")), ("EAST", dec(100), dec("0.8")),
        ]  # fmt: skip
        assert batch.ingredient_cost == dec("5.1")
        assert verify(ctx) == []
        ctx.do("recipes.batch.cancel", batch)
        assert [(place, quantity) for place, quantity, _ in _taken(ctx, batch)][3:] == [
            ("EAST", -100), ("WEST", -300), (main, -500),
        ]  # fmt: skip
        assert balances(ctx) == before
        assert verify(ctx) == []


def test_a_plan_foretells_what_the_start_takes(client, unit, lye_water):
    assert client.patch("settings", {"recipes.supply": "any_location"}).status_code == 200
    plan = client.get(f"recipes/{lye_water}/plan").get_json()
    assert (plan["can_start"], plan["lines"][0]["available"], plan["cost"]) == (True, "1100.000000", "5.100000")
    narrow = client.get(f"recipes/{lye_water}/plan?supply=own_location").get_json()
    assert narrow["can_start"] is False
    batch = client.post(f"recipes/{lye_water}/start-batch", {}).get_json()
    assert [use["quantity"] for use in batch["usages"]] == ["500.000000", "300.000000", "100.000000"]
    kept = client.patch(f"batches/{batch['id']}", {"usages": []}, version=batch["version"])
    assert (kept.status_code, list(kept.get_json()["errors"])) == (422, ["usages"])


def test_a_shortage_over_all_places_is_told_and_nothing_is_taken(unit, lye_water):
    with unit() as ctx:
        before = balances(ctx)
        with pytest.raises(Refused) as refusal:
            ctx.do("recipes.recipe.start-batch", lye_water, scale=dec(2), supply="any_location")
        [short] = refusal.value.extra["lines"]
        assert (short["available"], short["shortage"]) == ("1100.000000", "700.000000")
        assert balances(ctx) == before


def test_a_recipe_may_reach_into_the_shelves_of_its_location_only(unit, lye_water):
    with unit() as ctx:
        shelf = _location(ctx, "SHELF", parent_id=default_location(ctx).id)
        ctx.do("recipes.recipe.update", lye_water, supply="own_location_and_inside")
        with pytest.raises(Refused):
            ctx.do("recipes.recipe.start-batch", lye_water)
        item_id = ctx.do("recipes.recipe.plan-batch", lye_water).plan.snapshot["lines"][0]["item_id"]
        _bring(ctx, item_id, shelf.id, "400", "0.004", 0)
        batch = ctx.do("recipes.recipe.start-batch", lye_water)
        assert [place for place, _, _ in _taken(ctx, batch)] == [default_location(ctx).code, "SHELF"]
        assert batch.ingredient_cost == dec("4.1")
        assert verify(ctx) == []


def test_a_local_maker_takes_only_where_they_work(unit, client_with, lye_water):
    maker = client_with(roles=["recipes.local_maker"])
    with unit() as ctx:
        own = {"member_id": ctx.get(Member, maker.member.actor.member_id).id}
        main = default_location(ctx)
        ctx.do("inventory.location.update", main, members=[own])
    wish = {"supply": "any_location"}
    refused = maker.post(f"recipes/{lye_water}/start-batch", wish).get_json()
    assert (refused["code"], refused["lines"][0]["available"]) == ("INSUFFICIENT_STOCK", "500.000000")
    with unit() as ctx:
        ctx.do("inventory.location.update", ctx.find(Location, code="EAST"), members=[own])
        ctx.do("inventory.location.update", ctx.find(Location, code="WEST"), members=[own])
    assert maker.post(f"recipes/{lye_water}/start-batch", {"location_id": main.id, **wish}).status_code == 200


def test_extras_follow_the_same_rule_and_averages_are_taken_over_all_places(client, unit, lye_water):
    """500 g at 0.005, 300 g at 0.006 and 300 g at 0.008 are 6.70 for 1100 g: 0.006091 a gram."""
    assert client.patch("settings", {"recipes.cost_method": "average"}).status_code == 200
    with unit() as ctx:
        batch = ctx.do("recipes.recipe.start-batch", lye_water, supply="any_location", scale=dec("0.5"))
        [first] = batch.lines
        assert (first.average_cost, first.cost) == (dec("0.006091"), dec("2.740950"))
        ctx.do("recipes.batch.add-extras", batch, reason="other",
               lines=[{"kind": "ingredient", "item_id": first.item_id, "quantity": dec(100)}])  # fmt: skip
        main = default_location(ctx).code
        assert [(place, quantity) for place, quantity, _ in _taken(ctx, batch)] == [
            (main, 450), (main, 50), ("WEST", 50),
        ]  # fmt: skip
        assert verify(ctx) == []
