"""Costs are nobody's business who lacks the permission: absent wherever the field could show, refused on write."""

import io

import pytest

from tests.resources.conftest import one, send_file
from tests.web.conftest import assert_problem

OWN = ["inventory.item.*"]
NARROW = [f"inventory.item.{verb}" for verb in ("read", "create", "update", "export", "import")]


@pytest.fixture
def item(client, gram):
    body = {"code": "GOLD", "name": "Gold", "base_unit_id": gram, "standard_cost": "61.5"}
    made = client.post("items", body).get_json()
    return client.patch(f"items/{made['id']}", {"standard_cost": "62.5"}, version=1).get_json()


@pytest.fixture
def clerk(client_with):
    return client_with(*NARROW)


def test_nothing_that_can_be_read_tells_it(clerk, item):
    path = f"items/{item['id']}"
    answers = [path, "items", "items?search=62", f"{path}/history", "items/fields", "items/export",
               "items/export?format=json", "openapi.json"]  # fmt: skip
    for asked in answers:
        answer = clerk.get(asked)
        assert answer.status_code == 200
        assert "standard_cost" not in answer.text
        assert "62.5" not in answer.text
    sheet = io.BytesIO(clerk.get("items/export?format=xlsx").data)
    assert sheet.getvalue()[:2] == b"PK"


@pytest.mark.parametrize(
    "query",
    ["standard_cost=62.5", "standard_cost__gt=1", "sort=standard_cost", "sort=-standard_cost", "fields=standard_cost",
     "group_by=standard_cost", "group_by=kind&sum=standard_cost", "standard_cost__isnull=true"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["items", "items/export"])
def test_nothing_that_can_be_asked_measures_it(clerk, item, path, query):
    if path.endswith("export") and "group_by" in query:
        return
    assert_problem(clerk.get(f"{path}?{query}"), 422, "INVALID")


def test_it_cannot_be_written_by_any_door(clerk, client, item, gram):
    path = f"items/{item['id']}"
    assert_problem(clerk.patch(path, {"standard_cost": "1"}, version=2), 422, field="standard_cost")
    body = {"code": "NEW", "name": "New", "base_unit_id": gram, "standard_cost": "1"}
    assert_problem(clerk.post("items", body), 422, field="standard_cost")
    row = {"code": "GOLD", "standard_cost": "1"}
    assert_problem(clerk.post("items/import", [row]), 422, field="rows.1.standard_cost")
    assert_problem(send_file(clerk, "items/import", "code,standard_cost\nGOLD,1\n"), 422, field="mapping")
    assert one(client, "items?code=GOLD")["standard_cost"] == "62.500000"
    assert clerk.patch(path, {"name": "Fool's gold"}, version=2).status_code == 200
    assert one(client, "items?code=GOLD")["standard_cost"] == "62.500000"


def test_lines_hide_theirs_too(client, client_with, gram, item):
    place = client.post("admin/locations", {"code": "V", "name": "Vault"}).get_json()
    line = {"item_id": item["id"], "quantity": "2", "unit_id": gram, "unit_cost": "62.5"}
    receipt = client.post("receipts", {"location_id": place["id"], "lines": [line]}).get_json()
    clerk = client_with("inventory.receipt.read", "inventory.receipt.update")
    told = clerk.get(f"receipts/{receipt['id']}").get_json()
    assert not {"unit_cost", "value"} & set(told["lines"][0])
    assert "total_value" not in told
    assert "62.5" not in clerk.get(f"receipts/{receipt['id']}/history").text
    body = {"lines": [{"id": told["lines"][0]["id"], "unit_cost": "1"}]}
    assert_problem(clerk.patch(f"receipts/{receipt['id']}", body, version=1), 422, field="lines.0.unit_cost")
    kept = clerk.patch(
        f"receipts/{receipt['id']}", {"lines": [{"id": told["lines"][0]["id"], "quantity": "3"}]}, version=1
    )
    assert kept.status_code == 200, kept.text
    assert client.get(f"receipts/{receipt['id']}").get_json()["lines"][0]["unit_cost"] == "62.500000"


def test_whoever_may_sees_it(client_with, item):
    accountant = client_with(*OWN)
    told = accountant.get(f"items/{item['id']}").get_json()
    assert told["standard_cost"] == "62.500000"
    newest = accountant.get(f"items/{item['id']}/history").get_json()["items"][0]
    assert newest["changes"]["fields"]["standard_cost"] == ["61.5", "62.5"]
