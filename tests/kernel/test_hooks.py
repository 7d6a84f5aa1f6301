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
