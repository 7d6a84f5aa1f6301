"""Days of the organisation as moments in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from core.api import Context


def start_of(ctx: Context, day: date) -> datetime:
    """Return the moment at which a day begins where the organisation is."""
    try:
        return datetime.combine(day, time(), ctx.zone).astimezone(UTC)
    except OverflowError:  # East of Greenwich the first of all days begins in a year that nothing can name.
        return datetime.min.replace(tzinfo=UTC)
