"""Search over everything finds what the person may read, and tells nobody anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.kernel import Kernel
from core.tenancy.modules import TenantInfo
from core.testing import house
from core.testing.clients import ApiClient


def _gram(client: ApiClient) -> int:
    return client.get("admin/uom?code=g").json["items"][0]["id"]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found does not depend on how busy the machine is."""
    monkeypatch.setattr("core.desk.search.BUDGET_SECONDS", 60)


@pytest.fixture
def pantry(client: ApiClient) -> dict[str, int]:
    """Oils and a place for them."""
    gram = _gram(client)
    made = {
        code: client.post("items", {"code": code, "name": name, "base_unit_id": gram}).json["id"]
        for code, name in {"OLIVE": "Olive oil", "COCO": "Coconut oil", "PERC": "100% pure_soap"}.items()
    }
    made["cellar"] = client.post("admin/locations", {"code": "OLD", "name": "Olive cellar"}).json["id"]
    return made


def _found(client: ApiClient, text: str) -> dict[str, list[str]]:
    answer = client.get("search", query_string={"q": text})
    assert answer.status_code == 200, answer.json
    return {group["title"]: [hit["label"] for hit in group["hits"]] for group in answer.json["groups"]}


def test_records_of_every_kind_are_found_by_how_they_begin_and_by_what_they_contain(
    client: ApiClient, pantry: dict[str, int]
) -> None:
    found = _found(client, "olive")
    assert found["Items"] == ["OLIVE Olive oil"] and found["Locations"] == ["OLD Olive cellar"]
    assert _found(client, "OIL coco")["Items"] == ["COCO Coconut oil"]
    hit = client.get("search?q=coconut").json["groups"][0]["hits"][0]
    assert hit == {"id": pantry["COCO"], "label": "COCO Coconut oil", "url": f"/items/{pantry['COCO']}"}


def test_what_begins_so_stands_before_what_only_contains_it(client: ApiClient, pantry: dict[str, int]) -> None:
    client.post("items", {"code": "AAA", "name": "Tin for oil", "base_unit_id": _gram(client)})
    client.post("items", {"code": "OIL", "name": "Any", "base_unit_id": _gram(client)})
    assert _found(client, "oil")["Items"][0] == "OIL Any"


def test_no_more_than_five_of_a_kind_come(client: ApiClient) -> None:
    gram = _gram(client)
    for number in range(7):
        client.post("items", {"code": f"WAX{number}", "name": "Wax", "base_unit_id": gram})
    assert len(_found(client, "wax")["Items"]) == 5


@pytest.mark.parametrize(("text", "found"), [("100%", 1), ("%", 0), ("pure_", 1), ("pureXsoap", 0), ("'; DROP", 0)])
def test_signs_of_the_database_are_plain_characters(
    client: ApiClient, pantry: dict[str, int], text: str, found: int
) -> None:
    hits = _found(client, text).get("Items", [])
    assert len([hit for hit in hits if hit.startswith("PERC")]) == (1 if text == "%" else found)


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "  "}, {"q": "x" * 101}, {"q": "oil", "page": "2"}])
def test_a_question_that_is_none_is_refused(client: ApiClient, query: dict[str, str]) -> None:
    assert client.get("search", query_string=query).status_code == 422


def test_nobody_finds_what_they_may_not_read(
    client: ApiClient, client_with: Callable[..., ApiClient], other_client: ApiClient, pantry: dict[str, int]
) -> None:
    assert _found(client_with("inventory.location.read"), "olive") == {"Locations": ["OLD Olive cellar"]}
    assert _found(client_with("recipes.batch.read"), "olive") == {}
    assert _found(other_client, "olive") == {}


def test_a_module_that_is_off_is_not_searched(
    client: ApiClient, kernel: Kernel, tenant: TenantInfo, pantry: dict[str, int]
) -> None:
    for name in [*kernel.registry.dependents_of("inventory"), "inventory"]:
        house.switch_module_off(kernel, tenant.id, name)
    assert _found(client, "olive") == {}


def test_record_rules_narrow_what_is_found(
    client: ApiClient,
    client_with: Callable[..., ApiClient],
    kernel: Kernel,
    pantry: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule = next(item for item in kernel.registry.rules.values() if "inventory.location" in item.resources)
    narrow = client_with("inventory.location.read", rules=[rule.key])
    seen = {row["id"] for row in narrow.get("admin/locations?page_size=200").json["items"]}
    hits: list[Any] = [hit for group in narrow.get("search?q=o").json["groups"] for hit in group["hits"]]
    assert {hit["id"] for hit in hits} <= seen


def test_a_sensitive_field_is_not_searched_for_whoever_may_not_see_it(
    client_with: Callable[..., ApiClient], kernel: Kernel
) -> None:
    hidden = [
        (resource.key, column.name)
        for resource in kernel.registry.resources.values()
        for column in resource.model.__table__.columns
        if (meta := column.info.get("meta")) is not None and meta.sensitive and column.name in resource.label
    ]
    assert hidden == [], "a record is not called by what not everybody may know"


@pytest.fixture
def old_pantry(client: ApiClient, pantry: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The oils lie among the old records: three waxes came later."""
    gram = _gram(client)
    for number in range(3):
        client.post("items", {"code": f"WAX{number}", "name": f"Bees wax {number}", "base_unit_id": gram})
    monkeypatch.setattr("core.desk.search.NEWEST", 3)
    return pantry


@pytest.mark.parametrize("text", ["OLIVE", "olive", "oliv", "Olive o", "olive oil"])
def test_the_start_of_a_code_or_name_is_looked_up_among_all_records(
    client: ApiClient, old_pantry: dict[str, int], text: str
) -> None:
    assert _found(client, text)["Items"] == ["OLIVE Olive oil"]


def test_other_words_are_looked_for_among_old_records_only_where_nothing_is_found(
    client: ApiClient, old_pantry: dict[str, int]
) -> None:
    assert _found(client, "pure_soap") == {"Items": ["PERC 100% pure_soap"]}
    assert client.get("search?q=pure_soap").json["complete"] is True
    client.post("items", {"code": "TIN", "name": "Tin for oil", "base_unit_id": _gram(client)})
    answer = client.get("search?q=oil").json
    assert [hit["label"] for group in answer["groups"] for hit in group["hits"]] == ["TIN Tin for oil"]
    assert answer["complete"] is False


@pytest.mark.parametrize("text", ["\U0010ffff", "\ud7ff", "é", "ß", "W" * 100])
def test_any_letter_may_end_what_is_looked_up(client: ApiClient, old_pantry: dict[str, int], text: str) -> None:
    assert _found(client, text) == {}
