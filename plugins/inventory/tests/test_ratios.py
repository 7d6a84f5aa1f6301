"""Exact ratios between units, without a database."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.inventory.units.ratios import ItemMeasures, NoRatio, Rule, UnitSize, UnitTable
from plugins.inventory.units.rounding import round_half_up
from plugins.inventory.units.standard import BASE_UNITS, STANDARD_UNITS

UNITS = {
    number: UnitSize(
        number,
        unit.code,
        unit.unit_class,
        Fraction(unit.numerator, unit.denominator) if unit.numerator and unit.denominator else None,
    )
    for number, unit in enumerate(STANDARD_UNITS, start=1)
}
ID = {unit.code: unit.id for unit in UNITS.values()}
TABLE = UnitTable(UNITS)


def rule(quantity: int | str, unit: str, equals: int | str, equal_unit: str) -> Rule:
    return Rule(ID[unit], ID[equal_unit], Fraction(equals) / Fraction(quantity))


def ratio(source: str, target: str, item: ItemMeasures | None = None, table: UnitTable = TABLE) -> Fraction:
    return table.ratio(ID[source], ID[target], item or ItemMeasures())


@pytest.mark.parametrize(
    ("amount", "source", "expected", "target"),
    [
        ("1", "kg", "1000", "g"),
        ("1", "lb", "453.59237", "g"),
        ("1", "lb", "16", "oz"),
        ("100", "g", "3.527396", "oz"),
        ("1", "gal", "3.785412", "l"),
        ("1", "gal", "128", "fl oz"),
        ("1", "cup", "16", "tbsp"),
        ("1", "cup", "236.588237", "ml"),
        ("1", "tbsp", "3", "tsp"),
        ("1", "imp gal", "4.54609", "l"),
        ("1", "imp gal", "8", "imp pt"),
        ("1", "bbl", "31", "gal"),
        ("1", "ft", "12", "in"),
        ("1", "in", "25.4", "mm"),
        ("1", "m2", "10.76391", "ft2"),
        ("1", "yd2", "9", "ft2"),
        ("1", "ft2", "144", "in2"),
        ("1.5", "h", "90", "min"),
        ("5", "dozen", "60", "each"),
        ("1", "gross", "12", "dozen"),
    ],
)
def test_the_standard_units_agree_with_the_printed_tables(amount: str, source: str, expected: str, target: str) -> None:
    assert round_half_up(Fraction(amount) * ratio(source, target), 6) == Decimal(expected)


def test_every_class_has_its_base_unit_and_every_code_is_used_once() -> None:
    assert {unit.unit_class for unit in STANDARD_UNITS} == set(BASE_UNITS)
    assert all(UNITS[ID[code]].size == 1 for code in BASE_UNITS.values())
    assert len({unit.code for unit in STANDARD_UNITS}) == len(STANDARD_UNITS)


def test_coconut_oil_pours_by_density() -> None:
    coconut_oil = ItemMeasures(density=Decimal("0.92"))
    assert ratio("l", "g", coconut_oil) == 920
    assert ratio("kg", "l", coconut_oil) == Fraction(100, 92)
    assert round_half_up(ratio("cup", "g", coconut_oil), 6) == Decimal("217.661178")


def test_a_drum_of_the_item_chains_through_its_class() -> None:
    coconut_oil = ItemMeasures(rules=(rule(1, "drum", 5, "kg"),), density=Decimal("0.92"))
    assert ratio("drum", "g", coconut_oil) == 5000
    assert ratio("g", "drum", coconut_oil) == Fraction(1, 5000)
    assert ratio("drum", "ml", coconut_oil) == Fraction(5000 * 100, 92)


def test_rules_chain_and_read_backwards() -> None:
    jars = ItemMeasures(rules=(rule(1, "case", 4, "box"), rule(1, "box", 12, "each")))
    assert ratio("case", "each", jars) == 48
    assert ratio("dozen", "case", jars) == Fraction(1, 4)


def test_an_items_own_rule_wins_over_the_house_the_class_and_the_density() -> None:
    house = UnitTable(UNITS, (rule(1, "cup", 250, "ml"),))
    assert ratio("cup", "ml", table=house) == 250
    flour = ItemMeasures(rules=(rule(1, "cup", 120, "g"),), density=Decimal("0.6"))
    assert ratio("cup", "g", flour, house) == 120
    assert ratio("cup", "ml", flour, house) == 250
    sifted = ItemMeasures(density=Decimal("0.6"))
    assert ratio("tbsp", "g", sifted, house) == Fraction("14.78676478125") * Fraction("0.6")


@pytest.mark.parametrize(
    ("source", "target", "rules", "missing"),
    [
        ("ml", "g", (), "density"),
        ("lb", "gal", (), "density"),
        ("drum", "kg", (("1", "drum", "200", "l"),), "density"),
        ("drum", "kg", (), "conversion"),
        ("kg", "each", (), "conversion"),
        ("min", "m2", (), "conversion"),
    ],
)
def test_what_is_missing_is_named(source: str, target: str, rules: tuple[tuple[str, ...], ...], missing: str) -> None:
    item = ItemMeasures(rules=tuple(rule(*given) for given in rules))
    with pytest.raises(NoRatio) as refused:
        ratio(source, target, item)
    assert (refused.value.source.code, refused.value.target.code) == (source, target)
    assert refused.value.missing == missing


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [("2.5", 0, "3"), ("-2.5", 0, "-3"), ("0.0000005", 6, "0.000001"), ("0.00000049", 6, "0"), ("1/3", 4, "0.3333")],
)
def test_halves_are_rounded_away_from_zero(value: str, digits: int, expected: str) -> None:
    assert round_half_up(Fraction(value), digits) == Decimal(expected)


def test_rounding_keeps_every_digit_of_a_large_amount() -> None:
    assert round_half_up(Fraction(10**35 + 1, 1), 6) == Decimal("1" + "0" * 34 + "1.000000")


amounts = st.decimals(min_value=Decimal("0.000001"), max_value=Decimal(10**11), places=6)
sized = st.sampled_from([unit for unit in UNITS.values() if unit.size is not None])
densities = st.decimals(min_value=Decimal("0.0001"), max_value=Decimal(25), places=4)


@given(amount=amounts, source=sized, target=sized, density=densities)
def test_there_and_back_is_the_same_amount(
    amount: Decimal, source: UnitSize, target: UnitSize, density: Decimal
) -> None:
    item = ItemMeasures(density=density)
    try:
        there = TABLE.ratio(source.id, target.id, item)
    except NoRatio as none:
        assert {none.source.unit_class, none.target.unit_class} != {"mass", "volume"}
        return
    assert Fraction(amount) * there * TABLE.ratio(target.id, source.id, item) == Fraction(amount)


rules_between_any_units = st.lists(
    st.builds(
        Rule,
        st.sampled_from(sorted(UNITS)),
        st.sampled_from(sorted(UNITS)),
        st.fractions(min_value=Fraction(1, 1000), max_value=1000),
    ),
    max_size=6,
)


@given(rules=rules_between_any_units, source=sized, target=sized)
def test_even_contradicting_rules_lead_back_to_the_same_amount(
    rules: list[Rule], source: UnitSize, target: UnitSize
) -> None:
    item = ItemMeasures(rules=tuple(rules), density=Decimal("1.25"))
    try:
        assert TABLE.ratio(source.id, target.id, item) * TABLE.ratio(target.id, source.id, item) == 1
    except NoRatio as none:
        assert none.missing == "conversion"
