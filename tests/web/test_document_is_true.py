"""What the API's document says is answered is what is answered: statuses, kinds of content, every field."""

import copy
import re

import pytest
from jsonschema import Draft202012Validator

from core.testing.furniture import ABSENT

API = "/api/v1/"


@pytest.fixture(scope="session")
def document(furnished):
    """The document of an owner, in which nothing may be answered that it does not name."""
    found = copy.deepcopy(furnished.owner.get("openapi.json").get_json())
    _close(found)
    return found


def _close(part):
    if isinstance(part, dict) and "properties" in part:
        part.setdefault("additionalProperties", False)
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _close(inner)


def differences(document, path, method, answer):
    """Return how an answer differs from what stands in the document."""
    told = document["paths"][path][method]["responses"]
    response = told.get(str(answer.status_code))
    if response is None and answer.status_code < 400:
        return [f"{answer.status_code} is none of {sorted(told)}"]
    response = response or told["default"]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    content = response.get("content")
    if not content:
        return []
    if answer.mimetype not in content:
        return [f"{answer.mimetype} is none of {sorted(content)}"]
    schema = {**content[answer.mimetype].get("schema", {}), "components": document["components"]}
    faults = Draft202012Validator(schema).iter_errors(answer.get_json()) if "json" in answer.mimetype else ()
    return [f"{list(fault.absolute_path)}: {fault.message[:200]}" for fault in faults]


def places(furnished, document):
    """List every address that is read, with a record in it where there is one."""
    first = {}
    for path in document["paths"]:
        whole = path.partition("/{")[0]
        if "{" in path and whole not in first and "get" in document["paths"].get(whole, {}):
            items = (furnished.owner.get(f"{whole}?page_size=1").get_json() or {}).get("items") or [{}]
            first[whole] = items[0].get("id", ABSENT)
    return [(path, re.sub(r"{[^}]+}", str(first.get(path.partition("/{")[0], ABSENT)), path))
            for path, item in document["paths"].items() if "get" in item]  # fmt: skip


def test_whatever_is_read_is_as_the_document_says(furnished, document):
    read = places(furnished, document)
    assert len(read) > 200
    wrong = [f"{address}: {line}" for path, address in read
             for line in differences(document, path, "get", furnished.owner.get(address))]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize("query", [
    "fields=code,base_unit_id", "totals=standard_cost:avg", "group_by=kind&sum=standard_cost",
    "group_by=kind&format=csv", "page=0",
])  # fmt: skip
def test_a_list_asked_for_otherwise_is_as_the_document_says(furnished, document, query):
    answer = furnished.owner.get(f"items?{query}")
    assert differences(document, f"{API}items", "get", answer) == []


def test_what_is_written_answers_the_documented_status(client, document, gram):
    view = {"resource": "inventory.item", "name": "All"}
    asked = {"resource": "inventory.item", "where": {"filters": {"code": "LYE"}}, "values": {"name": "Lye"}}
    steps = [
        ("POST", "items", {"code": "LYE", "name": "Lye", "base_unit_id": gram}, 201),
        ("POST", "saved-views", view, 201), ("DELETE", "saved-views/{view_id}", None, 204),
        ("POST", "edits", asked, 201), ("DELETE", "edits/{edit_id}", None, 204),
        ("POST", "edits", {**asked, "run": True}, 202), ("PATCH", "me/preferences", {"density": "compact"}, 200),
        ("POST", "alerts/restore", None, 200), ("POST", "modules/brewing/disable", None, 200),
    ]  # fmt: skip
    last = 0
    for method, path, body, status in steps:
        answer = client.send(method, re.sub(r"{[^}]+}", str(last), path), body)
        assert answer.status_code == status, answer.text
        documented = path.replace("brewing/disable", "{name}/disable")
        assert differences(document, f"{API}{documented}", method.lower(), answer) == []
        last = answer.get_json()["id"] if status in (201, 202) else last


def test_a_refusal_is_as_the_document_says(furnished, document):
    for method, path, body in (("POST", "auth/login", {}), ("POST", "items", {}), ("GET", "search", None),
                               ("POST", "modules/{name}/enable", None)):  # fmt: skip
        answer = furnished.owner.send(method, path.replace("{name}", "no-such"), body)
        assert answer.status_code >= 400
        assert differences(document, f"{API}{path}", method.lower(), answer) == []
    assert "Error" not in document["components"]["schemas"]
