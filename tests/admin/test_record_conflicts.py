"""Two people change one record: both versions are shown, each value is chosen, and what was chosen is saved."""

import pytest


@pytest.fixture
def units(client):
    """Ids of the units that inventory seeds, by code."""
    return {row["code"]: row["id"] for row in client.get("admin/uom?page_size=200").json["items"]}


@pytest.fixture
def item(client, units):
    """An item with one conversion."""
    line = {"unit_id": units["kg"], "quantity": "1", "equal_quantity": "1.25", "equal_unit_id": units["l"]}
    body = {"code": "LYE", "name": "Lye", "base_unit_id": units["g"], "conversions": [line]}
    answer = client.post("items", body)
    assert answer.status_code == 201, answer.text
    return answer.json


def change(client, item, **values):
    """Save something behind the back of who has the form open."""
    version = client.get(f"items/{item['id']}").json["version"]
    answer = client.patch(f"items/{item['id']}", values, version=version)
    assert answer.status_code == 200, answer.text


def row(text, name):
    """Return the part of a page about one choice."""
    start = text.index(f'name="_take:{name}"')
    return text[start : text.index("</tr>", start)]


def test_what_only_one_of_them_changed_is_chosen_already(pages, client, item):
    url = f"/items/{item['id']}"
    form = pages.open(url)
    change(client, item, name="Theirs", reorder_point="5")
    text = pages.send(form, url, 412, name="Ours", preferred_supplier="Mill").text
    assert client.member.username in text
    assert "Both changed it" in row(text, "name") or "Both changed it" in text
    assert 'value="theirs" checked' in row(text, "name")
    assert 'value="theirs" checked' in row(text, "reorder_point")
    assert 'value="mine" checked' in row(text, "preferred_supplier")
    saved = pages.follow(pages.send(text, url))
    assert "Saved." in saved
    found = client.get(f"items/{item['id']}").json
    assert (found["name"], found["reorder_point"], found["preferred_supplier"]) == ("Theirs", "5.000000", "Mill")


def test_each_value_is_chosen_by_itself(pages, client, item):
    url = f"/items/{item['id']}"
    form = pages.open(url)
    change(client, item, name="Theirs", reorder_point="5")
    text = pages.send(form, url, 412, name="Ours").text
    pages.send(text, url, **{"_take:name": "mine", "_take:reorder_point": "theirs"})
    found = client.get(f"items/{item['id']}").json
    assert (found["name"], found["reorder_point"]) == ("Ours", "5.000000")


def test_the_choice_can_be_looked_at_in_the_form(pages, client, item):
    url = f"/items/{item['id']}"
    form = pages.open(url)
    change(client, item, name="Theirs", reorder_point="5")
    text = pages.send(form, url, 412, name="Ours").text
    again = pages.send(text, url, 200, _edit="1", **{"_take:name": "mine"}).text
    assert 'value="Ours"' in again
    assert client.get(f"items/{item['id']}").json["name"] == "Theirs"
    pages.send(again, url)
    found = client.get(f"items/{item['id']}").json
    assert (found["name"], found["reorder_point"]) == ("Ours", "5.000000")


def test_what_was_chosen_is_called_by_its_name_in_the_form(pages, client, item, units):
    url = f"/items/{item['id']}"
    form = pages.open(url)
    change(client, item, name="Theirs")
    kg, ml = str(units["kg"]), str(units["ml"])
    mine = {"name": "Ours", "base_unit_id": kg, "conversions-0-equal_unit_id": ml}
    text = pages.send(form, url, 412, **mine).text
    again = pages.send(text, url, 200, _edit="1").text
    for unit, code in ((kg, "kg"), (ml, "ml")):
        assert f'<option value="{unit}" selected>{code}' in again


def test_lines_are_chosen_one_by_one(pages, client, item, units):
    url, [line] = f"/items/{item['id']}", item["conversions"]
    form = pages.open(url)
    theirs = {"unit_id": units["lb"], "quantity": "1", "equal_quantity": "0.4", "equal_unit_id": units["l"]}
    same = {name: line[name] for name in ("id", "unit_id", "quantity", "equal_unit_id")}
    change(client, item, conversions=[{**same, "equal_quantity": "1.3"}, theirs])
    mine = {"conversions-1-unit_id": str(units["oz"]), "conversions-1-quantity": "1",
            "conversions-1-equal_quantity": "0.025", "conversions-1-equal_unit_id": str(units["l"])}  # fmt: skip
    text = pages.send(form, url, 412, **mine).text
    assert 'value="theirs" checked' in row(text, f"conversions.{line['id']}")
    assert 'value="mine" checked' in row(text, "conversions.new1")
    assert "Added by you" in text
    assert f"Added by {client.member.username}" in text
    assert "Saved." in pages.follow(pages.send(text, url))
    found = client.get(f"items/{item['id']}").json["conversions"]
    assert sorted(part["equal_quantity"] for part in found) == ["0.025000", "0.400000", "1.300000"]


def test_a_line_that_one_removed_stays_or_goes(pages, client, item):
    url, [line] = f"/items/{item['id']}", item["conversions"]
    form = pages.open(url)
    change(client, item, conversions=[])
    text = pages.send(form, url, 412, name="Ours").text
    name = f"conversions.{line['id']}"
    assert 'value="mine" checked' not in text or "Removed by" in text
    pages.send(text, url, **{f"_take:{name}": "theirs"})
    found = client.get(f"items/{item['id']}").json
    assert (found["name"], found["conversions"]) == ("Ours", [])


def test_a_third_save_is_a_conflict_again(pages, client, item):
    url = f"/items/{item['id']}"
    form = pages.open(url)
    change(client, item, name="Theirs")
    text = pages.send(form, url, 412, name="Ours").text
    change(client, item, name="Theirs again")
    text = pages.send(text, url, 412, **{"_take:name": "mine"}).text
    assert "Theirs again" in text
    assert "Ours" in text
    pages.send(text, url, **{"_take:name": "mine"})
    assert client.get(f"items/{item['id']}").json["name"] == "Ours"


def test_without_a_mark_nothing_of_theirs_is_overwritten(pages, client, item):
    url = f"/items/{item['id']}"
    form = pages.open(url)
    change(client, item, reorder_point="5")
    text = pages.send(form, url, 412, name="Ours", _seen="").text
    assert 'value="mine" checked' not in text


def test_a_wrong_value_is_shown_beside_its_field_after_choosing(pages, client, item):
    url = f"/items/{item['id']}"
    form = pages.open(url)
    change(client, item, name="Theirs")
    text = pages.send(form, url, 412, reorder_point="a lot", name="<b>Ours</b>").text
    assert "<b>Ours</b>" not in text
    refused = pages.send(text, url, 422, **{"_take:reorder_point": "mine", "_take:name": "mine"}).text
    assert 'value="a lot"' in refused
    assert client.get(f"items/{item['id']}").json["name"] == "Theirs"
