"""The one place where a converted amount is rounded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor


def round_half_up(value: Fraction, digits: int) -> Decimal:
    """Return the value with so many decimals, halves away from zero."""
    scaled = floor(abs(value) * 10**digits + Fraction(1, 2))
    # Built from its digits: arithmetic would round once more, at the context's precision.
    return Decimal((int(value < 0), tuple(map(int, str(scaled))), -digits))
