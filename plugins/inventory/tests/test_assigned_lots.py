"""Lots and amounts of places where somebody does not work: hidden, however one asks; safety goes beyond."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from core.api import select
from core.testing.clients import ApiClient
from plugins.inventory.api import Link, LocationMember, Source, Stock, link_lots
from plugins.inventory.tests.shop import Shop

Client = Callable[..., ApiClient]
RULES = ["inventory.assigned_locations"]


@dataclass
class Cellar:
    """A cook, and the ids of what lies in the kitchen and in the store."""

    cook: ApiClient
    owner: ApiClient
    ids: dict[str, int]

    def numbers(self, path: str) -> list[str]:
        """What the lots of a list are called."""
        answer = self.cook.get(path)
        assert answer.status_code == 200, answer.text
        return sorted(row["number"] for row in answer.json["items"])


@pytest.fixture
def cellar(unit: Any, client: ApiClient, client_with: Client) -> Cellar:
    """1,000 g of oil K-1 in the kitchen and 3,000 g of S-1 in the store; soap BAR-1 of both stands in the store."""
    cook = client_with("inventory.*", rules=RULES)
    with unit() as ctx:
        shop = Shop(ctx)
        family = ctx.do("inventory.item_family.create", code="OILS", name="Oils", attribute_names=["kind"])
        oil = shop.item("OIL", family_id=family.id, variant={"kind": "olive"}, allow_negative=True)
        bar, kitchen = shop.item("BAR", kind="finished"), shop.place("KITCHEN")
        ctx.create(LocationMember, location_id=kitchen, member_id=cook.member.actor.member_id)

        def lot(item: Any, place: int, quantity: str, number: str, cost: str) -> int:
            line = shop.line(item, quantity, unit_cost=cost, lot_number=number)
            return shop.lot(shop.receipt([line], location_id=place)).id

        here, there = lot(oil, kitchen, "1000", "K-1", "0.011"), lot(oil, shop.store, "3000", "S-1", "0.077")
        made = lot(bar, shop.store, "5", "BAR-1", "0.5")
        source = Source("tests.batch", ctx.today())
        link_lots(ctx, [Link(here, made, 100), Link(there, made, 200)], source=source)
        ids = {"oil": oil.id, "bar": bar.id, "kitchen": kitchen, "store": shop.store, "family": family.id,
               "here": here, "there": there, "made": made}  # fmt: skip
    return Cellar(cook, client, ids)


def test_lots_of_elsewhere_are_not_there(cellar: Cellar) -> None:
    cook, there = cellar.cook, cellar.ids["there"]
    assert cellar.numbers("lots?count=exact") == ["K-1"]
    assert cellar.numbers(f"lots?item_id={cellar.ids['oil']}") == ["K-1"]
    assert cellar.numbers("lots?search=S-1") == []
    assert cook.get("lots?group_by=item_id").json["groups"][0]["count"] == 1
    assert "S-1" not in cook.get("lots/export").text
    for path in ("", "/history", "/trace", "/transactions", "/lineage", "/files", "/comments"):
        assert cook.get(f"lots/{there}{path}").status_code == 404, path
    assert cook.post(f"lots/{there}/quarantine", {"reason": "mine"}).status_code == 404
    assert cook.get("lot-links").json["items"] == []
    assert cellar.owner.get("lots?count=exact").json["total"] == 3


def test_a_lot_is_seen_from_the_day_it_comes(cellar: Cellar, client_with: Client) -> None:
    """100 g of S-1 are brought into the kitchen and used up there: the lot stays in the kitchen's books."""
    lines = [{"item_id": cellar.ids["oil"], "lot_id": cellar.ids["there"], "quantity": "100"}]
    places = {"from_location_id": cellar.ids["store"], "to_location_id": cellar.ids["kitchen"]}
    transfer = f"transfers/{cellar.owner.post('transfers', {**places, 'lines': lines}).json['id']}"
    assert cellar.owner.post(f"{transfer}/request", {}).status_code == 200
    assert cellar.numbers("lots") == ["K-1"]
    assert client_with("inventory.*").post(f"{transfer}/approve", {}).status_code == 200
    assert cellar.numbers("lots") == ["K-1", "S-1"]
    issue = {"location_id": cellar.ids["kitchen"], "issue_type": "use", "lines": lines}
    assert cellar.cook.post(f"issues/{cellar.cook.post('issues', issue).json['id']}/post", {}).status_code == 200
    assert cellar.numbers("lots") == ["K-1", "S-1"]
    assert [row["quantity"] for row in cellar.cook.get(f"lots/{cellar.ids['there']}/transactions").json["items"]] == [
        "-100.000000", "100.000000",
    ]  # fmt: skip


def test_a_trace_says_that_it_goes_on_elsewhere(cellar: Cellar) -> None:
    told = cellar.cook.get(f"lots/{cellar.ids['here']}/trace").json
    assert told["forward"] == {"complete": False, "lots": [], "links": []}
    assert told["backward"] == {"complete": True, "lots": [], "links": []}
    whole = cellar.owner.get(f"lots/{cellar.ids['here']}/trace").json["forward"]
    assert (whole["complete"], [lot["number"] for lot in whole["lots"]]) == (True, ["BAR-1"])


def test_a_recall_reaches_further_than_it_tells(cellar: Cellar) -> None:
    told = cellar.cook.post(f"lots/{cellar.ids['here']}/recall", {"reason": "glass"})
    assert told.status_code == 200, told.text
    assert "BAR-1" not in told.text
    assert cellar.owner.get(f"lots/{cellar.ids['made']}").json["state"] == "recalled"


def test_a_draft_names_no_lot_of_elsewhere(cellar: Cellar) -> None:
    line = {"item_id": cellar.ids["oil"], "quantity": "1", "lot_id": cellar.ids["there"]}
    for path, more in (
        ("issues", {"issue_type": "use"}),
        ("counts", {}),
        ("inventory/adjustments", {"adjustment_type": "spoil"}),
    ):
        lines = [{name: value for name, value in line.items() if name != "quantity" or path != "counts"}]
        refused = cellar.cook.post(path, {"location_id": cellar.ids["kitchen"], "lines": lines, **more})
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["lines.0.lot_id"]), path
        assert "S-1" not in refused.text


def test_what_there_is_is_told_of_the_own_places(cellar: Cellar) -> None:
    oil, family = cellar.ids["oil"], cellar.ids["family"]
    [variant] = cellar.cook.get(f"item-families/{family}/variants").json["variants"]
    assert (variant["on_hand"], variant["available"]) == ("1000.000000", "1000.000000")
    wanted = {"items": [{"item_id": oil, "quantity": "2000"}]}
    [need] = cellar.cook.post("check-stock", wanted).json["items"]
    assert (need["status"], need["available"], need["shortage"]) == ("LOW", "1000.000000", "1000.000000")
    elsewhere = cellar.cook.post("check-stock", {**wanted, "location_id": cellar.ids["store"]})
    assert (elsewhere.status_code, elsewhere.json["code"]) == (403, "LOCATION_ACCESS_DENIED")
    assert cellar.owner.post("check-stock", wanted).json["overall_status"] == "sufficient"
    assert cellar.cook.get(f"admin/inventory-transactions/by-location/{cellar.ids['store']}").status_code == 404


def test_how_much_is_owed_elsewhere_is_not_told(cellar: Cellar, client_with: Client) -> None:
    """The store lets 4,321 g go and has 3,000 g: nobody in the kitchen learns of the 1,321 g."""
    lines = [{"item_id": cellar.ids["oil"], "quantity": "4321"}]
    issue = {"location_id": cellar.ids["store"], "issue_type": "use", "lines": lines}
    path = f"issues/{cellar.owner.post('issues', issue).json['id']}"
    assert cellar.owner.post(f"{path}/request-approval", {"reason": "urgent"}).status_code == 200
    assert client_with("inventory.*").post(f"{path}/approve-negative", {}).status_code == 200
    item = cellar.cook.get(f"items/{cellar.ids['oil']}").json
    for who, told in ((cellar.cook, "OIL is elsewhere below zero"), (cellar.owner, "OIL is 1,321 g below zero")):
        refused = who.patch(f"items/{item['id']}", {"allow_negative": False}, version=item["version"])
        assert (refused.status_code, refused.json["code"]) == (409, "BELOW_ZERO")
        assert refused.json["detail"].startswith(told)


def test_an_invoice_received_elsewhere_is_told_without_its_receipt(cellar: Cellar) -> None:
    line = {"item_id": cellar.ids["oil"], "quantity": "1", "unit_cost": "1"}
    invoice = {"supplier_name": "Oil Mill", "invoice_number": "4711", "lines": [line]}
    first = cellar.owner.post("receipts", {**invoice, "location_id": cellar.ids["store"]}).json
    for who, told in ((cellar.cook, "A receipt elsewhere has invoice 4711"), (cellar.owner, first["number"])):
        second = who.post("receipts", {**invoice, "location_id": cellar.ids["kitchen"]})
        assert (second.status_code, second.json["code"]) == (409, "DUPLICATE_INVOICE")
        assert second.json["detail"].startswith(told)


def test_the_books_are_compared_where_one_works(cellar: Cellar, unit: Any) -> None:
    """A gram too much stands in the books of either place: the cook sets right the kitchen's."""
    with unit() as ctx:
        ctx.update_rows(Stock, [{"id": row.id, "on_hand": row.on_hand + 1} for row in ctx.all(
            select(Stock).where(Stock.lot_id.in_([cellar.ids["here"], cellar.ids["there"]])))])  # fmt: skip
    told = cellar.cook.post("inventory/validate-consistency", {"repair": True}).json
    assert ([one["location_id"] for one in told["differences"]], told["repaired"]) == ([cellar.ids["kitchen"]], 1)
    told = cellar.owner.post("inventory/validate-consistency", {"repair": True}).json
    assert ([one["location_id"] for one in told["differences"]], told["repaired"]) == ([cellar.ids["store"]], 1)


def test_what_else_tells_of_stock_is_narrowed_too(cellar: Cellar, client_with: Client, unit: Any) -> None:
    """Somebody may read variants and not stock; the rule of their role holds for the stock that variants tell of."""
    clerk = client_with("inventory.item_family.read", "inventory.location.read", rules=RULES)
    with unit() as ctx:
        ctx.create(LocationMember, location_id=cellar.ids["kitchen"], member_id=clerk.member.actor.member_id)
    [variant] = clerk.get(f"item-families/{cellar.ids['family']}/variants").json["variants"]
    assert variant["on_hand"] == "1000.000000"
    glance = clerk.get(f"admin/locations/{cellar.ids['kitchen']}/dashboard").json
    assert (glance["recent_receipts"], glance["recent_issues"]) == ([], [])
    assert len(cellar.cook.get(f"admin/locations/{cellar.ids['kitchen']}/dashboard").json["recent_receipts"]) == 1
