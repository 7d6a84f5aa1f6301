"""The clock, the dashboard, and makers who work at one place only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.api import Member, Refused
from core.testing.house import make_tenant
from plugins.inventory.api import Location, default_location
from plugins.recipes.hooks import inventory_item_bills, inventory_items_used
from plugins.recipes.planning import recheck_batch
from plugins.recipes.tests.workshop import dec, lines_of, make_item, soap_workshop, start


def test_the_clock_expires_timers_and_the_dashboard_tells(ctx):
    shop, due = soap_workshop(ctx), ctx.today() - timedelta(days=1)
    batch = start(ctx, shop, due_date=due)
    ctx.do("recipes.batch.start-timer", batch, name="Gel", minutes=60)
    job, cards = ctx.registry.jobs["recipes.expire_timers"], ctx.registry.widgets
    now = ctx.now()
    ctx.db.now = lambda: now + timedelta(hours=2)
    job.function(ctx)
    assert batch.timers[0].state == "expired"
    told = cards["recipes.in_progress"].function(ctx)
    assert (told["value"], told["detail"], told["items"][0]["text"]) == (1, "1 late", batch.label)
    assert (told["items"][0]["detail"], told["items"][0]["tone"]) == (f"due {due.day} {due:%b}", "bad")
    card = cards["recipes.timers"].function(ctx)
    assert (card["detail"], card["items"][0]["text"]) == ("1 over", "Gel")
    assert (card["items"][0]["url"], card["items"][0]["tone"]) == (f"/batches/{batch.id}", "bad")


def test_a_timer_that_is_over_is_told_until_somebody_stops_it(ctx):
    batch = start(ctx, soap_workshop(ctx))
    for name, minutes in (("Gel", 60), ("Cure", 600)):
        ctx.do("recipes.batch.start-timer", batch, name=name, minutes=minutes)
    gel, _cure = batch.timers
    told, now = ctx.registry.alerts["recipes.timer_alert"].function, ctx.now()
    assert list(told(ctx)) == []
    ctx.db.now = lambda: now + timedelta(hours=2)
    [first] = told(ctx)
    assert (first["text"], first["url"]) == (f"Gel of {batch.label} is over", f"/batches/{batch.id}")
    ctx.do("recipes.timer.extend", gel, minutes=30)
    assert list(told(ctx)) == []
    ctx.db.now = lambda: now + timedelta(hours=3)
    [again] = told(ctx)
    assert again["key"] != first["key"], "whoever waved the first one away is told again"
    ctx.do("recipes.timer.stop", gel)
    assert list(told(ctx)) == []


def test_the_yields_of_recipes(ctx):
    shop = soap_workshop(ctx)
    for final in ("0.9", "1.1", "1.06"):
        ctx.do("recipes.batch.finish", start(ctx, shop, scale=dec("0.5")), final_quantity=dec(final) / 2)
    ctx.do("recipes.batch.fail", start(ctx, shop), reason="It seized.")
    [row] = ctx.registry.queries["recipes.yields"].function(ctx)
    assert (row["batches"], row["failed"]) == (3, 1)
    assert (row["mean_accuracy"], row["worst_accuracy"], row["best_accuracy"]) == (2, -10, 10)


def test_yields_count_from_the_day_it_is_where_the_organisation_is(kernel):
    """At 11:30 in the evening in London it is half past noon of the next day in Auckland."""
    auckland = make_tenant(kernel, ["recipes"], zone="Pacific/Auckland")
    with kernel.unit(auckland.id) as ctx:
        batch = start(ctx, soap_workshop(ctx))
        ctx.db.now = lambda: datetime(2030, 1, 14, 23, 30, tzinfo=UTC)
        ctx.do("recipes.batch.finish", batch, final_quantity=dec(1))
        yields = ctx.registry.queries["recipes.yields"].function
        assert [len(yields(ctx, since=date(2030, 1, day))) for day in (14, 15, 16)] == [1, 1, 0]
        assert len(yields(ctx, since=date.min)) == 1, "in Auckland the first of all days began the year before"


def test_moments_are_told_on_the_clock_of_the_organisation(kernel):
    """Ten past one in the afternoon in London is ten past two in the morning of the next day in Auckland."""
    auckland = make_tenant(kernel, ["recipes"], zone="Pacific/Auckland")
    with kernel.unit(auckland.id) as ctx:
        batch = start(ctx, soap_workshop(ctx))
        ctx.db.now = lambda: datetime(2030, 1, 14, 13, 0, tzinfo=UTC)
        ctx.do("recipes.batch.start-timer", batch, name="Gel phase", minutes=10)
        with pytest.raises(Refused) as refused:
            ctx.do("recipes.timer.expire", batch.timers[0])
        assert refused.value.detail == "Gel phase runs until 15 Jan 2030, 02:10. Stop it instead."
        ctx.db.now = lambda: datetime(2030, 1, 14, 14, 0, tzinfo=UTC)
        [told] = ctx.registry.alerts["recipes.timer_alert"].function(ctx)
        [shown] = ctx.registry.widgets["recipes.timers"].function(ctx)["items"]
        assert (told["detail"], shown["detail"]) == ("since 15 Jan 2030, 02:10", "15 Jan, 02:10")


def test_a_local_maker_sees_and_makes_only_what_is_at_hand(unit, client, client_with, tenant):
    with unit() as ctx:
        shop = soap_workshop(ctx)
        elsewhere = ctx.create(Location, code="EAST", name="East kitchen", location_type="production").id
    maker = client_with(roles=["recipes.local_maker"])
    with unit() as ctx:
        member = ctx.get(Member, maker.member.actor.member_id)
        ctx.do("inventory.location.update", elsewhere, members=[{"member_id": member.id}])
        main = default_location(ctx).id
    mine = client.post(f"recipes/{shop.recipe_id}/plan-batch", {"location_id": elsewhere}).get_json()
    theirs = client.post(f"recipes/{shop.recipe_id}/start-batch", {"location_id": main}).get_json()
    assert [batch["id"] for batch in maker.get("batches").get_json()["items"]] == [mine["id"]]
    for path in ("", "/plan", "/trace", "/inventory-summary"):
        assert maker.get(f"batches/{theirs['id']}{path}").status_code == 404, path
    assert maker.post(f"batches/{theirs['id']}/cancel").status_code == 404
    assert maker.get("batch-lines").get_json()["items"] == []
    assert client.post(f"batches/{theirs['id']}/finish", {"final_quantity": "1"}).status_code == 200
    assert [len(reader.get("reports/yields").get_json()["rows"]) for reader in (client, maker)] == [1, 0]
    answer = maker.post(f"recipes/{shop.recipe_id}/start-batch", {"location_id": main})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["location_id"])


def test_inventory_is_told_what_recipes_use_and_make(ctx):
    shop = soap_workshop(ctx)
    bar = make_item(ctx, "BAR", "finished", "each")
    stranger = make_item(ctx, "STRANGER", "raw", "g")
    recipe_id, mould = shop.recipe_id, shop.items["MOULD-80"]
    ctx.do("recipes.recipe.update", recipe_id, containers=[{"item_id": mould, "product_id": bar.id}])
    told = inventory_items_used(ctx, [shop.items["LYE"], bar.id, stranger.id])
    assert told == {shop.items["LYE"]: "1 recipe or batch lines", bar.id: "1 recipe or batch lines"}
    [bill] = inventory_item_bills(ctx, bar.id)
    assert (bill["id"], len(bill["lines"])) == (recipe_id, 5)
    assert inventory_item_bills(ctx, stranger.id) == []


def test_a_batch_takes_from_its_own_location(ctx):
    shop = soap_workshop(ctx)
    kitchen = ctx.create(Location, code="EAST", name="East kitchen", location_type="production")
    ctx.db.flush()
    batch = ctx.do("recipes.recipe.plan-batch", shop.recipe_id, location_id=kitchen.id)
    assert {line.status.value for line in recheck_batch(ctx, batch)} == {"NEEDED", "OUT_OF_STOCK"}
    assert lines_of(ctx, batch, "ingredient") == []
