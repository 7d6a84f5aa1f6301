"""Numbers as people type them: read exactly, or refused with what to type instead."""

import pytest

from core.admin.forms.numbers import Unclear, read_number

READ = {
    "12": "12", "12.5": "12.5", "12,5": "12.5", "1 200,5": "1200.5", "1,200.5": "1200.5", "1.200,50": "1200.50",
    "1\u00a0200": "1200", "1'200.05": "1200.05", "1,200,300": "1200300", "1.200.300": "1200300", "0,125": "0.125",
    "1234,567": "1234.567", "1.234": "1.234", "-3,5": "-3.5", "+4": "4", ".5": "0.5", ",5": "0.5", "5.": "5",
    "\u22122": "-2", "3*250": "750", "3 \u00d7 250": "750", "3x250": "750", "12,5 + 2*3": "18.5", "(1+2)*1,5": "4.5",
    "10/4": "2.5", "1/8": "0.125", "100-0.01": "99.99", "-2*3": "-6", "1 000 * 2": "2000", "1/64": "0.015625",
}  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), READ.items())
def test_it_is_read_as_it_was_meant(typed, meant):
    assert read_number(typed) == meant


@pytest.mark.parametrize("typed", ["", "a lot", "1e400", "NaN", "9" * 5000, "12,34,5", "1 2", "1..2", "3*", "*3", "(1",
                                   "2026-01-02", "1.2.3,4,5", "()", "--", "0x10", "٣"])  # fmt: skip
def test_what_is_no_number_stays_as_it_is(typed):
    assert read_number(typed) == typed


def test_two_readings_are_refused_with_both():
    with pytest.raises(Unclear, match=r"1,200 can mean 1200 or 1\.2\."):
        read_number("1,200")
    with pytest.raises(Unclear, match=r"12,345 can mean 12345 or 12\.345\."):
        read_number("2 * 12,345")
    assert read_number("1,200", whole=True) == "1200"
    assert read_number("1.200", whole=True) == "1200"


def test_a_unit_behind_it_must_be_the_one_that_is_asked_for():
    assert read_number("1.200,50 kg", units=["kg"]) == "1200.50"
    assert read_number("3*250KG", units=["kg"]) == "750"
    assert read_number("12,5%", units=["%"]) == "12.5"
    assert read_number("€ 12,50", units=["EUR"]) == "12.50"
    assert read_number("12,50 EUR", units=["EUR"]) == "12.50"
    with pytest.raises(Unclear, match=r"g is not the unit here; the amount is in kg\. .* such as 5\."):
        read_number("5 g", units=["kg"])
    with pytest.raises(Unclear, match=r"kg is not the unit here; the amount is in g\."):
        read_number("5 kg", units=["g"])
    with pytest.raises(Unclear, match="% is not the unit here"):
        read_number("5%")


def test_what_has_no_exact_value_is_not_rounded_in_silence():
    with pytest.raises(Unclear, match=r"10/3 has no exact value\. .* 3\.333333\."):
        read_number("10/3")
    with pytest.raises(Unclear, match="divided by 0"):
        read_number("1/(2-2)")
