"""Bodies: what is no JSON, what is ambiguous, and numbers of every size; nothing of it is a fault of ours."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.conftest import assert_problem, send_raw

ITEM = '{"code": "NEW", "name": "New", "base_unit_id": %d, %s}'


@pytest.mark.parametrize(
    "body",
    [
        "{", "[", '"', "nul", "{'a': 1}", '{"a": 1,}', '{"a" 1}', "NaN", '{"code": NaN}', '{"code": Infinity}',
        '{"code": -Infinity}', '{"code": "A", "code": "B"}', '{"attributes": {"a": 1, "a": 2}}', "[" * 20_000,
        '{"a":' * 20_000, b"\xff\xfe", '{"name": "Ängelholm"}'.encode("latin-1"), b'{"name": "\x00"}', "\ufeff{}",
        '{"density": 1' + "0" * 500 + "}", '{"density": 1e99999999999999999999}', '{"density": 1e-999999999}',
        '{"attributes": {"a": 1e999999}}', '{"\\ud800": 1}', '{"attributes": {"\\udfff": 1}}', "{} {}", "//\n{}",
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused(standing, body):
    assert_problem(send_raw(standing.client, "POST", "items", body), 400, "BAD_JSON")


@pytest.mark.parametrize(
    ("kind", "status"),
    [("text/plain", 415), ("application/xml", 415), ("", 415), ("application/x-www-form-urlencoded", 415),
     ("multipart/form-data; boundary=x", 415), ("application/merge-patch+json", 422),
     ("application/json; charset=latin-1", 422)],
)  # fmt: skip
def test_only_json_is_read(standing, kind, status):
    assert_problem(send_raw(standing.client, "POST", "items", "{}", content_type=kind), status)


@pytest.mark.parametrize("body", ["null", "5", '"text"', "true", "1.5"])
@pytest.mark.parametrize(("method", "path"), [("PATCH", "items/{id}"), ("POST", "items"), ("POST", "items/bulk-update"),
                                              ("POST", "items/{id}/duplicate"), ("PATCH", "settings")])  # fmt: skip
def test_a_body_is_an_object(standing, method, path, body):
    answer = send_raw(standing.client, method, path.format(**standing.lye), body, headers={"If-Match": '"1"'})
    assert_problem(answer, answer.status_code)
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("density", '"NaN"'), ("density", '"sNaN"'), ("density", '"Infinity"'), ("density", "1e400"),
        ("density", "1e-400"), ("density", '"1e5"'), ("density", "true"), ("density", '"0x10"'), ("density", "[1]"),
        ("density", '{"a": 1}'), ("density", '"1,5"'), ("density", '""'), ("density", "0"), ("density", "-1"),
        ("density", '"1.000000000000000000000000000001"'), ("density", "1.0000001"), ("density", "1000000000000"),
        ("density", '"' + "9" * 400 + '"'), ("density", "9" * 399),
        ("shelf_life_days", "1.0"), ("shelf_life_days", "true"), ("shelf_life_days", "9" * 30),
        ("shelf_life_days", "0"), ("shelf_life_days", '"1e3"'), ("shelf_life_days", "36501"),
        ("is_active", "1"), ("is_active", "null"), ("is_active", '"maybe"'), ("is_active", "[]"), ("is_active", "1.0"),
        ("name", "1"), ("name", "null"), ("name", '""'), ("name", '"  "'), ("name", '"\\u0000"'), ("name", '"\\ud800"'),
        ("name", "[]"), ("name", '"' + "x" * 161 + '"'),
        ("kind", '"unheard-of"'), ("kind", "1"), ("kind", '""'), ("kind", "[]"), ("kind", "{}"),
        ("base_unit_id", "0"), ("base_unit_id", "-1"), ("base_unit_id", "123456789"), ("base_unit_id", "9" * 20),
        ("base_unit_id", '"g"'), ("base_unit_id", "true"), ("base_unit_id", "null"),
        ("attributes", '{"a": "\\u0000"}'), ("attributes", '{"a": 9007199254740993}'), ("attributes", "5"),
        ("attributes", "[" * 30 + "]" * 30),
        ("conversions", "{}"), ("conversions", "null"), ("conversions", "[1]"), ("conversions", '"none"'),
        ("tenant_id", "1"), ("id", "1"), ("version", "7"), ("created_at", '"2026-01-01T00:00:00Z"'), ("custom", "{}"),
        ("no_such_field", "1"), ("brewing.alpha_acid", "101"), ("brewing.ingredient", '"stone"'), ("brewing", "{}"),
        ("x_unknown", "1"), ("base_unit", '"g"'), ("base_unit_label", '"g"'),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_named(standing, field, value):
    client = standing.client
    body = json.loads(ITEM % (standing.gram, '"description": ""'))
    text = json.dumps({name: part for name, part in body.items() if name != field})[:-1] + f', "{field}": {value}}}'
    answer = send_raw(client, "POST", "items", text)
    found = assert_problem(answer, 422, "INVALID")
    assert any(name == field or name.startswith(f"{field}.") for name in found["errors"]), found
    assert client.get("items?code=NEW").get_json()["items"] == []


@pytest.mark.parametrize("number", [3_000_000_000, -3_000_000_000, 2**53])
def test_a_number_too_wide_for_its_column_is_named_on_both_databases(standing, number):
    body = {"name": "Oak soap", "yield_quantity": "1", "yield_unit_id": standing.gram, "portion_count": number}
    assert_problem(standing.client.post("recipes", body), 422, "INVALID", "portion_count")
    assert_problem(standing.client.get(f"recipes?portion_count__lt={number}"), 422, "INVALID", "portion_count__lt")


@pytest.mark.parametrize(
    ("value", "stored"),
    [("0.1", "0.100000"), ('"000.5"', "0.500000"), ("1e2", "100.000000"), ('"+2"', "2.000000"),
     ("1.50000000000000000000000000000000000", "1.500000"), ("999999999999.999999", "999999999999.999999"),
     ("0.000001", "0.000001")],
)  # fmt: skip
def test_numbers_are_kept_to_the_last_digit(standing, value, stored):
    answer = send_raw(standing.client, "POST", "items", ITEM % (standing.gram, f'"density": {value}'))
    assert (answer.status_code, answer.get_json()["density"]) == (201, stored)
    assert standing.client.delete(f"items/{answer.get_json()['id']}", version=1).status_code == 204


def test_a_body_beyond_the_limit_is_too_large(standing):
    assert_problem(send_raw(standing.client, "POST", "items", b" " * (16 * 1024 * 1024 + 1)), 413, "TOO_LARGE")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8,
)  # fmt: skip
NAMES = st.sampled_from(
    ["code", "name", "kind", "density", "conversions", "attributes", "is_active", "ids", "version", "base_unit_id",
     "brewing.alpha_acid", "shelf_life_days", "lines", "location_id", "rows"]
)  # fmt: skip
DOORS = st.sampled_from(
    [("POST", "items"), ("PATCH", "items/{id}"), ("POST", "items/bulk-update"), ("POST", "receipts"),
     ("POST", "items/import"), ("POST", "custom-fields"), ("PATCH", "settings"), ("POST", "items/{id}/conversions"),
     ("POST", "members/invite"), ("POST", "roles")]
)  # fmt: skip
FEW = settings(max_examples=60, deadline=None, derandomize=True,
               suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip


@FEW
@given(door=DOORS, body=JSON | st.dictionaries(NAMES, JSON, max_size=6) | st.lists(st.dictionaries(NAMES, JSON)))
def test_no_body_is_a_fault_of_ours(client, lye, door, body):
    method, path = door
    answer = send_raw(client, method, path.format(**lye), json.dumps(body), headers={"If-Match": '"1"'})
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert_problem(answer, answer.status_code)


QUERY = st.dictionaries(
    st.sampled_from(["sort", "fields", "page", "page_size", "after", "group_by", "sum", "search", "count", "code__in",
                     "name__contains", "density__gt", "is_active", "category_id", "created_at__lte", "format"]),
    st.text(max_size=12) | st.sampled_from(["-code", "kind", "true", "1", "2026-01-01", "WzFd", "csv", "xlsx", "json"]),
    max_size=4,
)  # fmt: skip


@FEW
@given(
    query=QUERY, path=st.sampled_from(["items", "items/export", "receipts", "audit", "jobs", "lots/expiring", "stock"])
)
def test_no_question_is_a_fault_of_ours(client, lye, query, path):
    answer = client.get(path, query_string=query)
    assert answer.status_code < 500
    assert answer.data is not None


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        ("items", {"conversions": "none"}, {"conversions": ["Must be a list."]}),
        ("items", {"conversions": ["kg"]}, {"conversions.0": ["Must be a JSON object."]}),
        ("items/bulk-update", {"colour": "red"}, {"colour": ["Is not asked for here; leave it out."]}),
        ("admin/inventory-transactions/batch-adjustment", {"adjustments": [5]},
         {"adjustments.0": ["Must be a JSON object."]}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_helps(standing, path, body, errors):
    given = {"items": {"code": "NEW", "name": "New", "base_unit_id": standing.gram},
             "items/bulk-update": {"ids": [standing.lye["id"]]}}.get(path, {})  # fmt: skip
    found = assert_problem(standing.client.post(path, {**given, **body}), 422, "INVALID")["errors"]
    assert errors.items() <= found.items(), found
