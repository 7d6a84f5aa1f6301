"""Lines are written with their document: added, changed, removed, and each fault by its place."""

import pytest

from tests.web.conftest import assert_problem


def lines(room, receipt):
    return room.read(f"receipts/{receipt['id']}")["lines"]


def test_lines_come_change_and_go_in_one_request(room):
    receipt = room.receipt(room.line("1"), room.line("2"), room.line("3"))
    first, second, third = receipt["lines"]
    body = {"lines": [{"id": third["id"], "quantity": "30"}, {"id": first["id"]}, room.line("4", lot_number="NEW")]}
    changed = room.client.patch(f"receipts/{receipt['id']}", body, version=1).get_json()
    told = {line["id"]: line for line in changed["lines"]}
    assert second["id"] not in told
    assert (told[third["id"]]["quantity"], told[third["id"]]["unit_cost"]) == ("30.000000", "2.000000")
    assert told[first["id"]]["quantity"] == "1.000000"
    assert [line["lot_number"] for line in changed["lines"]].count("NEW") == 1
    assert changed["version"] == 2
    assert lines(room, receipt) == changed["lines"]
    kept = room.client.patch(f"receipts/{receipt['id']}", {"notes": "x"}, version=2).get_json()
    assert kept["lines"] == changed["lines"]
    assert room.client.patch(f"receipts/{receipt['id']}", {"lines": []}, version=3).get_json()["lines"] == []


def test_lines_with_a_place_keep_the_order_sent(room):
    recipe = room.make(
        "recipes", name="Soap", yield_qty="100", yield_unit_id=room.gram,
        ingredients=[{"item_id": room.item, "quantity": str(n), "unit_id": room.gram} for n in (1, 2, 3)],
    )  # fmt: skip
    order = [recipe["ingredients"][n]["id"] for n in (2, 0, 1)]
    body = {"ingredients": [{"id": line_id, "position": n} for n, line_id in enumerate(order, 1)]}
    changed = room.client.patch(f"recipes/{recipe['id']}", body, version=recipe["version"])
    assert changed.status_code == 200, changed.text
    assert [line["id"] for line in changed.get_json()["ingredients"]] == order


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": "0"}, "lines.1.quantity"), ({"quantity": "NaN"}, "lines.1.quantity"),
        ({"quantity": None}, "lines.1.quantity"), ({"item_id": 987654321}, "lines.1.item_id"),
        ({"item_id": "lye"}, "lines.1.item_id"), ({"unit_cost": "-1"}, "lines.1.unit_cost"),
        ({"value": "5"}, "lines.1.value"), ({"nonsense": 1}, "lines.1.nonsense"), ({"id": 987654321}, "lines.1.id"),
        ({"id": -1}, "lines.1.id"), ({"id": "x"}, "lines.1.id"), ({"receipt_id": 1}, "lines.1.receipt_id"),
        ({"tenant_id": 1}, "lines.1.tenant_id"), ({"expires_on": "2026-02-30"}, "lines.1.expires_on"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_its_line(room, change, field):
    body = {"location_id": room.store, "lines": [room.line(), room.line(**change)]}
    assert_problem(room.client.post("receipts", body), 422, field=field)
    assert room.read("receipts")["total"] == 0


def test_a_missing_field_of_a_new_line_is_named(room):
    body = {"location_id": room.store, "lines": [room.line(), {"unit_cost": "1"}]}
    found = assert_problem(room.client.post("receipts", body), 422)
    assert set(found["errors"]) == {"lines.1.item_id", "lines.1.quantity"}


def test_a_line_of_another_document_or_twice_the_same_is_refused(room):
    other = room.receipt(room.line("9"))["lines"][0]["id"]
    receipt = room.receipt(room.line("1"))
    own = receipt["lines"][0]["id"]
    path = f"receipts/{receipt['id']}"
    for body, field in (
        ([{"id": own}, {"id": other, "quantity": "5"}], "lines.1.id"),
        ([{"id": own, "quantity": "5"}, {"id": own, "quantity": "6"}], "lines.1.id"),
    ):
        assert_problem(room.client.patch(path, {"lines": body}, version=1), 422, field=field)
    assert lines(room, receipt) == receipt["lines"]
    fresh = {"location_id": room.store, "lines": [{**room.line(), "id": other}]}
    assert_problem(room.client.post("receipts", fresh), 422, field="lines.0.id")


def test_a_posted_document_is_not_changed_any_more(room):
    receipt = room.stocked()
    version = room.read(f"receipts/{receipt['id']}")["version"]
    for method, body in (("PATCH", {"lines": []}), ("PATCH", {"notes": "x"}), ("DELETE", None)):
        answer = room.client.send(method, f"receipts/{receipt['id']}", body, version=version)
        assert_problem(answer, 409, "INVALID_STATE")
    draft = room.receipt(room.line())
    assert_problem(room.client.patch(f"receipts/{draft['id']}", {"state": "posted"}, version=1), 422, field="state")
