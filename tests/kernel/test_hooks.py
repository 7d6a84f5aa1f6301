"""The kernel's hooks are called with what they promise, may refuse, and reach only tenants that have the plugin on."""

import pytest

from core.app import create_app
from core.kernel import Kernel
from core.plugins.loader import Candidate, discover, load
from core.testing.clients import ApiClient
from core.testing.house import make_member, make_tenant, switch_module_off, switch_module_on
from tests.listening import hooks
from tests.listening.plugin import plugin


@pytest.fixture(scope="module")
def listening(kernel):
    """A kernel over the same database that has one plugin more."""
    registry = load([*discover([]), Candidate(plugin, "tests.listening")])
    assert "listening" in registry.plugins, registry.refused
    opened = Kernel(kernel.config, registry=registry)
    yield opened
    opened.close()


@pytest.fixture
def owner(listening):
    tenant = make_tenant(listening, ["inventory", "listening"])
    hooks.heard.clear()
    hooks.refusing.clear()
    return ApiClient(create_app(listening), make_member(listening, tenant, is_owner=True))



@pytest.fixture
def path(listening):
    return listening.registry.resources["inventory.category"].path


def test_an_action_is_announced_checked_and_followed_up(owner, path):
    made = owner.post(path, {"name": "Spices"})
    assert made.status_code == 201, made.text
    assert [call[:2] for call in hooks.heard] == [
        ("before_action", "inventory.category.create"),
        ("validate_records", "inventory.category"),
        ("after_action", "inventory.category.create"),
    ]
    assert hooks.heard[-1][2] == [made.get_json()["id"]]


@pytest.mark.parametrize(("no", "status", "code"), [
    ("inventory.category.create", 409, "NOT_TODAY"),
    ("after inventory.category.create", 409, "TOO_LATE"),
    ("inventory.category", 422, "INVALID"),
])  # fmt: skip
def test_a_hook_that_refuses_takes_everything_back(owner, path, no, status, code):
    hooks.refusing.add(no)
    answer = owner.post(path, {"name": "Spices"})
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert owner.get(path).get_json()["items"] == []


@pytest.mark.parametrize("door", ["the document", "the request"])
def test_an_action_that_was_approved_is_announced_once(listening, door):
    tenant, app = make_tenant(listening, ["inventory", "listening"]), create_app(listening)
    clerk, boss = (ApiClient(app, make_member(listening, tenant, is_owner=True)) for _ in range(2))
    hooks.refusing.clear()
    unit = boss.get("admin/uom?code=g").get_json()["items"][0]["id"]
    glue = boss.post("items", {"code": "GLUE", "name": "Glue", "base_unit_id": unit, "allow_negative": True}).get_json()
    store = boss.get("admin/locations").get_json()["items"][0]["id"]
    lines = [{"item_id": glue["id"], "quantity": "5"}]
    issue = clerk.post("issues", {"location_id": store, "issue_type": "use", "lines": lines}).get_json()
    clerk.post(f"issues/{issue['id']}/request-approval", {"reason": "urgent"})
    waiting = boss.get("approvals?state=pending").get_json()["items"][0]["id"]
    hooks.heard.clear()
    path = f"issues/{issue['id']}/approve-negative" if door == "the document" else f"approvals/{waiting}/approve"
    assert boss.post(path, {"note": "fine"}).status_code == 200
    assert boss.get(f"issues/{issue['id']}").get_json()["state"] == "posted"
    assert boss.get(f"approvals/{waiting}").get_json()["state"] == "approved"
    told = [call[:2] for call in hooks.heard if call[0] != "validate_records"]
    assert sorted(told) == [
        ("after_action", "inventory.issue.approve-negative"), ("after_action", "kernel.approval.approve"),
        ("before_action", "inventory.issue.approve-negative"), ("before_action", "kernel.approval.approve"),
    ]  # fmt: skip


def test_a_tenant_without_the_plugin_is_not_heard(listening, path):
    tenant = make_tenant(listening, ["inventory"])
    hooks.heard.clear()
    hooks.refusing.add("inventory.category.create")
    client = ApiClient(create_app(listening), make_member(listening, tenant, is_owner=True))
    assert client.post(path, {"name": "Spices"}).status_code == 201
    assert hooks.heard == []


def test_modules_going_on_and_off_are_announced(listening):
    tenant = make_tenant(listening, ["listening"])
    hooks.heard.clear()
    switch_module_on(listening, tenant.id, "recipes")
    switch_module_off(listening, tenant.id, "recipes")
    on = [("tenant_enabled", "inventory"), ("tenant_enabled", "recipes")]
    assert hooks.heard == [*on, ("tenant_disabled", "recipes")]
