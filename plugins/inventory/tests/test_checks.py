"""`openmill verify` on stock: true books pass, and a planted change of one last digit is found."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from core.api import Context, select
from core.kernel import Kernel
from plugins.inventory.api import Link, Move, Outgoing, Reservation, Source, Stock, link_lots, reserve
from plugins.inventory.ledger.rebuilding import rebuild
from plugins.inventory.models import Adjustment, Receipt
from plugins.inventory.tests.shop import Shop

DIGIT = Decimal("0.000001")


def verify(ctx: Context) -> dict[str, list[str]]:
    """Run the checks of inventory and return what they found, by their names."""
    found = {}
    for check in ctx.registry.plugins["inventory"].declared.items:
        if type(check).__name__ == "Check":
            found[check.name] = list(check.function(ctx))
    return {name: told for name, told in found.items() if told}


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A stock room in which a bit of everything happened."""
    oil, soap = shop.item("OIL"), shop.item("SOAP", "each", costing="weighted_average")
    first = shop.receive(oil, 100, "0.0123")
    shop.receive(oil, 50, "0.02", lot_number="DRUM")
    made = shop.receive(soap, 30, "1.333333")
    wrong = shop.issue(oil, 10)
    shop.ctx.do("inventory.issue.reverse", wrong, reason="wrong")
    shop.issue(oil, 120)
    shop.transfer(soap, 7, "KITCHEN")
    shop.adjust("recount", [shop.line(soap, 21)])
    reserve(shop.ctx, [Outgoing(soap.id, shop.store, Decimal(4))])
    why = Source("recipes.batch", shop.ctx.today(), id=1)
    link_lots(shop.ctx, [Link(shop.lot(first).id, shop.lot(made).id, Decimal(10))], source=why)
    return shop


def test_true_books_pass(busy: Shop) -> None:
    assert verify(busy.ctx) == {}


def move(shop: Shop, **changed: Any) -> dict[str, Any]:
    """A row of the ledger like the first one, with something changed."""
    first = shop.ctx.all(select(Move).order_by(Move.id).limit(1))[0]
    names = [column.name for column in Move.__table__.columns if column.name not in ("tenant_id", "id", "created_at")]
    return {**{name: getattr(first, name) for name in names}, **changed}


def plant_on_hand(shop: Shop) -> None:
    one = shop.ctx.all(select(Stock).where(Stock.on_hand > 1).limit(1))[0]
    shop.ctx.update_rows(Stock, [{"id": one.id, "on_hand": one.on_hand + DIGIT}])


def plant_value(shop: Shop) -> None:
    one = shop.ctx.all(select(Stock).where(Stock.value > 1).limit(1))[0]
    shop.ctx.update_rows(Stock, [{"id": one.id, "value": one.value - DIGIT}])


def plant_reserved(shop: Shop) -> None:
    one = shop.ctx.all(select(Stock).where(Stock.reserved > 0).limit(1))[0]
    shop.ctx.update_rows(Stock, [{"id": one.id, "reserved": one.reserved - DIGIT}])


def plant_move(shop: Shop) -> None:
    shop.ctx.insert(Move, [move(shop, quantity=DIGIT, value=Decimal(0))])


def plant_held(shop: Shop) -> None:
    one = shop.ctx.all(select(Reservation))[0]
    shop.ctx.update_rows(Reservation, [{"id": one.id, "held": one.held + DIGIT}])


def plant_reversal(shop: Shop) -> None:
    first = shop.ctx.scalar(select(Move).where(Move.reverses_id.is_not(None)))
    shop.ctx.insert(Move, [move(shop, quantity=DIGIT, value=Decimal(0), reverses_id=first.reverses_id)])


def plant_transit(shop: Shop) -> None:
    shop.ctx.insert(Move, [move(shop, move_type="transfer_in", counterpart="transit", quantity=DIGIT)])


def plant_other_side(shop: Shop) -> None:
    shop.ctx.insert(Move, [move(shop, counterpart="scrap")])


def plant_strange_lot(shop: Shop) -> None:
    other = shop.ctx.scalar(select(Move.lot_id).where(Move.item_id != move(shop)["item_id"]))
    shop.ctx.insert(Move, [move(shop, lot_id=other)])


def plant_total(shop: Shop) -> None:
    one = shop.ctx.all(select(Receipt).order_by(Receipt.id).limit(1))[0]
    shop.ctx.update_rows(Receipt, [{"id": one.id, "total_value": one.total_value + DIGIT}])


def plant_change_of_value(shop: Shop) -> None:
    one = shop.ctx.all(select(Adjustment).order_by(Adjustment.id).limit(1))[0]
    shop.ctx.update_rows(Adjustment, [{"id": one.id, "total_value": one.total_value + DIGIT}])


@pytest.mark.parametrize(
    ("plant", "finds"),
    [
        (plant_on_hand, "balances"),
        (plant_value, "balances"),
        (plant_reserved, "balances"),
        (plant_move, "balances"),
        (plant_held, "reservations"),
        (plant_reversal, "reversals"),
        (plant_transit, "two_sided"),
        (plant_other_side, "two_sided"),
        (plant_strange_lot, "lots"),
        (plant_total, "documents"),
        (plant_change_of_value, "documents"),
    ],
)
def test_a_planted_last_digit_is_found(busy: Shop, plant: Callable[[Shop], None], finds: str) -> None:
    plant(busy)
    assert finds in verify(busy.ctx)


@pytest.mark.parametrize("plant", [plant_on_hand, plant_value, plant_reserved])
def test_balances_are_rebuilt_from_the_ledger(busy: Shop, plant: Callable[[Shop], None]) -> None:
    plant(busy)
    assert rebuild(busy.ctx) == 1
    assert (verify(busy.ctx), busy.books_agree()) == ({}, True)


def test_the_ledger_itself_refuses_to_be_changed(kernel: Kernel, busy: Shop) -> None:
    connection = busy.ctx.db.connection()
    for statement in ("UPDATE inventory_move SET quantity = quantity + 1", "DELETE FROM inventory_move"):
        with pytest.raises(Exception, match="append-only"), connection.begin_nested():
            connection.exec_driver_sql(statement)


def test_differences_are_shown_and_repaired_by_one_call(busy: Shop) -> None:
    assert busy.ctx.do("inventory.stock.validate-consistency") == {"consistent": True, "differences": [], "repaired": 0}
    plant_on_hand(busy)
    shown = busy.ctx.do("inventory.stock.validate-consistency", repair=True)
    assert (shown["consistent"], len(shown["differences"]), shown["repaired"]) == (False, 1, 1)
    assert busy.books_agree()
