"""Declared words as people read them."""

from __future__ import annotations

NUMERIC_KINDS = frozenset({"integer", "decimal", "quantity", "money", "percent"})
ACRONYMS = frozenset({"fifo", "lifo", "fefo", "wac", "bom", "sku", "gtin", "ean", "usd", "eur"})


def words_label(word: str) -> str:
    """Return a declared word as people read it."""
    if word in ACRONYMS:
        return word.upper()
    return word.replace("_", " ").capitalize() if word.islower() else word.replace("_", " ")
