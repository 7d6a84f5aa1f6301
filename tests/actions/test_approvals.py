"""A second pair of eyes: never one's own, never without the right, never too late."""

from datetime import timedelta

import pytest

from core.testing.clients import ApiClient
from core.testing.house import make_member
from plugins.inventory.models import Item
from tests.web.conftest import assert_problem

WAREHOUSE = ["inventory.*", "kernel.approval.*"]


@pytest.fixture
def transfer(room):
    """A transfer that waits."""
    room.stocked()
    made = room.make("transfers", from_location_id=room.store, to_location_id=room.shop,
                     lines=[{"item_id": room.item, "quantity": "40"}])  # fmt: skip
    asked = room.client.post(f"transfers/{made['id']}/request")
    assert (asked.status_code, asked.get_json()["state"]) == (200, "pending_approval")
    return made


def waiting(room):
    return room.read("approvals?state=pending")["items"]


def state(room, transfer):
    return room.read(f"transfers/{transfer['id']}")["state"]


def at_shop(room):
    return room.read(f"stock?location_id={room.shop}&fields=on_hand")["items"]


def test_nobody_decides_what_they_asked_for(room, transfer):
    approval = waiting(room)[0]
    assert (approval["resource"], approval["record_id"], approval["state"]) == (
        "inventory.transfer", transfer["id"], "pending",
    )  # fmt: skip
    for verb, body in (("approve", {}), ("reject", {"note": "no"})):
        assert_problem(room.client.post(f"approvals/{approval['id']}/{verb}", body), 403, "OWN_APPROVAL")
    assert (state(room, transfer), at_shop(room)) == ("pending_approval", [])


def test_approving_runs_what_waits(room, transfer, client_with):
    reviewer = client_with(*WAREHOUSE)
    approval = waiting(room)[0]
    decided = reviewer.post(f"approvals/{approval['id']}/approve", {"note": "go"}).get_json()
    assert (decided["state"], decided["decision"]) == ("approved", "go")
    assert decided["reviewer_id"] == reviewer.member.actor.user_id
    assert state(room, transfer) == "completed"
    assert [row["on_hand"] for row in at_shop(room)] == ["40.000000"]
    assert_problem(reviewer.post(f"approvals/{approval['id']}/approve"), 409, "INVALID_STATE")


def test_rejecting_changes_nothing_else(room, transfer, client_with):
    reviewer = client_with(*WAREHOUSE)
    approval = waiting(room)[0]
    assert_problem(reviewer.post(f"approvals/{approval['id']}/reject"), 422, field="note")
    assert reviewer.post(f"approvals/{approval['id']}/reject", {"note": "too much"}).status_code == 200
    assert (state(room, transfer), at_shop(room)) == ("rejected", [])


def test_who_may_not_do_it_may_not_approve_it(room, transfer, client_with):
    onlooker = client_with("kernel.approval.*", "inventory.*.read")
    approval = waiting(room)[0]
    found = assert_problem(onlooker.post(f"approvals/{approval['id']}/approve"), 403, "FORBIDDEN")
    assert found["permission"].startswith("inventory.transfer.")
    assert_problem(client_with("inventory.*").post(f"approvals/{approval['id']}/approve"), 403)
    assert state(room, transfer) == "pending_approval"


def test_a_request_is_withdrawn_by_who_asked(room, transfer, client_with):
    approval = waiting(room)[0]
    assert_problem(client_with(*WAREHOUSE).post(f"approvals/{approval['id']}/withdraw"), 403, "NOT_YOUR_REQUEST")
    assert room.client.post(f"approvals/{approval['id']}/withdraw").get_json()["state"] == "cancelled"
    assert state(room, transfer) == "draft"


def test_what_cannot_be_done_any_more_stays_undecided(room, transfer, client_with):
    issue = room.make("issues", location_id=room.store, lines=[{"item_id": room.item, "quantity": "90"}])
    assert room.client.post(f"issues/{issue['id']}/post").status_code == 200
    approval = waiting(room)[0]
    assert_problem(client_with(*WAREHOUSE).post(f"approvals/{approval['id']}/approve"), 409)
    assert (waiting(room), state(room, transfer)) == ([approval], "pending_approval")


def test_a_request_expires_and_is_made_once(room, unit, client_with):
    with unit() as ctx:
        item = ctx.get(Item, room.item)
        asked = {"reason": "price", "selling_price": "9", "expires_at": ctx.now() + timedelta(hours=1)}
        first = ctx.request_approval(item, "inventory.item.bulk-update", **asked)
        assert ctx.request_approval(item, "inventory.item.bulk-update", **asked) is first
        first.expires_at = ctx.now() - timedelta(seconds=1)
        first_id = first.id
    reviewer = client_with(*WAREHOUSE)
    assert_problem(reviewer.post(f"approvals/{first_id}/approve"), 409, "APPROVAL_EXPIRED")
    assert room.read(f"items/{room.item}")["selling_price"] is None
    with unit() as ctx:
        again = ctx.request_approval(ctx.get(Item, room.item), "inventory.item.bulk-update", **asked)
        assert again.id != first_id
    assert room.read(f"approvals/{first_id}")["state"] == "cancelled"
    assert reviewer.post(f"approvals/{again.id}/approve").status_code == 200


def test_a_change_that_waits_asks_for_the_right_to_make_it(room, unit, client_with):
    with unit() as ctx:
        asked = ctx.request_approval(ctx.get(Item, room.item), "inventory.item.update", reason="price",
                                     selling_price="9")  # fmt: skip
        asked_id = asked.id
    onlooker = client_with("kernel.approval.*", "inventory.*.read")
    found = assert_problem(onlooker.post(f"approvals/{asked_id}/approve"), 403, "FORBIDDEN")
    assert found["permission"] == "inventory.item.update"
    assert client_with(*WAREHOUSE).post(f"approvals/{asked_id}/approve").status_code == 200
    assert room.read(f"items/{room.item}")["selling_price"] == "9.000000"


def test_nobody_decides_about_a_place_they_are_not_assigned_to(room, transfer, app, kernel, tenant):
    elsewhere = room.make("admin/locations", code="YARD", name="Yard")["id"]
    members = [make_member(kernel, tenant, WAREHOUSE, rules=["inventory.assigned_locations"]) for _ in range(2)]
    for place, member in zip((elsewhere, room.store), members, strict=True):
        room.client.post(f"admin/locations/{place}/assign", {"member_id": member.actor.member_id})
    stranger, keeper = (ApiClient(app, member) for member in members)
    path = f"approvals/{waiting(room)[0]['id']}"
    assert_problem(stranger.post(f"{path}/approve"), 404, "NOT_FOUND")
    assert_problem(stranger.post(f"{path}/reject", {"note": "no"}), 404, "NOT_FOUND")
    assert state(room, transfer) == "pending_approval"
    assert keeper.post(f"{path}/approve").status_code == 200
    assert state(room, transfer) == "completed"
