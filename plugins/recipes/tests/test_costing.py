"""The cost formulas, checked by hand and by their one law: what goes in comes out."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.recipes.costing import Filled, fill_efficiency, priced, rounded, share, yield_accuracy


def dec(text: str) -> Decimal:
    return Decimal(text)


def test_costs_round_half_up_at_six_digits() -> None:
    assert rounded(Fraction(1, 3)) == dec("0.333333")
    assert rounded(dec("0.0000005")) == dec("0.000001")
    assert rounded(dec("-0.0000005")) == dec("-0.000001")
    assert rounded(dec("123456789012345678.1234565")) == dec("123456789012345678.123457")


def test_broken_containers_load_the_good_ones() -> None:
    """10 kg for 80.00 is 8.00 per kg; 10 jars of 0.5 kg at 1.20, one breaks: 4.00 + 12.00 / 9 each, 5.5 kg left."""
    jars = Filled(capacity=dec("0.5"), passed=9, broken=1, cost=dec("12.00"))
    shares = share(dec("80.00"), dec("10"), [jars])
    assert priced(Decimal(9), shares.containers[0]).unit_cost == dec("5.333333")
    assert (shares.bulk_quantity, shares.bulk, shares.lost) == (dec("5.5"), 44, 0)


def test_containers_of_which_none_passed_are_lost() -> None:
    shares = share(dec("80"), dec("10"), [Filled(dec("0.5"), passed=0, broken=4, cost=dec("4.80"))])
    assert (shares.containers, shares.bulk, shares.lost) == ((0,), 80, Fraction("4.80"))


def test_a_short_yield_is_shared_by_the_containers_it_was_filled_into() -> None:
    """9.3 kg in ten 1 kg tins: each holds 0.93 kg, nothing is left over, all the cost is in the tins."""
    shares = share(dec("93"), dec("9.3"), [Filled(dec("1"), passed=10, broken=0, cost=dec("5"))])
    assert (shares.containers[0], shares.bulk_quantity) == (98, 0)


def test_yield_accuracy_and_fill_efficiency() -> None:
    assert yield_accuracy(dec("9.3"), dec("10")) == dec("-7.0000")
    assert yield_accuracy(dec("10.5"), dec("10")) == dec("5.0000")
    assert fill_efficiency(dec("9.3"), dec("10")) == dec("93.0000")
    assert fill_efficiency(dec("12"), dec("10")) == dec("100.0000")
    assert fill_efficiency(dec("12"), dec("0")) is None


amounts = st.decimals("0.000001", "999999999999", places=6)
fills = st.builds(
    Filled,
    capacity=st.decimals("0.000001", "10000", places=6),
    passed=st.integers(0, 500),
    broken=st.integers(0, 20),
    cost=st.decimals("0", "100000", places=6),
)


@settings(max_examples=200, deadline=None)
@given(materials=st.decimals("0", "999999999999", places=6), final=amounts, filled=st.lists(fills, max_size=4))
def test_every_cost_that_went_in_comes_out(materials: Decimal, final: Decimal, filled: list[Filled]) -> None:
    shares = share(materials, final, filled)
    went_in = Fraction(materials) + sum((Fraction(kind.cost) for kind in filled), Fraction(0))
    assert sum(shares.containers, Fraction(0)) + shares.bulk + shares.lost == went_in
