"""Many records changed at once: foreseen first, then all or none."""

import pytest

from tests.web.conftest import assert_problem


@pytest.fixture
def items(client):
    """Four items with reorder points of 10, 20, 30 and none."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    rows = [{"code": f"I-{number}", "name": f"Item {number}", "base_unit_id": unit, "maximum_stock": "100",
             "reorder_point": str(number * 10) if number < 4 else None} for number in range(1, 5)]  # fmt: skip
    answer = client.post("items", rows)
    assert answer.status_code == 201, answer.text
    return [row["id"] for row in answer.json["items"]]


def edit(client, body, dry=False):
    return client.send("PATCH", f"items{'?dry_run=true' if dry else ''}", body)


def points(client):
    return [row["reorder_point"] for row in client.get("items?sort=code").json["items"]]


def test_a_preview_tells_before_and_after_and_changes_nothing(client, items):
    told = edit(client, {"ids": items[:2], "values": {"reorder_point": "20"}}, dry=True).json
    assert (told["dry_run"], told["changed"], told["unchanged"], told["refused"]) == (True, 1, 1, 0)
    assert told["items"][0] == {"id": items[0], "label": told["items"][0]["label"], "refused": None,
                                "changes": {"reorder_point": ["10.000000", "20.000000"]}}  # fmt: skip
    assert told["items"][1]["changes"] == {}
    assert points(client) == ["10.000000", "20.000000", "30.000000", None]
    assert client.get(f"items/{items[0]}").json["version"] == 1


def test_what_was_foreseen_is_done_and_stands_in_the_trail(client, items):
    body = {"ids": items, "values": {"reorder_point": "5"}}
    stamp = edit(client, body, dry=True).json["stamp"]
    done = edit(client, {**body, "stamp": stamp}).json
    assert (done["dry_run"], done["changed"]) == (False, 4)
    assert points(client) == ["5.000000"] * 4
    assert client.get("audit?action=inventory.item.update").json["total"] == 4
    assert_problem(edit(client, {**body, "stamp": stamp}), 412, "VERSION_MISMATCH")


def test_amounts_are_raised_by_percent_or_by_an_amount(client, items):
    told = edit(client, {"ids": items[:3], "adjust": {"reorder_point": {"percent": "10"}}}).json
    assert told["changed"] == 3
    assert points(client)[:3] == ["11.000000", "22.000000", "33.000000"]
    edit(client, {"ids": items[:3], "adjust": {"reorder_point": {"add": "-1.5"}}})
    assert points(client)[:3] == ["9.500000", "20.500000", "31.500000"]
    refused = edit(client, {"ids": items, "adjust": {"reorder_point": {"add": "1"}}}, dry=True).json
    assert (refused["refused"], refused["items"][3]["refused"]) == (1, "Reorder at is empty: nothing to raise.")


def test_records_that_a_rule_refuses_are_named_and_none_is_changed(client, items):
    client.patch(f"items/{items[1]}", {"maximum_stock": "3"}, version=1)
    body = {"ids": items[:3], "values": {"minimum_stock": "50"}}
    told = edit(client, body, dry=True).json
    assert [bool(row["refused"]) for row in told["items"]] == [False, True, False]
    refused = assert_problem(edit(client, body), 409, "EDIT_REFUSED")
    assert [row["id"] for row in refused["refused"]] == [items[1]]
    assert {row["minimum_stock"] for row in client.get("items").json["items"]} != {"50.000000"}


def test_records_are_found_as_a_list_finds_them(client, items):
    where = {"filters": {"reorder_point__gte": "20", "code__in": "I-2,I-3"}, "search": "item"}
    assert edit(client, {"where": where, "values": {"name": "Renamed"}}).json["changed"] == 2
    assert [row["name"] for row in client.get("items?sort=code").json["items"]] == [
        "Item 1", "Renamed", "Renamed", "Item 4",
    ]  # fmt: skip
    assert_problem(edit(client, {"where": {"filters": {"nonsense": "1"}}, "values": {"name": "X"}}), 422)
    assert_problem(edit(client, {"where": {"filters": {"code": "none"}}, "values": {"name": "X"}}), 422, field="ids")


@pytest.mark.parametrize(
    ("body", "field"),
    [({"values": {"name": "X"}}, "ids"), ({"ids": [], "values": {"name": "X"}}, "ids"), ({"ids": [1]}, "values"),
     ({"ids": [True], "values": {"name": "X"}}, "ids"), ({"ids": [1], "where": {}, "values": {}}, "ids"),
     ({"ids": "FIRST", "values": {"nonsense": 1}}, "nonsense"), ({"ids": "FIRST", "values": {"version": 1}}, "version"),
     ({"ids": "FIRST", "adjust": {"name": {"add": "1"}}}, "name"), ({"ids": "FIRST", "values": []}, "values"),
     ({"ids": "FIRST", "adjust": {"reorder_point": {"times": "2"}}}, "reorder_point"),
     ({"ids": "FIRST", "adjust": {"reorder_point": {"add": "NaN"}}}, "reorder_point"),
     ({"ids": "FIRST", "values": {"reorder_point": "1"}, "adjust": {"reorder_point": {"add": "1"}}}, "reorder_point"),
     ({"ids": "FIRST", "values": {"name": "X"}, "colour": 1}, "colour"), ({"ids": [1], "where": 5}, "ids"),
     ({"where": 5, "values": {"name": "X"}}, "where"), ({"where": {"filters": {"code": {}}}, "values": {}}, "where")],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_by_name(client, items, body, field):
    body = {**body, "ids": items[:1]} if body.get("ids") == "FIRST" else body
    assert_problem(edit(client, body), 422, field=field)


def test_too_many_at_once_are_refused(client, items, monkeypatch):
    monkeypatch.setattr("core.actions.editing.MOST", 3)
    found = assert_problem(edit(client, {"where": {}, "values": {"name": "X"}}), 422, field="ids")
    assert "At most 3 records" in found["detail"]


def test_other_tenants_and_people_without_the_right_change_nothing(client, other_client, items, app, kernel, tenant):
    from core.testing.clients import ApiClient
    from core.testing.house import make_member

    assert_problem(edit(other_client, {"ids": items, "values": {"name": "Mine"}}), 404)
    reader = ApiClient(app, make_member(kernel, tenant, ("inventory.item.read",)))
    assert_problem(edit(reader, {"ids": items, "values": {"name": "Mine"}}, dry=True), 403)
    assert {row["version"] for row in client.get("items").json["items"]} == {1}
