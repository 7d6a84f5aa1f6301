"""Settings, modules and tenants over the API."""

import pytest

from core.errors import Refused
from core.testing.clients import ApiClient
from core.testing.house import fresh_name, make_member, make_tenant
from tests.web.conftest import assert_problem, send_raw

DAYS, CLOSED = "inventory.expiring_days", "inventory.closed_until"


def values(client):
    return {item["key"]: item["value"] for item in client.get("settings").get_json()["items"]}


def test_settings_are_changed_all_or_none(client, other_client):
    assert values(client)[DAYS] == 30
    assert client.send("PATCH", "settings", {DAYS: 14, CLOSED: "2026-01-31"}).get_json()["changed"] == [CLOSED, DAYS]
    assert_problem(client.send("PATCH", "settings", {DAYS: 7, CLOSED: 5}), 422, field=CLOSED)
    assert_problem(client.send("PATCH", "settings", {DAYS: 7, "nobody.knows": 5}), 422, field="nobody.knows")
    assert (values(client)[DAYS], values(client)[CLOSED], values(other_client)[DAYS]) == (14, "2026-01-31", 30)
    assert client.get("audit?action=kernel.setting.update").get_json()["total"] == 2


@pytest.mark.parametrize("value", ["true", "null", '"7"', "1.5", "1e2", "[]", "{}", "-1", "36501", "1" + "0" * 300])
def test_a_setting_is_of_its_kind_and_within_its_bounds(standing, value):
    assert_problem(send_raw(standing.client, "PATCH", "settings", f'{{"{DAYS}": {value}}}'), 422, field=DAYS)
    assert values(standing.client)[DAYS] == 30
    assert standing.client.get("lots/expiring").status_code == 200


@pytest.mark.parametrize("value", ['"\\u0000"', '"\\ud800"', '"soon"', '"2026-02-30"', '"' + "x" * 2001 + '"', "5"])
def test_a_date_setting_is_a_day(standing, value):
    assert_problem(send_raw(standing.client, "PATCH", "settings", f'{{"{CLOSED}": {value}}}'), 422, field=CLOSED)


def test_a_setting_has_its_default_again(client, other_client):
    client.send("PATCH", "settings", {DAYS: 14, CLOSED: "2026-01-31"})
    assert client.send("DELETE", f"settings/{CLOSED}").get_json()["changed"] == [CLOSED]
    assert client.send("DELETE", f"settings/{CLOSED}").get_json()["changed"] == []
    listed = {item["key"]: item for item in client.get("settings").get_json()["items"]}
    assert (listed[CLOSED]["value"], listed[CLOSED]["changed"], listed[DAYS]["changed"]) == (None, False, True)
    assert client.send("PATCH", "settings", {CLOSED: ""}).status_code == 200
    assert_problem(client.send("DELETE", "settings/nobody.knows"), 404)


def test_a_day_written_as_text_long_ago_still_closes_the_books(kernel, tenant, client):
    from core.services.models import SettingValue

    with kernel.unit(tenant.id) as ctx:
        ctx.create(SettingValue, key=CLOSED, value="soon")
    assert values(client)[CLOSED] == "soon"
    with kernel.unit(tenant.id, readonly=True) as ctx, pytest.raises(Refused) as told:
        ctx.setting(CLOSED)
    assert told.value.code == "SETTING_INVALID"


@pytest.mark.parametrize(("body", "field"), [("{}", "body"), ("[]", "body"), ("null", "body"), ('"x"', "body"),
                                             ('{"": 1}', "")])  # fmt: skip
def test_settings_are_an_object(standing, body, field):
    assert_problem(send_raw(standing.client, "PATCH", "settings", body), 422, field=field)


def test_settings_ask_for_their_own_rights(client_with):
    reader = client_with("kernel.setting.read")
    assert reader.get("settings").status_code == 200
    assert_problem(reader.send("PATCH", "settings", {DAYS: 1}), 403)
    assert_problem(client_with("inventory.*").get("settings"), 403)


def test_settings_go_with_their_module(kernel, app):
    owner = ApiClient(app, make_member(kernel, make_tenant(kernel, []), is_owner=True))
    assert DAYS not in values(owner)
    assert_problem(owner.send("PATCH", "settings", {DAYS: 1}), 422, field=DAYS)


def test_a_module_publishes_its_roles_and_keeps_its_requirements(kernel, app):
    owner = ApiClient(app, make_member(kernel, make_tenant(kernel, []), is_owner=True))
    before = {role["key"] for role in owner.get("roles").get_json()["items"]}
    listed = {item["name"]: item for item in owner.get("modules").get_json()["items"]}
    assert (listed["recipes"]["enabled"], listed["recipes"]["requires"]) == (False, ["inventory"])
    assert "recipes" in listed["inventory"]["required_by"]
    assert owner.post("modules/recipes/enable").get_json() == {"changed": ["inventory", "recipes"]}
    assert owner.post("modules/recipes/enable").get_json() == {"changed": []}
    added = {role["key"] for role in owner.get("roles").get_json()["items"]} - before
    assert {"inventory.viewer", "inventory.clerk", "inventory.manager"} <= added
    found = assert_problem(owner.post("modules/inventory/disable"), 409, "MODULE_NEEDED")
    assert found["modules"] == ["recipes"]
    assert owner.post("modules/recipes/disable").get_json() == {"changed": ["recipes"]}
    assert owner.post("modules/recipes/disable").get_json() == {"changed": []}
    assert owner.get("audit?action__startswith=kernel.module").get_json()["total"] >= 2


@pytest.mark.parametrize("name", ["kernel", "no-such", "%00", "..", "x" * 300])
def test_what_is_no_module_stays_off(standing, name):
    answer = standing.client.post(f"modules/{name}/enable")
    assert answer.status_code in (404, 409)
    assert_problem(answer, answer.status_code)


@pytest.fixture
def platform(kernel, app):
    """A client of a platform administrator."""
    member = make_member(kernel, make_tenant(kernel, []))
    with kernel.platform() as db:
        from core.identity.models import User

        db.get_one(User, member.actor.user_id).is_platform_admin = True
    return ApiClient(app, member)


def test_tenants_are_made_suspended_and_reopened(kernel, app, platform):
    slug = fresh_name("shop")
    owner = make_member(kernel, make_tenant(kernel, []))
    body = {"slug": slug, "name": "Shop", "currency": "chf", "zone": "Europe/Zurich", "owner": owner.username}
    made = platform.post("platform/tenants", body)
    assert (made.status_code, made.get_json()["currency"], made.get_json()["modules"]) == (201, "CHF", [])
    assert_problem(platform.post("platform/tenants", body), 409, "DUPLICATE")
    assert slug in {item["slug"] for item in platform.get("platform/tenants").get_json()["items"]}
    assert platform.post(f"platform/tenants/{slug}/suspend").get_json()["is_active"] is False
    assert platform.post(f"platform/tenants/{slug}/reopen").get_json()["is_active"] is True
    assert_problem(platform.post("platform/tenants/nobody-knows/suspend"), 404)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"slug": "Shop"}, "slug"), ({"slug": "a"}, "slug"), ({"slug": "../x"}, "slug"), ({"slug": 5}, "slug"),
     ({"name": ""}, "name"), ({"name": "a\nb"}, "name"), ({"name": "x" * 121}, "name"),
     ({"currency": "XYZ9"}, "currency"),
     ({"currency": ""}, "currency"), ({"zone": "Mars/Base"}, "zone"), ({"zone": "../etc/passwd"}, "zone"),
     ({"is_active": False}, "is_active"), ({"id": 1}, "id")],
)  # fmt: skip
def test_a_tenant_that_makes_no_sense_is_not_made(platform, change, field):
    before = len(platform.get("platform/tenants").get_json()["items"])
    body = {"slug": fresh_name("shop"), "name": "Shop", **change}
    assert_problem(platform.post("platform/tenants", body), 422, field=field)
    assert len(platform.get("platform/tenants").get_json()["items"]) == before


def test_only_the_platforms_administrators_reach_tenants(client, kernel):
    for method, path in (("GET", "platform/tenants"), ("POST", "platform/tenants"),
                         ("POST", f"platform/tenants/{client.member.username}/suspend")):  # fmt: skip
        assert_problem(client.send(method, path, {} if method == "POST" else None), 403, "FORBIDDEN")


def test_who_is_in_a_suspended_tenant_writes_nothing(kernel, app, platform):
    tenant = make_tenant(kernel, ["inventory"])
    owner = ApiClient(app, make_member(kernel, tenant, is_owner=True))
    assert platform.post(f"platform/tenants/{tenant.slug}/suspend").status_code == 200
    answer = owner.post("items/categories", {"name": "Salts"})
    assert_problem(answer, 401)
    assert platform.post(f"platform/tenants/{tenant.slug}/reopen").status_code == 200
    assert owner.post("items/categories", {"name": "Salts"}).status_code == 201
