"""The first day: stock is taken over from a file, checked before, everything or nothing, each file once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from core.api import BadRequest, Duplicate, Invalid, select
from core.testing.clients import ApiClient
from plugins.inventory.api import Item, Lot, on_hand
from plugins.inventory.tests.shop import Shop

FILE = """type,sku,name,unit,batch_code,quantity,unit_cost,manufactured_at
RAW_MATERIAL,OIL-OLIVE,Olive oil,kg,OO-1,25,8.40,2026-01-05
RAW_MATERIAL,OIL-OLIVE,Olive oil,kg,OO-2,10,9.10,
FINISHED_GOOD,SOAP-LAV,Lavender soap,each,,120,1.35,
"""


def test_a_file_becomes_items_lots_and_stock(shop: Shop) -> None:
    answer = shop.ctx.do("inventory.receipt.opening-stock", file=FILE)
    assert (answer["rows_processed"], answer["items_created"], answer["lots_created"]) == (3, 2, 3)
    oil, soap = (shop.ctx.find(Item, code=code) for code in ("OIL-OLIVE", "SOAP-LAV"))
    assert oil is not None and soap is not None
    assert (oil.kind, soap.kind) == ("raw", "finished")
    assert shop.stock(oil) == (35, Decimal("301"))
    assert shop.stock(soap) == (120, 162)
    assert set(shop.ctx.db.scalars(select(Lot.number).where(Lot.item_id == oil.id))) == {"OO-1", "OO-2"}


def test_the_same_file_counts_once(shop: Shop) -> None:
    answer = shop.ctx.do("inventory.receipt.opening-stock", file=FILE)
    with pytest.raises(Duplicate) as refused:
        shop.ctx.do("inventory.receipt.opening-stock", file=FILE)
    assert refused.value.code == "ALREADY_IMPORTED"
    shop.ctx.do("inventory.receipt.reverse", answer["receipts"][0]["id"], reason="wrong warehouse")
    assert shop.ctx.do("inventory.receipt.opening-stock", file=FILE)["items_created"] == 0


def test_every_fault_is_told_at_once_and_nothing_is_stored(client: ApiClient) -> None:
    bad = FILE + "RAW_MATERIAL,LYE,,g,,x,1,\nTHING,WAX,Wax,stone,,NaN,-1,2026-02-30\n"
    refused = client.post("inventory/opening-stock", {"file": bad})
    assert (refused.status_code, refused.json["code"]) == (422, "OPENING_STOCK_INVALID")
    assert set(refused.json["errors"]) == {"rows.3.quantity", "rows.4.made_on"}
    rows = [
        {"item_code": "LYE", "quantity": "1", "unit_cost": "1"},
        {"item_code": "WAX", "name": "Wax", "unit": "stone", "quantity": "-1", "unit_cost": "1", "kind": "thing"},
    ]
    refused = client.post("inventory/opening-stock", {"rows": rows})
    wrong = {"rows.0.item_code", "rows.1.unit", "rows.1.quantity", "rows.1.kind"}
    assert (refused.status_code, set(refused.json["errors"])) == (422, wrong)
    assert client.get("items").json["items"] == []


def test_a_file_may_be_looked_at_first(shop: Shop) -> None:
    answer = shop.ctx.do("inventory.receipt.opening-stock", file=FILE, preview=True)
    assert answer == {"rows": 3, "new_items": ["OIL-OLIVE", "SOAP-LAV"], "errors": {}}
    assert shop.ctx.all(select(Item)) == []


@pytest.mark.parametrize("text", ["sku,quantity\nA,1\n", "no,columns\n", '"\x00",b\n', "one"])
def test_what_is_no_such_file_is_refused(client: ApiClient, text: str) -> None:
    assert client.post("inventory/opening-stock", {"file": text}).status_code in (400, 422)


def test_a_file_needs_rows(shop: Shop) -> None:
    with pytest.raises(Invalid):
        shop.ctx.do("inventory.receipt.opening-stock")
    with pytest.raises(BadRequest):
        shop.ctx.do("inventory.receipt.opening-stock", file="sku,name\nA,B\n")


def test_the_same_file_given_by_many_at_once_counts_once(app: Any, client: ApiClient, unit: Any) -> None:
    """Four people take over 40 g of known oil from the same file: the shelf holds 40 g and not 160."""
    with unit() as ctx:
        oil = Shop(ctx).item("OIL").id
    file = "sku,quantity,unit_cost\nOIL,40,0.02\n"
    with ThreadPoolExecutor(4) as pool:
        sent = [
            pool.submit(ApiClient(app, client.member).post, "inventory/opening-stock", {"file": file}) for _ in range(4)
        ]
        answers = [answer.result() for answer in sent]
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {answer.json["code"] for answer in answers if answer.status_code == 409} == {"ALREADY_IMPORTED"}
    with unit() as ctx:
        assert on_hand(ctx, [oil]) == {oil: 40}
