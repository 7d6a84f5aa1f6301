"""Stock is put right: spoiled, found, counted, and many at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.api import Duplicate, Invalid, Refused
from core.testing.clients import ApiClient
from plugins.inventory.ledger.movement import SCRAP_TYPES
from plugins.inventory.tests.shop import Shop


@pytest.mark.parametrize("kind", SCRAP_TYPES)
def test_what_is_thrown_away_leaves_at_its_cost(shop: Shop, kind: str) -> None:
    oil = shop.item("OIL")
    shop.receive(oil, 100, "0.02")
    adjustment = shop.adjust(kind, [shop.line(oil, 40)], reason="dropped")
    assert (adjustment.total_value, shop.stock(oil)) == (Decimal("-0.8"), (60, Decimal("1.2")))
    shop.ctx.do("inventory.adjustment.reverse", adjustment, reason="it was another one")
    assert shop.stock(oil) == (100, 2)


def test_rubbish_may_come_from_any_lot(shop: Shop) -> None:
    milk = shop.item("MILK", "ml")
    today = shop.ctx.today()
    shop.receive(milk, 10, on=today - timedelta(days=9), expires_on=today - timedelta(days=2))
    assert shop.adjust("spoil", [shop.line(milk, 10)]).state == "posted"
    with pytest.raises(Refused):
        shop.adjust("spoil", [shop.line(milk, 1)])


def test_found_goods_cost_what_the_item_costs_now(shop: Shop) -> None:
    oil, wax = shop.item("OIL"), shop.item("WAX", standard_cost=Decimal("0.5"))
    shop.receive(oil, 100, "0.02")
    found = shop.adjust("manual_addition", [shop.line(oil, 50), shop.line(wax, 10)])
    assert [line.value for line in found.lines] == [1, 5]
    assert shop.adjust("returned", [shop.line(oil, 10, unit_cost=Decimal("0.03"))]).total_value == Decimal("0.3")


@pytest.mark.parametrize(("counted", "value"), [("120", "2.6"), ("100", "2"), ("30", "0.9"), ("0", "0")])
def test_a_recount_sets_what_is_on_hand(shop: Shop, counted: str, value: str) -> None:
    oil = shop.item("OIL")
    shop.receive(oil, 50, "0.01", lot_number="A")
    shop.receive(oil, 50, "0.03", lot_number="B")
    line = shop.line(oil, counted, **({"unit_cost": Decimal("0.03")} if counted == "120" else {}))
    shop.adjust("recount", [line])
    assert shop.stock(oil) == (Decimal(counted), Decimal(value))
    assert shop.books_agree()


def test_one_lot_may_be_recounted(shop: Shop) -> None:
    oil = shop.item("OIL")
    lot = shop.lot(shop.receive(oil, 50, "0.01"))
    shop.receive(oil, 50, "0.03")
    shop.adjust("recount", [shop.line(oil, 55, lot_id=lot.id)])
    assert shop.layers(oil) == [(55, Decimal("0.55")), (50, Decimal("1.5"))]


def test_goods_are_not_counted_twice_in_one_document(shop: Shop) -> None:
    oil = shop.item("OIL")
    lot = shop.lot(shop.receive(oil, 10, 1))
    for second in ({}, {"lot_id": lot.id}):
        with pytest.raises(Invalid) as refused:
            shop.adjust("recount", [shop.line(oil, 5), shop.line(oil, 5, **second)])
        assert (refused.value.code, list(refused.value.errors)) == ("COUNTED_TWICE", ["lines.1.item_id"])
    assert shop.stock(oil)[0] == 10


def test_a_recount_of_an_earlier_day_is_held_against_the_books_of_that_day(shop: Shop) -> None:
    salt, friday = shop.item("SALT", lot_tracking="none"), shop.ctx.today() - timedelta(days=3)
    shop.receive(salt, 100, "0.01", on=friday)
    shop.issue(salt, 30)
    shop.adjust("recount", [shop.line(salt, 95)], adjusted_on=friday)
    assert shop.stock(salt)[0] == 65
    assert shop.books_agree()


def test_promised_goods_are_not_counted_away(shop: Shop) -> None:
    soap = shop.item("SOAP", "each")
    shop.receive(soap, 10, 2)
    shop.ctx.do("inventory.reservation.create", item_id=soap.id, location_id=shop.store, quantity="4")
    with pytest.raises(Refused) as refused:
        shop.adjust("recount", [shop.line(soap, 3)])
    assert refused.value.code == "INSUFFICIENT_STOCK"
    assert refused.value.detail == (
        "The count cannot be posted. SOAP: 3 each counted, 10 each on hand at MAIN (4 each reserved). "
        "Release what is reserved, or count again what has left meanwhile."
    )
    [line] = refused.value.extra["lines"]
    assert [line[name] for name in ("counted", "in_the_books", "on_hand", "reserved")] == [3, 10, 10, 4]
    assert shop.adjust("recount", [shop.line(soap, 4)]).total_value == -12


def test_a_line_says_what_its_type_needs(shop: Shop) -> None:
    oil = shop.item("OIL")
    for kind, line, field in (
        ("spoil", {"item_id": oil.id}, "lines.0.quantity"),
        ("recount", {"item_id": oil.id}, "lines.0.quantity"),
        ("cost_override", {"item_id": oil.id}, "lines.0.unit_cost"),
        ("spoil", {"item_id": oil.id, "quantity": Decimal(0)}, "lines.0.quantity"),
    ):
        with pytest.raises(Invalid) as refused:
            shop.adjust(kind, [line])
        assert list(refused.value.errors) == [field]


def test_many_adjustments_are_posted_together(shop: Shop) -> None:
    oil, lye = shop.item("OIL"), shop.item("LYE")
    wanted: list[dict[str, Any]] = [
        {"item_id": oil.id, "adjustment_type": "restock", "quantity": "100", "unit_cost": "0.16", "lot_number": "N1"},
        {"item_id": lye.id, "adjustment_type": "restock", "quantity": "10", "unit_cost": "1"},
        {"item_id": oil.id, "adjustment_type": "sample", "quantity": "5", "reason": "fair"},
    ]
    done = shop.ctx.do(
        "inventory.adjustment.batch-adjustment", adjustments=wanted, notes="Order 12345", reference="R-1"
    )
    assert (done["adjustments_processed"], done["total_cost_change"], len(done["documents"])) == (3, Decimal("25.2"), 2)
    assert (shop.stock(oil), shop.stock(lye)) == ((95, Decimal("15.2")), (10, 10))
    with pytest.raises(Duplicate):
        shop.ctx.do("inventory.adjustment.batch-adjustment", adjustments=wanted, reference="R-1")


def test_a_quantity_is_set_by_one_call(shop: Shop) -> None:
    oil = shop.item("OIL")
    wanted = {"item_id": oil.id, "unit_id": shop.unit("kg"), "adjustment_reason": "counted"}
    done = shop.ctx.do("inventory.adjustment.adjust-quantity", new_on_hand_quantity="2", cost_per_unit="12", **wanted)
    assert (done["change_of_value"], shop.stock(oil)) == (24, (2000, 24))
    shop.ctx.do("inventory.adjustment.adjust-quantity", new_on_hand_quantity="1.5", **wanted)
    assert shop.stock(oil) == (1500, 18)


UNCOUNTABLE = ["NaN", "sNaN", "Infinity", "-1", "1e400", "9" * 40, "0.0000001", True, {}, None, ""]


@pytest.mark.parametrize("quantity", UNCOUNTABLE)
def test_only_numbers_that_can_be_counted_are_posted(client: ApiClient, unit: Any, quantity: Any) -> None:
    with unit() as ctx:
        shop = Shop(ctx)
        oil, store = shop.item("OIL").id, shop.store
    line = {"item_id": oil, "quantity": quantity, "unit_cost": "1"}
    receipt = client.post("receipts", {"location_id": store, "lines": [line]})
    assert (receipt.status_code, receipt.json["code"]) == (422, "INVALID")
    wanted = [{"item_id": oil, "adjustment_type": "restock", "quantity": quantity, "unit_cost": "1"}]
    assert client.post("admin/inventory-transactions/batch-adjustment", {"adjustments": wanted}).status_code == 422
    assert client.get("admin/inventory-transactions").json["items"] == []


def test_a_value_beyond_the_ledger_is_refused(client: ApiClient, unit: Any) -> None:
    with unit() as ctx:
        shop = Shop(ctx)
        oil, store = shop.item("OIL").id, shop.store
    line = {"item_id": oil, "quantity": "99999999999", "unit_cost": "99999999999"}
    receipt = client.post("receipts", {"location_id": store, "lines": [line]}).json
    refused = client.post(f"receipts/{receipt['id']}/post", {})
    assert (refused.status_code, refused.json["code"]) == (422, "AMOUNT_TOO_LARGE")
    with unit() as ctx:
        shop = Shop(ctx)
        heavy, gram = shop.item("HEAVY", "kg").id, shop.unit("g")
    line = {"item_id": heavy, "quantity": "0.001", "unit_id": gram, "unit_cost": "90000000000"}
    receipt = client.post("receipts", {"location_id": store, "lines": [line]}).json
    refused = client.post(f"receipts/{receipt['id']}/post", {})
    assert (refused.status_code, refused.json["code"]) == (422, "AMOUNT_TOO_LARGE")
    line = {"adjustment_type": "restock", "quantity": "90000000000", "unit_cost": "0", "lot_number": "SILO"}
    big = [{"item_id": oil, **line}] * 2
    refused = client.post("admin/inventory-transactions/batch-adjustment", {"adjustments": big})
    assert (refused.status_code, refused.json["code"]) == (422, "AMOUNT_TOO_LARGE")


def test_a_lot_of_another_item_is_neither_revalued_nor_counted(shop: Shop) -> None:
    oil, lye = shop.item("OIL"), shop.item("LYE")
    lot = shop.lot(shop.receive(lye, 100))
    shop.receive(oil, 100)
    wrong = {"item_id": oil.id, "lot_id": lot.id}
    for kind, told in (("cost_override", {"unit_cost": Decimal(2)}), ("recount", {"quantity": Decimal(0)})):
        with pytest.raises(Invalid) as refused:
            shop.adjust(kind, [{**wrong, **told}])
        assert refused.value.code == "LOT_OF_ANOTHER_ITEM"


@pytest.mark.parametrize(("costing", "lot_tracking"), [("fifo", "optional"), ("weighted_average", "none")])
def test_an_adjustment_says_all_that_it_changed(shop: Shop, costing: str, lot_tracking: str) -> None:
    """4 g of glue left at 2.00 before they came; 10 g at 3.00 leave 6 g worth 18: from -8 to 18 are 26, not 30."""
    glue = shop.item("GLUE", allow_negative=True, costing=costing, lot_tracking=lot_tracking)
    shop.receive(glue, 10, 2)
    shop.issue_below_zero(glue, 14)
    assert shop.stock(glue) == (-4, -8)
    adjustment = shop.adjust("restock", [shop.line(glue, 10, unit_cost=Decimal(3))])
    assert (adjustment.total_value, adjustment.lines[0].value) == (26, 26)
    assert shop.stock(glue) == (6, 18)
    shop.ctx.do("inventory.adjustment.reverse", adjustment, reason="it was for somebody else")
    found = shop.adjust("recount", [shop.line(glue, 1, unit_cost=Decimal(3))])
    assert (found.total_value, shop.stock(glue)) == (11, (1, 3))
    assert shop.books_agree()


def test_found_goods_of_which_nothing_is_left_cost_what_came_last(shop: Shop) -> None:
    """Oil came at 0.03 today; a forgotten delivery of last week, at 0.01, is entered after it. All of it is used."""
    oil, today = shop.item("OIL"), shop.ctx.today()
    shop.receive(oil, 10, "0.03")
    shop.receive(oil, 10, "0.01", on=today - timedelta(days=7))
    shop.issue(oil, 20)
    assert shop.adjust("manual_addition", [shop.line(oil, 100)]).total_value == 3
