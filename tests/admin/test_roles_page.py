"""Roles as a matrix, and looking at everything as a role would."""

import pytest

from core.testing import house
from core.testing.clients import ApiClient, BrowserClient
from tests.web.conftest import assert_problem

HTML = {"Accept": "text/html"}


@pytest.fixture
def clerk(client):
    """A role of the tenant's own: it reads items."""
    body = {"key": "clerk", "title": "Clerk", "permissions": ["inventory.item.read"], "rules": []}
    return client.post("roles", body).json["id"]


def declared(client):
    [role] = client.get("roles?key=inventory.viewer").json["items"]
    return role["id"]


def test_the_matrix_ticks_what_the_role_gives(pages, clerk, client):
    page = pages.open(f"/roles/{clerk}/rights")
    assert 'value="inventory.item.read" checked' in page
    assert 'value="inventory.item.create" checked' not in page
    assert "Compare and save" in page
    brought = pages.open(f"/roles/{declared(client)}/rights")
    assert "Brought by a module" in brought
    assert "Compare and save" not in brought
    pages.open("/roles/999999/rights", 404)
    # What no document brings has its boxes, too.
    assert all(f'value="kernel.{right}"' in page for right in ("module.enable", "setting.update", "role.view-as"))


def test_what_changes_is_told_before_it_is_saved(pages, clerk, client):
    url = f"/roles/{clerk}/rights"
    asked = pages.post(url, permissions=["inventory.item.create", "inventory.lot.*"], version="1")
    assert "What changes for Clerk" in asked.text
    assert "inventory.item.read" in asked.text
    assert client.get(f"roles/{clerk}").json["permissions"] == ["inventory.item.read"]
    pages.send(asked.text, url, do="save")
    assert client.get(f"roles/{clerk}").json["permissions"] == ["inventory.item.create", "inventory.lot.*"]
    stale = pages.send(asked.text, url, 412, do="save")
    assert "VERSION_MISMATCH" in stale.text


def test_a_role_of_a_module_is_copied_to_be_changed(pages, client):
    viewer = declared(client)
    page = pages.follow(pages.send(pages.open(f"/roles/{viewer}/rights"), f"/roles/{viewer}/rights/copy"))
    assert "Your own" in page
    copies = client.get("roles?key__startswith=own-").json["items"]
    before, after = (client.get(f"roles/{item}").json["permissions"] for item in (viewer, copies[0]["id"]))
    assert before == after


def test_looking_as_a_role_shows_its_pages_and_changes_nothing(app, pages, clerk, client, kernel, tenant):
    page = pages.follow(pages.send(pages.open(f"/roles/{clerk}/rights"), "/view-as"))
    assert "You see what <strong>Clerk</strong> sees" in page
    assert 'href="/items"' in page
    assert 'href="/receipts"' not in page
    pages.open("/receipts", 403)
    pages.open("/platform", 404)
    assert pages.post("/items/new", code="X").status_code == 403
    assert "VIEWING_AS" in pages.post("/preferences", mode="dark").text
    refused = pages.browser._client.post("/api/v1/items", json={"code": "X"},
                                         headers={"X-CSRF-Token": pages.browser.csrf_token})  # fmt: skip
    assert refused.json["code"] == "VIEWING_AS"
    assert client.get("audit?action=kernel.role.view-as").json["total"] == 1
    home = pages.open("/")
    assert 'href="/receipts"' in pages.follow(pages.send(home, "/view-as/end"))


def test_nobody_looks_as_more_than_they_are(app, kernel, tenant, client):
    member = house.make_member(kernel, tenant, ["kernel.role.*", "inventory.item.read"])
    browser, viewer = BrowserClient(app, member), declared(client)
    assert browser.post("/view-as", {"role_id": str(viewer)}, headers=HTML).status_code == 403
    plain = BrowserClient(app, house.make_member(kernel, tenant, ["kernel.role.read", "inventory.*"]))
    assert plain.post("/view-as", {"role_id": str(viewer)}, headers=HTML).status_code == 403
    assert_problem(ApiClient(app, member).post("auth/view-as", {"role_id": viewer}), 400, "NOT_A_BROWSER")


def test_a_seal_of_another_session_opens_nothing(app, kernel, tenant, clerk):
    owner = house.make_member(kernel, tenant, is_owner=True)
    one, other = BrowserClient(app, owner), BrowserClient(app, owner)
    one.post("/view-as", {"role_id": str(clerk)}, headers=HTML)
    stolen = one._client.get_cookie("openmill_view_as").value
    other._client.set_cookie("openmill_view_as", stolen)
    assert "You see what" not in other.get("/", headers=HTML).text
    one._client.set_cookie("openmill_view_as", "x.y.z")
    assert one.get("/", headers=HTML).status_code == 200


def test_a_new_account_gets_a_password_told_once(client, app):
    body = {"email": "new.hand@example.com", "name": "New Hand", "username": "new.hand"}
    told = client.post("members/invite", body).json
    assert len(told["one_time_password"]) == 19
    log_in = app.test_client().post("/api/v1/auth/login",
                                    json={"username": "new.hand", "password": told["one_time_password"]})  # fmt: skip
    assert log_in.status_code == 200
    token = {"Authorization": f"Bearer {log_in.json['access_token']}"}
    assert client.post(f"members/{told['id']}/end-sessions").status_code == 200
    assert app.test_client().get("/api/v1/auth/me", headers=token).status_code == 401
    again = client.post(f"members/{told['id']}/reset-password").json
    assert again["one_time_password"] != told["one_time_password"]
