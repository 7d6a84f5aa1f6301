"""Every operation that the README's table promises is walked once, as a client program would use them on one day."""

from __future__ import annotations

import pytest

from plugins.recipes.tests.test_api import documented_operations
from plugins.recipes.tests.workshop import make_item, soap_workshop, unit_id


class Walk:
    """Calls operations by the routes of the table and remembers which."""

    def __init__(self, client):
        self.client = client
        self.walked = set()

    def go(self, method, route, body=None, *, asking="", **ids):
        self.walked.add((method, route))
        path = route.format(**ids) + (f"?{asking}" if asking else "")
        answer = self.client.send(method, path, body)
        assert answer.status_code == 200, (method, path, answer.text)
        return answer.get_json()


@pytest.fixture
def shop(unit):
    with unit() as ctx:
        workshop = soap_workshop(ctx)
        tray = make_item(ctx, "TRAY", "container", "each")
        return workshop, tray.id, {code: unit_id(ctx, code) for code in ("g", "ml", "box")}


def test_every_operation_of_the_table_answers_as_promised(client, shop):
    workshop, tray, units = shop
    walk, items, recipe = Walk(client), workshop.items, workshop.recipe_id
    plan = walk.go("GET", "recipes/{id}/plan", id=recipe, asking="scale=2")
    assert (plan["can_start"], plan["projected"]["quantity"]) == (True, "2.000000")
    needed = {"lines": [{"item_id": items["LYE"], "quantity": "0.6", "unit_id": units["g"]}]}
    assert walk.go("POST", "recipes/check-stock", needed)["can_start"] is True
    assert walk.go("GET", "recipes/prefix", asking="name=Milk and Honey Soap") == {"prefix": "MAH"}
    choose_containers(walk, recipe, items["MOULD-80"], tray)
    mend(walk, items["COCONUT-OIL"], units)
    batch = make_one(walk, recipe, items["MOULD-80"])
    told = walk.go("GET", "batches/{id}/inventory-summary", id=batch["id"])
    assert str(batch["label"]) in str(told)
    [lot] = walk.go("GET", "lots", asking=f"item_id={items['LYE']}")["items"]
    assert lot["number"] == "LYE-1"
    promised = {(method, path) for _documented, method, path in documented_operations()}
    assert sorted(promised - walk.walked) == []


def choose_containers(walk, recipe, mould, tray):
    [allowed] = walk.go("GET", "recipes/{id}/containers", id=recipe)
    assert (allowed["container_id"], allowed["capacity"], allowed["unit"]) == (mould, "0.080000", "kg")
    problems = {one["container_id"]: one["problem"] for one in walk.go("GET", "containers")}
    assert problems[mould] is None
    assert problems[tray]["code"] == "CAPACITY_MISSING"


def mend(walk, oil, units):
    step = walk.go("GET", "next-steps/density/{id}", id=oil)["next_step"]
    assert (step["method"], step["path"], step["fill"]) == ("PATCH", f"/api/v1/items/{oil}", ["density"])
    asking = f"from_unit_id={units['box']}&to_unit_id={units['g']}&item_id={oil}"
    assert walk.go("GET", "next-steps/conversion", asking=asking)["code"] == "MISSING_CONVERSION"


def make_one(walk, recipe, mould):
    """1 kg in 13 moulds; 12 are enough after all, and all of them pass."""
    batch = walk.go("POST", "recipes/{id}/start-batch", {"quantity": "1"}, id=recipe)
    [line] = walk.go("GET", "batch-lines", asking=f"batch_id={batch['id']}&kind=container")["items"]
    assert walk.go("GET", "batch-lines/{id}", id=line["id"])["base_qty"] == "13.000000"
    fewer = {"line_id": line["id"], "adjustment_type": "quantity", "new_total_quantity": 12}
    walk.go("POST", "batches/{id}/adjust-container", fewer, id=batch["id"])
    finished = walk.go("POST", "batches/{id}/finish", {"final_quantity": "0.96"}, id=batch["id"])
    assert (finished["state"], finished["fill_efficiency"]) == ("finished", "100.0000")
    listed = walk.go("GET", "batches", asking=f"recipe_id={recipe}&state=finished")["items"]
    assert [one["id"] for one in listed] == [batch["id"]]
    return finished
