"""What an action would do: told in full, kept in no part."""

import pytest

from core.actions.models import AuditEntry
from core.testing import house
from core.testing.clients import ApiClient
from tests.web.conftest import assert_problem


@pytest.fixture
def receipt(client, lye, gram):
    """A draft receipt of lye."""
    location = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar"}).json["id"]
    line = {"item_id": lye["id"], "quantity": "1000", "unit_id": gram, "unit_cost": "0.01"}
    return client.post("receipts", {"location_id": location, "lines": [line]}).json


def test_a_forecast_tells_what_would_be_booked(client, receipt):
    told = client.post(f"receipts/{receipt['id']}/post?dry_run=true", {}).json
    assert told["possible"] is True
    own = next(item for item in told["changes"] if item["resource"] == "inventory.receipt")
    assert own["fields"]["state"] == ["draft", "posted"]
    [moves] = [item for item in told["entries"] if item["resource"] == "inventory.move"]
    assert [row["quantity"] for row in moves["rows"]] == ["1000"]


def test_a_forecast_keeps_nothing(client, receipt, kernel):
    before = client.get(f"receipts/{receipt['id']}").json
    history = client.get(f"receipts/{receipt['id']}/history").json
    client.post(f"receipts/{receipt['id']}/post?dry_run=true", {})
    assert client.get(f"receipts/{receipt['id']}").json == before
    assert client.get(f"receipts/{receipt['id']}/history").json == history
    assert client.get("lots").json["items"] == []
    # The real thing still does all of it.
    assert client.post(f"receipts/{receipt['id']}/post", {}).json["state"] == "posted"


def test_a_forecast_tells_the_refusal(client, receipt, gram):
    line = {"item_id": receipt["lines"][0]["item_id"], "quantity": "5", "unit_id": gram}
    issue = client.post("issues", {"location_id": receipt["location_id"], "lines": [line]})
    assert issue.status_code == 201, issue.text
    told = client.post(f"issues/{issue.json['id']}/post?dry_run=true", {}).json
    assert (told["possible"], told["problem"]["code"]) == (False, "INSUFFICIENT_STOCK")


def test_a_forecast_takes_the_rights_of_the_action(app, kernel, tenant, client, receipt):
    reader = ApiClient(app, house.make_member(kernel, tenant, ["inventory.*.read"]))
    assert_problem(reader.post(f"receipts/{receipt['id']}/post?dry_run=true", {}), 403, "FORBIDDEN")
    poster = ApiClient(app, house.make_member(kernel, tenant, ["inventory.receipt.read", "inventory.receipt.post"]))
    told = poster.post(f"receipts/{receipt['id']}/post?dry_run=true", {}).json
    assert {item["resource"] for item in told["changes"]} == {"inventory.receipt"}
    assert told["entries"] == []
    assert_problem(client.post(f"receipts/{receipt['id']}/post?dry_run=perhaps", {}), 422, field="dry_run")
    assert client.get(f"receipts/{receipt['id']}").json["state"] == "draft"


def test_the_history_goes_on_and_can_be_narrowed(client, lye):
    path, version = f"items/{lye['id']}", lye["version"]
    for name in ("Caustic soda", "Sodium hydroxide", "NaOH"):
        version = client.patch(path, {"name": name}, version=version).json["version"]
    client.patch(path, {"reorder_point": "5"}, version=version)
    first = client.get(f"{path}/history?limit=2").json
    rest = client.get(f"{path}/history?limit=50&before={first['next']}").json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 3, None)
    names = client.get(f"{path}/history?field=name").json["items"]
    assert [entry["changes"]["fields"]["name"][1] for entry in names][:2] == ["NaOH", "Sodium hydroxide"]
    assert len(client.get(f"{path}/history?field=reorder_point").json["items"]) == 1


def test_what_changed_a_field_is_found_however_far_back(client, kernel, tenant, lye):
    path = f"items/{lye['id']}"
    version = client.patch(path, {"name": "Caustic soda"}, version=lye["version"]).json["version"]
    client.patch(path, {"name": "Lye flakes"}, version=version)
    with kernel.unit(tenant.id) as ctx:
        told = {"verb": "update", "fields": {"reorder_point": ["5", "6"]}}
        lines = {**told, "lines": [{"table": "inventory_item_conversion", "id": 1, "verb": "update", "fields": {}}]}
        ctx.db.insert_rows(AuditEntry, [
            {"sequence": 10_000 + number, "username": "store", "action": "inventory.item.update", "request_id": "",
             "resource": "inventory.item", "record_id": lye["id"], "previous_hash": "", "hash": "",
             "changes": lines if number == 7 else told}
            for number in range(700)
        ])  # fmt: skip
    found = client.get(f"{path}/history?field=name&limit=2").json
    assert [entry["changes"]["fields"]["name"][1] for entry in found["items"]] == ["Lye flakes", "Caustic soda"]
    rest = client.get(f"{path}/history?field=name&before={found['next']}").json
    assert [entry["changes"]["verb"] for entry in rest["items"]] == ["create"]
    assert rest["next"] is None
    assert [entry["sequence"] for entry in client.get(f"{path}/history?field=conversions").json["items"]] == [10_007]
    seen, before = [], ""
    while before is not None:
        part = client.get(f"{path}/history?field=reorder_point&limit=100{before}").json
        seen += [entry["sequence"] for entry in part["items"]]
        before = f"&before={part['next']}" if part["next"] else None
    assert seen == list(range(10_699, 9_999, -1))
