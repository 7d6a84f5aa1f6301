"""Requests are seen and decided as far as what they are about: no further, and one's own in any case."""

import pytest
import sqlalchemy as sa

from core.desk import search
from core.testing.clients import ApiClient, BrowserClient
from core.testing.house import make_member, switch_module_off
from plugins.inventory.models import Item
from tests.web.conftest import assert_problem

RULE = "inventory.assigned_locations"
WAREHOUSE = ["inventory.*", "kernel.approval.*", "kernel.audit.*"]


class Harbour:
    """Twelve transfers wait: six from the store to the shop, six from the quay to the shed."""

    def __init__(self, room, app, kernel, tenant):
        self.room, self.app, self.kernel, self.tenant = room, app, kernel, tenant
        self.quay, self.shed = (room.make("admin/locations", code=code, name=code)["id"] for code in ("QUAY", "SHED"))
        room.stocked("1000")
        receipt = room.make("receipts", location_id=self.quay, lines=[room.line("1000")])
        assert room.client.post(f"receipts/{receipt['id']}/post").status_code == 200
        self.owner = room.client
        self.far, self.near = [], []
        for _ in range(6):
            self.near.append(self.ask(room.store, room.shop))
            self.far.append(self.ask(self.quay, self.shed))
        # Somebody who works where the goods of the store go.
        self.shopkeeper = self.member(WAREHOUSE, room.shop)

    def ask(self, start, end, who=None):
        lines = [{"item_id": self.room.item, "quantity": "10"}]
        body = {"from_location_id": start, "to_location_id": end, "lines": lines}
        who = who or self.owner
        made = who.post("transfers", body).get_json()["id"]
        assert who.post(f"transfers/{made}/request").status_code == 200
        return made

    def member(self, allow, place, rules=(RULE,)):
        member = make_member(self.kernel, self.tenant, allow, rules=rules)
        self.assign(member, place)
        return ApiClient(self.app, member)

    def assign(self, member, place, verb="assign"):
        who = {"member_id": member.actor.member_id}
        assert self.owner.post(f"admin/locations/{place}/{verb}", who).status_code == 200

    def request_about(self, transfer):
        [found] = self.owner.get(f"approvals?record_id={transfer}").get_json()["items"]
        return found


@pytest.fixture
def harbour(room, app, kernel, tenant):
    return Harbour(room, app, kernel, tenant)


def about(answer):
    assert answer.status_code == 200, answer.text
    return [row["record_id"] for row in answer.get_json()["items"]]


def walk(client, query):
    """Read the requests page by page behind the cursor."""
    found, after = [], ""
    while after is not None:
        answer = client.get(f"approvals?{query}&after={after}")
        found += about(answer)
        after = answer.get_json()["next"]
    return found


def test_a_list_shows_requests_about_what_one_reads(harbour):
    keeper = harbour.shopkeeper
    listed = keeper.get("approvals?count=exact")
    assert about(listed) == harbour.near[::-1]
    assert listed.get_json()["total"] == 6
    assert walk(keeper, "page_size=4&sort=id") == harbour.near
    assert keeper.get("approvals?group_by=state").get_json()["groups"] == [{"state": "pending", "count": 6}]
    exported = keeper.get("approvals/export?format=json&fields=record_id").get_json()
    assert sorted(row["record_id"] for row in exported) == sorted(harbour.near)
    assert about(keeper.get(f"approvals?record_id__in={harbour.far[0]},{harbour.near[0]}")) == [harbour.near[0]]
    assert len(about(harbour.owner.get("approvals"))) == 12


def test_what_one_cannot_read_one_neither_sees_nor_decides(harbour):
    keeper, request = harbour.shopkeeper, harbour.request_about(harbour.far[0])
    path = f"approvals/{request['id']}"
    for answer in (
        keeper.get(path), keeper.get(f"{path}/history"), keeper.get(f"{path}/files"), keeper.get(f"{path}/comments"),
        keeper.post(f"{path}/approve"), keeper.post(f"{path}/reject", {"note": "no"}), keeper.post(f"{path}/withdraw"),
        keeper.post("approvals/approve", {"ids": [request["id"], harbour.request_about(harbour.near[0])["id"]]}),
    ):  # fmt: skip
        assert_problem(answer, 404, "NOT_FOUND")
    assert {row["state"] for row in harbour.owner.get("approvals").get_json()["items"]} == {"pending"}


def test_who_may_not_read_transfers_sees_no_request_about_one(harbour):
    clerk = harbour.member(["kernel.approval.*", "inventory.transfer.approve"], harbour.room.shop, rules=())
    assert about(clerk.get("approvals?count=exact")) == []
    path = f"approvals/{harbour.request_about(harbour.near[0])['id']}"
    assert_problem(clerk.get(path), 404)
    assert_problem(clerk.post(f"{path}/approve"), 404)


def test_pages_and_search_tell_no_more(harbour, monkeypatch):
    monkeypatch.setattr(search, "BUDGET_SECONDS", 60)
    near, far = (harbour.request_about(one[0])["id"] for one in (harbour.near, harbour.far))
    browser = BrowserClient(harbour.app, harbour.shopkeeper.member)
    listed = browser.get("/approvals").text
    assert f'/approvals/{near}"' in listed and f'/approvals/{far}"' not in listed
    assert (browser.get(f"/approvals/{near}").status_code, browser.get(f"/approvals/{far}").status_code) == (200, 404)
    assert browser.get(f"/approvals/{far}/do/approve").status_code == 404
    hits = harbour.shopkeeper.get("search?q=inventory.transfer.approve").text
    assert f"/approvals/{near}" in hits and f"/approvals/{far}" not in hits


def test_ones_own_request_stays_ones_own(harbour):
    """A clerk of the quay asks for goods and is sent elsewhere: the request is still theirs, the transfer is not."""
    clerk = harbour.member(WAREHOUSE, harbour.quay)
    transfer = harbour.ask(harbour.quay, harbour.shed, clerk)
    harbour.assign(clerk.member, harbour.quay, "unassign")
    [own] = clerk.get("approvals").get_json()["items"]
    assert (own["record_id"], own["state"]) == (transfer, "pending")
    assert_problem(clerk.get(f"transfers/{transfer}"), 404)
    number = harbour.owner.get(f"transfers/{transfer}").get_json()["number"]
    page = BrowserClient(harbour.app, clerk.member).get(f"/approvals/{own['id']}")
    assert page.status_code == 200 and number not in page.text.replace(own["reason"], "")
    withdrawn = clerk.post(f"approvals/{own['id']}/withdraw").get_json()
    assert withdrawn["state"] == "cancelled" and withdrawn["decided_at"] is not None
    assert harbour.owner.get(f"transfers/{transfer}").get_json()["state"] == "draft"


def test_reading_everything_is_not_deciding_everything(harbour):
    """A supervisor reads all transfers and approves those of the shop."""
    supervisor = harbour.member(["inventory.transfer.approve", "inventory.transfer.read"], harbour.room.shop)
    reader = harbour.owner.post("roles", {"key": "reader", "title": "Reader",
                                          "permissions": ["inventory.transfer.read", "kernel.approval.*"]})  # fmt: skip
    member_id = supervisor.member.actor.member_id
    held = [line["role_id"] for line in harbour.owner.get(f"members/{member_id}").get_json()["roles"]]
    body = {"role_ids": [*held, reader.get_json()["id"]]}
    assert harbour.owner.post(f"members/{member_id}/assign-roles", body).status_code == 200
    assert len(about(supervisor.get("approvals"))) == 12
    far = f"approvals/{harbour.request_about(harbour.far[0])['id']}"
    assert_problem(supervisor.post(f"{far}/approve"), 403, "OUT_OF_REACH")
    assert_problem(supervisor.post(f"{far}/reject", {"note": "no"}), 403, "OUT_OF_REACH")


def test_a_page_of_requests_asks_the_database_no_more_for_many(harbour):
    def statements():
        asked = []

        def note(_connection, _cursor, statement, *_more):
            asked.append(statement)

        sa.event.listen(harbour.kernel.engine, "before_cursor_execute", note)
        try:
            assert harbour.shopkeeper.get("approvals?page_size=3").status_code == 200
        finally:
            sa.event.remove(harbour.kernel.engine, "before_cursor_execute", note)
        return asked

    statements()
    few = statements()
    for _ in range(5):
        harbour.near.append(harbour.ask(harbour.room.store, harbour.room.shop))
    assert len(statements()) == len(few)


def test_the_arguments_of_a_request_are_for_who_may_see_them(harbour, unit):
    with unit() as ctx:
        item = ctx.get(Item, harbour.room.item)
        ctx.request_approval(item, "inventory.item.update", reason="price", standard_cost="0.42")
    reviewer, reader = (
        harbour.member(["inventory.item.*", *rights], harbour.room.shop, rules=())
        for rights in (["kernel.approval.*"], ["kernel.approval.read"])
    )
    [told] = reviewer.get("approvals").get_json()["items"]
    assert told["arguments"] == {"standard_cost": "0.42"}
    [told] = reader.get("approvals").get_json()["items"]
    assert "arguments" not in told
    assert "0.42" not in reader.get(f"approvals/{told['id']}/history").text


def test_a_request_of_a_cancelled_transfer_is_closed_with_the_moment_and_the_reason(harbour):
    transfer = harbour.near[0]
    assert harbour.owner.post(f"transfers/{transfer}/cancel").status_code == 200
    closed, number = harbour.request_about(transfer), harbour.owner.get(f"transfers/{transfer}").get_json()["number"]
    assert (closed["state"], closed["decision"]) == ("cancelled", f"{number} was cancelled.")
    assert closed["decided_at"] is not None and closed["reviewer_id"] is None


def test_the_trail_tells_nothing_of_records_beyond_reach(harbour):
    told = harbour.shopkeeper.get("audit?resource=inventory.transfer&page_size=200").get_json()["items"]
    assert {row["record_id"] for row in told} == set(harbour.near)
    requests = {row["id"] for row in harbour.shopkeeper.get("approvals").get_json()["items"]}
    told = harbour.shopkeeper.get("audit?resource=kernel.approval&page_size=200").get_json()["items"]
    assert {row["record_id"] for row in told} == requests
    auditor = harbour.member(["kernel.audit.*"], harbour.room.shop, rules=())
    told = auditor.get("audit?resource=inventory.transfer&page_size=200").get_json()["items"]
    assert {row["record_id"] for row in told} == {*harbour.near, *harbour.far}


def test_requests_of_a_module_that_is_off_are_gone_with_it(harbour):
    manager = harbour.member(["*"], harbour.room.shop, rules=())
    assert len(about(manager.get("approvals"))) == 12
    for module in ("brewing", "recipes", "inventory"):
        switch_module_off(harbour.kernel, harbour.tenant.id, module)
    assert about(manager.get("approvals?count=exact")) == []
    # Those who asked see that they did, and may take it back.
    assert len(about(harbour.owner.get("approvals"))) == 12
