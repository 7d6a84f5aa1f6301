"""Money: amounts in a currency, rounded to its digits at named points only."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache


@lru_cache(maxsize=256)
def digits_of(currency: str) -> int:
    """Return how many decimals a currency has: EUR 2, JPY 0, TND 3."""
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency)


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round an amount half-up to the digits of its currency."""
    return amount.quantize(Decimal(1).scaleb(-digits_of(currency)), rounding=ROUND_HALF_UP)


def round_half_up(amount: Decimal, places: int) -> Decimal:
    """Round half-up to a number of decimals."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def share(total: Decimal, weights: list[Decimal], places: int = 6) -> list[Decimal]:
    """Split a total by weights so that the parts add up to it exactly; the last part takes the remainder.

    Raises ValueError when the weights are negative or all zero.
    """
    whole = sum(weights, Decimal(0))
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must be positive")
    parts = [round_half_up(total * weight / whole, places) for weight in weights[:-1]]
    return [*parts, total - sum(parts, Decimal(0))]
