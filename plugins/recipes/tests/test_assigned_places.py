"""A maker at one of two places: batches, plans, traces and amounts of the other are none of their business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from core.testing.clients import ApiClient
from plugins.inventory.api import (
    Incoming,
    Location,
    LocationMember,
    Outgoing,
    Source,
    default_location,
    receive,
    transfer,
)
from plugins.recipes.tests.workshop import Workshop, dec, make_item, soap_workshop

Client = Callable[..., ApiClient]
ALL = ("recipes.*", "inventory.*")
RULES = ["recipes.assigned_locations", "inventory.assigned_locations"]


@dataclass
class TwoPlaces:
    """The workshop is the main warehouse; the annex has 90 g of lye at 0.009 and 7 moulds, and the maker."""

    maker: ApiClient
    owner: ApiClient
    shop: Workshop
    annex: int
    main: int

    def start(self, place: int, item: str = "LYE") -> int:
        """Start a batch of 100 g as the owner."""
        lines = [{"item_id": self.shop.items[item], "quantity": "9", "unit_id": self.gram}]
        body = {"location_id": place, "scale": "0.1", "ingredients": lines, "consumables": [], "containers": []}
        answer = self.owner.post(f"recipes/{self.shop.recipe_id}/start-batch", body)
        assert answer.status_code == 200, answer.text
        return int(answer.json["id"])

    def finish(self, batch: int) -> None:
        """Finish a batch as the owner."""
        answer = self.owner.post(f"batches/{batch}/finish", {"final_quantity": "0.1"})
        assert answer.status_code == 200, answer.text

    @property
    def gram(self) -> int:
        """The unit."""
        return int(self.owner.get("admin/uom?code=g").json["items"][0]["id"])


@pytest.fixture
def places(unit: Any, client: ApiClient, client_with: Client) -> TwoPlaces:
    """Two places, each with stock of its own."""
    maker = client_with(*ALL, rules=RULES)
    with unit() as ctx:
        shop = soap_workshop(ctx)
        annex: Location = ctx.do("inventory.location.create", code="ANNEX", name="Annex")
        ctx.create(LocationMember, location_id=annex.id, member_id=maker.member.actor.member_id)
        lines = [
            Incoming(shop.items["LYE"], annex.id, dec(90), unit_cost=dec("0.009"), lot_number="ANNEX-LYE"),
            Incoming(shop.items["MOULD-80"], annex.id, dec(7), unit_cost=dec("0.3"), lot_number="ANNEX-MOULD"),
        ]
        receive(ctx, lines, source=Source("tests.purchase", ctx.today()))
        main, annex_id = default_location(ctx).id, annex.id
    return TwoPlaces(maker, client, shop, annex_id, main)


def test_containers_and_stock_count_where_one_works(places: TwoPlaces) -> None:
    [mould] = places.maker.get("containers").json
    assert mould["available"] == "7.000000"
    [mould] = places.owner.get("containers").json
    assert mould["available"] == "40.000000"
    lines = [{"item_id": places.shop.items["LYE"], "quantity": "200"}]
    here = places.maker.post("recipes/check-stock", {"lines": lines, "location_id": places.annex}).json
    assert [line["available"] for line in here["lines"]] == ["90.000000"]
    for where in ({"location_id": places.main}, {}):
        refused = places.maker.post("recipes/check-stock", {"lines": lines, **where})
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["location_id"])
        plan = places.maker.get(f"recipes/{places.shop.recipe_id}/plan", query_string=where)
        assert (plan.status_code, list(plan.json["errors"])) == (422, ["location_id"])


def test_what_lies_elsewhere_has_no_cost_here(places: TwoPlaces) -> None:
    """Olive oil lies in the main warehouse alone: what was paid for it there is no forecast for the annex."""
    told = places.maker.get(f"recipes/{places.shop.recipe_id}/plan?location_id={places.annex}&scale=0.1").json
    costs = {line["item"]: line["cost"] for line in told["lines"]}
    assert (costs["Olive oil"], costs["Lye"]) == (None, "0.081000")
    assert told["cost"] is None
    whole = places.owner.get(f"recipes/{places.shop.recipe_id}/plan?location_id={places.annex}&scale=0.1").json
    assert {line["item"]: line["cost"] for line in whole["lines"]}["Olive oil"] == "0.180000"


def test_a_bill_is_for_who_may_read_recipes(places: TwoPlaces, client_with: Client) -> None:
    bar = places.owner.post(
        "items", {"code": "BAR", "name": "Bar", "kind": "finished", "base_unit_id": places.gram}
    ).json["id"]
    lines = [{"item_id": places.shop.items["LYE"], "quantity": "90", "unit_id": places.gram}]
    plain = {"name": "Plain Soap", "yield_qty": "100", "yield_unit_id": places.gram, "yield_item_id": bar}
    recipe = places.owner.post("recipes", {**plain, "ingredients": lines}).json["id"]
    assert places.owner.post(f"recipes/{recipe}/activate", {}).status_code == 200
    path = f"items/{bar}/bom"
    assert [bill["id"] for bill in places.owner.get(path).json["bills"]] == [recipe]
    assert client_with("inventory.item.read").get(path).json["bills"] == []


def test_plans_of_batches_elsewhere_are_not_there(places: TwoPlaces) -> None:
    here, there = places.start(places.annex), places.start(places.main)
    plans = {batch: places.owner.get(f"batches/{batch}").json["plan_id"] for batch in (here, there)}
    assert [row["id"] for row in places.maker.get("batch-plans").json["items"]] == [plans[here]]
    assert places.maker.get(f"batch-plans/{plans[there]}").status_code == 404
    for path in ("", "/plan", "/trace", "/inventory-summary", "/lineage", "/history"):
        assert places.maker.get(f"batches/{there}{path}").status_code == 404, path
        assert places.maker.get(f"batches/{here}{path}").status_code == 200, path


def test_a_trace_leaves_out_what_was_made_elsewhere(places: TwoPlaces, unit: Any) -> None:
    """20 g of the annex's clay go to the main warehouse, and a batch is made of them there, as was one of the annex."""
    with unit() as ctx:
        clay = make_item(ctx, "CLAY", "raw", "g").id
        places.shop.items["CLAY"] = clay
        line = Incoming(clay, places.annex, dec(90), unit_cost=dec("0.02"), lot_number="CLAY-1")
        [move] = receive(ctx, [line], source=Source("tests.purchase", ctx.today()))
        source = Source("tests.move", ctx.today())
        transfer(ctx, [Outgoing(clay, places.annex, dec(20), lot_id=move.lot_id)], places.main, source=source)
    here, there = places.start(places.annex, "CLAY"), places.start(places.main, "CLAY")
    path = f"lots/{move.lot_id}/batches"
    assert [one["batch_id"] for one in places.maker.get(path).json["batches_without_lots"]] == [here]
    assert [one["batch_id"] for one in places.owner.get(path).json["batches_without_lots"]] == [here, there]
    places.finish(there)
    told = places.maker.get(path).json["went_into"]
    assert (told["complete"], told["batches"], len(told["lots"]), told["links"]) == (False, [], 1, [])
    whole = places.owner.get(path).json["went_into"]
    assert (whole["complete"], [one["batch_id"] for one in whole["batches"]]) == (True, [there])
