"""Money: rounded to the digits of its currency wherever it is only read; prices, and what is stored, stay exact."""

import re
from decimal import Decimal

import pytest

from core.services.words import money_text


@pytest.fixture
def saffron(client):
    """2.5 g of saffron at 1,163.40886 a gram, and a pinch of salt worth less than a cent."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    place = client.post("admin/locations", {"code": "SAFE", "name": "Safe"}).json["id"]
    receipts = []
    for code, quantity, cost in (("SAFFRON", "2.5", "1163.40886"), ("SALT", "2", "0.0015")):
        item = client.post("items", {"code": code, "name": code.title(), "base_unit_id": unit}).json["id"]
        line = {"item_id": item, "quantity": quantity, "unit_id": unit, "unit_cost": cost}
        receipts.append(client.post("receipts", {"location_id": place, "lines": [line]}).json["id"])
        assert client.post(f"receipts/{receipts[-1]}/post").status_code == 200
    return receipts[0]


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("2908.52215", "EUR", "2,908.52"), ("2908.52215", "JPY", "2,909"), ("1.2345", "TND", "1.235"),
     ("0", "EUR", "0.00"), ("0.005", "EUR", "0.01"), ("-0.005", "EUR", "-0.01"), ("0.0035", "EUR", "0.0035"),
     ("-0.4", "JPY", "-0.40"), (Decimal("999999999999.995"), "EUR", "1,000,000,000,000.00")],
)  # fmt: skip
def test_an_amount_is_rounded_half_up_and_never_vanishes(amount, currency, text):
    assert money_text(amount, currency) == text


def test_pages_round_amounts_and_tell_prices_whole(pages, saffron):
    for path in ("/stock?columns=item_id,value", "/admin/inventory-transactions?columns=item_id,value",
                 "/receipts?columns=number,total_value", f"/receipts/{saffron}", "/reports/stock-now"):
        page = re.sub(r"<[^>]+>", " ", pages.open(path))
        assert "2,908.52" in page and "2,908.52215" not in page, path
    for path in ("/receipts?view=chart&group=state&sum=total_value", "/receipts?group=state&columns=total_value"):
        page = re.sub(r"<[^>]+>", " ", pages.open(path))
        assert "2,908.53" in page and "2,908.52515" not in page, path
    report = pages.open("/reports/stock-now")
    assert ">1,163.40886<" in report and ">0.003<" in report and ">0.0015<" in report


def test_what_is_stored_answered_and_exported_stays_exact(client, saffron):
    value = client.get(f"receipts/{saffron}").json["total_value"]
    assert Decimal(value) == Decimal("2908.52215")
    assert "2908.52215" in client.get("reports/stock-now?format=csv").text
    assert "2908.52215" in client.get("receipts/export?format=csv&fields=number,total_value").text
