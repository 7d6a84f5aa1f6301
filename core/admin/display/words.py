"""Words and numbers as people read them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

NUMERIC_KINDS = frozenset({"integer", "decimal", "quantity", "money", "percent"})
ACRONYMS = frozenset({"fifo", "lifo", "fefo", "wac", "bom", "sku", "gtin", "ean", "usd", "eur"})


def words_label(word: str) -> str:
    """Return a declared word as people read it."""
    if word in ACRONYMS:
        return word.upper()
    return word.replace("_", " ").capitalize() if word.islower() else word.replace("_", " ")


def number_text(value: Any, kind: str = "decimal") -> str:
    """Return a number with grouped digits, without the zeros that only a column's scale gave it."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    digits = f"{number:,f}"
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    if kind == "money":
        fraction = fraction.ljust(2, "0")
    text = f"{whole}.{fraction}" if fraction else whole
    return f"{text} %" if kind == "percent" else text
