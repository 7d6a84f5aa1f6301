"""Goods leave: oldest first, all or nothing, never below zero without a second pair of eyes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.api import Invalid, Refused
from core.testing.clients import ApiClient
from plugins.inventory.api import Item, Outgoing, Source, available, forecast, issue, levels, reserve
from plugins.inventory.ledger.past import on_hand_on
from plugins.inventory.queries.stock import item_stock
from plugins.inventory.tests.shop import Shop


def test_the_oldest_lot_goes_first_at_its_own_cost(shop: Shop) -> None:
    oil = shop.item("OIL")
    today = shop.ctx.today()
    shop.receive(oil, 100, "0.02", on=today - timedelta(days=1))
    shop.receive(oil, 100, "0.01", on=today - timedelta(days=9))
    issue = shop.issue(oil, 150)
    assert (issue.state, issue.total_value) == ("posted", Decimal("2"))
    assert (issue.lines[0].value, issue.lines[0].unit_cost) == (Decimal("2"), Decimal("0.013333"))
    assert shop.stock(oil) == (50, Decimal("1"))


def test_perishables_go_by_their_last_day(shop: Shop) -> None:
    milk = shop.item("MILK", "ml", is_perishable=True)
    today = shop.ctx.today()
    shop.receive(milk, 10, 1, expires_on=today + timedelta(days=20))
    shop.receive(milk, 10, 2, expires_on=today + timedelta(days=3))
    shop.receive(milk, 10, 3)
    assert [shop.issue(milk, 10).total_value for _ in range(3)] == [20, 10, 30]


def test_expired_quarantined_and_recalled_lots_are_passed_over(shop: Shop) -> None:
    milk = shop.item("MILK", "ml", is_perishable=True)
    today = shop.ctx.today()
    past = shop.receive(milk, 10, 1, on=today - timedelta(days=9), expires_on=today - timedelta(days=1))
    held, called, good = (shop.receive(milk, 10, 1) for _ in range(3))
    shop.ctx.do("inventory.lot.quarantine", shop.lot(held), reason="smells")
    shop.ctx.do("inventory.lot.recall", shop.lot(called), reason="supplier says so")
    with pytest.raises(Refused) as refused:
        shop.issue(milk, 11)
    assert [(line["needed"], line["available"]) for line in refused.value.extra["lines"]] == [(11, 10)]
    for receipt in (past, held, called):
        with pytest.raises(Refused) as named:
            shop.issue(milk, 1, lot_id=shop.lot(receipt).id)
        assert named.value.code == "LOT_NOT_AVAILABLE"
    assert shop.issue(milk, 10).state == "posted"
    shop.adjust("expired", [shop.line(milk, 10, lot_id=shop.lot(past).id)])
    shop.ctx.do("inventory.lot.release", shop.lot(held))
    assert shop.issue(milk, 10, lot_id=shop.lot(held).id).lines[0].value == 10
    assert shop.lot(good).state == "available"


def test_the_refusal_lists_every_short_line_and_takes_nothing(shop: Shop) -> None:
    oil, lye, wax = shop.item("OIL"), shop.item("LYE"), shop.item("WAX", "kg")
    shop.receive(oil, 100)
    shop.receive(lye, 5)
    with pytest.raises(Refused) as refused:
        shop.issue_lines([shop.line(oil, 60), shop.line(lye, 6), shop.line(wax, 1), shop.line(oil, 60)])
    assert refused.value.code == "INSUFFICIENT_STOCK"
    told = [(line["item"], line["needed"], line["available"], line["unit"]) for line in refused.value.extra["lines"]]
    assert told == [("OIL", 120, 100, "g"), ("LYE", 6, 5, "g"), ("WAX", 1, 0, "kg")]
    assert (shop.stock(oil)[0], shop.stock(lye)[0]) == (100, 5)


def test_a_lot_that_is_asked_for_is_not_emptied_by_another_line(shop: Shop) -> None:
    oil = shop.item("OIL")
    first, _second = shop.receive(oil, 10, 1), shop.receive(oil, 10, 2)
    issue = shop.issue_lines([shop.line(oil, 10), shop.line(oil, 10, lot_id=shop.lot(first).id)])
    assert [line.value for line in issue.lines] == [20, 10]


def test_a_lot_of_another_item_is_refused(shop: Shop) -> None:
    oil, lye = shop.item("OIL"), shop.item("LYE")
    shop.receive(oil, 10)
    lot = shop.lot(shop.receive(lye, 10))
    with pytest.raises(Invalid) as refused:
        shop.issue(oil, 1, lot_id=lot.id)
    assert refused.value.code == "LOT_OF_ANOTHER_ITEM"


def test_nothing_is_taken_on_a_day_before_it_came(shop: Shop) -> None:
    oil = shop.item("OIL")
    today = shop.ctx.today()
    lot = shop.lot(shop.receive(oil, 10, on=today - timedelta(days=3)))
    early = {"issued_on": today - timedelta(days=4), "issue_type": "use"}
    with pytest.raises(Refused) as refused:
        shop.issue_lines([shop.line(oil, 1)], **early)
    assert refused.value.code == "INSUFFICIENT_STOCK"
    with pytest.raises(Refused) as named:
        shop.issue_lines([shop.line(oil, 1, lot_id=lot.id)], **early)
    assert named.value.code == "LOT_NOT_AVAILABLE"
    assert shop.issue_lines([shop.line(oil, 1)], **{**early, "issued_on": today - timedelta(days=3)}).state == "posted"


@pytest.mark.parametrize("lot_tracking", ["none", "optional"])
def test_stock_is_never_below_zero_on_a_day_gone_by(shop: Shop, lot_tracking: str) -> None:
    """10 came on Monday, 9 of them went on Tuesday, 90 came on Thursday: on Monday 1 was to be had, not 91."""
    salt = shop.item("SALT", costing="weighted_average", lot_tracking=lot_tracking)
    monday = shop.ctx.today() - timedelta(days=7)
    days = [monday + timedelta(days=n) for n in range(4)]
    lot = {} if lot_tracking == "none" else {"lot_number": "S-1"}
    shop.receive(salt, 10, 1, on=days[0], **lot)
    shop.issue_lines([shop.line(salt, 9)], issued_on=days[1])
    shop.receive(salt, 90, 1, on=days[3], **lot)
    for day in days[:3]:
        with pytest.raises(Refused) as refused:
            shop.issue_lines([shop.line(salt, 2)], issued_on=day)
        assert refused.value.extra["lines"][0]["available"] == 1
        assert "1 g available at MAIN (90 g held back, expired or not there yet)" in refused.value.detail
    shop.issue_lines([shop.line(salt, 1)], issued_on=days[0])
    assert [sum(on_hand_on(shop.ctx, day, [shop.store]).values()) for day in days] == [9, 0, 0, 90]
    shop.issue_lines([shop.line(salt, 90)], issued_on=days[3])
    assert (shop.stock(salt), shop.books_agree()) == ((0, 0), True)


def test_nothing_is_taken_where_it_was_not_yet_brought(shop: Shop) -> None:
    oil, last_week = shop.item("OIL"), shop.ctx.today() - timedelta(days=7)
    shop.receive(oil, 100, 1, on=last_week)
    shop.transfer(oil, 60, "KITCHEN")
    kitchen = shop.place("KITCHEN")
    with pytest.raises(Refused) as refused:
        shop.issue_lines([shop.line(oil, 40)], issued_on=last_week, location_id=kitchen)
    assert refused.value.code == "INSUFFICIENT_STOCK"
    shop.issue_lines([shop.line(oil, 40)], location_id=kitchen)


def test_a_reversal_restores_the_very_layers(shop: Shop) -> None:
    oil = shop.item("OIL")
    for cost in ("0.013", "0.0171", "0.02"):
        shop.receive(oil, 70, cost)
    before = shop.layers(oil)
    issue = shop.issue(oil, "111.111111")
    assert shop.layers(oil) != before
    shop.ctx.do("inventory.issue.reverse", issue, reason="wrong batch")
    assert shop.layers(oil) == before
    assert shop.books_agree()


def test_a_unit_of_another_class_is_refused_with_the_way_out(shop: Shop) -> None:
    lye = shop.item("LYE", "g")
    shop.receive(lye, 1000)
    with pytest.raises(Invalid) as refused:
        shop.issue(lye, 1, unit="l")
    assert refused.value.code == "MISSING_DENSITY"
    assert refused.value.extra["next_step"]["kind"] == "set_density"


def test_a_forecast_says_what_an_issue_would_cost_and_takes_nothing(shop: Shop) -> None:
    oil = shop.item("OIL")
    shop.receive(oil, 10, 1)
    shop.receive(oil, 10, 2)
    source = Source("test", shop.ctx.today())
    moves = forecast(shop.ctx, [Outgoing(oil.id, shop.store, Decimal(15))], source=source)
    assert [(move.quantity, move.value) for move in moves] == [(-10, -10), (-5, -10)]
    assert shop.stock(oil) == (20, 30)


def test_only_what_may_go_below_zero_may_be_asked_for(shop: Shop) -> None:
    oil = shop.item("OIL")
    draft = shop.issue(oil, 5, post=False)
    with pytest.raises(Refused) as refused:
        shop.ctx.do("inventory.issue.request-approval", draft, reason="urgent")
    assert refused.value.code == "NEVER_NEGATIVE"


@pytest.mark.parametrize("costing", ["fifo", "weighted_average", "standard"])
def test_goods_that_come_later_settle_what_went_below_zero(shop: Shop, costing: str) -> None:
    glue = shop.item("GLUE", allow_negative=True, costing=costing, standard_cost=Decimal(2))
    shop.receive(glue, 10, 2)
    issue = shop.issue(glue, 14, post=False)
    shop.ctx.do("inventory.issue.request-approval", issue, reason="the delivery is on its way")
    shop.ctx.do("inventory.issue.approve-negative", issue)
    assert (issue.state, issue.total_value, shop.stock(glue)) == ("posted", 28, (-4, -8))
    late = shop.receive(glue, 10, 3)
    # Six are left, at what they cost; the four gone before cost one more each, or the standard.
    assert shop.stock(glue) == (6, 12 if costing == "standard" else 18)
    assert shop.books_agree()
    shop.ctx.do("inventory.receipt.reverse", late, reason="never came")
    assert shop.stock(glue) == (-4, -8)
    shop.ctx.do("inventory.issue.reverse", issue, reason="found the old drum")
    assert shop.stock(glue) == (10, 20)
    assert shop.books_agree()


def test_promised_goods_do_not_go_below_zero(shop: Shop) -> None:
    glue = shop.item("GLUE", allow_negative=True, costing="weighted_average", lot_tracking="none")
    shop.receive(glue, 10, 2)
    shop.ctx.do("inventory.reservation.create", item_id=glue.id, location_id=shop.store, quantity="4")
    issue = shop.issue(glue, 14, post=False)
    shop.ctx.do("inventory.issue.request-approval", issue, reason="urgent")
    with pytest.raises(Refused) as refused:
        shop.ctx.do("inventory.issue.approve-negative", issue)
    assert refused.value.code == "STOCK_RESERVED"


def test_lines_that_reach_into_each_others_places_share_what_is_there(shop: Shop) -> None:
    """10 in the store, 6 in the kitchen: 8 and 8 in either order empty both; 9 and 8 are one too many."""
    oil, kitchen = shop.item("OIL"), shop.place("KITCHEN")
    shop.receive(oil, 10, 2)
    shop.receipt([shop.line(oil, 6, unit_cost=Decimal(3))], location_id=kitchen)
    source = Source("test", shop.ctx.today())
    second = Outgoing(oil.id, kitchen, Decimal(8), also_from=(shop.store,))
    with pytest.raises(Refused) as refused:
        issue(shop.ctx, [Outgoing(oil.id, shop.store, Decimal(9), also_from=(kitchen,)), second], source=source)
    [short] = refused.value.extra["lines"]
    assert (short["location"], short["also_at"], short["available"]) == ("KITCHEN", ["MAIN"], 7)
    moves = issue(shop.ctx, [Outgoing(oil.id, shop.store, Decimal(8), also_from=(kitchen,)), second], source=source)
    assert [(move.location_id, move.quantity, move.value) for move in moves] == [
        (shop.store, -8, -16), (kitchen, -6, -18), (shop.store, -2, -4),
    ]  # fmt: skip
    assert (shop.stock(oil), shop.stock(oil, kitchen)) == ((0, 0), (0, 0))
    assert shop.books_agree()


def test_every_line_that_cannot_be_converted_is_named(client: ApiClient, shop_ids: dict[str, int]) -> None:
    """Litres of lye have no density, a ton holds no 0.0001 g: both lines are told, the third is fine."""
    ids = shop_ids
    lines = [
        {"item_id": ids["lye"], "quantity": "1", "unit_id": ids["l"]},
        {"item_id": ids["gravel"], "quantity": "0.0001", "unit_id": ids["g"]},
        {"item_id": ids["lye"], "quantity": "1", "unit_id": ids["kg"]},
    ]
    issue = client.post("issues", {"location_id": ids["store"], "lines": lines}).json
    refused = client.post(f"issues/{issue['id']}/post", {})
    assert (refused.status_code, refused.json["code"]) == (422, "MISSING_DENSITY")
    assert refused.json["errors"] == {
        "lines.0.unit_id": ["Lye has no density, so l cannot become g. Set its density in g/ml."],
        "lines.1.quantity": ["Too small: 0.0001 g would round to 0 t. Give more, or count in a smaller unit than t."],
    }
    assert refused.json["next_step"]["path"] == f"/api/v1/items/{ids['lye']}"


@pytest.fixture
def shop_ids(unit: Any) -> dict[str, int]:
    with unit() as ctx:
        shop = Shop(ctx)
        made = {"lye": shop.item("LYE").id, "gravel": shop.item("GRAVEL", "t").id, "store": shop.store}
        return made | {code: shop.unit(code) for code in ("l", "g", "kg")}


def test_leave_to_go_below_zero_stays_until_it_is_settled(shop: Shop) -> None:
    oil = shop.item("OIL", allow_negative=True)
    source = Source("test", shop.ctx.today())
    issue(shop.ctx, [Outgoing(oil.id, shop.store, Decimal(40))], source=source, allow_negative=True)
    with pytest.raises(Refused, match="OIL is 40 g below zero"):
        shop.ctx.do("inventory.item.update", oil, allow_negative=False)
    shop.receive(oil, 40)
    shop.ctx.do("inventory.item.update", oil, allow_negative=False)
    assert not oil.allow_negative


def test_what_was_let_go_below_zero_is_not_let_go_again(shop: Shop) -> None:
    """10 g lie in quarantine and 5 g go below zero: once the lot is released, 5 g are left and not 10."""
    glue = shop.item("GLUE", allow_negative=True)
    lot = shop.lot(shop.receive(glue, 10, 2))
    shop.ctx.do("inventory.lot.quarantine", lot, reason="smells")
    shop.issue_below_zero(glue, 5)
    shop.ctx.do("inventory.lot.release", lot)
    assert available(shop.ctx, [glue.id])[glue.id] == 5
    for line in ({}, {"lot_id": lot.id}):
        with pytest.raises(Refused) as refused:
            shop.issue(glue, 6, **line)
        assert [told["available"] for told in refused.value.extra["lines"]] == [5]
    with pytest.raises(Refused):
        reserve(shop.ctx, [Outgoing(glue.id, shop.store, Decimal(6))])
    shop.issue(glue, 5)
    assert shop.stock(glue) == (0, 0)
    shop.adjust("recount", [shop.line(glue, 0, lot_id=lot.id)])
    assert shop.stock(glue)[0] == -5, "a count may say that the lot is empty"
    shop.receive(glue, 5, 2)
    assert shop.stock(glue) == (0, 0)
    assert shop.books_agree()


def test_what_one_place_owes_is_not_missing_at_another(shop: Shop) -> None:
    """The kitchen is 5 g below zero, the store has 10 g: 10 g may be taken, from the store."""
    glue, kitchen = shop.item("GLUE", allow_negative=True), shop.place("KITCHEN")
    source = Source("test", shop.ctx.today())
    issue(shop.ctx, [Outgoing(glue.id, kitchen, Decimal(5))], source=source, allow_negative=True)
    shop.receive(glue, 10, 2)
    [level] = levels(shop.ctx, [glue.id], [kitchen, shop.store]).values()
    assert (level.on_hand, level.available, level.lacking) == (5, 10, 5)
    [move] = issue(shop.ctx, [Outgoing(glue.id, kitchen, Decimal(10), also_from=(shop.store,))], source=source)
    assert (move.location_id, move.quantity) == (shop.store, -10)


def test_what_was_still_fresh_may_be_issued_on_its_day_later_on(shop: Shop) -> None:
    """Milk of Thursday was used on Wednesday; entered on Saturday, after the night has put the lot out of use."""
    milk, today = shop.item("MILK", "ml", is_perishable=True), shop.ctx.today()
    days = {name: today - timedelta(days=ago) for name, ago in (("monday", 5), ("thursday", 2), ("friday", 1))}
    lot = shop.lot(shop.receive(milk, 10, 1, on=days["monday"], expires_on=days["thursday"]))
    early = shop.lot(shop.receive(milk, 10, 1, on=days["monday"], expires_on=today + timedelta(days=9)))
    shop.ctx.do("inventory.lot.expire", [lot.id, early.id], reason="night")
    assert shop.issue_lines([shop.line(milk, 4)], issued_on=days["thursday"]).total_value == 4
    shop.issue_lines([shop.line(milk, 1, lot_id=lot.id)], issued_on=days["thursday"])
    for day, line in (("friday", {}), ("thursday", {"lot_id": early.id})):
        with pytest.raises(Refused) as refused:
            shop.issue_lines([shop.line(milk, 1, **line)], issued_on=days[day])
        assert refused.value.code in ("INSUFFICIENT_STOCK", "LOT_NOT_AVAILABLE")
    assert shop.layers(milk) == [(5, 5), (10, 10)]


def test_the_lot_that_came_first_leaves_first_whichever_process_took_it_in(
    unit: Any, two_processes: Any
) -> None:
    """Two processes take in oil on one day, at 1.00 in the morning and at 2.00 at noon; the second has lower ids."""
    with unit() as ctx:
        item = Shop(ctx).item("OIL").id
    for go_on, cost in zip(two_processes, (1, 2), strict=True):
        go_on()
        with unit() as ctx:
            Shop(ctx).receive(ctx.get(Item, item), 10, cost)
    with unit() as ctx:
        shop = Shop(ctx)
        told = item_stock(ctx, item)["lots"]
        assert [lot["unit_cost"] for lot in told] == [1, 2]
        assert shop.issue(ctx.get(Item, item), 12).total_value == 14
