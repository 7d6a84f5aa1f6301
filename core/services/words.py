"""Numbers, amounts, days and moments as people read them: on pages, and in sentences of modules."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from core.services.money import round_money


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


def money_text(value: Any, currency: str) -> str:
    """Return an amount of money rounded half-up to the digits of its currency; one that would vanish keeps its own."""
    try:
        amount = Decimal(str(value))
        rounded = round_money(amount, currency)
    except InvalidOperation:
        return number_text(value, "money")
    return f"{rounded:,f}" if rounded or not amount else number_text(amount, "money")


def amount_text(quantity: Decimal, unit: str = "") -> str:
    """Return a quantity with grouped digits and its unit: 2,080.5 g."""
    number = number_text(quantity)
    return f"{number} {unit}" if unit else number


def day_text(day: date) -> str:
    """Return a day that cannot be mistaken: 3 Apr 2026."""
    return f"{day.day} {day:%b %Y}"


def moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment as a clock in a zone shows it: 3 Apr 2026, 14:05."""
    local = moment.astimezone(zone)
    return f"{day_text(local.date())}, {local:%H:%M}"
