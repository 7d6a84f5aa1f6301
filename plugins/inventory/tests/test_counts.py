"""A stocktake: what the books say is noted, people count, the difference is posted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.api import Invalid, Refused
from plugins.inventory.ledger.past import on_hand_on
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


def add(shop: Shop, count: Count, *lines: dict[str, Any]) -> None:
    """Add lines to what is being counted already."""
    kept = [{"id": line.id, "counted_quantity": line.counted_quantity} for line in count.lines]
    shop.ctx.do("inventory.count.update", count, lines=[*kept, *lines])


def test_a_line_added_while_counting_is_held_against_the_books(shop: Shop) -> None:
    oil, wax, clay = shop.item("OIL"), shop.item("WAX"), shop.item("CLAY")
    shop.receive(oil, 10, 1)
    shop.receive(wax, 7, 1)
    first = shop.lot(shop.receive(clay, 4, 1))
    shop.receive(clay, 5, 1)
    count = start(shop, oil)
    enter(shop, count, 10)
    add(
        shop, count,
        {"item_id": wax.id, "counted_quantity": Decimal(6)},
        {"item_id": clay.id, "lot_id": first.id, "counted_quantity": Decimal(4)},
        {"item_id": clay.id, "counted_quantity": Decimal(5)},
    )  # fmt: skip
    shop.ctx.do("inventory.count.post", count)
    assert [line.difference for line in count.lines] == [0, -1, 0, 0]
    assert [line.system_quantity for line in count.lines] == [10, 7, 4, 5]
    assert [shop.stock(item)[0] for item in (oil, wax, clay)] == [10, 6, 9]


def test_goods_without_a_lot_beside_the_lots_of_the_books_are_found(shop: Shop) -> None:
    oil = shop.item("OIL")
    shop.receive(oil, 10, 1)
    count = start(shop, oil)
    enter(shop, count, 10)
    add(shop, count, {"item_id": oil.id, "counted_quantity": Decimal(3)})
    shop.ctx.do("inventory.count.post", count)
    assert shop.layers(oil) == [(10, 10), (3, 3)]


def test_the_same_goods_are_not_counted_on_two_lines(shop: Shop) -> None:
    oil = shop.item("OIL")
    lot = shop.lot(shop.receive(oil, 10, 1))
    count = start(shop, oil)
    enter(shop, count, 6)
    add(shop, count, {"item_id": oil.id, "lot_id": lot.id, "counted_quantity": Decimal(4)})
    with pytest.raises(Invalid) as refused:
        shop.ctx.do("inventory.count.post", count)
    assert (refused.value.code, list(refused.value.errors)) == ("COUNTED_TWICE", ["lines.1.item_id"])
    assert shop.stock(oil)[0] == 10


def test_what_the_books_said_stays_with_what_was_counted(shop: Shop) -> None:
    oil, wax = shop.item("OIL"), shop.item("WAX")
    shop.receive(oil, 10, 1)
    count = start(shop, oil)
    for values, field in (
        ({"lines": [{"id": count.lines[0].id, "item_id": wax.id, "counted_quantity": Decimal(7)}]}, "lines.0.item_id"),
        ({"counted_on": shop.ctx.today() - timedelta(days=1)}, "counted_on"),
        ({"location_id": shop.place("CELLAR")}, "location_id"),
    ):
        with pytest.raises(Invalid) as refused:
            shop.ctx.do("inventory.count.update", count, **values)
        assert list(refused.value.errors) == [field]


def test_a_count_of_friday_is_held_against_the_books_of_friday(shop: Shop) -> None:
    oil, wax, today = shop.item("OIL"), shop.item("WAX"), shop.ctx.today()
    friday = today - timedelta(days=3)
    shop.receive(oil, 100, "0.01", on=friday)
    shop.issue(oil, 30)
    shop.receive(wax, 5, 1)
    count = shop.ctx.do("inventory.count.create", location_id=shop.store, counted_on=friday)
    shop.ctx.do("inventory.count.start", count)
    assert [(line.item_id, line.system_quantity) for line in count.lines] == [(oil.id, 100)], "wax came on Monday"
    enter(shop, count, 98)
    shop.ctx.do("inventory.count.post", count)
    assert shop.stock(oil)[0] == 68
    assert on_hand_on(shop.ctx, friday, [shop.store]) == {(oil.id, shop.store, count.lines[0].lot_id): 98}


def test_nobody_counts_what_will_be_there_tomorrow(shop: Shop) -> None:
    oil = shop.item("OIL")
    shop.receive(oil, 10, 1)
    tomorrow = shop.ctx.today() + timedelta(days=1)
    count = shop.ctx.do("inventory.count.create", location_id=shop.store, counted_on=tomorrow)
    with pytest.raises(Invalid) as refused:
        shop.ctx.do("inventory.count.start", count)
    assert refused.value.code == "FUTURE_DATE"


def test_nothing_is_entered_before_the_books_are_noted(shop: Shop) -> None:
    oil = shop.item("OIL")
    with pytest.raises(Invalid) as refused:
        shop.ctx.do(
            "inventory.count.create", location_id=shop.store, lines=[{"item_id": oil.id, "counted_quantity": "3"}]
        )
    assert list(refused.value.errors) == ["lines.0.counted_quantity"]


def test_a_count_that_would_let_go_what_has_left_says_so(shop: Shop) -> None:
    """10 g in the books, 1 g counted; meanwhile 8 g are used: nine less are not there any more."""
    oil = shop.item("OIL")
    lot = shop.lot(shop.receive(oil, 10, 1))
    count = start(shop, oil)
    shop.issue(oil, 8)
    enter(shop, count, 1)
    with pytest.raises(Refused) as refused:
        shop.ctx.do("inventory.count.post", count)
    assert (refused.value.code, refused.value.detail) == (
        "INSUFFICIENT_STOCK",
        f"The count cannot be posted. OIL, lot {lot.number}: 1 g counted, 2 g on hand at MAIN "
        "(10 g when the books were read). Release what is reserved, or count again what has left meanwhile.",
    )
    assert shop.stock(oil)[0] == 2
