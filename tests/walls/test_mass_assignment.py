"""Nobody writes, or sees, a field by naming it: not in a body, a line, an import, a filter or a sort."""

import json

import pytest

ITEM = "inventory.item"
INTRUDERS = {
    "tenant_id": 1, "id": 5, "version": 9, "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z",
    "custom": {"x_a": 1}, "is_admin": True, "on_hand": "100", "__class__": "x", "metadata": {}, "base_unit": {"id": 1},
    "category": "Spices", "brewing": {"alpha_acid": 1}, "x_unknown": 1,
}  # fmt: skip


@pytest.fixture
def gram(client):
    return client.get("admin/uom", query_string={"code": "g"}).get_json()["items"][0]["id"]


@pytest.fixture
def item(client, gram):
    made = client.post("items", {"code": "FLOUR", "name": "Flour", "base_unit_id": gram, "standard_cost": "1.25"})
    assert made.status_code == 201, made.text
    return made.get_json()


@pytest.fixture
def buyer(client_with):
    """May do everything with items but see what they cost."""
    return client_with(*(f"{ITEM}.{verb}" for verb in ("read", "create", "update", "import", "export")),
                       "inventory.unit.read", "inventory.category.read")  # fmt: skip


@pytest.mark.parametrize("name", INTRUDERS)
def test_a_field_that_is_not_to_be_written_is_refused_by_name(client, item, gram, name):
    body = {name: INTRUDERS[name]}
    new = client.post("items", {"code": "SALT", "name": "Salt", "base_unit_id": gram, **body})
    assert (new.status_code, name in new.get_json()["errors"]) == (422, True)
    if name != "version":  # there it names what was read
        old = client.patch(f"items/{item['id']}", body, version=item["version"])
        assert (old.status_code, name in old.get_json()["errors"]) == (422, True)
    assert client.get(f"items/{item['id']}").get_json() == item


@pytest.mark.parametrize("value", [{"$ne": ""}, ["FLOUR"], {"code": "x"}, [], 5, True, None])
def test_a_name_is_a_name(client, item, value):
    answer = client.patch(f"items/{item['id']}", {"name": value}, version=item["version"])
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["name"])


@pytest.mark.parametrize("body", [[], [{}], "text", 5, None, True])
def test_a_record_is_an_object(client, item, body):
    text = {"data": json.dumps(body), "content_type": "application/json"}
    answer = client.send("PATCH", f"items/{item['id']}", version=item["version"], **text)
    assert answer.status_code in (400, 422)
    assert client.get(f"items/{item['id']}").get_json() == item


def test_lines_belong_to_their_record(client, item, gram):
    """A line's id of another record is no line of this one, and a line cannot name another parent."""
    name = next(line["name"] for line in client.get("items/fields").get_json()["lines"])
    other = client.post("items", {"code": "SALT", "name": "Salt", "base_unit_id": gram}).get_json()
    for line in ({"id": 1}, {"item_id": other["id"]}, {"tenant_id": 1}, {"no_such": 1}, {}):
        answer = client.patch(f"items/{item['id']}", {name: [line]}, version=item["version"])
        assert answer.status_code == 422, (line, answer.text)
    assert client.get(f"items/{item['id']}").get_json() == item


def test_arguments_of_actions_are_strict(client, item):
    paths = client.get("openapi.json").get_json()["paths"]
    posts = [path for path, methods in paths.items() if path.startswith("/api/v1/items/{id}/") and "post" in methods]
    for path in posts:
        if path.endswith(("/files", "/{file_id}")):
            continue
        answer = client.post(path.replace("{id}", str(item["id"])), {"tenant_id": 1, "no_such_argument": 1})
        assert answer.status_code in (409, 422), (path, answer.text)


class TestSensitiveFields:
    """What one may not see one may not write, ask for, or find out by asking cleverly."""

    def test_it_is_shown_to_who_may(self, client, item):
        assert item["standard_cost"] == "1.250000"

    def test_it_is_absent_everywhere(self, buyer, item):
        for path in (f"items/{item['id']}", "items", f"items/{item['id']}/history", "items/fields", "openapi.json"):
            answer = buyer.get(path)
            assert answer.status_code == 200, answer.text
            assert "standard_cost" not in answer.text, path
        for kind in ("csv", "json"):
            assert "standard_cost" not in buyer.get(f"items/export?format={kind}").text

    @pytest.mark.parametrize("question", [
        {"standard_cost": "1.25"}, {"standard_cost__gt": "1"}, {"sort": "standard_cost"}, {"sort": "-standard_cost"},
        {"fields": "code,standard_cost"}, {"group_by": "standard_cost"}, {"group_by": "kind", "sum": "standard_cost"},
    ])  # fmt: skip
    def test_nothing_can_be_asked_by_it(self, buyer, item, question):
        for path in ("items", "items/export"):
            if path == "items" or "group_by" not in question:
                assert buyer.get(path, query_string=question).status_code == 422, path

    def test_it_cannot_be_written(self, buyer, client, item, gram):
        new = {"code": "SALT", "name": "Salt", "base_unit_id": gram, "standard_cost": "0.01"}
        assert buyer.post("items", new).status_code == 422
        assert buyer.patch(f"items/{item['id']}", {"standard_cost": "0.01"}, version=item["version"]).status_code == 422
        assert client.get(f"items/{item['id']}").get_json() == item

    def test_it_cannot_be_imported(self, buyer, client, item):
        csv = "code,name,standard_cost\nFLOUR,Flour,0.01\n"
        answers = [buyer.post("items/import", data=csv, content_type="text/csv"),
                   buyer.post("items/import", [{"code": "FLOUR", "standard_cost": "0.01"}])]  # fmt: skip
        assert [answer.status_code for answer in answers] == [422, 422], [answer.text for answer in answers]
        assert client.get(f"items/{item['id']}").get_json() == item
