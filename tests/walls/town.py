"""A soap maker with a kitchen and a store: the cook works in the kitchen, and is to learn nothing of the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask

from core.kernel import Kernel
from core.tenancy.modules import TenantInfo
from core.testing.clients import ApiClient
from core.testing.house import make_member

RULES = ("inventory.assigned_locations", "recipes.assigned_locations")
ALL_OF_IT = ("inventory.*", "recipes.*", "kernel.approval.*", "kernel.audit.*", "kernel.bulk_edit.*", "kernel.import.*")


class Town:
    """Two places with goods, documents and batches; what the owner does is told in the words of the API."""

    def __init__(self, app: Flask, kernel: Kernel, tenant: TenantInfo) -> None:
        self.app, self.kernel, self.tenant = app, kernel, tenant
        self.owner, self.partner = (ApiClient(app, make_member(kernel, tenant, is_owner=True)) for _ in range(2))
        self.unit = {row["code"]: row["id"] for row in self.read("admin/uom?page_size=200")["items"]}
        self.store = self.read("admin/locations?is_default=true")["items"][0]["id"]
        self.kitchen, self.yard = (
            self.make("admin/locations", code=code, name=code.title()) for code in ("KIT", "YRD")
        )
        self.shelf = self.make("admin/locations", code="SHELF", name="Shelf", parent_id=self.kitchen)
        self.oil = self.item("OIL", density="0.92", shelf_life_days=90, is_perishable=True, reorder_point="400")
        self.lye, self.wax = self.item("LYE"), self.item("WAX", costing="weighted_average")
        self.glue = self.item("GLUE", allow_negative=True)
        self.soap = self.item("SOAP", kind="finished")
        self.recipe = self.make(
            "recipes", name="Olive Soap", yield_qty="1000", yield_unit_id=self.unit["g"], yield_item_id=self.soap,
            ingredients=[self.line(self.oil, "300"), self.line(self.lye, "50")],
        )  # fmt: skip
        self.do(f"recipes/{self.recipe}/activate")
        self.cook = self.member(ALL_OF_IT)

    def member(self, allow: Sequence[str], rules: Sequence[str] = RULES, at: int | None = None) -> ApiClient:
        """Return somebody who works in the kitchen, or at another place."""
        member = make_member(self.kernel, self.tenant, allow, rules=rules)
        self.do(f"admin/locations/{at or self.kitchen}/assign", member_id=member.actor.member_id)
        return ApiClient(self.app, member)

    # ---- what the owner does -----------------------------------------------------------------------------------------

    def make(self, path: str, **body: Any) -> int:
        """Make a record and return its id."""
        answer = self.owner.post(path, body)
        assert answer.status_code == 201, answer.text
        return int(answer.get_json()["id"])

    def do(self, path: str, who: ApiClient | None = None, **body: Any) -> Any:
        """Do something that must succeed."""
        answer = (who or self.owner).post(path, body)
        assert answer.status_code in (200, 201), answer.text
        return answer.get_json()

    def read(self, path: str) -> Any:
        """Read something as the owner."""
        answer = self.owner.get(path)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def item(self, code: str, **values: Any) -> int:
        """Make an article that is kept in grams."""
        return self.make("items", code=code, name=code.title(), base_unit_id=self.unit["g"], **values)

    def line(self, item: int, quantity: str, **values: Any) -> dict[str, Any]:
        """Return a line of a document."""
        return {"item_id": item, "quantity": quantity, "unit_id": self.unit["g"], **values}

    def receive(self, place: int, *lines: dict[str, Any], **values: Any) -> int:
        """Receive goods; returns the receipt."""
        receipt = self.make("receipts", location_id=place, lines=list(lines), **values)
        self.do(f"receipts/{receipt}/post")
        return receipt

    def issue(self, place: int, *lines: dict[str, Any]) -> int:
        """Take goods out."""
        issue = self.make("issues", location_id=place, issue_type="use", lines=list(lines))
        self.do(f"issues/{issue}/post")
        return issue

    def ask_for(self, start: int, end: int, item: int, quantity: str) -> int:
        """Ask for goods from one place at another; returns the transfer, which waits for an approval."""
        places = {"from_location_id": start, "to_location_id": end}
        transfer = self.make("transfers", **places, lines=[self.line(item, quantity)])
        self.do(f"transfers/{transfer}/request")
        return transfer

    def move(self, start: int, end: int, item: int, quantity: str) -> int:
        """Bring goods from one place to another."""
        transfer = self.ask_for(start, end, item, quantity)
        self.do(f"transfers/{transfer}/approve", self.partner)
        return transfer

    def count(self, place: int, item: int, counted: str) -> int:
        """Count an article."""
        count = self.make("counts", location_id=place, lines=[{"item_id": item}])
        lines = self.do(f"counts/{count}/start")["lines"]
        version = self.read(f"counts/{count}")["version"]
        counted_lines = [{"id": line["id"], "counted_quantity": counted} for line in lines]
        assert self.owner.patch(f"counts/{count}", {"lines": counted_lines}, version=version).status_code == 200
        self.do(f"counts/{count}/post")
        return count

    def a_month_at(self, place: int, name: str, times: int) -> None:
        """Let everything happen at a place that may: each figure is one of its own."""
        dear = {"unit_cost": f"0.0{times}7", "lot_number": f"{name}-LOT", "supplier_lot": f"{name}-S"}
        self.receive(place, self.line(self.oil, f"{times}111", **dear), self.line(self.lye, f"{times}22", **dear),
                     self.line(self.wax, f"{times}33", unit_cost="0.5"), supplier_name=f"{name} & Co")  # fmt: skip
        self.make("receipts", location_id=place, lines=[self.line(self.lye, "7")], supplier_name=f"{name} draft")
        self.issue(place, self.line(self.oil, f"{times}"), self.line(self.wax, f"{times}"))
        self.count(place, self.wax, f"{times}01")
        self.do("admin/inventory-transactions/batch-adjustment", adjustments=[
            {"item_id": self.lye, "quantity": f"{times}", "adjustment_type": "spoil", "location_id": place,
             "reason": f"{name} spoiled"}])  # fmt: skip
        self.make(
            "reservations", item_id=self.oil, location_id=place, quantity=f"{times}", customer_name=f"{name} buyer"
        )
        batch = self.do(f"recipes/{self.recipe}/start-batch", location_id=place, scale=f"0.{times}")["id"]
        self.do(f"batches/{batch}/finish", final_quantity=f"{times}91")
        self.do(f"recipes/{self.recipe}/plan-batch", location_id=place, scale=f"{times}", notes=f"{name} plan",
                due_date="2020-01-31")  # fmt: skip
        running = self.do(f"recipes/{self.recipe}/start-batch", location_id=place, scale=f"0.{times}")["id"]
        self.do(f"batches/{running}/start-timer", name=f"{name} timer", minutes=6000)
