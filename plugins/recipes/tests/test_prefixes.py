"""Label prefixes, by the rules of the trade."""

from __future__ import annotations

import pytest

from plugins.recipes.prefixes import choices, clean, propose


@pytest.mark.parametrize(
    ("name", "taken", "prefix"),
    [
        ("Shampoo", [], "SHA"),
        ("Shampoo", ["SHA"], "SHAM"),
        ("Shampoo", ["SHA", "SHAM"], "SHA1"),
        ("Shampoo", ["SHA", "SHAM", "SHA1", "SHA2"], "SHA3"),
        ("Lavender Soap", [], "LAS"),
        ("Lavender Soap", ["LAS"], "LSO"),
        ("Lavender Soap", ["LAS", "LSO"], "LAS1"),
        ("Milk and Honey", [], "MAH"),
        ("Milk and Honey", ["MAH"], "MANH"),
        ("Milk and Honey", ["MAH", "MANH"], "MAH1"),
        ("Oat Milk and Honey", [], "OMA"),
        ("Oat Milk and Honey", ["OMA"], "OMIA"),
        ("", [], "RCP"),
        ("   ", ["RCP"], "RCP1"),
        ("!!! ???", [], "RCP"),
        ("Ox", [], "OX"),
        ("Ox", ["OX"], "OX1"),
        ("A", ["A"], "A1"),
        ("Goat's Milk", [], "GOM"),
        ("cold-process soap", [], "CPS"),
        ("Crème brûlée", [], "CRB"),
        ("No 5 Balm", [], "N5B"),
    ],
)
def test_the_prefix_proposed_for_a_name(name: str, taken: list[str], prefix: str) -> None:
    assert propose(name, taken) == prefix


def test_equal_choices_are_offered_once() -> None:
    assert choices("Ox") == ("OX",)
    assert choices("A B") == ("AB",)


@pytest.mark.parametrize(("typed", "kept"), [(" mah ", "MAH"), ("m-a/h", "MAH"), ("x" * 40, "X" * 12), ("--", "")])
def test_a_typed_prefix_is_kept_in_upper_case_letters_and_digits(typed: str, kept: str) -> None:
    assert clean(typed) == kept
