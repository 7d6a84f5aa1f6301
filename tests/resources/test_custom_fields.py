"""Fields that a tenant adds without code: everywhere a declared field is, and nowhere else."""

import pytest

from tests.resources.conftest import define, send_file
from tests.web.conftest import assert_problem

KINDS = {
    "text": (["a note", "", "Ünïcode"], [1, True, ["x"], "\x00", "x" * 201]),
    "integer": ([0, -5, 9007199254740991, "12"], [1.5, True, "x", 9007199254740992]),
    "decimal": (["0.1", "-123456789012.123456", 7], ["NaN", "0.0000001", "1000000000000", True, [], "x"]),
    "boolean": ([True, False], [1, "maybe", []]),
    "date": (["2026-02-28", "9999-12-31"], ["2026-02-30", "0000-00-00", "soon", 5]),
    "choice": (["fine", "coarse"], ["other", "", 1, ["fine"]]),
}


def make(client, gram, code="A", **values):
    return client.post("items", {"code": code, "name": code, "base_unit_id": gram, **values})


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_keeps_what_fits_and_refuses_the_rest(client, gram, kind):
    define(client, "x_own", kind, choices=["fine", "coarse"])
    good, bad = KINDS[kind]
    for number, value in enumerate(good):
        answer = make(client, gram, f"G{number}", x_own=value)
        assert answer.status_code == 201, answer.text
        told = answer.get_json()["x_own"]
        assert told == (value if kind != "integer" else int(value)) or told == str(value)
        assert client.get(f"items/{answer.get_json()['id']}").get_json()["x_own"] == told
    for value in bad:
        body = {"code": "BAD", "name": "Bad", "base_unit_id": gram, "x_own": value}
        assert_problem(client.post("items", json=body), 422, "INVALID", "x_own")
    assert make(client, gram, "NONE", x_own=None).get_json()["x_own"] is None
    assert make(client, gram, "LEFT").get_json()["x_own"] is None


def test_a_field_is_described_and_documented(client):
    define(client, "x_grade", "choice", label="Grade", choices=["fine", "coarse"], help="How it is milled.")
    found = next(item for item in client.get("items/fields").get_json()["fields"] if item["name"] == "x_grade")
    assert (found["label"], found["kind"], found["choices"], found["source"], found["help"]) == (
        "Grade", "choice", ["fine", "coarse"], "custom", "How it is milled.",
    )  # fmt: skip
    document = client.get("openapi.json").get_json()
    assert "x_grade" in document["components"]["schemas"]["inventory.item.Write"]["properties"]
    names = {item["name"] for item in document["paths"]["/api/v1/items"]["get"]["parameters"]}
    assert "x_grade" in names


def test_another_tenant_knows_nothing_of_it(client, other_client):
    define(client, "x_grade", "text")
    assert_problem(other_client.get("items?x_grade=fine"), 422, field="x_grade")
    unit = other_client.get("admin/uom?code=g").get_json()["items"][0]["id"]
    assert_problem(make(other_client, unit, x_grade="fine"), 422, field="x_grade")
    assert "x_grade" not in make(other_client, unit).get_json()
    assert "x_grade" not in other_client.get("items/export").text
    assert "x_grade" not in other_client.get("openapi.json").text


def test_a_required_field_is_asked_for(client, gram):
    older = make(client, gram, "OLD").get_json()
    define(client, "x_origin", "text", required=True)
    assert_problem(make(client, gram), 422, field="x_origin")
    assert_problem(make(client, gram, x_origin=""), 422, field="x_origin")
    assert make(client, gram, x_origin="Ghana").status_code == 201
    # What is there already may be changed without it.
    assert client.patch(f"items/{older['id']}", {"name": "Older"}, version=1).status_code == 200
    answer = send_file(client, "items/import", "code,name,base_unit\nB,Bee,g\n")
    assert_problem(answer, 422, field="rows.2.x_origin")


def test_a_change_leaves_the_other_fields_alone_and_is_told(client, gram):
    define(client, "x_a", "text")
    define(client, "x_b", "integer")
    item = make(client, gram, x_a="one", x_b=1).get_json()
    changed = client.patch(f"items/{item['id']}", {"x_b": 2}, version=1).get_json()
    assert (changed["x_a"], changed["x_b"], changed["version"]) == ("one", 2, 2)
    newest = client.get(f"items/{item['id']}/history").get_json()["items"][0]
    assert newest["changes"]["fields"] == {"x_b": [1, 2]}


def test_a_removed_field_is_gone_and_its_name_takes_nothing_that_does_not_fit(client, gram):
    field = define(client, "x_amount", "text")
    make(client, gram, x_amount="plenty")
    assert client.delete(f"custom-fields/{field['id']}", version=1).status_code == 204
    assert "x_amount" not in client.get("items?code=A").get_json()["items"][0]
    assert_problem(client.get("items?sort=x_amount"), 422)
    again = {"resource": "inventory.item", "name": "x_amount", "label": "Amount", "kind": "decimal"}
    assert_problem(client.post("custom-fields", again), 422, field="name")
    assert client.post("custom-fields", {**again, "kind": "text"}).status_code == 201
    assert client.get("items?code=A").get_json()["items"][0]["x_amount"] == "plenty"


def test_a_list_goes_on_past_a_word_that_is_no_choice_any_more(client, gram):
    field = define(client, "x_grade", "choice", choices=["coarse", "fine"])
    for number, grade in enumerate(["coarse", "coarse", "fine"]):
        assert make(client, gram, f"C{number}", x_grade=grade).status_code == 201
    assert client.patch(f"custom-fields/{field['id']}", {"choices": ["fine"]}, version=1).status_code == 200
    first = client.get("items?sort=x_grade&page_size=1").get_json()
    rest = client.get("items", query_string={"sort": "x_grade", "page_size": 5, "after": first["next"]})
    assert [item["code"] for item in rest.get_json()["items"]] == ["C1", "C2"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "colour"}, "name"), ({"name": "x_"}, "name"), ({"name": "X_A"}, "name"), ({"name": "x_a b"}, "name"),
        ({"name": "x_a__b"}, "name"), ({"name": "x_größe"}, "name"), ({"name": "x_a·b"}, "name"),
        ({"name": "x_a.b"}, "name"), ({"name": "x_" + "a" * 40}, "name"),
        ({"resource": "inventory.nothing"}, "resource"),
        ({"resource": "inventory.move"}, "resource"), ({"resource": "kernel.audit"}, "resource"),
        ({"kind": "formula"}, "kind"), ({"kind": "choice"}, "choices"), ({"kind": "choice", "choices": 5}, "choices"),
        ({"kind": "choice", "choices": "abc"}, "choices"), ({"kind": "choice", "choices": [""]}, "choices"),
        ({"kind": "choice", "choices": [1, 2]}, "choices"), ({"kind": "choice", "choices": ["a", "a"]}, "choices"),
        ({"kind": "choice", "choices": ["a", " a"]}, "choices"), ({"kind": "choice", "choices": {"a": 1}}, "choices"),
        ({"label": ""}, "label"),
    ],
)  # fmt: skip
def test_a_definition_that_makes_no_sense_is_refused(client, change, field):
    body = {"resource": "inventory.item", "name": "x_a", "label": "A", "kind": "text", **change}
    assert_problem(client.post("custom-fields", body), 422, field=field)


def test_a_field_stays_what_it_is(client):
    field = define(client, "x_a", "text")
    for change in ({"name": "x_b"}, {"kind": "integer"}, {"resource": "inventory.lot"}):
        assert_problem(client.patch(f"custom-fields/{field['id']}", change, version=1), 422, field="name")
    assert client.patch(f"custom-fields/{field['id']}", {"label": "Other"}, version=1).status_code == 200
    twice = {"resource": "inventory.item", "name": "x_a", "label": "A", "kind": "text"}
    assert_problem(client.post("custom-fields", twice), 409, "DUPLICATE")
