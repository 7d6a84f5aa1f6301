"""Goods change their place: asked for by one, approved by another, at the cost they have."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.api import Invalid, Refused
from plugins.inventory.api import Source, moves_of, reverse
from plugins.inventory.checks import two_sided
from plugins.inventory.tests.shop import Shop


def test_goods_keep_their_lots_and_their_cost(shop: Shop) -> None:
    oil = shop.item("OIL")
    shop.receive(oil, 100, "0.01")
    shop.receive(oil, 100, "0.03")
    transfer = shop.transfer(oil, 150, "KITCHEN")
    assert (transfer.state, transfer.total_value) == ("completed", Decimal("2.5"))
    assert transfer.lines[0].value == Decimal("2.5")
    assert shop.stock(oil) == (50, Decimal("1.5"))
    assert shop.stock(oil, shop.place("KITCHEN")) == (150, Decimal("2.5"))
    shop.ctx.do("inventory.transfer.reverse", transfer, reason="wrong kitchen")
    assert shop.layers(oil) == [(100, 1), (100, 3)]
    assert shop.books_agree()


@pytest.mark.parametrize("end", ["transfer_out", "transfer_in"])
def test_one_end_of_a_transfer_is_not_taken_back_alone(shop: Shop, end: str) -> None:
    """Forty grams of oil stand in the kitchen: they come back from there, or stay there, and are never on their way."""
    oil = shop.item("OIL")
    shop.receive(oil, 100, "0.01")
    transfer = shop.transfer(oil, 40, "K")
    moves = {move.move_type: move.id for move in moves_of(shop.ctx, "inventory.transfer", transfer.id)}
    source = Source("test", shop.ctx.today())
    more_at_one_end = {move: Decimal(10 if move == moves[end] else 15) for move in moves.values()}
    for wanted, quantities in (([moves[end]], None), (moves.values(), more_at_one_end)):
        with pytest.raises(Refused) as refused:
            reverse(shop.ctx, wanted, source=source, quantities=quantities)
        assert (refused.value.code, set(refused.value.extra["move_ids"])) == ("HALF_A_TRANSFER", set(wanted))
    assert (shop.stock(oil)[0], shop.stock(oil, shop.place("K"))[0]) == (60, 40)
    reverse(shop.ctx, moves.values(), source=source, quantities={move: Decimal(10) for move in moves.values()})
    reverse(shop.ctx, moves.values(), source=source)
    assert (shop.stock(oil), shop.stock(oil, shop.place("K"))) == ((100, 1), (0, 0))
    assert list(two_sided(shop.ctx)) == []


def test_stock_is_looked_at_when_asked_and_again_when_approved(shop: Shop) -> None:
    oil = shop.item("OIL")
    lines = [shop.line(oil, 60)]
    values = {"from_location_id": shop.store, "to_location_id": shop.place("KITCHEN"), "lines": lines}
    transfer = shop.ctx.do("inventory.transfer.create", **values)
    with pytest.raises(Refused) as refused:
        shop.ctx.do("inventory.transfer.request", transfer)
    assert (refused.value.code, transfer.state) == ("INSUFFICIENT_STOCK", "draft")
    shop.receive(oil, 100)
    shop.ctx.do("inventory.transfer.request", transfer)
    shop.issue(oil, 70)
    with pytest.raises(Refused) as again:
        shop.ctx.do("inventory.transfer.approve", transfer)
    assert [line["available"] for line in again.value.extra["lines"]] == [30]


def test_goods_held_back_may_be_put_aside_by_naming_their_lot(shop: Shop) -> None:
    oil = shop.item("OIL")
    lot = shop.lot(shop.receive(oil, 10))
    shop.ctx.do("inventory.lot.quarantine", lot, reason="cloudy")
    assert shop.transfer(oil, 10, "ASIDE", lot_id=lot.id).state == "completed"
    assert shop.stock(oil)[0] == 0


def test_a_transfer_goes_somewhere_else(shop: Shop) -> None:
    oil = shop.item("OIL")
    with pytest.raises(Invalid) as refused:
        shop.ctx.do(
            "inventory.transfer.create",
            from_location_id=shop.store,
            to_location_id=shop.store,
            lines=[shop.line(oil, 1)],
        )
    assert list(refused.value.errors) == ["to_location_id"]


def test_a_transfer_taken_back_from_a_mixed_pool_leaves_nothing_on_its_way(shop: Shop) -> None:
    """10 g of sugar worth 50 join 10 g worth 10 in the kitchen, which uses 10 g at 3: of the 50 only 30 are there.

    The store has its 50 again, the kitchen nothing; the 20 stand as variance, and the books are in order.
    """
    sugar = shop.item("SUGAR", costing="weighted_average", lot_tracking="none")
    kitchen = shop.place("KITCHEN")
    shop.receive(sugar, 10, 5)
    shop.receipt([shop.line(sugar, 10, unit_cost=Decimal(1))], location_id=kitchen)
    transfer = shop.transfer(sugar, 10, "KITCHEN")
    shop.issue_lines([shop.line(sugar, 10)], location_id=kitchen)
    assert shop.stock(sugar, kitchen) == (10, 30)
    shop.ctx.do("inventory.transfer.reverse", transfer, reason="the wrong sack")
    assert (shop.stock(sugar), shop.stock(sugar, kitchen)) == ((10, 50), (0, 0))
    assert list(two_sided(shop.ctx)) == []
