"""Quantities, days and moments in a sentence: as the pages write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.api import Context


def amount_text(quantity: Decimal, unit: str = "") -> str:
    """Return a quantity with grouped digits and its unit: 2,080.5 g."""
    number = f"{quantity.normalize():,f}"
    return f"{number} {unit}" if unit else number


def day_text(day: date) -> str:
    """Return a day that cannot be mistaken: 3 Apr 2026."""
    return f"{day.day} {day:%b %Y}"


def moment_text(ctx: Context, moment: datetime) -> str:
    """Return a moment on the organisation's clock: 3 Apr 2026, 14:05."""
    local = moment.astimezone(ZoneInfo(ctx.tenant.zone))
    return f"{day_text(local.date())}, {local:%H:%M}"
