"""Eight people at once: what is promised to them is what was there, never more and never less."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from core.api import Context, Problem, select
from core.kernel import Kernel
from core.testing.doing import do
from plugins.inventory.api import Outgoing, Source, Stock, issue, moves_of, receive, reserve, reverse, transfer
from plugins.inventory.ledger.movement import Incoming
from plugins.inventory.tests.shop import Shop

PEOPLE = 8


def together(kernel: Kernel, tenant_id: int, work: Callable[[Context, int], None], times: int) -> tuple[int, list[str]]:
    """Let eight people do the same at once, and return how often it was done and the codes of the refusals."""
    done, refused, broken = [], [], []
    gate = threading.Barrier(PEOPLE)

    def person(number: int) -> None:
        gate.wait()
        for turn in range(times):
            try:
                do(kernel, tenant_id, partial(work, turn=number * times + turn))
                done.append(number)
            except Problem as problem:
                refused.append(problem.code)
            except Exception as error:
                broken.append(repr(error))

    threads = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    return len(done), refused


@pytest.fixture
def oil(unit: Any) -> tuple[int, int, int]:
    """A hundred grams of oil in ten lots, the store and the kitchen."""
    with unit() as ctx:
        shop = Shop(ctx)
        item = shop.item("OIL")
        for n in range(10):
            shop.receive(item, 10, f"0.0{n + 1}")
        return item.id, shop.store, shop.place("KITCHEN")


def books_agree(unit: Any) -> bool:
    """Whether every balance is what the ledger says."""
    with unit(readonly=True) as ctx:
        return Shop(ctx).books_agree()


def left(unit: Any, item_id: int) -> Decimal:
    """What is on hand and not promised, everywhere."""
    with unit(readonly=True) as ctx:
        rows = ctx.rows(select(Stock.on_hand, Stock.reserved).where(Stock.item_id == item_id))
        return sum((row.on_hand - row.reserved for row in rows), Decimal(0))


def test_issues_take_what_is_there_and_no_more(
    kernel: Kernel, tenant: Any, unit: Any, oil: tuple[int, int, int]
) -> None:
    item, store, _kitchen = oil

    def take(ctx: Context, turn: int) -> None:
        issue(ctx, [Outgoing(item, store, Decimal(3))], source=Source("test", ctx.today(), id=turn))

    done, refused = together(kernel, tenant.id, take, times=6)
    assert (done, set(refused)) == (33, {"INSUFFICIENT_STOCK"})
    assert (left(unit, item), books_agree(unit)) == (1, True)


def test_reservations_issues_and_transfers_share_what_is_there(
    kernel: Kernel, tenant: Any, unit: Any, oil: tuple[int, int, int]
) -> None:
    item, store, kitchen = oil
    wanted = [Outgoing(item, store, Decimal(2))]

    def act(ctx: Context, turn: int) -> None:
        source = Source("test", ctx.today(), id=turn)
        if turn % 4 == 0:
            reserve(ctx, wanted)
        elif turn % 4 == 1:
            issue(ctx, wanted, source=source)
        elif turn % 4 == 2:
            transfer(ctx, wanted, kitchen, source=source)
        else:
            receive(ctx, [Incoming(item, store, Decimal(1), Decimal(1))], source=source)

    together(kernel, tenant.id, act, times=8)
    assert books_agree(unit)
    assert left(unit, item) >= 0


def test_a_move_is_taken_back_once(kernel: Kernel, tenant: Any, unit: Any, oil: tuple[int, int, int]) -> None:
    item, store, _kitchen = oil
    with unit() as ctx:
        source = Source("test", ctx.today(), id=999)
        issue(ctx, [Outgoing(item, store, Decimal(8))], source=source)
        [move] = moves_of(ctx, "test", 999)

    def take_back(ctx: Context, turn: int) -> None:
        reverse(ctx, [move.id], source=source)

    done, refused = together(kernel, tenant.id, take_back, times=2)
    assert (done, set(refused)) == (1, {"ALREADY_REVERSED"})
    assert (left(unit, item), books_agree(unit)) == (100, True)


def test_invoices_count_once_however_many_clerks_type_them(
    kernel: Kernel, tenant: Any, unit: Any, oil: tuple[int, int, int]
) -> None:
    item, store, _kitchen = oil
    lines = [{"item_id": item, "quantity": "1", "unit_cost": "1"}]

    def type_in(ctx: Context, turn: int) -> None:
        values = {"supplier_name": "Rossi", "invoice_number": "7", "location_id": store, "lines": lines}
        ctx.do("inventory.receipt.post", ctx.do("inventory.receipt.create", **values))

    done, refused = together(kernel, tenant.id, type_in, times=1)
    assert done == 1
    assert set(refused) <= {"DUPLICATE_INVOICE", "DUPLICATE"}
    assert left(unit, item) == 101
