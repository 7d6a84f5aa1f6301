"""A stocktake: what the books say is noted, people count, the difference is posted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.api import Invalid, Refused
from plugins.inventory.models import Count
from plugins.inventory.tests.shop import Shop


def start(shop: Shop, *items: Any) -> Count:
    """Start a count of the items, or of everything."""
    lines = [{"item_id": item.id} for item in items]
    count = shop.ctx.do("inventory.count.create", location_id=shop.store, lines=lines)
    return shop.ctx.do("inventory.count.start", count)


def enter(shop: Shop, count: Count, *counted: Any) -> None:
    """Enter what was counted, line by line."""
    lines = [
        {"id": line.id, "item_id": line.item_id, "lot_id": line.lot_id, "counted_quantity": Decimal(amount)}
        for line, amount in zip(count.lines, counted, strict=True)
    ]
    shop.ctx.do("inventory.count.update", count, lines=lines)


def test_differences_are_posted_lot_by_lot(shop: Shop) -> None:
    oil, wax = shop.item("OIL"), shop.item("WAX")
    shop.receive(oil, 100, "0.01")
    shop.receive(oil, 50, "0.03")
    shop.receive(wax, 10, 1)
    count = start(shop)
    assert [line.system_quantity for line in count.lines] == [100, 50, 10]
    enter(shop, count, 98, 51, 10)
    shop.ctx.do("inventory.count.post", count)
    assert (count.state, count.total_value) == ("posted", Decimal("0.01"))
    assert [line.difference for line in count.lines] == [-2, 1, 0]
    assert shop.layers(oil) == [(98, Decimal("0.98")), (51, Decimal("1.53"))]
    assert shop.books_agree()


def test_what_moves_while_people_count_is_not_counted_twice(shop: Shop) -> None:
    oil = shop.item("OIL")
    shop.receive(oil, 100, "0.01")
    count = start(shop, oil)
    shop.issue(oil, 30)
    enter(shop, count, 95)
    shop.ctx.do("inventory.count.post", count)
    assert shop.stock(oil)[0] == 65


def test_goods_nobody_knew_of_are_found(shop: Shop) -> None:
    oil = shop.item("OIL", standard_cost=Decimal("0.02"))
    count = start(shop, oil)
    enter(shop, count, 40)
    shop.ctx.do("inventory.count.post", count)
    assert shop.stock(oil) == (40, Decimal("0.8"))


def test_nothing_is_posted_before_everything_is_counted(shop: Shop) -> None:
    oil, wax = shop.item("OIL"), shop.item("WAX")
    shop.receive(oil, 10, 1)
    shop.receive(wax, 10, 1)
    count = start(shop)
    lines = [{"id": line.id, "item_id": line.item_id, "lot_id": line.lot_id} for line in count.lines]
    lines[0]["counted_quantity"] = Decimal(8)
    shop.ctx.do("inventory.count.update", count, lines=lines)
    with pytest.raises(Invalid) as refused:
        shop.ctx.do("inventory.count.post", count)
    assert (refused.value.code, list(refused.value.errors)) == ("COUNT_INCOMPLETE", ["lines.1.counted_quantity"])
    shop.ctx.do("inventory.count.post", count, skip_uncounted=True)
    assert (shop.stock(oil)[0], shop.stock(wax)[0]) == (8, 10)
    with pytest.raises(Refused):
        shop.ctx.do("inventory.count.update", count, notes="too late")


def test_a_cancelled_count_changes_nothing(shop: Shop) -> None:
    oil = shop.item("OIL")
    shop.receive(oil, 10, 1)
    count = start(shop)
    enter(shop, count, 3)
    shop.ctx.do("inventory.count.cancel", count)
    assert (count.state, shop.stock(oil)[0]) == ("cancelled", 10)
    with pytest.raises(Refused):
        shop.ctx.do("inventory.count.post", count)


def test_an_empty_location_has_nothing_to_count(shop: Shop) -> None:
    with pytest.raises(Invalid) as refused:
        start(shop)
    assert refused.value.code == "NO_LINES"
