"""Fields that depend on others are held to it on every road: one record, many, an import, a line of a document."""

import pytest

from tests.resources.conftest import one


@pytest.fixture
def gram(client):
    return one(client, "admin/uom?code=g")["id"]


@pytest.fixture
def jar(client, gram):
    """A jar, which is counted without lots."""
    body = {"code": "JAR", "name": "Jar", "kind": "container", "base_unit_id": gram, "lot_tracking": "none"}
    answer = client.post("items", {**body, "capacity": "250", "capacity_unit_id": gram})
    assert answer.status_code == 201, answer.text
    return answer.json


def refused(answer, code, *names):
    assert answer.status_code == 422, answer.text
    assert answer.json["code"] == code
    assert sorted(answer.json["errors"]) == sorted(names)
    return answer.json["errors"]


def test_what_does_not_apply_cannot_be_given_to_a_new_record(client, gram):
    body = {"code": "MALT", "name": "Malt", "kind": "raw", "base_unit_id": gram}
    errors = refused(client.post("items", {**body, "capacity": "2"}), "NOT_APPLICABLE", "capacity")
    assert errors["capacity"] == ["Can be given only when Kind is container."]
    assert client.post("items", {**body, "capacity": None, "is_perishable": False}).status_code == 201


def test_what_does_not_apply_keeps_its_value_and_may_be_emptied(client, jar):
    path = f"items/{jar['id']}"
    errors = refused(client.patch(path, {"shelf_life_days": 30}, version=1), "NOT_APPLICABLE", "shelf_life_days")
    assert "Lots is optional or required" in errors["shelf_life_days"][0]
    changed = client.patch(path, {"kind": "finished"}, version=1)
    assert changed.status_code == 200, changed.text
    assert changed.json["capacity"] == jar["capacity"]
    refused(client.patch(path, {"capacity": "300"}, version=2), "NOT_APPLICABLE", "capacity")
    same = client.patch(path, {"capacity": "250.000000", "name": "Tumbler"}, version=2)
    assert same.status_code == 200, same.text
    emptied = client.patch(path, {"capacity": None, "capacity_unit_id": None}, version=3)
    assert emptied.json["capacity"] is None


def test_the_rule_looks_at_what_the_record_becomes(client, jar):
    body = {"lot_tracking": "required", "is_perishable": True, "shelf_life_days": 30}
    answer = client.patch(f"items/{jar['id']}", body, version=1)
    assert answer.status_code == 200, answer.text
    refused(client.patch(f"items/{jar['id']}", {"lot_tracking": "none", "shelf_life_days": 60}, version=2),
            "NOT_APPLICABLE", "shelf_life_days")  # fmt: skip


def test_many_at_once_name_the_row(client, gram):
    rows = [{"code": f"M-{n}", "name": "Malt", "base_unit_id": gram, "kind": "service"} for n in range(3)]
    rows[1]["reorder_point"] = "5"
    answer = client.post("items", rows)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["1.reorder_point"]


def test_an_import_names_the_row(client, jar):
    rows = [{"code": "JAR", "capacity": "300"}, {"code": "JAR-2", "name": "Jar", "base_unit": "g", "capacity": "1"}]
    answer = client.post("items/import", rows)
    assert answer.status_code == 422, answer.text
    assert "rows.2.capacity" in answer.json["errors"]


def test_a_closed_field_is_refused_by_name(client):
    kilogram = one(client, "admin/uom?code=kg")
    answer = client.patch(f"admin/uom/{kilogram['id']}", {"numerator": "999"}, version=kilogram["version"])
    assert refused(answer, "READ_ONLY", "numerator")["numerator"] == ["Cannot be changed while Standard is yes."]
    same = client.patch(f"admin/uom/{kilogram['id']}", {"numerator": "1000"}, version=kilogram["version"])
    assert same.status_code == 200, same.text


def test_a_line_may_depend_on_its_document(client, jar):
    place = one(client, "admin/locations?is_default=true")["id"]
    body = {"adjustment_type": "cost_override", "location_id": place}
    line = {"item_id": jar["id"], "quantity": "3", "unit_cost": "2"}
    answer = client.post("inventory/adjustments", {**body, "lines": [line]})
    refused(answer, "NOT_APPLICABLE", "lines.0.quantity")
    assert client.post("inventory/adjustments", {**body, "lines": [{**line, "quantity": None}]}).status_code == 201
    assert (
        client.post("inventory/adjustments", {**body, "adjustment_type": "spoil", "lines": [line]}).status_code == 201
    )


def test_clients_are_told_of_it(client):
    fields = {item["name"]: item for item in client.get("items/fields").json["fields"]}
    assert fields["capacity"]["visible_when"] == {"kind": ["container"]}
    schema = client.get("openapi.json").json["components"]["schemas"]["inventory.item.Write"]["properties"]
    assert "Can be given only when Kind is container." in schema["capacity"]["description"]
