"""A member as an administrator sees them: their roles in words, what narrows them, what they may do in the end."""

import pytest
import sqlalchemy as sa

from core.administration.granting import subjects
from core.testing import house
from core.testing.clients import ApiClient
from tests.web.conftest import assert_problem


@pytest.fixture
def clerk(kernel, tenant):
    """A storekeeper who sees the places they are assigned to, and may read every recipe."""
    return house.make_member(kernel, tenant, ["recipes.recipe.read"], roles=["inventory.clerk"])


@pytest.fixture
def store(client, clerk):
    """The store that the clerk works at; there is another one."""
    made = [client.post("admin/locations", {"code": code, "name": name}).json["id"]
            for code, name in (("STORE", "Main store"), ("SHOP", "Shop"))]  # fmt: skip
    client.post(f"admin/locations/{made[0]}/assign", {"member_id": clerk.actor.member_id})
    return made[0]


def access(client, member):
    answer = client.get(f"members/{member.actor.member_id}/access")
    assert answer.status_code == 200, answer.text
    return answer.json


def rights(told):
    return {right["permission"]: right for module in told["modules"] for item in module["documents"]
            for right in item["rights"]}  # fmt: skip


def role_id(client, key):
    return client.get(f"roles?key={key}").json["items"][0]["id"]


def held(client, member):
    return sorted(line["role_id"] for line in client.get(f"members/{member.actor.member_id}").json["roles"])


def test_what_a_member_may_do_is_told_with_the_role_it_comes_from(client, clerk):
    found = rights(access(client, clerk))
    assert found["inventory.receipt.post"]["roles"] == ["Stock clerk"]
    assert found["recipes.recipe.read"]["roles"] == [clerk.username]
    assert "recipes.recipe.create" not in found
    assert found["inventory.receipt.read"]["narrowed_to"] == [
        ["Only the locations the member is assigned to, what lies inside them, what happens there, and their lots."]
    ]
    assert found["inventory.item.read"]["narrowed_to"] == []


def test_it_is_exactly_what_the_doors_let_through(client, kernel, tenant, clerk):
    told = set(rights(access(client, clerk)))
    with kernel.unit(tenant.id, clerk.actor, readonly=True) as ctx:
        every = {f"{item.key}.{verb}" for item in subjects(ctx) for verb, _ in item.verbs}
        assert told == {permission for permission in every if ctx.can(permission)}
        assert {action.permission for action in ctx.view.only(ctx.registry.actions)} <= every


def test_the_places_that_a_member_is_assigned_to_are_named(client, clerk, store):
    [rule] = access(client, clerk)["rules"]
    assert [(item["id"], item["name"]) for item in rule["assigned"]] == [(store, "STORE Main store")]
    assert (rule["roles"], rule["path"]) == (["Stock clerk"], "admin/locations")


def test_a_role_of_a_module_that_is_off_gives_nothing(client, kernel, tenant, clerk):
    house.switch_module_off(kernel, tenant.id, "brewing")
    house.switch_module_off(kernel, tenant.id, "recipes")
    told = access(client, clerk)
    assert "recipes.recipe.read" not in rights(told)
    roles = {role["key"]: role for role in told["roles"]}
    assert not roles["recipes.maker"]["is_usable"]
    assert roles["inventory.clerk"]["gives"][0] == "Inventory: read everything"


def test_an_owner_may_do_everything_as_an_owner(client, kernel, tenant):
    owner = house.make_member(kernel, tenant, is_owner=True)
    found = rights(access(client, owner))
    assert found["kernel.module.enable"]["roles"] == ["Owner"]
    assert found["kernel.role.view-as"]["narrowed_to"] == []


def test_log_ins_and_being_seen_are_told_of_this_organisation_only(app, client, kernel, tenant, other_tenant, clerk):
    browser = house.make_member(kernel, tenant, ["inventory.item.read"])
    told = access(client, browser)
    assert ([item["kind"] for item in told["log_ins"]], told["blocked_until"]) == (["program"], None)
    assert told["last_seen_at"] == told["log_ins"][0]["seen_at"]
    wrong = {"username": clerk.username, "password": "not the right one"}
    for number in range(21):
        far = {"REMOTE_ADDR": f"198.51.{number}.7"}
        app.test_client().post("/api/v1/auth/login", json=wrong, environ_base=far)
    assert access(client, clerk)["blocked_until"] is not None
    client.post(f"members/{browser.actor.member_id}/end-sessions")
    assert access(client, browser)["log_ins"] == []


def test_only_who_may_read_members_and_only_of_their_own_tenant(app, client_with, other_client, clerk):
    path = f"members/{clerk.actor.member_id}/access"
    assert_problem(client_with("inventory.*").get(path), 403)
    assert_problem(other_client.get(path), 404)


def test_the_page_tells_and_changes_the_roles(pages, client, clerk, store):
    url = f"/members/{clerk.actor.member_id}"
    page = pages.open(url)
    assert "What they may do" in page and f'href="/admin/locations/{store}"' in page
    assert "Inventory: read everything" in page and "Everything, in every module" in page
    maker, own = role_id(client, "recipes.maker"), role_id(client, f"own.{clerk.username}")
    done = pages.send(page, f"{url}/roles", role_ids=[str(maker), str(own)])
    assert "It holds from their next request." in pages.follow(done)
    assert held(client, clerk) == sorted([maker, own])


def test_a_role_given_meanwhile_stays(pages, client, kernel, tenant, clerk):
    url = f"/members/{clerk.actor.member_id}"
    page = pages.open(url)
    late = client.post("roles", {"key": "late", "title": "Late", "permissions": ["recipes.batch.read"]}).json["id"]
    before = held(client, clerk)
    client.post(f"members/{clerk.actor.member_id}/assign-roles", {"role_ids": [*before, late]})
    pages.send(page, f"{url}/roles", role_ids=[str(role_id(client, "inventory.clerk"))])
    assert held(client, clerk) == sorted([role_id(client, "inventory.clerk"), late])


def test_nobody_hands_out_more_than_they_have(pages_with, client, clerk):
    office = pages_with("kernel.member.*", "kernel.role.read", "inventory.*", "recipes.*")
    url, administrator = f"/members/{clerk.actor.member_id}", role_id(client, "kernel.administrator")
    page = office.open(url)
    assert "It gives rights that you do not have yourself" in page
    assert f'name="shown" value="{administrator}"' not in page
    refused = office.send(page, f"{url}/roles", 403, role_ids=[str(administrator)])
    assert "MORE_RIGHTS_THAN_YOURS" in refused.text
    assert administrator not in held(client, clerk)


def test_who_has_fewer_rights_sees_but_does_not_change(pages_with, kernel, tenant, clerk):
    owner = house.make_member(kernel, tenant, is_owner=True)
    office = pages_with("kernel.member.*", "inventory.*")
    page = office.open(f"/members/{owner.actor.member_id}")
    assert "Only who has the same rights, and may assign roles, can change this." in page
    assert "Save the roles" not in page
    pages_with("inventory.*").open(f"/members/{clerk.actor.member_id}", 403)


def test_the_last_owner_is_told_why_nobody_takes_that_away(pages, browser, kernel, tenant):
    me = browser.member.actor.member_id
    page = pages.open(f"/members/{me}")
    assert page.count("The last owner; make another member an owner first") == 2
    assert f"/members/{me}/do/revoke-ownership" not in page
    house.make_member(kernel, tenant, is_owner=True)
    page = pages.open(f"/members/{me}")
    assert f"/members/{me}/do/revoke-ownership" in page
    assert "Nobody shuts themselves out" in page


def test_somebody_new_is_added_with_roles_and_a_password_told_once(app, pages, client):
    page = pages.open("/members/do/invite")
    viewer = role_id(client, "inventory.viewer")
    person = {"email": "otto@example.com", "name": "Otto Kiln", "username": "otto.kiln", "role_ids": [str(viewer)]}
    made = pages.send(page, "/members/do/invite", 200, **person).text
    password = made.split("<code>")[1].split("</code>")[0]
    login = app.test_client().post("/api/v1/auth/login", json={"username": "otto.kiln", "password": password})
    assert login.status_code == 200
    [otto] = client.get("members?username=otto.kiln").json["items"]
    assert f'href="/members/{otto["id"]}"' in made
    again = pages.send(page, "/members/do/invite", 409, **person)
    assert "ALREADY_MEMBER" in again.text and 'value="Otto Kiln"' in again.text
    wrong = pages.send(page, "/members/do/invite", 422, email="vera@example.com", username="V E R A")
    assert 'id="f-username-help"' in wrong.text and 'aria-invalid="true"' in wrong.text
    assert '<a href="#f-username">User name</a>: ' in wrong.text


def test_a_one_time_password_is_shown_after_a_reset(app, pages, clerk):
    url = f"/members/{clerk.actor.member_id}"
    asked = pages.open(f"{url}/do/reset-password")
    shown = pages.send(asked, f"{url}/do/reset-password", 200).text
    password = shown.split("<code>")[1].split("</code>")[0]
    login = app.test_client().post("/api/v1/auth/login", json={"username": clerk.username, "password": password})
    assert login.status_code == 200
    assert ApiClient(app, clerk).get("me").status_code in (401, 404)
    assert password not in pages.open(url)


def test_the_page_asks_as_often_for_many_roles_as_for_few(pages, client, clerk, kernel):
    asked = []
    sa.event.listen(kernel.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def statements():
        asked.clear()
        pages.open(f"/members/{clerk.actor.member_id}")
        return len(asked)

    statements()
    few = statements()
    for number in range(8):
        shelf = {"key": f"shelf-{number}", "title": f"Shelf {number}", "permissions": ["inventory.lot.read"]}
        client.post("roles", shelf)
    statements()
    assert statements() == few
