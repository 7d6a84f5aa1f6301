"""Stock is promised: held on its lots, let go, or given out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.api import Invalid, Refused, select
from core.testing.clients import ApiClient
from plugins.inventory.api import Item, Outgoing, Reservation, Source, Stock, available, fulfil, release, reserve
from plugins.inventory.jobs import expire_lots, expire_reservations
from plugins.inventory.tests.shop import Shop


def promise(shop: Shop, item: Item, quantity: str, **values: object) -> Reservation:
    """Reserve goods in the store."""
    return shop.ctx.do(
        "inventory.reservation.create", item_id=item.id, location_id=shop.store, quantity=quantity, **values
    )


def free(shop: Shop, item: Item) -> Decimal:
    """What may still be taken."""
    return available(shop.ctx, [item.id])[item.id]


def test_promised_goods_are_for_nobody_else(shop: Shop) -> None:
    soap = shop.item("SOAP-LAV-4OZ", "each")
    shop.receive(soap, 10, 2)
    shop.receive(soap, 5, 3)
    reservation = promise(shop, soap, "12", customer_name="Jane Smith", notes="Wedding favours")
    assert (reservation.state, reservation.held, reservation.missing, free(shop, soap)) == ("active", 12, 0, 3)
    assert [(pick.quantity, pick.unit_cost) for pick in reservation.picks] == [(10, 2), (2, 3)]
    with pytest.raises(Refused):
        shop.issue(soap, 4)
    shop.ctx.do("inventory.reservation.fulfil", reservation)
    assert (reservation.state, reservation.held, shop.stock(soap)) == ("fulfilled", 0, (3, 9))
    assert shop.books_agree()
    with pytest.raises(Refused):
        shop.ctx.do("inventory.reservation.release", reservation)


def test_a_hard_reservation_is_whole_and_a_soft_one_says_what_is_missing(shop: Shop) -> None:
    soap = shop.item("SOAP", "each")
    shop.receive(soap, 10, 2)
    with pytest.raises(Refused) as refused:
        promise(shop, soap, "15")
    assert refused.value.code == "INSUFFICIENT_STOCK"
    soft = promise(shop, soap, "15", strength="soft")
    assert (soft.held, soft.missing, free(shop, soap)) == (10, 5, 0)
    empty = promise(shop, soap, "1", strength="soft")
    with pytest.raises(Refused) as nothing:
        shop.ctx.do("inventory.reservation.fulfil", empty)
    assert nothing.value.code == "NOTHING_HELD"
    shop.ctx.do("inventory.reservation.release", soft)
    assert (soft.state, free(shop, soap), shop.books_agree()) == ("released", 10, True)


def test_many_lines_are_held_together_or_not_at_all(shop: Shop) -> None:
    soap, box = shop.item("SOAP", "each"), shop.item("BOX", "each")
    shop.receive(soap, 10, 2)
    wanted = [Outgoing(soap.id, shop.store, Decimal(4)), Outgoing(box.id, shop.store, Decimal(1))]
    with pytest.raises(Refused), shop.ctx.db.begin_nested():
        reserve(shop.ctx, wanted, document_kind="sales.order", document_id=7)
    shop.receive(box, 1, 1)
    held = reserve(shop.ctx, wanted, document_kind="sales.order", document_id=7, customer_name="Jane")
    assert [(one.held, one.document_id) for one in held] == [(4, 7), (1, 7)]
    moves = fulfil(shop.ctx, held[:1], source=Source("sales.order", shop.ctx.today(), 7))
    assert [(move.quantity, move.line_id) for move in moves] == [(-4, held[0].id)]
    release(shop.ctx, held[1:])
    assert [one.state for one in held] == ["fulfilled", "released"]
    with pytest.raises(Refused) as closed:
        release(shop.ctx, held)
    assert closed.value.code == "RESERVATION_CLOSED"
    assert shop.books_agree()


def test_goods_that_went_bad_are_not_given_out(shop: Shop) -> None:
    soap = shop.item("SOAP", "each")
    lot = shop.lot(shop.receive(soap, 10, 2))
    reservation = promise(shop, soap, "3")
    shop.ctx.do("inventory.lot.quarantine", lot, reason="soft")
    with pytest.raises(Refused) as refused:
        shop.ctx.do("inventory.reservation.fulfil", reservation)
    told = "Release the reservation and reserve again: other lots are held then."
    assert (refused.value.code, refused.value.detail) == (
        "LOT_NOT_AVAILABLE", f"SOAP lot {lot.number}: quarantine. {told}",
    )  # fmt: skip


def test_a_promise_ends_with_its_time(shop: Shop) -> None:
    soap = shop.item("SOAP", "each")
    shop.receive(soap, 10, 2)
    with pytest.raises(Invalid):
        promise(shop, soap, "1", expires_at=(shop.ctx.now() - timedelta(hours=1)).isoformat())
    short = promise(shop, soap, "3", expires_at=(shop.ctx.now() + timedelta(hours=1)).isoformat())
    long = promise(shop, soap, "2")
    short.expires_at = shop.ctx.now() - timedelta(seconds=1)
    expire_reservations(shop.ctx)
    assert (short.state, long.state, free(shop, soap)) == ("expired", "active", 8)


def test_lots_past_their_last_day_leave_at_night(shop: Shop) -> None:
    milk = shop.item("MILK", "ml")
    today = shop.ctx.today()
    past = shop.lot(shop.receive(milk, 1, on=today - timedelta(days=5), expires_on=today - timedelta(days=1)))
    good = shop.lot(shop.receive(milk, 1, expires_on=today))
    expire_lots(shop.ctx)
    assert (past.state, good.state) == ("expired", "available")
    assert shop.ctx.scalar(select(Stock.on_hand).where(Stock.lot_id == past.id)) == 1


@pytest.mark.parametrize("picks", [[], [{"lot_id": 1, "quantity": "3"}]], ids=["none", "one"])
def test_on_which_lots_goods_are_held_is_no_question_to_whoever_asks(
    client: ApiClient, unit: Any, picks: list[Any]
) -> None:
    with unit() as ctx:
        shop = Shop(ctx)
        soap, store = shop.item("SOAP", "each"), shop.store
        shop.receive(soap, 10, 2)
        wanted = {"item_id": soap.id, "location_id": store, "quantity": "3"}
    refused = client.post("reservations", {**wanted, "picks": picks})
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["picks"])
    made = client.post("reservations", wanted).get_json()
    assert [(pick["quantity"], pick["lot_id"] is not None) for pick in made["picks"]] == [("3.000000", True)]
