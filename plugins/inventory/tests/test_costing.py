"""What stock is worth: layers, a pooled average, standard cost; today and on any day before."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.api import Invalid, select
from plugins.inventory.api import Move, moves_of, reverse
from plugins.inventory.api import Source as Why
from plugins.inventory.reports.stock import valuation
from plugins.inventory.tests.shop import Shop


def test_weighted_average_by_hand(shop: Shop) -> None:
    rice = shop.item("RICE", "kg", costing="weighted_average")
    shop.receive(rice, 100, "2.00")
    shop.receive(rice, 50, "2.60")
    assert shop.issue(rice, 30).total_value == Decimal("66")
    shop.receive(rice, 30, "1.90")
    assert shop.stock(rice) == (150, Decimal("321"))
    assert shop.issue(rice, 1).lines[0].unit_cost == Decimal("2.14")
    assert shop.books_agree()


def test_the_last_gram_takes_the_last_cent(shop: Shop) -> None:
    salt = shop.item("SALT", costing="weighted_average", lot_tracking="none")
    shop.receive(salt, 3, "3.333333")
    values = [shop.issue(salt, 1).total_value for _ in range(3)]
    assert (sum(values), shop.stock(salt)) == (Decimal("9.999999"), (0, 0))
    shop.receive(salt, 7, "1.428571")
    values = [shop.issue(salt, q).total_value for q in ("0.123456", "3.333333", "3.543211")]
    assert (sum(values), shop.stock(salt)) == (Decimal("9.999997"), (0, 0))


def test_each_location_has_an_average_of_its_own(shop: Shop) -> None:
    rice = shop.item("RICE", "kg", costing="weighted_average")
    shop.receive(rice, 10, 2)
    shop.transfer(rice, 4, "KITCHEN")
    shop.receive(rice, 10, 4)
    assert shop.stock(rice) == (16, 52)
    assert shop.stock(rice, shop.place("KITCHEN")) == (4, 8)


def test_standard_cost_records_the_variance(shop: Shop) -> None:
    label = shop.item("LABEL", "each", costing="standard", standard_cost=Decimal("0.05"))
    receipt = shop.receive(label, 1000, "0.06")
    assert (receipt.total_value, shop.stock(label)) == (50, (1000, 50))
    assert [row.variance for row in shop.ctx.all(select(Move).where(Move.item_id == label.id))] == [10]
    assert shop.issue(label, 10).total_value == Decimal("0.5")


def test_a_new_standard_cost_revalues_what_is_there(shop: Shop) -> None:
    label = shop.item("LABEL", "each", costing="standard", standard_cost=Decimal("0.05"))
    shop.receive(label, 1000, "0.05")
    shop.transfer(label, 400, "KITCHEN")
    shop.ctx.do("inventory.item.update", label, standard_cost=Decimal("0.06"))
    assert (shop.stock(label), shop.stock(label, shop.place("KITCHEN"))) == ((600, 36), (400, 24))
    reasons = shop.ctx.all(select(Move.reason).where(Move.item_id == label.id, Move.move_type == "cost_override"))
    assert set(reasons) == {"Standard cost 0.06"}
    assert shop.books_agree()


def test_a_new_cost_is_a_move_of_value_alone(shop: Shop) -> None:
    oil = shop.item("OIL", "g")
    shop.receive(oil, 1000, "0.01")
    shop.receive(oil, 1000, "0.02")
    line = {"item_id": oil.id, "unit_cost": Decimal(30), "unit_id": shop.unit("kg")}
    adjustment = shop.adjust("cost_override", [line])
    assert (adjustment.total_value, shop.stock(oil)) == (30, (2000, 60))
    shop.ctx.do("inventory.adjustment.reverse", adjustment, reason="typed wrong")
    assert shop.layers(oil) == [(1000, 10), (1000, 20)]
    pool = shop.item("RICE", "kg", costing="weighted_average")
    lot = shop.lot(shop.receive(pool, 10, 2))
    shop.adjust("cost_override", [{"item_id": pool.id, "unit_cost": Decimal("2.5")}])
    assert shop.stock(pool) == (10, 25)
    with pytest.raises(Invalid):
        shop.adjust("cost_override", [{"item_id": pool.id, "unit_cost": Decimal(3), "lot_id": lot.id}])
    assert shop.books_agree()


def test_a_cost_beyond_the_ledger_is_refused(shop: Shop) -> None:
    salt = shop.item("SALT", "kg")
    shop.receive(salt, "0.0001", 1)
    line = {"item_id": salt.id, "unit_cost": Decimal("900000000000"), "unit_id": shop.unit("g")}
    with pytest.raises(Invalid) as refused:
        shop.adjust("cost_override", [line])
    assert refused.value.code == "AMOUNT_TOO_LARGE"
    assert "under 100,000,000,000" in refused.value.detail


def test_a_mixed_layer_gives_back_no_more_than_it_holds(shop: Shop) -> None:
    lye = shop.item("LYE")
    cheap, dear = (shop.receive(lye, 10, cost, lot_number="DRUM") for cost in (1, 2))
    shop.issue(lye, 10)
    shop.ctx.do("inventory.receipt.reverse", dear, reason="not ours")
    assert shop.stock(lye) == (0, 0)
    back = shop.ctx.scalar(select(Move).where(Move.reverses_id.is_not(None), Move.item_id == lye.id))
    assert (back.value, back.variance) == (-15, -5)
    assert (cheap.state, shop.books_agree()) == ("posted", True)


def test_part_of_a_move_is_taken_back_as_often_as_something_is_left(shop: Shop) -> None:
    jar = shop.item("JAR", "each")
    shop.receive(jar, 12, "0.333333")
    issue = shop.issue(jar, 12)
    [move] = moves_of(shop.ctx, "inventory.issue", issue.id)
    why = Why("test", shop.ctx.today())
    values = [reverse(shop.ctx, [move.id], source=why, quantities={move.id: Decimal(q)})[0].value for q in (3, 5)]
    values.append(reverse(shop.ctx, [move.id], source=why)[0].value)
    assert (sum(values), shop.stock(jar)) == (Decimal("3.999996"), (12, Decimal("3.999996")))
    with pytest.raises(Exception, match="already taken back"):
        reverse(shop.ctx, [move.id], source=why)
    assert shop.books_agree()


def test_stock_is_worth_what_it_was_on_any_day(shop: Shop) -> None:
    oil = shop.item("OIL")
    today = shop.ctx.today()
    shop.receive(oil, 100, 1, on=today - timedelta(days=20))
    shop.receive(oil, 100, 2, on=today - timedelta(days=10))
    shop.issue(oil, 150)
    worth = {
        days: sum(row["value"] for row in valuation(shop.ctx, as_of=today - timedelta(days=days)))
        for days in (30, 20, 11, 10, 1, 0)
    }
    assert worth == {30: 0, 20: 100, 11: 100, 10: 300, 1: 300, 0: 100}
