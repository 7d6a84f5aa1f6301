"""Two pairs of eyes: whoever asks for a transfer or for stock below zero does not approve it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from core.testing.clients import ApiClient
from plugins.inventory.models import Transfer
from plugins.inventory.tests.shop import Shop

RIGHTS = ("inventory.*", "kernel.approval.*")


@dataclass
class Asked:
    """A document that waits: its path, who asked, and who decides."""

    path: str
    clerk: ApiClient
    boss: ApiClient

    @property
    def document(self) -> dict[str, Any]:
        """The document as it is now."""
        return self.boss.get(self.path).json

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """The requests that nobody decided yet."""
        return self.boss.get("approvals?state=pending").json["items"]


@pytest.fixture
def transfer(unit: Any, client_with: Callable[..., ApiClient]) -> Asked:
    """Forty grams of oil are wanted in the kitchen."""
    with unit() as ctx:
        shop = Shop(ctx)
        oil = shop.item("OIL")
        shop.receive(oil, 100, "0.01")
        places = {"from_location_id": shop.store, "to_location_id": shop.place("KITCHEN")}
        lines = [{"item_id": oil.id, "quantity": "40"}]
    clerk, boss = client_with(*RIGHTS), client_with(*RIGHTS)
    path = f"transfers/{clerk.post('transfers', {**places, 'lines': lines}).json['id']}"
    assert clerk.post(f"{path}/request", {}).status_code == 200
    return Asked(path, clerk, boss)


@pytest.fixture
def issue(unit: Any, client_with: Callable[..., ApiClient]) -> Asked:
    """Five grams of glue are wanted that are not there."""
    with unit() as ctx:
        shop = Shop(ctx)
        glue, store = shop.item("GLUE", allow_negative=True).id, shop.store
    clerk, boss = client_with(*RIGHTS), client_with(*RIGHTS)
    lines = [{"item_id": glue, "quantity": "5"}]
    path = f"issues/{clerk.post('issues', {'location_id': store, 'issue_type': 'use', 'lines': lines}).json['id']}"
    refused = clerk.post(f"{path}/post", {})
    assert (refused.status_code, refused.json["code"]) == (409, "INSUFFICIENT_STOCK")
    assert refused.json["may_be_approved"] is True
    assert clerk.post(f"{path}/request-approval", {"reason": "urgent"}).status_code == 200
    return Asked(path, clerk, boss)


def test_somebody_else_approves_a_transfer(transfer: Asked) -> None:
    own = transfer.clerk.post(f"{transfer.path}/approve", {})
    assert (own.status_code, own.json["code"]) == (403, "OWN_APPROVAL")
    assert transfer.document["state"] == "pending_approval"
    assert transfer.boss.post(f"{transfer.path}/approve", {"note": "fine"}).status_code == 200
    done = transfer.document
    assert (done["state"], Decimal(done["total_value"])) == ("completed", Decimal("0.4"))
    assert done["approved_by_id"] == transfer.boss.member.actor.user_id
    assert transfer.waiting == []
    twice = transfer.boss.post(f"{transfer.path}/approve", {})
    assert (twice.status_code, twice.json["code"]) == (409, "INVALID_STATE")


def test_the_list_of_approvals_is_the_same_door(transfer: Asked) -> None:
    [waiting] = transfer.waiting
    assert transfer.clerk.post(f"approvals/{waiting['id']}/approve", {}).status_code == 403
    assert transfer.boss.post(f"approvals/{waiting['id']}/approve", {}).status_code == 200
    assert transfer.document["state"] == "completed"


def test_a_rejected_transfer_says_why(transfer: Asked) -> None:
    assert transfer.boss.post(f"{transfer.path}/reject", {"reason": "we need it here"}).status_code == 200
    assert (transfer.document["state"], transfer.document["decision_reason"]) == ("rejected", "we need it here")
    assert transfer.boss.post(f"{transfer.path}/approve", {}).json["code"] == "INVALID_STATE"


def test_a_cancelled_transfer_waits_for_nobody(transfer: Asked) -> None:
    assert transfer.clerk.post(f"{transfer.path}/cancel", {}).status_code == 200
    assert (transfer.document["state"], transfer.waiting) == ("cancelled", [])


def test_a_transfer_whose_request_is_withdrawn_is_a_draft_again(transfer: Asked) -> None:
    """Forty grams are too many: the clerk takes the request back, writes thirty and asks again."""
    [waiting] = transfer.waiting
    assert transfer.clerk.post(f"approvals/{waiting['id']}/withdraw", {}).status_code == 200
    draft = transfer.document
    assert (draft["state"], transfer.waiting) == ("draft", [])
    line = {"id": draft["lines"][0]["id"], "quantity": "30"}
    changed = transfer.clerk.patch(transfer.path, {"lines": [line]}, version=draft["version"])
    assert changed.status_code == 200, changed.text
    assert transfer.clerk.post(f"{transfer.path}/request", {}).status_code == 200
    assert transfer.boss.post(f"{transfer.path}/approve", {}).status_code == 200
    assert Decimal(transfer.document["total_value"]) == Decimal("0.3")


def test_an_issue_whose_request_is_withdrawn_can_be_cancelled(issue: Asked) -> None:
    [waiting] = issue.waiting
    assert issue.clerk.post(f"approvals/{waiting['id']}/withdraw", {}).status_code == 200
    assert issue.document["state"] == "draft"
    assert issue.clerk.post(f"{issue.path}/cancel", {}).status_code == 200
    assert (issue.document["state"], issue.waiting) == ("cancelled", [])


def ask(unit: Any, asked: Asked, asker: ApiClient, action: str) -> int:
    """Let another module ask something else about a transfer; returns the request."""
    with unit() as ctx:
        request = ctx.request_approval(ctx.get(Transfer, asked.document["id"]), action, reason="wrong kitchen")
        request.requester_id = asker.member.actor.user_id
        return request.id


@pytest.mark.parametrize("verb", ["reject", "withdraw"])
def test_what_else_is_asked_about_a_transfer_leaves_it_as_it_is(transfer: Asked, unit: Any, verb: str) -> None:
    assert transfer.boss.post(f"{transfer.path}/approve", {}).status_code == 200
    request = ask(unit, transfer, transfer.clerk, "inventory.transfer.reverse")
    who, note = (transfer.clerk, {}) if verb == "withdraw" else (transfer.boss, {"note": "it was right"})
    assert who.post(f"approvals/{request}/{verb}", note).status_code == 200
    assert (transfer.document["state"], transfer.waiting) == ("completed", [])


def test_a_request_about_something_else_lets_nobody_approve_their_own_transfer(transfer: Asked, unit: Any) -> None:
    [waiting] = transfer.waiting
    assert transfer.clerk.post(f"approvals/{waiting['id']}/withdraw", {}).status_code == 200
    other = ask(unit, transfer, transfer.boss, "inventory.transfer.update")
    assert transfer.clerk.post(f"{transfer.path}/request", {}).status_code == 200
    own = transfer.clerk.post(f"{transfer.path}/approve", {})
    assert (own.status_code, own.json["code"]) == (403, "OWN_APPROVAL")
    assert transfer.boss.post(f"{transfer.path}/approve", {}).status_code == 200
    assert [request["id"] for request in transfer.waiting] == [other]


def test_somebody_else_lets_goods_go_below_zero(issue: Asked) -> None:
    own = issue.clerk.post(f"{issue.path}/approve-negative", {})
    assert (own.status_code, own.json["code"]) == (403, "OWN_APPROVAL")
    assert issue.boss.post(f"{issue.path}/approve-negative", {"note": "fine"}).status_code == 200
    assert (issue.document["state"], issue.document["approved_by_id"]) == ("posted", issue.boss.member.actor.user_id)
    below = issue.boss.get("inventory/negative-inventory-report").json
    assert [Decimal(row["on_hand"]) for row in below] == [-5]


def test_a_rejected_issue_may_be_changed_and_asked_for_again(issue: Asked) -> None:
    [waiting] = issue.waiting
    assert issue.boss.post(f"approvals/{waiting['id']}/reject", {"note": "buy first"}).status_code == 200
    assert issue.document["state"] == "draft"
    assert issue.clerk.post(f"{issue.path}/request-approval", {"reason": "still urgent"}).status_code == 200
    assert issue.boss.post(f"{issue.path}/approve-negative", {}).status_code == 200


def test_without_the_right_nobody_approves(issue: Asked, client_with: Callable[..., ApiClient]) -> None:
    reader = client_with("inventory.*.read", "kernel.approval.*")
    assert reader.post(f"{issue.path}/approve-negative", {}).status_code == 403
    [waiting] = issue.waiting
    assert reader.post(f"approvals/{waiting['id']}/approve", {}).status_code == 403
    assert issue.document["state"] == "pending_approval"
