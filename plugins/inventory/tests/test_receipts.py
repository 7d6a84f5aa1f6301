"""Goods come in: lots, costs, expiry, invoices that count once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from core.api import Duplicate, Invalid, Refused, day_text, select
from core.testing.clients import ApiClient
from plugins.inventory.api import Item, Move
from plugins.inventory.tests.shop import Shop


def test_a_delivery_in_kilograms_becomes_lots_in_grams(shop: Shop) -> None:
    oil = shop.item("OLIVE-OIL", "g", purchase_unit_id=shop.unit("kg"), shelf_life_days=365)
    receipt = shop.receipt(
        [
            shop.line(oil, 5, unit_cost=Decimal("8.40"), supplier_lot="L-77"),
            shop.line(oil, 250, unit="g", unit_cost=Decimal("0.0091")),
        ],
        supplier_name="Oleificio Rossi",
        invoice_number="2026/118",
    )
    first, second = receipt.lines
    lot = shop.lot(receipt)
    assert (receipt.state, receipt.total_value) == ("posted", Decimal("44.275"))
    assert (first.value, second.value) == (Decimal("42"), Decimal("2.275"))
    assert (lot.unit_cost, lot.supplier_lot, lot.supplier_name) == (Decimal("0.0084"), "L-77", "Oleificio Rossi")
    assert lot.expires_on == shop.ctx.today() + timedelta(days=365)
    assert lot.number.startswith(f"OLIVE-OIL-{shop.ctx.today().year}-")
    assert shop.stock(oil) == (Decimal("5250"), Decimal("44.275"))
    move = shop.ctx.scalar(select(Move).where(Move.line_id == first.id))
    assert (move.quantity, move.entered_quantity, move.entered_unit_id) == (5000, 5, shop.unit("kg"))
    assert (move.counterpart, move.document_number) == ("supplier", receipt.number)


def test_an_amount_that_does_not_divide_keeps_its_value_to_the_last_digit(shop: Shop) -> None:
    wax = shop.item("WAX", "g")
    shop.receive(wax, 3, "0.333333")
    shop.receive(wax, 7, "0.142857")
    assert shop.stock(wax) == (Decimal(10), Decimal("0.999999") + Decimal("0.999999"))
    shop.issue(wax, "4.5")
    shop.issue(wax, "5.5")
    assert shop.stock(wax) == (Decimal(0), Decimal(0))
    assert shop.books_agree()


def test_the_same_invoice_of_a_supplier_is_received_once(shop: Shop) -> None:
    lye = shop.item("LYE")
    values = {"supplier_name": "Chemie AG", "invoice_number": "4711"}
    first = shop.receipt([shop.line(lye, 10, unit_cost=1)], **values)
    with pytest.raises(Duplicate) as refused:
        shop.receipt([shop.line(lye, 10, unit_cost=1)], **values)
    assert (refused.value.code, list(refused.value.errors)) == ("DUPLICATE_INVOICE", ["invoice_number"])
    shop.receipt([shop.line(lye, 10, unit_cost=1)], supplier_name="Other Ltd", invoice_number="4711")
    shop.ctx.do("inventory.receipt.reverse", first, reason="wrong supplier")
    assert shop.receipt([shop.line(lye, 10, unit_cost=1)], **values).state == "posted"


def test_a_receipt_without_a_cost_stays_a_draft(shop: Shop) -> None:
    lye = shop.item("LYE")
    draft = shop.receipt([shop.line(lye, 10)], post=False)
    with pytest.raises(Invalid) as refused:
        shop.ctx.do("inventory.receipt.post", draft)
    assert list(refused.value.errors) == ["lines.0.unit_cost"]
    assert (draft.state, shop.stock(lye)[0]) == ("draft", 0)


def test_a_lot_tracked_item_names_its_lot(shop: Shop) -> None:
    scent = shop.item("SCENT", lot_tracking="required")
    with pytest.raises(Invalid) as refused:
        shop.receive(scent, 10)
    assert list(refused.value.errors) == ["lines.0.lot_number"]
    assert shop.lot(shop.receive(scent, 10, supplier_lot="S-9")).supplier_lot == "S-9"


def test_two_lines_of_one_lot_number_are_one_lot(shop: Shop) -> None:
    lye = shop.item("LYE")
    receipt = shop.receipt([shop.line(lye, q, unit_cost=1, lot_number="DRUM-1") for q in (10, 20)])
    assert receipt.lines[0].lot_id == receipt.lines[1].lot_id
    assert shop.layers(lye) == [(30, 30)]
    again = shop.receive(lye, 5, 2, lot_number="DRUM-1")
    assert again.lines[0].lot_id == receipt.lines[0].lot_id
    assert shop.layers(lye) == [(35, 40)]


def test_a_lot_number_with_another_expiry_is_another_lot(shop: Shop) -> None:
    lye = shop.item("LYE")
    day = shop.ctx.today()
    shop.receive(lye, 10, lot_number="D1", expires_on=day + timedelta(days=30))
    with pytest.raises(Invalid) as refused:
        shop.receive(lye, 10, lot_number="D1", expires_on=day + timedelta(days=60))
    assert refused.value.code == "LOT_DIFFERS"


def test_two_lines_of_a_new_lot_do_not_contradict_each_other(shop: Shop) -> None:
    oil, soon = shop.item("OIL"), shop.ctx.today() + timedelta(days=10)
    for first, told in ((soon, f"expires on {day_text(soon)}"), (None, "has no date of expiry")):
        lines = [
            shop.line(oil, 5, unit_cost=Decimal(1), lot_number=f"LOT {first}", expires_on=expires_on)
            for expires_on in (first, soon + timedelta(days=80))
        ]
        with pytest.raises(Invalid) as refused:
            shop.receipt(lines)
        assert (refused.value.code, told in refused.value.detail) == ("LOT_DIFFERS", True)
    assert shop.stock(oil) == (0, 0)


def test_a_number_somebody_typed_is_not_given_again(shop: Shop) -> None:
    oil, year = shop.item("OIL"), shop.ctx.today().year
    shop.receive(oil, 5, 1, lot_number=f"OIL-{year}-00001")
    lines = [
        shop.line(oil, 1, unit_cost=Decimal(1), lot_number=number)
        for number in (None, f"OIL-{year}-00002", None, f"OIL-{year}-00004")
    ]
    receipt = shop.receipt(lines)
    assert [line.lot.number for line in receipt.lines] == [
        f"OIL-{year}-0000{n}" for n in (3, 2, 5, 4)
    ]  # fmt: skip
    assert shop.stock(oil) == (9, 9)


def test_goods_that_have_expired_are_not_received(shop: Shop) -> None:
    milk = shop.item("MILK", "ml")
    with pytest.raises(Invalid) as refused:
        shop.receive(milk, 10, expires_on=shop.ctx.today() - timedelta(days=1))
    assert refused.value.code == "ALREADY_EXPIRED"


def test_goods_that_are_not_made_yet_are_not_received(shop: Shop) -> None:
    """The last of all days would have the milk expire in a year that no calendar has."""
    milk, today = shop.item("MILK", "ml", shelf_life_days=21), shop.ctx.today()
    for made_on in (today + timedelta(days=1), date.max):
        with pytest.raises(Invalid) as refused:
            shop.receive(milk, 10, made_on=made_on)
        told = f"{day_text(made_on)} is after the day of receipt, {day_text(today)}."
        assert (refused.value.code, refused.value.errors) == ("NOT_MADE_YET", {"lines.0.made_on": [told]})
    fresh = shop.lot(shop.receive(milk, 10, made_on=today - timedelta(days=1)))
    assert fresh.expires_on == today + timedelta(days=20)


@pytest.mark.parametrize("days", [1, 400])
def test_nothing_is_received_tomorrow(shop: Shop, days: int) -> None:
    lye = shop.item("LYE")
    with pytest.raises(Invalid) as refused:
        shop.receive(lye, 10, on=shop.ctx.today() + timedelta(days=days))
    assert refused.value.code == "FUTURE_DATE"


def test_a_posted_receipt_stays_as_it_is(shop: Shop) -> None:
    receipt = shop.receive(shop.item("LYE"), 10)
    for change in (
        lambda: shop.ctx.do("inventory.receipt.update", receipt, notes="changed"),
        lambda: shop.ctx.do("inventory.receipt.delete", receipt),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.code == "INVALID_STATE"
    with pytest.raises(Refused) as posted:
        shop.ctx.do("inventory.receipt.post", receipt)
    assert posted.value.code == "INVALID_STATE"


def test_a_reversed_receipt_leaves_nothing_behind(shop: Shop) -> None:
    lye = shop.item("LYE")
    receipt = shop.receive(lye, 10, 3)
    shop.ctx.do("inventory.receipt.reverse", receipt, reason="wrong item")
    assert (receipt.state, shop.stock(lye)) == ("reversed", (0, 0))
    with pytest.raises(Refused) as refused:
        shop.ctx.do("inventory.receipt.reverse", receipt, reason="again")
    assert refused.value.code == "INVALID_STATE"
    assert shop.books_agree()


def test_goods_that_went_on_are_not_taken_back(shop: Shop) -> None:
    lye = shop.item("LYE")
    receipt = shop.receive(lye, 10, 3)
    issue = shop.issue(lye, 4)
    with pytest.raises(Refused) as refused:
        shop.ctx.do("inventory.receipt.reverse", receipt, reason="too late")
    assert refused.value.code == "INSUFFICIENT_STOCK"
    assert [(line["needed"], line["available"]) for line in refused.value.extra["lines"]] == [(10, 6)]
    shop.ctx.do("inventory.issue.reverse", issue, reason="first this")
    shop.ctx.do("inventory.receipt.reverse", receipt, reason="then that")
    assert shop.stock(lye) == (0, 0)


def test_what_stock_rests_on_stays_once_it_moved(shop: Shop) -> None:
    lye = shop.item("LYE")
    shop.ctx.do("inventory.item.update", lye, costing="weighted_average")
    shop.receive(lye, 10)
    for change in ({"costing": "fifo"}, {"base_unit_id": shop.unit("kg")}, {"kind": "service"}):
        with pytest.raises(Refused) as refused:
            shop.ctx.do("inventory.item.update", lye, **change)
        assert refused.value.code == "ITEM_HAS_HISTORY"
    with pytest.raises(Refused) as kept:
        shop.ctx.do("inventory.item.delete", lye)
    assert kept.value.code == "ITEM_IN_USE"


def test_a_service_has_no_stock_and_a_sleeping_item_receives_none(shop: Shop) -> None:
    with pytest.raises(Invalid) as refused:
        shop.receive(shop.item("ADVICE", kind="service"), 1)
    assert refused.value.code == "NOT_STOCKED"
    with pytest.raises(Refused) as asleep:
        shop.receive(shop.item("OLD", is_active=False), 1)
    assert asleep.value.code == "ITEM_INACTIVE"


def test_stock_lies_in_places_of_our_own(shop: Shop) -> None:
    bin_ = shop.ctx.do("inventory.location.create", code="BIN", name="Bin", location_type="scrap")
    with pytest.raises(Invalid) as refused:
        shop.receipt([shop.line(shop.item("LYE"), 1, unit_cost=1)], location_id=bin_.id)
    assert refused.value.code == "NOT_A_STOCK_LOCATION"


def close_until(client: ApiClient, day: str) -> None:
    """Set until when stock is closed."""
    assert client.patch("settings", {"inventory.closed_until": day}).status_code == 200


def test_books_that_are_closed_stay_closed(client: ApiClient, unit: Any) -> None:
    with unit() as ctx:
        shop, day = Shop(ctx), ctx.today() - timedelta(days=5)
        receipt = shop.receive(shop.item("LYE"), 10, on=day)
    close_until(client, day.isoformat())
    with unit() as ctx:
        shop, lye = Shop(ctx), ctx.find(Item, code="LYE")
        shop.receive(lye, 10, on=day + timedelta(days=1))
        with pytest.raises(Refused) as refused:
            shop.receive(lye, 10, on=day)
        assert refused.value.code == "DATE_CLOSED"
        # What was wrong then is put right today.
        ctx.do("inventory.receipt.reverse", receipt.id, reason="found late")
        assert shop.stock(lye)[0] == 10


def test_a_closing_day_is_a_day(client: ApiClient) -> None:
    answer = client.patch("settings", {"inventory.closed_until": "31.3.26"})
    assert answer.status_code == 422
    assert answer.get_json()["errors"] == {"inventory.closed_until": ["Must be a day such as 2026-03-31."]}


def test_a_thousand_lines_take_the_same_number_of_queries_as_ten(shop: Shop) -> None:
    asked: list[str] = []
    connection = shop.ctx.db.connection()
    event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call[2]))
    counts = []
    for size in (10, 200):
        items = [shop.item(f"I{size}-{n}") for n in range(size)]
        draft = shop.receipt([shop.line(item, 5, unit_cost=2) for item in items], post=False)
        shop.ctx.db.flush()
        asked.clear()
        shop.ctx.do("inventory.receipt.post", draft)
        counts.append(len(asked))
    # Ids are handed out in blocks: a larger document may ask for another block of them.
    assert counts[1] <= counts[0] + 3


@pytest.mark.parametrize("costing", ["fifo", "weighted_average", "standard"])
@pytest.mark.parametrize("cost", [2, 3])
def test_taking_a_receipt_back_goes_no_further_below_zero_than_was_approved(
    shop: Shop, costing: str, cost: int
) -> None:
    """Of glue without lots 10 g came, 14 g left with leave, 10 g came late. The first receipt stays: it was used up.

    The late one may be taken back, to 4 g below zero again; not any more once 1 g of it has left.
    """
    glue = shop.item("GLUE", allow_negative=True, costing=costing, lot_tracking="none", standard_cost=Decimal(2))
    first = shop.receive(glue, 10, 2)
    shop.issue_below_zero(glue, 14)
    with pytest.raises(Refused) as refused:
        shop.ctx.do("inventory.receipt.reverse", first, reason="another one's")
    assert (refused.value.code, shop.stock(glue)) == ("INSUFFICIENT_STOCK", (-4, -8))
    late = shop.receive(glue, 10, cost)
    used = shop.issue(glue, 1)
    with pytest.raises(Refused) as refused:
        shop.ctx.do("inventory.receipt.reverse", late, reason="never came")
    assert refused.value.code == "INSUFFICIENT_STOCK"
    shop.ctx.do("inventory.issue.reverse", used, reason="it is still here")
    shop.ctx.do("inventory.receipt.reverse", late, reason="never came")
    assert shop.stock(glue) == (-4, -8)
    assert shop.books_agree()


def test_promised_goods_stay_when_a_receipt_is_taken_back(shop: Shop) -> None:
    glue = shop.item("GLUE", allow_negative=True, costing="weighted_average", lot_tracking="none")
    shop.issue_below_zero(glue, 4)
    late = shop.receive(glue, 10, 2)
    shop.receive(glue, 2, 2)
    shop.ctx.do("inventory.reservation.create", item_id=glue.id, location_id=shop.store, quantity="1")
    with pytest.raises(Refused) as refused:
        shop.ctx.do("inventory.receipt.reverse", late, reason="never came")
    assert (refused.value.code, shop.stock(glue)[0]) == ("INSUFFICIENT_STOCK", 8)


def test_goods_past_their_shelf_life_are_not_received_as_fresh(shop: Shop) -> None:
    """Yoghurt keeps 30 days: what was made 40 days ago is refused at a receipt, and may be taken over as it is."""
    yoghurt, today = shop.item("YOGHURT", shelf_life_days=30), shop.ctx.today()
    old = shop.line(yoghurt, 5, unit_cost=Decimal(1), made_on=today - timedelta(days=40))
    with pytest.raises(Invalid) as refused:
        shop.receipt([old])
    assert (refused.value.code, list(refused.value.errors)) == ("ALREADY_EXPIRED", ["lines.0.made_on"])
    shop.receipt([{**old, "made_on": today - timedelta(days=30)}])
    assert shop.lot(shop.receipt([old], receipt_type="opening")).expires_on == today - timedelta(days=10)


def test_a_lot_that_expired_by_a_wrong_date_is_used_again(shop: Shop) -> None:
    oil, today = shop.item("OIL", is_perishable=True), shop.ctx.today()
    lot = shop.lot(shop.receive(oil, 10, 1, on=today - timedelta(days=9), expires_on=today - timedelta(days=1)))
    shop.ctx.do("inventory.lot.expire", lot)
    with pytest.raises(Refused) as refused:
        shop.ctx.do("inventory.lot.release", lot)
    assert refused.value.code == "LOT_EXPIRED"
    shop.ctx.do("inventory.lot.update", lot, expires_on=today + timedelta(days=364))
    shop.ctx.do("inventory.lot.release", lot)
    assert shop.issue(oil, 10).state == "posted"


def test_no_lot_is_said_to_be_made_after_it_came(shop: Shop) -> None:
    lot, today = shop.lot(shop.receive(shop.item("OIL"), 10, 1)), shop.ctx.today()
    with pytest.raises(Invalid) as refused:
        shop.ctx.do("inventory.lot.update", lot, made_on=today + timedelta(days=1))
    assert (refused.value.code, list(refused.value.errors)) == ("NOT_MADE_YET", ["made_on"])
