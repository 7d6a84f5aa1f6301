"""Every operation that the README's table promises is walked once, in the order in which a shop would use them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from core.testing.clients import ApiClient
from plugins.inventory.tests.test_readme import ROUTE, rows

SUCCESS = {"DELETE": (204,), "POST": (200, 201), "GET": (200,), "PATCH": (200,)}


class Walk:
    """Calls operations of the table by their route and remembers which."""

    def __init__(self, owner: ApiClient, partner: ApiClient) -> None:
        self.owner, self.partner = owner, partner
        self.walked: set[tuple[str, str]] = set()

    def go(
        self, method: str, route: str, body: Any = None, *, id: int | None = None, asking: str = "",
        by: ApiClient | None = None,
    ) -> Any:  # fmt: skip
        """Call an operation, which must succeed, and return its answer."""
        self.walked.add((method, route))
        path = route.replace("{id}", str(id)) + (f"?{asking}" if asking else "")
        answer = (by or self.owner).send(method, path, body, headers={"If-Match": "*"})
        assert answer.status_code in SUCCESS[method], (method, path, answer.text)
        return answer.get_json(silent=True) if answer.is_json else answer.text

    def unit(self, code: str) -> int:
        """Return the id of a unit."""
        return self.go("GET", "admin/uom", asking=f"code={code}")["items"][0]["id"]


@pytest.fixture
def walk(client: ApiClient, client_with: Callable[..., ApiClient]) -> Walk:
    """A walk by the owner, with a partner who decides what the owner asked for."""
    return Walk(client, client_with(is_owner=True))


def test_every_operation_of_the_table_answers_as_promised(walk: Walk) -> None:
    measure(walk)
    places = keep_places(walk)
    items = write_the_catalogue(walk)
    group_items(walk, items)
    take_stock_in(walk, items, places)
    let_stock_out(walk, items, places)
    put_stock_right(walk, items, places)
    ask(walk, items, places)
    promised = {route for row in rows() for route in ROUTE.findall(row["ours"])}
    assert sorted(promised - walk.walked) == []


def measure(walk: Walk) -> None:
    """Make a unit of the house, use it, correct its name and remove it."""
    batzen = walk.go("POST", "admin/uom", {"code": "batzen", "name": "Batzn", "unit_class": "mass", "numerator": "40"})
    walk.go("PATCH", "admin/uom/{id}", {"name": "Batzen"}, id=batzen["id"])
    assert walk.go("GET", "admin/uom/{id}", id=batzen["id"])["name"] == "Batzen"
    asked = {"amount": "2.5", "from_unit_id": batzen["id"], "to_unit_id": walk.unit("g")}
    assert Decimal(walk.go("POST", "admin/uom/convert", asked)["converted_amount"]) == 100
    walk.go("DELETE", "admin/uom/{id}", id=batzen["id"])


def keep_places(walk: Walk) -> dict[str, int]:
    """Open a shelf and a stall, let the partner work at the stall, close the shelf."""
    made = [walk.go("POST", "admin/locations", {"code": code, "name": code.title()})["id"] for code in ("STALL", "OLD")]
    walk.go("PATCH", "admin/locations/{id}", {"name": "Market stall"}, id=made[0])
    assert walk.go("GET", "admin/locations/{id}", id=made[0])["name"] == "Market stall"
    assert walk.partner.member is not None
    partner = {"member_id": walk.partner.member.actor.member_id}
    walk.go("POST", "admin/locations/{id}/assign", partner, id=made[0])
    walk.go("POST", "admin/locations/{id}/unassign", partner, id=made[0])
    walk.go("DELETE", "admin/locations/{id}", id=made[1])
    known = {place["code"]: place["id"] for place in walk.go("GET", "admin/locations")["items"]}
    assert set(known) == {"MAIN", "STALL"}
    return known


def write_the_catalogue(walk: Walk) -> dict[str, int]:
    """Write items one by one, by copy and by import; change, find and remove them."""
    gram, piece = walk.unit("g"), walk.unit("each")
    oil = {"code": "OIL", "name": "Olive oil", "base_unit_id": gram, "reorder_point": "500", "allow_negative": True}
    soap = {"code": "SOAP", "name": "Soap", "kind": "finished", "base_unit_id": piece, "reorder_point": "20"}
    ids = {row["code"]: walk.go("POST", "items", row)["id"] for row in (oil, soap)}
    copied = walk.go("POST", "items/{id}/duplicate", {"code": "OIL-2"}, id=ids["OIL"])
    walk.go("DELETE", "items/{id}", id=copied["id"])
    walk.go("PATCH", "items/{id}", {"selling_price": "4.50"}, id=ids["SOAP"])
    walk.go("POST", "items/bulk-update", {"ids": [ids["SOAP"]], "price_change_percent": "10"})
    assert Decimal(walk.go("GET", "items/{id}", id=ids["SOAP"])["selling_price"]) == Decimal("4.95")
    walk.go("POST", "items/import", [{"code": "LYE", "name": "Lye", "base_unit": "g"}])
    assert [item["code"] for item in walk.go("GET", "items", asking="kind=finished")["items"]] == ["SOAP"]
    assert [item["code"] for item in walk.go("GET", "items/search", asking="q=olive")] == ["OIL"]
    assert "Olive oil" in str(walk.go("GET", "items/export", asking="format=csv"))
    assert walk.go("GET", "items/{id}/bom", id=ids["SOAP"])["bills"] == []
    return ids


def group_items(walk: Walk, items: dict[str, int]) -> None:
    """Put items into categories, families and materials."""
    category = walk.go("POST", "items/categories", {"name": "Oil"})["id"]
    walk.go("PATCH", "items/categories/{id}", {"name": "Oils"}, id=category)
    assert [row["name"] for row in walk.go("GET", "items/categories")["items"]] == ["Oils"]
    walk.go("DELETE", "items/categories/{id}", id=category)
    red = walk.go("POST", "materials/colors", {"code": "RED", "name": "Red"})
    assert [row["id"] for row in walk.go("GET", "materials/colors")["items"]] == [red["id"]]
    made = [walk.go("POST", "materials", {"code": code, "name": code.title()})["id"] for code in ("OLIVE", "PALM")]
    walk.go("PATCH", "materials/{id}", {"density": "0.915"}, id=made[0])
    assert Decimal(walk.go("GET", "materials/{id}", id=made[0])["density"]) == Decimal("0.915")
    walk.go("DELETE", "materials/{id}", id=made[1])
    assert [row["code"] for row in walk.go("GET", "materials")["items"]] == ["OLIVE"]
    walk.go("PATCH", "items/{id}", {"material_id": made[0]}, id=items["OIL"])
    assert [row["code"] for row in walk.go("GET", "materials/{id}/products", id=made[0])] == ["OIL"]
    assert [row["code"] for row in walk.go("GET", "materials/pricing")] == ["OLIVE"]
    family = walk.owner.post("item-families", {"code": "SOAPS", "name": "Soaps", "attribute_names": ["scent"]}).json
    walk.go("PATCH", "items/{id}", {"family_id": family["id"], "variant": {"scent": "rose"}}, id=items["SOAP"])
    [variant] = walk.go("GET", "item-families/{id}/variants", id=family["id"])["variants"]
    assert variant["code"] == "SOAP"


def take_stock_in(walk: Walk, items: dict[str, int], places: dict[str, int]) -> None:
    """Open the books with soap, and receive oil: 1 kg at 0.01, on one delivery."""
    opening = {"item_code": "SOAP", "quantity": "30", "unit_cost": "2"}
    walk.go("POST", "inventory/opening-stock", {"rows": [opening]})
    line = {"item_id": items["OIL"], "quantity": "1000", "unit_cost": "0.01", "lot_number": "OIL-A"}
    receipt = walk.go("POST", "receipts", {"location_id": places["MAIN"], "supplier_name": "Mill", "lines": [line]})
    assert walk.owner.post(f"receipts/{receipt['id']}/post", {}).json["state"] == "posted"
    [lot] = walk.go("GET", "lots", asking=f"item_id={items['OIL']}")["items"]
    assert (lot["number"], Decimal(lot["unit_cost"])) == ("OIL-A", Decimal("0.01"))


def let_stock_out(walk: Walk, items: dict[str, int], places: dict[str, int]) -> None:
    """Move 400 g to the stall, refuse to move more, use 700 g of 600 g with leave, hold 5 pieces of soap."""
    wanted = {"from_location_id": places["MAIN"], "to_location_id": places["STALL"]}
    for verb, quantity in (("approve", "400"), ("reject", "50")):
        line = {"item_id": items["OIL"], "quantity": quantity}
        transfer = walk.go("POST", "transfers", {**wanted, "lines": [line]})
        assert walk.owner.post(f"transfers/{transfer['id']}/request", {}).status_code == 200
        decided = {"reason": "Not today"} if verb == "reject" else {}
        walk.go("POST", f"transfers/{{id}}/{verb}", decided, id=transfer["id"], by=walk.partner)
    told = {row["state"] for row in walk.go("GET", "transfers")["items"]}
    assert told == {"completed", "rejected"}
    assert walk.go("GET", "transfers/{id}", id=transfer["id"])["state"] == "rejected"
    line = {"item_id": items["OIL"], "quantity": "700"}
    issue = walk.go("POST", "issues", {"location_id": places["MAIN"], "lines": [line]})
    assert walk.owner.post(f"issues/{issue['id']}/request-approval", {"reason": "Order waits"}).status_code == 200
    walk.go("POST", "issues/{id}/approve-negative", {}, id=issue["id"], by=walk.partner)
    assert Decimal(walk.go("GET", "issues/{id}", id=issue["id"])["total_value"]) == 7
    [row] = walk.go("GET", "inventory/negative-inventory-report")
    assert (row["code"], Decimal(row["on_hand"])) == ("OIL", -100)
    held = {"item_id": items["SOAP"], "location_id": places["MAIN"], "quantity": "5"}
    assert Decimal(walk.go("POST", "reservations", held)["held"]) == 5


def put_stock_right(walk: Walk, items: dict[str, int], places: dict[str, int]) -> None:
    """Throw a broken bar away, count the rest, restock the oil, and find the books in order."""
    broken = {"item_id": items["SOAP"], "quantity": "1"}
    document = {"adjustment_type": "damaged", "location_id": places["MAIN"], "lines": [broken]}
    adjustment = walk.go("POST", "inventory/adjustments", document)
    assert Decimal(walk.owner.post(f"inventory/adjustments/{adjustment['id']}/post", {}).json["total_value"]) == -2
    counted = {"item_id": items["SOAP"], "new_on_hand_quantity": "28", "adjustment_reason": "Count"}
    assert Decimal(walk.go("POST", "inventory/adjust-quantity", counted)["change_of_value"]) == -2
    oil = {"item_id": items["OIL"], "adjustment_type": "restock", "quantity": "150", "unit_cost": "0.02"}
    restocked = walk.go("POST", "admin/inventory-transactions/batch-adjustment", {"adjustments": [oil]})
    assert Decimal(restocked["total_cost_change"]) == 2, "it cost 3.00, and 100 g had left for 1.00 instead of 2.00"
    assert len(walk.go("GET", "inventory/adjustments")["items"]) == 3
    assert walk.go("POST", "inventory/validate-consistency", {})["differences"] == []


def ask(walk: Walk, items: dict[str, int], places: dict[str, int]) -> None:
    """Ask for stock in every way there is: 400 g of oil at the stall, 50 g and 28 bars in the store."""
    oil = walk.go("GET", "items/{id}/inventory", id=items["OIL"])
    assert (Decimal(oil["on_hand"]), Decimal(oil["value"])) == (450, 5)
    assert [row["code"] for row in walk.go("GET", "items/low-stock")] == ["OIL"]
    wanted = {"items": [{"item_id": items["SOAP"], "quantity": "24"}]}
    [checked] = walk.go("POST", "check-stock", wanted)["items"]
    assert (checked["status"], Decimal(checked["available"])) == ("LOW", 23)
    newest = walk.go("GET", "items/{id}/transactions", id=items["OIL"])["items"][0]
    assert walk.go("GET", "admin/inventory-transactions/{id}", id=newest["id"])["item_id"] == items["OIL"]
    everything = len(walk.go("GET", "admin/inventory-transactions")["items"])
    for route, ids in (("by-product", items), ("by-location", places)):
        read = [walk.go("GET", f"admin/inventory-transactions/{route}/{{id}}", id=id)["items"] for id in ids.values()]
        assert sum(map(len, read)) == everything
    assert len(walk.go("GET", "stock/levels", asking="kind=finished")) == 1
    assert walk.go("GET", "stock/summary", asking="kind=raw")["items_in_stock"] == 1
    assert len(walk.go("GET", "stock/consolidated")["rows"]) == 3
    assert len(walk.go("GET", "reports/stock-now")["rows"]) == 2
    assert len(walk.go("GET", "reports/receipts")["rows"]) == 2
    assert len(walk.go("GET", "reports/issues")["rows"]) == 1
    assert len(walk.go("GET", "issues", asking=f"location_id={places['MAIN']}")["items"]) == 1
    assert walk.go("GET", "admin/locations/{id}/dashboard", id=places["STALL"])["location"]["code"] == "STALL"
