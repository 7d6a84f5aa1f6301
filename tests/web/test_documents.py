"""The API's document tells what is read, and nothing else is: for every operation of it."""

import re

import pytest

from core.testing.clients import ApiClient
from core.testing.house import make_member, make_tenant
from tests.web.conftest import assert_problem, send_raw

PUBLIC = ("/api/v1/system/health", "/api/v1/system/version")
WITHOUT_TENANT = "/api/v1/auth/"


@pytest.fixture(scope="session")
def operations(standing):
    paths = standing.client.get("openapi.json").get_json()["paths"]
    return {
        (method, path): operation for path, item in paths.items() for method, operation in item.items()
        if method in ("get", "post", "patch", "put") and path not in PUBLIC and not path.startswith(WITHOUT_TENANT)
    }  # fmt: skip


def address(path):
    return re.sub(r"{[^}]+}", "999999999", path.removeprefix("/api/v1/"))


def test_whatever_is_sent_has_its_schema(standing, operations):
    bodiless = [(method, path) for (method, path), told in operations.items()
                if method != "get" and "requestBody" not in told]  # fmt: skip
    assert ("post", "/api/v1/alerts/restore") in bodiless
    for method, path in bodiless:
        answer = standing.client.send(method.upper(), address(path), {"nonsense": 1})
        assert_problem(answer, 422, "INVALID", "nonsense")


def test_what_no_document_names_is_asked_nowhere(standing, operations):
    taken = [path for method, path in operations if method == "get" and path != "/api/v1/openapi.json"
             and standing.client.get(f"{address(path)}?nonsense=1").status_code < 400]  # fmt: skip
    assert taken == []


def test_a_documented_body_names_its_fields(operations):
    told = operations["post", "/api/v1/saved-views"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"resource", "name", "query", "audience"} <= told["properties"].keys()
    assert set(told["required"]) == {"resource", "name"}
    imported = operations["post", "/api/v1/items/import"]
    assert "mapping" in imported["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]
    assert {"dry_run", "mode"} <= {item["name"] for item in imported["parameters"]}
    searched = operations["get", "/api/v1/search"]["parameters"]
    assert [(item["name"], item["required"]) for item in searched] == [("q", True)]


@pytest.mark.parametrize("mapping", ['{"Code": "\\ud800"}', '{"Code": "\\u0000"}', '["code"]', '{"Code": 5}'])
def test_a_mapping_that_no_database_can_hold_is_named(standing, mapping):
    answer = send_raw(standing.client, "PATCH", "imports/999999999", f'{{"mapping": {mapping}}}')
    assert_problem(answer, 422, "INVALID", "mapping")


def test_a_module_is_switched_once_under_one_key(kernel, app):
    owner = ApiClient(app, make_member(kernel, make_tenant(kernel, []), is_owner=True))
    headers = {"Idempotency-Key": "switch-1"}
    first, again = (owner.post("modules/inventory/enable", headers=headers) for _ in range(2))
    assert first.get_json() == again.get_json() == {"changed": ["inventory"]}
    assert again.headers["Idempotent-Replay"] == "true"
