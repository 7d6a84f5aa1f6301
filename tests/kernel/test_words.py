"""Amounts, days and moments in sentences read as they do on pages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core.admin.display.cells import said
from core.api import amount_text, day_text, moment_text

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("quantity", "unit", "text"),
    [("2080.500000", "g", "2,080.5 g"), ("1E+3", "", "1,000"), ("0.000001", "kg", "0.000001 kg"), ("-12.0", "", "-12")],
)
def test_amounts_have_grouped_digits_and_no_idle_zeros(quantity, unit, text):
    assert amount_text(Decimal(quantity), unit) == text == said("quantity", quantity, BERLIN, unit)


def test_days_and_moments_cannot_be_mistaken():
    moment = datetime(2026, 4, 2, 22, 5, tzinfo=UTC)
    assert day_text(date(2026, 4, 3)) == "3 Apr 2026" == said("date", "2026-04-03", BERLIN)
    assert moment_text(moment, BERLIN) == "3 Apr 2026, 00:05" == said("moment", moment.isoformat(), BERLIN)
