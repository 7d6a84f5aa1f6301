"""Choosing containers for a yield."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.recipes.packing import Container, Packing, choose, measured

JAR, BOTTLE, TIN = 1, 2, 3


def kinds(*sizes: tuple[int, str, int]) -> list[Container]:
    return [Container(item_id, Decimal(capacity), available) for item_id, capacity, available in sizes]


@pytest.mark.parametrize(
    ("amount", "offered", "counts"),
    [
        ("1000", kinds((JAR, "500", 10), (TIN, "30", 100)), {JAR: 2}),
        ("1010", kinds((JAR, "500", 10), (TIN, "30", 100)), {JAR: 2, TIN: 1}),
        ("520", kinds((BOTTLE, "1000", 5), (JAR, "500", 5), (TIN, "30", 5)), {JAR: 1, TIN: 1}),
        ("530", kinds((JAR, "500", 5), (TIN, "300", 5)), {TIN: 2}),
        ("1000", kinds((JAR, "500", 1), (TIN, "250", 9)), {JAR: 1, TIN: 2}),
        ("1000", kinds((JAR, "300", 2)), {JAR: 2}),
        ("1", kinds((JAR, "300", 2)), {JAR: 1}),
        ("1000", [], {}),
        ("1000", kinds((JAR, "0", 5)), {}),
    ],
)
def test_the_containers_chosen(amount: str, offered: list[Container], counts: dict[int, int]) -> None:
    assert dict(choose(Decimal(amount), offered).counts) == counts


def test_what_finds_no_room_stays_in_bulk() -> None:
    packing = choose(Decimal(1000), kinds((JAR, "300", 2)))
    assert (packing.volume, packing.uncovered, packing.efficiency) == (600, 400, 1)


def test_the_order_of_the_offer_does_not_matter() -> None:
    offered = kinds((TIN, "30", 9), (JAR, "500", 3), (BOTTLE, "250", 4))
    assert choose(Decimal("1234.5"), offered) == choose(Decimal("1234.5"), offered[::-1])


def test_dozens_of_kinds_are_answered_quickly_and_still_cover_the_yield() -> None:
    offered = [Container(number, Decimal(100 + 7 * number), 50) for number in range(1, 31)]
    packing = choose(Decimal(9_999), offered)
    assert packing.uncovered == 0
    assert packing.efficiency is not None and packing.efficiency > Decimal("0.9")


def test_hundreds_of_kinds_do_not_exhaust_the_search() -> None:
    offered = [Container(number, Decimal(1) + Decimal(number) / 1000, 1) for number in range(1, 1200)]
    assert choose(Decimal(10**6), offered).volume > 0


@settings(max_examples=60, deadline=None)
@given(
    amount=st.decimals("0.5", "60", places=1),
    sizes=st.lists(st.tuples(st.decimals("1", "20", places=1), st.integers(0, 4)), min_size=1, max_size=3),
)
def test_no_other_choice_is_better(amount: Decimal, sizes: list[tuple[Decimal, int]]) -> None:
    offered = [Container(number, capacity, available) for number, (capacity, available) in enumerate(sizes)]
    every = product(*(range(kind.available + 1) for kind in offered))
    all_choices: list[Packing] = [measured(amount, offered, dict(enumerate(counts))) for counts in every]
    assert choose(amount, offered).rank == min(packing.rank for packing in all_choices)
