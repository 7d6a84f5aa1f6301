"""Many records in one request: all of them or none, each fault by its place."""

import pytest

from tests.web.conftest import assert_problem, send_raw


def body(gram, code, **values):
    return {"code": code, "name": code, "base_unit_id": gram, **values}


def test_many_are_made_at_once(client, gram):
    answer = client.post("items", [body(gram, "A"), body(gram, "B", **{"brewing.alpha_acid": "4"})])
    assert answer.status_code == 201
    assert [item["code"] for item in answer.get_json()["items"]] == ["A", "B"]
    assert client.get("audit?resource=inventory.item").get_json()["total"] == 2


def test_every_fault_is_named_by_its_place_and_nothing_is_made(client, gram):
    rows = [body(gram, "A"), body(gram, ""), body(gram, "C", density="NaN"), {"code": "D"}, "E"]
    found = assert_problem(client.post("items", rows), 422)
    assert set(found["errors"]) == {"1.code", "1.name", "2.density", "3.name", "3.base_unit_id", "4.body"}
    jar = body(gram, "C", kind="container", capacity="1")
    rules = [body(gram, "A", minimum_stock="5", maximum_stock="4"), body(gram, "B"), jar]
    assert set(assert_problem(client.post("items", rules), 422)["errors"]) == {"0.maximum_stock", "2.capacity_unit_id"}
    assert_problem(client.post("items", [body(gram, "A"), body(987654, "B")]), 422, field="1.base_unit_id")
    assert_problem(client.post("items", [body(gram, "A"), body(gram, "A")]), 409, "DUPLICATE")
    assert client.get("items").get_json()["total"] == 0


@pytest.mark.parametrize("text", ["[]", "[" + "{}," * 1000 + "{}]", "[[]]", "[null]"])
def test_a_list_holds_one_to_a_thousand_records(standing, text):
    assert_problem(send_raw(standing.client, "POST", "items", text), 422)


def test_an_action_runs_on_all_or_none(client, gram):
    ids = [client.post("items", body(gram, code)).get_json()["id"] for code in "ABC"]
    answer = client.post("items/bulk-update", {"ids": ids[:2], "selling_price": "9.5"})
    assert [item["selling_price"] for item in answer.get_json()["items"]] == ["9.500000", "9.500000"]
    assert_problem(client.post("items/bulk-update", {"ids": [*ids, 999999999], "selling_price": "1"}), 404)
    assert_problem(client.post("items/bulk-update", {"ids": ids, "selling_price": "-1"}), 422, field="selling_price")
    prices = [item["selling_price"] for item in client.get("items").get_json()["items"]]
    assert prices == ["9.500000", "9.500000", None]


def test_a_record_named_twice_is_changed_once(client, gram):
    item = client.post("items", body(gram, "A", selling_price="100")).get_json()
    answer = client.post("items/bulk-update", {"ids": [item["id"]] * 3, "price_change_percent": "10"})
    assert [row["selling_price"] for row in answer.get_json()["items"]] == ["110.000000"]


@pytest.mark.parametrize(
    "ids",
    ["[]", "null", "5", '"1"', "[true]", '["1"]', "[1.5]", "[null]", "[[1]]", "[0]", "[-1]", "[1" + "0" * 30 + "]",
     "[9007199254740993]", "[" + "1," * 1000 + "1]"],
)  # fmt: skip
def test_ids_are_ids(standing, ids):
    answer = send_raw(standing.client, "POST", "items/bulk-update", f'{{"ids": {ids}}}')
    assert_problem(answer, 422, field="ids")


def test_one_that_may_not_stops_them_all(client, gram):
    place = client.post("admin/locations", {"code": "S", "name": "Store"}).get_json()["id"]
    item = client.post("items", body(gram, "A")).get_json()["id"]
    line = {"item_id": item, "quantity": "1", "unit_id": gram, "unit_cost": "1"}
    receipts = [
        client.post("receipts", {"location_id": place, "lines": lines}).get_json()["id"]
        for lines in ([line], [], [line])
    ]
    assert_problem(client.post("receipts/post", {"ids": receipts}), 422)
    assert [client.get(f"receipts/{n}").get_json()["state"] for n in receipts] == ["draft"] * 3
    assert client.post(f"receipts/{receipts[0]}/post").get_json()["state"] == "posted"
    found = assert_problem(client.post("receipts/post", {"ids": receipts[::2]}), 409, "INVALID_STATE")
    assert (found["record_id"], found["state"], found["allowed"]) == (receipts[0], "posted", ["draft"])
    assert client.get(f"receipts/{receipts[2]}").get_json()["state"] == "draft"
