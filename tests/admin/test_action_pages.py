"""Actions, modules, imports, reports and queries as pages."""

import re

import pytest


@pytest.fixture
def shop(client):
    """A unit, a location, an item and its draft receipt."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    location = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar"})
    assert location.status_code == 201, location.text
    item = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": unit})
    line = {"item_id": item.json["id"], "quantity": "1000", "unit_id": unit, "unit_cost": "0.01"}
    receipt = client.post("receipts", {"location_id": location.json["id"], "lines": [line]})
    assert receipt.status_code == 201, receipt.text
    return {"item": item.json["id"], "receipt": receipt.json["id"], "unit": str(unit), "location": location.json["id"]}


def test_buttons_follow_the_state(pages, shop, client):
    url = f"/receipts/{shop['receipt']}"
    draft = pages.open(url)
    assert f'action="{url}/do/post"' in draft
    assert "/do/reverse" not in draft
    posted = pages.follow(pages.send(draft, f"{url}/do/post"))
    assert "Post: done." in posted
    assert f'href="{url}/do/reverse"' in posted
    assert "/do/post" not in posted
    assert '<li aria-current="step">Posted</li>' in posted
    assert client.get(f"receipts/{shop['receipt']}").json["state"] == "posted"


def test_an_action_asks_for_its_arguments_and_keeps_them(pages, shop, client):
    url = f"/receipts/{shop['receipt']}"
    client.post(f"receipts/{shop['receipt']}/post")
    asked = pages.open(f"{url}/do/reverse")
    assert "Take these goods off stock again?" in asked
    assert 'maxlength="200"' in asked
    empty = pages.send(asked, f"{url}/do/reverse", 422)
    assert '<a href="#f-reason">Reason</a>: Fill this in.' in empty.text
    done = pages.send(asked, f"{url}/do/reverse", reason="Wrong supplier")
    assert "Reverse: done." in pages.follow(done)
    refused = pages.send(asked, f"{url}/do/reverse", 409, reason="Once <more>")
    assert "INVALID_STATE" in refused.text
    assert "Once &lt;more&gt;" in refused.text


def test_an_action_without_permission_is_not_there(pages_with, shop):
    pages = pages_with("inventory.*.read")
    url = f"/receipts/{shop['receipt']}"
    assert "/do/" not in pages.open(url)
    pages.open(f"{url}/do/post", 404)
    assert pages.post(f"{url}/do/post").status_code == 404


def test_an_action_that_makes_a_record_leads_to_it(pages, shop):
    url = f"/items/{shop['item']}/do/duplicate"
    made = pages.follow(pages.send(pages.open(url), url, code="LYE-2"))
    assert "LYE-2 Lye" in made


def test_an_optional_yes_or_no_left_empty_changes_nothing(pages, shop, client):
    url = f"/items/{shop['item']}/do/bulk-update"
    page = pages.open(url)
    assert '<select autocomplete="off" id="f-is_active"' in page
    pages.send(page, url, preferred_supplier="Chemist & Co")
    row = client.get(f"items/{shop['item']}").json
    assert (row["is_active"], row["preferred_supplier"]) == (True, "Chemist & Co")
    pages.send(page, url, is_active="false")
    assert client.get(f"items/{shop['item']}").json["is_active"] is False


def test_an_action_runs_on_several_records_with_one_set_of_arguments(pages, shop, client):
    other = client.post("items", {"code": "OIL", "name": "Oil", "base_unit_id": shop["unit"]}).json["id"]
    listed = pages.open("/items")
    asked = pages.send(listed, "/items/selected", 200, ids=[str(shop["item"]), str(other)], verb="bulk-update").text
    assert "LYE Lye, OIL Oil" in asked
    done = pages.send(asked, "/items/selected", reorder_point="7.5")
    assert "Change: 2 done." in pages.follow(done)
    assert client.get(f"items/{other}").json["reorder_point"] == "7.500000"


def test_what_belongs_to_a_record_is_a_click_away(pages, shop, client):
    client.post(f"receipts/{shop['receipt']}/post")
    page = pages.open(f"/items/{shop['item']}")
    assert f'href="/items/{shop["item"]}/inventory"' in page
    stock = pages.open(f"/items/{shop['item']}/inventory")
    assert "Stock of an item" in stock
    assert "1,000" in stock
    assert ">LYE Lye</a>" in stock
    [lot] = client.get(f"lots?item_id={shop['item']}").json["items"]
    trace = pages.open(f"/lots/{lot['id']}/trace?direction=backward")
    assert lot["number"] in trace
    pages.open("/lots/999999999/trace", 404)


def test_a_report_shows_its_rows_and_gives_them_as_csv(pages, shop, client):
    client.post(f"receipts/{shop['receipt']}/post")
    page = pages.open("/reports/valuation")
    assert "LYE" in page
    assert 'href="/api/v1/reports/valuation?format=csv"' in page
    answer = pages.browser.get("/api/v1/reports/valuation?format=csv")
    assert answer.mimetype == "text/csv"
    assert "LYE" in answer.text


def test_the_apps_page_says_what_switching_does(pages, client):
    page = pages.open("/apps")
    assert "Recipes and batches" in page
    off = pages.open("/apps/inventory")
    assert "Turn these off first, they need it" in off
    assert "Recipes and batches" in off
    refused = pages.send(off, "/apps/inventory", 409, do="disable")
    assert "MODULE_NEEDED" in refused.text


def test_a_module_goes_and_comes_back(pages, client):
    for name in [item["name"] for item in client.get("modules").json["items"] if "recipes" in item["requires"]]:
        pages.send(pages.open(f"/apps/{name}"), f"/apps/{name}", do="disable")
    done = pages.follow(pages.send(pages.open("/apps/recipes"), "/apps/recipes", do="disable"))
    assert "is off; its data is kept" in done
    assert "/recipes" not in pages.open("/").split("side-foot")[0]
    pages.open("/recipes", 404)
    on = pages.open("/apps/recipes")
    assert "Menu entries" in on
    pages.send(on, "/apps/recipes", do="enable")
    pages.open("/recipes")


def test_only_who_may_switch_modules_sees_the_apps(pages_with):
    pages = pages_with("inventory.*")
    assert 'href="/apps"' not in pages.open("/")
    pages.open("/apps", 403)
    assert pages.post("/apps/recipes", do="disable").status_code == 403


def test_roles_are_edited_as_lists_of_words(pages, client):
    page = pages.open("/roles/new")
    changes = {"key": "helper", "title": "Helper", "permissions": "inventory.*.read\ninventory.receipt.*"}
    pages.send(page, "/roles/new", **changes)
    [role] = client.get("roles?key=helper").json["items"]
    assert client.get(f"roles/{role['id']}").json["permissions"] == ["inventory.*.read", "inventory.receipt.*"]


def test_several_records_can_be_chosen_for_an_argument(pages, client, client_with):
    member = client_with().member.actor.member_id
    roles = [role["id"] for role in client.get("roles").json["items"][:2]]
    address = f"/members/{member}/do/assign-roles"
    page = pages.open(address)
    [chooser] = re.findall(r'<select[^>]*name="role_ids"[^>]*>', page)
    assert " multiple" in chooser
    assert 'data-picker="/roles/choices"' in chooser
    pages.send(page, address, 303, role_ids=[str(role) for role in roles])
    assert [line["role_id"] for line in client.get(f"members/{member}").json["roles"]] == roles


def test_a_refused_plugin_is_shown_with_its_reason(pages, kernel, monkeypatch):
    from core.plugins.registry import RefusedPlugin

    reason = "It needs <inventory> 9 or newer; 1.0.0 is installed."
    monkeypatch.setattr(kernel.registry, "refused", (RefusedPlugin("futuristic", reason),))
    page = pages.open("/apps")
    assert "futuristic" in page
    assert "It needs &lt;inventory&gt; 9 or newer" in page


def test_what_would_happen_is_told_and_taken_back(pages, shop, client):
    url = f"/receipts/{shop['receipt']}/do/post"
    asked = pages.open(url)
    told = pages.send(asked, url, 200, _preview="1").text
    assert "What will happen" in told
    assert "<del>Draft</del>" in told
    assert "1 stock move booked" in told
    assert client.get(f"receipts/{shop['receipt']}").json["state"] == "draft"
    pages.send(told, url)
    assert client.get(f"receipts/{shop['receipt']}").json["state"] == "posted"


def test_a_refusal_is_told_before_anybody_meets_it(pages, shop, client):
    line = {"item_id": shop["item"], "quantity": "5", "unit_id": int(shop["unit"])}
    issue = client.post("issues", {"location_id": shop["location"], "lines": [line]}).json["id"]
    url = f"/issues/{issue}/do/post"
    told = pages.send(pages.open(url), url, 200, _preview="1").text
    assert "INSUFFICIENT_STOCK" in told
    assert client.get(f"issues/{issue}").json["state"] == "draft"


def test_what_the_state_forbids_is_named_with_its_reason(pages, shop):
    page = pages.open(f"/receipts/{shop['receipt']}")
    assert "Reverse<small>Only from posted</small>" in page
    assert '<ul class="steps aside" aria-label="Other ends">' in page
