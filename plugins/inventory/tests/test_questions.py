"""What people ask of stock: how much, where, what is low, what expires, and only what they may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest
from sqlalchemy import event

from core.api import Refused, day_text
from core.kernel import Kernel
from core.testing.clients import ApiClient, BrowserClient
from plugins.inventory.api import Item, LocationMember
from plugins.inventory.tests.shop import Shop

Client = Callable[..., ApiClient]


def keys(answer: Any) -> Iterator[str]:
    """The names of all values in an answer; a report's list of columns is no value."""
    if isinstance(answer, list):
        for part in answer:
            yield from keys(part)
    elif isinstance(answer, dict):
        for name, part in answer.items():
            yield name
            yield from keys(part)


@pytest.fixture
def ids(unit: Any) -> dict[str, int]:
    """Oil in the store and the kitchen, soap that is low, milk that expires."""
    with unit() as ctx:
        shop, today = Shop(ctx), ctx.today()
        oil = shop.item("OIL", reorder_point=Decimal(50))
        soap = shop.item("SOAP", "each", kind="finished", reorder_point=Decimal(20))
        milk = shop.item("MILK", "ml", is_perishable=True)
        shop.receive(oil, 100, "0.01")
        shop.receive(oil, 100, "0.03")
        shop.transfer(oil, 50, "KITCHEN")
        shop.receive(soap, 12, 2)
        shop.receive(milk, 10, 1, expires_on=today + timedelta(days=5))
        shop.receive(milk, 10, 1, expires_on=today + timedelta(days=90))
        shop.issue(soap, 2, issue_type="sale")
        ctx.do("inventory.reservation.create", item_id=soap.id, location_id=shop.store, quantity="3")
        return {
            "oil": oil.id, "soap": soap.id, "milk": milk.id, "store": shop.store, "kitchen": shop.place("KITCHEN"),
        }  # fmt: skip


def test_an_item_tells_its_stock_by_place_and_lot(client: ApiClient, ids: dict[str, int]) -> None:
    told = client.get(f"items/{ids['oil']}/inventory").json
    assert [Decimal(told[name]) for name in ("on_hand", "available", "value")] == [200, 200, 4]
    assert {place["location"]: Decimal(place["on_hand"]) for place in told["locations"]} == {"MAIN": 150, "KITCHEN": 50}
    assert [Decimal(lot["on_hand"]) for lot in told["lots"]] == [50, 50, 100]
    soap = client.get(f"items/{ids['soap']}/inventory").json
    assert [Decimal(soap[name]) for name in ("on_hand", "reserved", "available")] == [10, 3, 7]
    assert client.get("items/999999/inventory").status_code == 404


def test_low_stock_and_expiring_lots_are_listed(client: ApiClient, ids: dict[str, int]) -> None:
    assert [(row["code"], Decimal(row["shortage"])) for row in client.get("items/low-stock").json] == [("SOAP", 13)]
    assert {row["code"] for row in client.get("items/low-stock?threshold=100").json} == {"SOAP", "MILK"}
    assert [row["code"] for row in client.get("items/low-stock?kind=raw").json] == []
    assert [(row["code"], row["days_left"]) for row in client.get("lots/expiring").json] == [("MILK", 5)]
    assert len(client.get("lots/expiring?days=365").json) == 2
    numbers = client.get("stock/summary").json
    assert (numbers["items"], numbers["low_stock_items"], Decimal(numbers["value"])) == (3, 1, 44)


def test_levels_and_reports_agree(client: ApiClient, ids: dict[str, int]) -> None:
    levels = client.get("stock/levels").json
    assert sum(Decimal(row["value"]) for row in levels) == 44
    for path in ("reports/stock-now", "stock/consolidated", "reports/valuation"):
        rows = client.get(path).json["rows"]
        assert sum(Decimal(row["value"]) for row in rows) == 44, path
    sold = client.get("reports/issues").json["rows"]
    assert [Decimal(row["total_value"]) for row in sold] == [4]


@pytest.mark.parametrize("path", ["reports/receipts", "reports/issues"])
def test_a_report_reaches_no_further_back_than_the_calendar(client: ApiClient, ids: dict[str, int], path: str) -> None:
    refused = client.get(f"{path}?until=0001-01-01")
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"until"})
    whole = client.get(f"{path}?since=0001-01-01&until=9999-12-31")
    assert (whole.status_code, bool(whole.json["rows"])) == (200, True)
    assert client.get(f"{path}?since=0001-01-01&until=0001-01-01").json["rows"] == []


def test_stock_is_listed_item_by_item_and_what_is_used_up_stands_last(
    client: ApiClient, browser: BrowserClient, ids: dict[str, int], unit: Any
) -> None:
    with unit() as ctx:
        shop = Shop(ctx)
        shop.issue(ctx.get(Item, ids["oil"]), 50)
    listed = [(row["item_id"], Decimal(row["on_hand"])) for row in client.get("stock").json["items"]]
    oil, soap, milk = ids["oil"], ids["soap"], ids["milk"]
    assert listed == [(milk, 10), (milk, 10), (oil, 100), (oil, 50), (oil, 0), (soap, 10)], "by code"
    table = browser.get("/stock").get_data(as_text=True).partition("<tbody")[2].partition("</tbody")[0]
    assert [code for code, _ in groupby(re.findall(r">(OIL|SOAP|MILK)\b", table))] == ["MILK", "OIL", "SOAP"]


def test_the_ledger_is_read_by_item_place_and_lot(client: ApiClient, ids: dict[str, int]) -> None:
    by_item = client.get(f"items/{ids['oil']}/transactions?page_size=2").json
    assert [row["move_type"] for row in by_item["items"]] == ["transfer_in", "transfer_out"]
    rest = client.get(f"admin/inventory-transactions/by-product/{ids['oil']}?before={by_item['next']}").json
    assert ([row["move_type"] for row in rest["items"]], rest["next"]) == (["receipt", "receipt"], None)
    kitchen = client.get(f"admin/inventory-transactions/by-location/{ids['kitchen']}").json["items"]
    assert [Decimal(row["quantity"]) for row in kitchen] == [50]
    lot = client.get(f"lots/{kitchen[0]['lot_id']}/transactions").json["items"]
    assert [Decimal(row["quantity"]) for row in lot] == [50, -50, 100]
    assert client.get(f"admin/inventory-transactions?item_id={ids['soap']}&move_type=sale").json["total"] == 1


def test_stock_is_checked_line_by_line(client: ApiClient, ids: dict[str, int], unit: Any) -> None:
    with unit() as ctx:
        litre = Shop(ctx).unit("l")
    items = [
        {"item_id": ids["oil"], "quantity": "100"},
        {"item_id": ids["oil"], "quantity": "160"},
        {"item_id": ids["soap"], "quantity": "9"},
        {"item_id": ids["oil"], "quantity": "1", "unit_id": litre},
        {"item_id": 999999, "quantity": "1"},
    ]
    answer = client.post("check-stock", {"items": items}).json
    assert answer["overall_status"] == "insufficient"
    assert [row["status"] for row in answer["items"]] == ["OK", "LOW", "LOW", "MISSING_DENSITY", "UNKNOWN_ITEM"]
    assert [Decimal(row["shortage"]) for row in answer["items"][:3]] == [0, 60, 2]
    assert client.post("check-stock", {"items": items[:2]}).json["overall_status"] == "insufficient"
    assert answer["items"][3]["next_step"]["kind"] == "set_density"
    assert client.post("check-stock", {"items": items[:1]}).json["overall_status"] == "sufficient"
    [low] = client.post("check-stock", {"items": [{"item_id": ids["soap"], "quantity": "1"}]}).json["items"]
    assert low["status"] == "LOW", "7 are there, at most 20 is low"


def test_the_summary_counts_the_lots_it_is_asked_for(client: ApiClient, ids: dict[str, int]) -> None:
    assert client.get("stock/summary").json["lots"] == 5
    assert client.get("stock/summary?kind=finished").json["lots"] == 1
    assert client.get(f"stock/summary?location_id={ids['kitchen']}").json["lots"] == 1


def test_lots_stand_in_the_order_they_will_be_taken(client: ApiClient, ids: dict[str, int], unit: Any) -> None:
    with unit() as ctx:
        shop, milk = Shop(ctx), ctx.get(Item, ids["milk"])
        shop.receive(milk, 10, 1, lot_number="SHORT", expires_on=ctx.today() + timedelta(days=2))
        shop.receive(milk, 10, 1, lot_number="UHT")
    days = [lot["expires_on"] for lot in client.get(f"items/{ids['milk']}/inventory").json["lots"]]
    assert days[:3] == sorted(days[:3]) and days[3] is None, "what expires first goes first, what keeps goes last"


def test_a_place_tells_its_month_without_what_was_taken_back(client: ApiClient, ids: dict[str, int], unit: Any) -> None:
    def totals() -> list[Decimal]:
        told = client.get(f"admin/locations/{ids['store']}/dashboard").json["totals"]
        return [Decimal(told[name]) for name in ("total_receipts", "total_issues")]

    before = totals()
    with unit() as ctx:
        shop, oil = Shop(ctx), ctx.get(Item, ids["oil"])
        issue, receipt = shop.issue(oil, 20), shop.receive(oil, 30, 1)
        ctx.do("inventory.issue.reverse", issue, reason="Wrong item")
        ctx.do("inventory.receipt.reverse", receipt, reason="Wrong supplier")
    assert totals() == before == [48, 4], "4 of oil, 24 of soap, 20 of milk; two bars sold at 2"


@pytest.mark.parametrize(
    "path", ["stock/levels?", "stock/summary?", "items/low-stock?", "items/search?q=oil&"],
)  # fmt: skip
def test_a_kind_that_there_is_not_is_refused_with_those_there_are(
    client: ApiClient, browser: BrowserClient, ids: dict[str, int], path: str
) -> None:
    refused = client.get(f"{path}kind=liquid")
    said = ["Must be one of: raw, packaging, component, finished, service, container, consumable."]
    assert (refused.status_code, refused.json["errors"]) == (422, {"kind": said})
    assert client.get(f"{path}kind=raw").status_code == client.get(f"{path}kind=").status_code == 200
    page = browser.get(f"/{path}kind=raw").get_data(as_text=True)
    assert '<option value="raw" selected>' in page and '<option value="packaging">' in page


def test_costs_are_for_those_who_may_see_them(client_with: Client, ids: dict[str, int]) -> None:
    reader = client_with("inventory.*.read")
    for path in (f"items/{ids['oil']}/inventory", "stock/levels", "reports/stock-now", "stock/summary", "stock",
                 f"items/{ids['oil']}/transactions", "admin/inventory-transactions", "lots", "receipts"):  # fmt: skip
        answer = reader.get(path)
        assert answer.status_code == 200
        assert not {"value", "unit_cost", "average_cost", "total_value"} & set(keys(answer.json)), path
    assert reader.get("reports/valuation").status_code == 403
    assert reader.get("stock?value__gt=0").status_code in (400, 422)


def test_people_see_and_touch_only_where_they_work(client_with: Client, unit: Any, ids: dict[str, int]) -> None:
    cook = client_with(
        "inventory.*.read", *(f"inventory.{name}.*" for name in ("issue", "receipt", "transfer", "reservation")),
        rules=["inventory.assigned_locations"],
    )  # fmt: skip
    with unit() as ctx:
        ctx.create(LocationMember, location_id=ids["kitchen"], member_id=cook.member.actor.member_id)
    assert {row["location_id"] for row in cook.get("stock").json["items"]} == {ids["kitchen"]}
    assert {row["location_id"] for row in cook.get("stock/levels").json} == {ids["kitchen"]}
    assert {row["location_id"] for row in cook.get("admin/inventory-transactions").json["items"]} == {ids["kitchen"]}
    assert cook.get("receipts").json["items"] == []
    line = {"item_id": ids["oil"], "quantity": "1"}
    for path, body in (
        ("issues", {"location_id": ids["store"], "issue_type": "use", "lines": [line]}),
        ("receipts", {"location_id": ids["store"], "lines": [line]}),
        ("transfers", {"from_location_id": ids["store"], "to_location_id": ids["kitchen"], "lines": [line]}),
        ("reservations", {"location_id": ids["store"], "item_id": ids["oil"], "quantity": "1"}),
    ):
        refused = cook.post(path, body)
        assert (refused.status_code, refused.json["code"]) == (403, "LOCATION_ACCESS_DENIED"), path
    issue = cook.post("issues", {"location_id": ids["kitchen"], "issue_type": "use", "lines": [line]}).json
    assert cook.post(f"issues/{issue['id']}/post", {}).status_code == 200
    back = cook.post(
        "transfers", {"from_location_id": ids["kitchen"], "to_location_id": ids["store"], "lines": [line]}
    ).json
    assert cook.post(f"transfers/{back['id']}/request", {}).status_code == 200


def test_another_organisation_has_other_books(other_client: ApiClient, ids: dict[str, int]) -> None:
    assert other_client.get(f"items/{ids['oil']}/inventory").status_code == 404
    assert other_client.get(f"lots/{ids['oil']}/trace").status_code == 404
    assert other_client.get("stock").json["items"] == []
    line = {"item_id": ids["oil"], "quantity": "1", "unit_cost": "1"}
    refused = other_client.post("receipts", {"location_id": ids["store"], "lines": [line]})
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"location_id", "lines.0.item_id"})


@pytest.mark.parametrize(
    "path", ["stock/levels", "stock/summary", "items/low-stock", "lots/expiring", "reports/stock-now",
             "stock/consolidated", "reports/valuation", "admin/inventory-transactions/by-location/{store}"],
)  # fmt: skip
def test_questions_do_not_grow_with_the_answer(
    kernel: Kernel, client: ApiClient, unit: Any, ids: dict[str, int], path: str
) -> None:
    asked: list[str] = []

    def note(*call: Any) -> None:
        asked.append(call[2])

    counts = []
    event.listen(kernel.engine, "before_cursor_execute", note)
    try:
        for turn in range(3):
            asked.clear()
            assert client.get(path.format(**ids)).status_code == 200
            counts.append(len(asked))
            with unit() as ctx:
                shop = Shop(ctx)
                for n in range(8):
                    shop.receive(shop.item(f"MORE-{turn}-{n}", reorder_point=Decimal(9)), 5, 1, on=ctx.today())
    finally:
        event.remove(kernel.engine, "before_cursor_execute", note)
    # The first request also fills the caches of the process.
    assert counts[2] <= counts[1]


def test_warnings_are_pages_and_cards(browser: BrowserClient, ids: dict[str, int]) -> None:
    for path, name in (("/reports/low-stock", "SOAP"), ("/reports/expiring", "MILK"), ("/reports/stock-now", "OIL")):
        page = browser.get(path)
        assert (page.status_code, name in page.get_data(as_text=True)) == (200, True), path
    assert browser.get("/reports/below-zero").status_code == 200
    home = browser.get("/").get_data(as_text=True)
    assert "Low stock" in home
    assert "Unavailable" not in home


def test_warnings_and_refusals_say_amounts_and_days_as_the_pages_do(shop: Shop) -> None:
    ctx, friday = shop.ctx, shop.ctx.today() + timedelta(days=4)
    flour = shop.item("FLOUR", reorder_point=Decimal(4000))
    shop.receive(flour, "2080.5", expires_on=friday)
    cards, alerts = ctx.registry.widgets, ctx.registry.alerts
    [low] = cards["inventory.low_stock_card"].function(ctx)["items"]
    assert low["detail"] == "2,080.5 of 4,000 g"
    [warned] = alerts["inventory.low_stock_alert"].function(ctx)
    assert warned["detail"] == "2,080.5 g left, reorder at 4,000"
    [old] = alerts["inventory.expiring_alert"].function(ctx)
    assert old["detail"] == f"2,080.5 g on hand, use by {day_text(friday)}"
    with pytest.raises(Refused) as refused:
        shop.issue(flour, 12000)
    assert "12,000 g needed, 2,080.5 g available" in refused.value.detail
