"""A form asks what else changes: one line goes in, what becomes different comes out, and nobody sees more by it."""

import pytest

from core.testing.contract.served import counted
from tests.resources.conftest import one


@pytest.fixture
def olive(client):
    """Olive oil that came in once, by the kilogram."""
    gram, kilogram = (one(client, f"admin/uom?code={code}")["id"] for code in ("g", "kg"))
    place = one(client, "admin/locations?is_default=true")["id"]
    item = client.post("items", {"code": "OLIVE", "name": "Olive oil", "base_unit_id": gram}).json
    line = {"item_id": item["id"], "quantity": "2", "unit_id": kilogram, "unit_cost": "11.40"}
    receipt = client.post("receipts", {"location_id": place, "lines": [line]}).json
    posted = client.post(f"receipts/{receipt['id']}/post", {})
    assert posted.status_code == 200, posted.text
    return {"item": item["id"], "gram": gram, "kilogram": kilogram}


def ask(client, path, field, status=200, **body):
    answer = client.post(f"{path}/suggest", {"field": field, **body})
    assert answer.status_code == status, answer.text
    return answer.json


def test_a_receipt_line_gets_the_unit_and_the_cost_of_last_time(client, olive):
    told = ask(client, "receipts", "lines.item_id", line={"item_id": olive["item"], "quantity": "5"})
    assert told["line"] == {"unit_id": olive["kilogram"], "unit_cost": "11.400000"}
    assert told["labels"] == {"lines.unit_id": "kg"}
    assert told["values"] == {}


def test_only_what_becomes_different_is_answered(client, olive):
    line = {"item_id": olive["item"], "unit_id": olive["kilogram"], "unit_cost": "11.4"}
    assert ask(client, "receipts", "lines.item_id", line=line) == {"values": {}, "line": {}, "labels": {}}


def test_what_is_half_typed_is_left_out_and_not_refused(client, olive):
    line = {"item_id": olive["item"], "quantity": "five or so", "made_on": "yesterday"}
    assert ask(client, "receipts", "lines.item_id", line=line)["line"]["unit_id"] == olive["kilogram"]
    assert ask(client, "receipts", "lines.item_id", line={"item_id": "oil"})["line"] == {}
    assert ask(client, "receipts", "lines.item_id", line={"item_id": 10**12})["line"] == {}


def test_a_form_of_its_own_changes_by_one_field(client, olive):
    told = ask(client, "reservations", "item_id", values={"item_id": olive["item"]})
    assert (told["values"], told["labels"]) == ({"unit_id": olive["gram"]}, {"unit_id": "g"})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"field": 7},
        {"field": "lines.nothing"},
        {"field": "nothing"},
        {"field": "lines.item_id", "values": []},
        {"field": "lines.item_id", "line": 1},
    ],
)
def test_nonsense_is_refused_by_name(client, body):
    answer = client.post("receipts/suggest", body)
    assert answer.status_code == 422
    assert answer.json["errors"]


def test_nobody_sees_more_by_asking(client, client_with, other_client, olive):
    line = {"item_id": olive["item"]}
    blind = client_with("inventory.receipt.read", "inventory.receipt.create", "inventory.item.read")
    assert "unit_cost" not in ask(blind, "receipts", "lines.item_id", line=line)["line"]
    stranger = client_with("inventory.receipt.read", "inventory.receipt.create")
    assert ask(stranger, "receipts", "lines.item_id", line=line)["line"] == {}
    ask(client_with("inventory.*.read"), "receipts", "lines.item_id", 403, line=line)
    ask(client_with("recipes.*"), "receipts", "lines.item_id", 403, line=line)
    assert ask(other_client, "receipts", "lines.item_id", line=line)["line"] == {}


def test_an_answer_costs_a_few_statements_and_bytes(client, kernel, olive):
    """However many lines the form has: only one of them travels."""
    body = {"field": "lines.item_id", "values": {"supplier_name": "Oliveto"}, "line": {"item_id": olive["item"]}}
    client.post("receipts/suggest", body)
    with counted(kernel.engine) as seen:
        answer = client.post("receipts/suggest", body)
    assert len(seen) <= 12, seen
    assert len(answer.data) < 200
