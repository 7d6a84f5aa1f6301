"""The few sums of the ledger, each rounded once and half-up; the rest always takes what is left."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

QUANTUM = Decimal("0.000001")
# What one balance or move may hold. The database counts in 18 digits: sums over many of them must fit as well.
LIMIT = Decimal(10) ** 11
# Two numbers of 18 digits multiply to 36: the everyday context of 28 would round before we do.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


def times(quantity: Decimal, unit_cost: Decimal) -> Decimal:
    """Return what a quantity costs."""
    return _EXACT.quantize(_EXACT.multiply(quantity, unit_cost), QUANTUM)


def share(value: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """Return the part's share of a value; the whole gets all of it, so that nothing is lost between shares."""
    if part == whole:
        return value
    return _EXACT.quantize(_EXACT.divide(_EXACT.multiply(value, part), whole), QUANTUM)


def per_unit(value: Decimal, quantity: Decimal) -> Decimal:
    """Return the cost of one unit."""
    return _EXACT.quantize(_EXACT.divide(abs(value), abs(quantity)), QUANTUM) if quantity else Decimal(0)
