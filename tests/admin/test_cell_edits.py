"""A cell of a list is changed where it stands, by the same road and the same rules as everything else."""

import pytest

JSON = {"Accept": "application/json"}


@pytest.fixture
def oil(client):
    """An item, as the API shows it."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    answer = client.post("items", {"code": "OIL", "name": "Olive oil", "base_unit_id": unit})
    assert answer.status_code == 201, answer.text
    return answer.json


def cell(item, field):
    return f"/items/cells/{item['id']}/{field}"


def save(pages, item, field, **values):
    return pages.browser.post(cell(item, field), values, headers=JSON)


def test_a_cell_gives_its_input_and_takes_its_value(pages, client, oil):
    form = pages.open(cell(oil, "name"))
    assert 'value="Olive oil"' in form
    assert "<html" not in form
    answer = pages.send(form, cell(oil, "name"), 200, name="Virgin olive oil")
    assert answer.json["cells"]["name"] == {"text": "Virgin olive oil", "html": "Virgin olive oil"}
    assert answer.json["version"] == oil["version"] + 1
    stored = client.get(f"items/{oil['id']}").json
    assert (stored["name"], stored["code"]) == ("Virgin olive oil", "OIL")


def test_a_value_that_stays_as_it_is_changes_nothing(pages, client, oil):
    assert save(pages, oil, "name", name="Olive oil", _version=oil["version"]).json["version"] == oil["version"]


def test_a_wrong_value_is_told_beside_its_input_and_kept(pages, client, oil):
    answer = save(pages, oil, "reorder_point", reorder_point="plenty", _version=oil["version"])
    assert answer.status_code == 422
    assert 'value="plenty"' in answer.text
    assert "Must be a decimal number" in answer.text
    assert save(pages, oil, "name", name=" ").status_code == 422
    assert client.get(f"items/{oil['id']}").json["version"] == oil["version"]


def test_a_rule_about_another_field_is_told_too(pages, client, oil):
    client.patch(f"items/{oil['id']}", {"minimum_stock": "9"}, version=oil["version"])
    answer = save(pages, oil, "maximum_stock", maximum_stock="3")
    assert answer.status_code == 422
    assert 'class="problem"' in answer.text


def test_who_saves_second_is_told_what_the_other_saved(pages, client, oil):
    assert client.patch(f"items/{oil['id']}", {"name": "Pomace oil"}, version=oil["version"]).status_code == 200
    answer = save(pages, oil, "name", name="Virgin oil", _version=oil["version"])
    assert answer.status_code == 412
    for word in ("Pomace oil", "Virgin oil", "Save mine", "Keep theirs"):
        assert word in answer.text
    mine = pages.send(answer.text, cell(oil, "name"), 200)
    assert mine.json["cells"]["name"]["text"] == "Virgin oil"


def test_what_an_action_writes_is_no_cell_to_edit(pages, client, oil):
    for field, status in (("id", 403), ("version", 403), ("created_at", 403), ("nonsense", 404), ("tenant_id", 404)):
        assert pages.browser.get(cell(oil, field), headers=JSON).status_code == status, field
        assert save(pages, oil, field, **{field: "7"}).status_code == status, field
    assert pages.browser.get("/items/cells/987654/name", headers=JSON).status_code == 404


def test_only_who_may_change_records_gets_inputs(pages_with, oil):
    reader = pages_with("inventory.item.read")
    assert "data-edit-url" not in reader.open("/items")
    assert reader.browser.get(cell(oil, "name"), headers=JSON).status_code == 403
    assert save(reader, oil, "name", name="Mine").status_code == 403
    writer = pages_with("inventory.item.read", "inventory.item.update")
    assert 'data-edit-url="/items/cells"' in writer.open("/items")
    assert save(writer, oil, "name", name="Ours").status_code == 200


def test_a_cell_is_saved_only_with_the_sessions_token(pages, oil):
    answer = pages.browser._client.post(cell(oil, "name"), data={"name": "Evil"}, headers=JSON)
    assert answer.status_code == 403


def test_markup_in_a_value_stays_text(pages, oil):
    answer = save(pages, oil, "name", name='<b>"bold"</b>')
    assert answer.json["cells"]["name"]["html"] == "&lt;b&gt;&#34;bold&#34;&lt;/b&gt;"
    assert "<b>" not in pages.open(cell(oil, "name"))
