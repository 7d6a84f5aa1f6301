"""What is asked of a list and cannot be given is refused, instead of being left out of the answer."""

import pytest

from tests.resources.conftest import one
from tests.web.conftest import assert_problem


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("items/export?page=2", "page"), ("items/export?page_size=10", "page_size"), ("items/export?after=x", "after"),
        ("items/export?group_by=kind", "group_by"), ("items/export?totals=reorder_point", "totals"),
        ("items?sum=reorder_point", "sum"), ("items?group_by=kind&page=2", "page"),
        ("items?group_by=kind&totals=reorder_point", "totals"), ("items?group_by=kind&fields=code", "fields"),
        ("items?totals=reorder_point:sum,reorder_point:avg", "totals"), (f"items?search={'a' * 201}", "search"),
        (f"items?search={'a+' * 30}", "search"), ("items?group_by=kind&sort=moon", "sort"),
    ],
)  # fmt: skip
def test_what_is_not_done_is_refused(client, query, name):
    problem = assert_problem(client.get(query), 422, "INVALID")
    assert list(problem["errors"]) == [name]


def test_every_word_of_a_search_counts(client):
    """Twelve words that a soap maker pastes from a data sheet: the last one tells two oils apart."""
    gram = one(client, "admin/uom?code=g")["id"]
    words = "cold pressed extra virgin olive oil from the south of the"
    for code, end in (("A", "Peloponnese"), ("B", "Alentejo")):
        answer = client.post("items", {"code": code, "name": f"{words} {end}", "base_unit_id": gram})
        assert answer.status_code == 201, answer.text
    found = client.get(f"items?search={words.replace(' ', '+')}+alentejo").get_json()["items"]
    assert [row["code"] for row in found] == ["B"]


def test_a_cursor_goes_on_with_its_own_order_only(client):
    gram = one(client, "admin/uom?code=g")["id"]
    for code, name in (("A", "Wax"), ("B", "Oil"), ("C", "Lye")):
        assert client.post("items", {"code": code, "name": name, "base_unit_id": gram}).status_code == 201
    after = client.get("items?sort=code&page_size=1").get_json()["next"]
    assert [row["code"] for row in client.get(f"items?sort=code&after={after}").get_json()["items"]] == ["B", "C"]
    # By another order the place behind A would be anywhere, and rows would be missing without a word.
    assert_problem(client.get(f"items?sort=barcode,code&after={after}"), 400, "BAD_CURSOR")
    assert_problem(client.get(f"items?sort=name&after={after}"), 400, "BAD_CURSOR")
    assert_problem(client.get(f"stock?sort=lot&after={after}"), 400, "BAD_CURSOR")


def test_groups_say_whether_they_are_all(client):
    gram = one(client, "admin/uom?code=g")["id"]
    rows = [{"code": f"JAR-{n:03}", "name": f"Jar {n}", "base_unit_id": gram} for n in range(200)]
    assert client.post("items", rows[:199]).status_code == 201
    few = client.get("items?group_by=code").get_json()
    assert (len(few["groups"]), few["is_complete"]) == (199, True)
    assert client.post("items", rows[199:]).status_code == 201
    many = client.get("items?group_by=code").get_json()
    assert (len(many["groups"]), many["is_complete"]) == (200, False)


def test_the_document_names_for_a_file_what_a_file_takes(client):
    paths = client.get("openapi.json").get_json()["paths"]

    def names(path):
        return {item["name"] for item in paths[path]["get"]["parameters"]}

    assert {"sort", "search", "fields", "format", "code"} <= names("/api/v1/items/export")
    assert not {"page", "page_size", "after", "count", "group_by", "sum", "totals"} & names("/api/v1/items/export")
