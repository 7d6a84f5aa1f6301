"""Forms generated from declarations, sent as a browser without scripts sends them."""

import pytest

NEW = {"code": "OIL-1", "name": "Olive oil"}


@pytest.fixture
def units(client):
    """Ids of the units that inventory seeds, by code."""
    return {row["code"]: str(row["id"]) for row in client.get("admin/uom?page_size=200").json["items"]}


@pytest.fixture
def item(client, units):
    """An item made through the API."""
    answer = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": units["g"]})
    assert answer.status_code == 201, answer.text
    return answer.json


def test_a_record_is_created_with_its_lines(pages, units, client):
    page = pages.open("/items/new")
    line = {"unit_id": units["kg"], "quantity": "1", "equal_quantity": "1.25", "equal_unit_id": units["l"]}
    lines = {f"conversions-0-{name}": value for name, value in line.items()}
    shown = pages.follow(pages.send(page, "/items/new", **NEW, base_unit_id=units["g"], **lines))
    assert "OIL-1 Olive oil" in shown
    assert "Item created." in shown
    [row] = client.get("items?code=OIL-1").json["items"]
    [line] = client.get(f"items/{row['id']}").json["conversions"]
    assert line["equal_quantity"].startswith("1.25")


def test_what_was_typed_stays_beside_what_was_wrong(pages, units):
    page = pages.open("/items/new")
    changes = {"name": "Olive <b>oil</b>", "reorder_point": "a lot", "conversions-0-unit_id": units["kg"],
               "conversions-0-equal_quantity": "none"}  # fmt: skip
    answer = pages.send(page, "/items/new", 422, **changes)
    text = answer.text
    assert 'role="alert"' in text
    assert '<a href="#f-code">Code</a>' in text
    assert 'id="f-code-problem"' in text
    assert 'aria-describedby="f-reorder_point-help f-reorder_point-problem"' in text
    assert "Must be a decimal number such as 12.5." in text
    assert 'value="a lot"' in text
    assert 'value="Olive &lt;b&gt;oil&lt;/b&gt;"' in text
    assert "<b>oil</b>" not in text
    assert 'value="none"' in text
    assert "#f-conversions-0-equal_quantity" in text


def test_rows_are_added_and_removed_without_scripts(pages, units):
    page = pages.open("/items/new")
    text = pages.send(page, "/items/new", 200, **NEW, _add="conversions").text
    assert 'name="conversions-0-unit_id"' in text
    assert 'value="OIL-1"' in text
    text = pages.send(text, "/items/new", 200, _add="conversions", **{"conversions-0-quantity": "7"}).text
    assert 'name="conversions-1-unit_id"' in text
    text = pages.send(text, "/items/new", 200, _remove="conversions-1").text
    assert 'name="conversions-1-unit_id"' not in text
    assert 'value="7"' in text


def test_a_reference_is_found_by_what_was_typed(pages, client):
    page = pages.open("/items/new")
    answer = pages.send(page, "/items/new", **NEW, base_unit_id__find="kg")
    assert answer.status_code == 303
    assert client.get("items?code=OIL-1").json["items"][0]["base_unit_label"] == "kg"
    text = pages.send(page, "/items/new", 422, code="X", name="X", base_unit_id__find="no such unit").text
    assert "No unit" in text
    assert "is called" in text


def test_only_what_was_changed_is_saved(pages, item, client):
    url = f"/items/{item['id']}"
    page = pages.open(url)
    assert "Nothing was changed." in pages.follow(pages.send(page, url))
    assert client.get(f"items/{item['id']}").json["version"] == item["version"]
    assert "Saved." in pages.follow(pages.send(page, url, name="Caustic soda"))
    row = client.get(f"items/{item['id']}").json
    assert (row["name"], row["version"]) == ("Caustic soda", item["version"] + 1)


def test_a_record_is_deleted_after_a_question(pages, item, client):
    url = f"/items/{item['id']}/delete"
    page = pages.open(url)
    assert "LYE Lye" in page
    assert "Item deleted." in pages.follow(pages.send(page, url))
    assert client.get(f"items/{item['id']}").status_code == 404


def test_readers_see_facts_and_no_way_to_change_them(pages_with, item):
    pages = pages_with("inventory.*.read")
    page = pages.open(f"/items/{item['id']}")
    assert "<dt>Name</dt><dd>" in page
    assert f'action="/items/{item["id"]}"' not in page
    assert "/delete" not in page
    assert "New item" not in pages.open("/items")
    assert pages.post(f"/items/{item['id']}", name="x").status_code == 403
    assert pages.post("/items/new", name="x").status_code == 403
    assert pages.post(f"/items/{item['id']}/delete").status_code == 403
    pages.open("/items/new", 403)


def test_sensitive_fields_are_for_those_who_may_see_them(pages, pages_with, item):
    assert "Standard cost" in pages.open(f"/items/{item['id']}")
    assert "Standard cost" not in pages_with("inventory.*.read").open(f"/items/{item['id']}")
    assert "Standard cost" not in pages_with("inventory.*.read", "inventory.*.update").open(f"/items/{item['id']}")


def test_strangers_of_a_resource_and_of_a_tenant_find_nothing(pages, pages_with, item, other_client):
    pages_with("recipes.*").open("/items", 403)
    foreign = other_client.post("items/categories", {"name": "Foreign"}).json["id"]
    pages.open(f"/items/categories/{foreign}", 404)
    assert pages.post(f"/items/categories/{foreign}", name="x").status_code == 404
    assert pages.post(f"/items/categories/{foreign}/delete").status_code in (403, 404)
    assert pages.browser.get(f"/items/categories/choices?id={foreign}").json["items"] == []


def test_the_tenants_own_fields_are_in_the_form(pages, item, client):
    made = client.post(
        "custom-fields", {"resource": "inventory.item", "name": "x_inci", "label": "INCI name", "kind": "text"}
    )
    assert made.status_code == 201, made.text
    url = f"/items/{item['id']}"
    page = pages.open(url)
    assert "INCI name" in page
    pages.send(page, url, x_inci="Sodium hydroxide")
    assert client.get(f"items/{item['id']}").json["x_inci"] == "Sodium hydroxide"


@pytest.mark.parametrize("value", ["\x00", "\ud800", "9" * 5000, "1e400", "NaN", "-0", "<img src=x>"])
def test_no_input_breaks_a_form(pages, value):
    page = pages.open("/items/new")
    text = value.encode("utf-8", "surrogatepass")
    answer = pages.send(page, "/items/new", 422, code="X", name=text, reorder_point=text)
    assert "<img src=x>" not in answer.text


def test_picker_answers_are_searched_and_filtered(pages, client):
    found = pages.browser.get("/admin/uom/choices?search=kg").json["items"]
    assert "kg" in [option["label"].split()[0] for option in found]
    assert pages.browser.get("/admin/uom/choices?nonsense=1").status_code == 422


def test_what_does_not_apply_is_hidden_where_it_is_only_read(pages_with, client, units):
    reader = pages_with("inventory.item.read", "inventory.adjustment.read")
    common = {"base_unit_id": units["g"], "code": "JAR", "name": "Jar"}
    jar = client.post("items", {**common, "kind": "container", "capacity": "60", "capacity_unit_id": units["g"]})
    assert jar.status_code == 201, jar.text
    box = client.post("items", {**common, "code": "BOX", "kind": "packaging"}).json["id"]
    assert "<dt>Capacity</dt>" in reader.open(f"/items/{jar.json['id']}")
    page = reader.open(f"/items/{box}")
    assert "<dt>Capacity</dt>" not in page
    assert "<dt>Reorder at</dt>" in page
    place = client.get("admin/locations?is_default=true").json["items"][0]["id"]
    line = {"item_id": box, "unit_cost": "0.5"}
    cost = client.post(
        "inventory/adjustments", {"adjustment_type": "cost_override", "location_id": place, "lines": [line]}
    )
    assert cost.status_code == 201, cost.text
    lines = reader.open(f"/inventory/adjustments/{cost.json['id']}").partition("<tbody>")[2]
    # A new cost is a cost and no quantity.
    assert lines.partition("</tr>")[0].count('aria-label="empty"') >= 1
