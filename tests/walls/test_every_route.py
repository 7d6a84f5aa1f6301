"""Every route of every plugin, attacked with the ids of another tenant: they are as good as ids that never were."""

import pytest

from core.testing.clients import ApiClient, ServerFault
from core.testing.furniture import ABSENT
from core.testing.house import make_member, make_tenant
from core.web.endpoints import ID, EndpointTable
from tests.walls.evidence import rows_of


@pytest.fixture(scope="module")
def kernel(furnished):
    """The attacker and the victim live in one database."""
    return furnished.kernel


@pytest.fixture(scope="module")
def app(furnished):
    return furnished.app


@pytest.fixture(scope="module")
def attacker(kernel, app):
    """The owner of another tenant, with every right and every module."""
    return ApiClient(app, make_member(kernel, make_tenant(kernel), is_owner=True))


@pytest.fixture
def untouched(kernel, furnished):
    """Nothing of the victim may differ when the test is over."""
    before = rows_of(kernel, furnished.tenant.id)
    yield
    assert rows_of(kernel, furnished.tenant.id) == before


def _answers(client, method, path, body):
    try:
        return client.send(method, path, body)
    except ServerFault as fault:
        pytest.fail(str(fault))


def test_a_foreign_id_in_a_path_is_no_id(kernel, furnished, attacker, untouched):
    wrong, tried = [], 0
    for endpoint in EndpointTable(kernel.registry):
        foreign = furnished.some_id(endpoint)
        if ID not in endpoint.path or foreign == ABSENT:
            continue
        tried += 1
        body = None if endpoint.method == "GET" else {}
        answers = [_answers(attacker, endpoint.method, endpoint.path.replace(ID, str(number), 1).replace(ID, "1"), body)
                   for number in (foreign, ABSENT)]  # fmt: skip
        told = [(answer.status_code, (answer.get_json(silent=True) or {}).get("code")) for answer in answers]
        if told[0] != told[1] or told[0][0] not in (404, 422, 428):
            wrong.append(f"{endpoint.method} {endpoint.path}: {told[0]} for a foreign id, {told[1]} for none")
    assert tried > 50
    assert not wrong, "\n".join(wrong)


def test_foreign_ids_in_a_bulk_are_refused_whole(kernel, furnished, attacker, untouched):
    wrong = []
    for endpoint in EndpointTable(kernel.registry):
        if endpoint.kind == "bulk":
            answer = _answers(attacker, "POST", endpoint.path, {"ids": [furnished.some_id(endpoint)]})
            if answer.status_code not in (404, 422):
                wrong.append(f"{endpoint.path}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


def test_foreign_ids_in_a_body_are_refused_by_field(kernel, furnished, attacker, untouched):
    """Each reference of each writable resource, filled with a record of the victim."""
    wrong, tried = [], 0
    for resource in kernel.registry.resources.values():
        if "create" not in resource.verbs:
            continue
        for field in attacker.get(f"{resource.path}/fields").get_json()["fields"]:
            if field["kind"] != "reference" or field["readonly"] or not field["resource"]:
                continue
            tried += 1
            body = {field["name"]: furnished.first_id(field["resource"])}
            answer = _answers(attacker, "POST", resource.path, body)
            errors = (answer.get_json() or {}).get("errors", {})
            if answer.status_code != 422 or not errors:
                wrong.append(f"{resource.path}.{field['name']}: {answer.status_code} {answer.text[:200]}")
    assert tried > 5
    assert not wrong, "\n".join(wrong)


def test_foreign_ids_in_a_filter_find_nothing(kernel, furnished, attacker):
    wrong = []
    for resource in kernel.registry.resources.values():
        for field in attacker.get(f"{resource.path}/fields").get_json()["fields"]:
            if field["kind"] == "reference" and field["resource"]:
                query = {field["name"]: furnished.first_id(field["resource"])}
                answer = attacker.get(resource.path, query_string=query)
                if answer.status_code != 200 or answer.get_json()["items"]:
                    wrong.append(f"{resource.path}?{query}: {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("how", [
    {"headers": {"X-Tenant-ID": "{victim}"}}, {"query_string": {"tenant_id": "{victim}"}},
    {"headers": {"Host": "{slug}.example.com"}}, {"headers": {"X-Tenant": "{slug}"}},
])  # fmt: skip
def test_no_header_or_parameter_chooses_the_tenant(furnished, attacker, how):
    named = {"victim": furnished.tenant.id, "slug": furnished.tenant.slug}
    options = {kind: {name: value.format(**named) for name, value in given.items()} for kind, given in how.items()}
    answer = attacker.get("items", **options)
    assert answer.status_code in (200, 400, 422)
    ids = {item["id"] for item in answer.get_json().get("items", [])}
    assert furnished.first_id("inventory.item") not in ids


def test_a_token_of_one_tenant_is_no_token_of_another(app, kernel, furnished, attacker):
    """A member of both tenants sees, with the token of one, only that one."""
    assert attacker.get(f"items/{furnished.first_id('inventory.item')}").status_code == 404
    assert attacker.get("auth/me").get_json()["tenant"]["id"] != furnished.tenant.id


def test_the_document_of_a_tenant_tells_nothing_of_another(furnished, attacker):
    text = attacker.get("openapi.json").text
    assert furnished.tenant.name not in text
    assert next(iter(EndpointTable(furnished.kernel.registry))).documented in text
