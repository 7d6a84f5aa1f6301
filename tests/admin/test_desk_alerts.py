"""Alerts: everybody is told what is theirs to look at, once, until it changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.desk.alerts import findings
from core.kernel import Kernel
from core.services.models import Job
from core.tenancy.modules import TenantInfo
from core.testing import house
from core.testing.clients import ApiClient
from core.testing.plugin import OpenUnit


@pytest.fixture
def lye(client: ApiClient) -> int:
    """An item that is out of stock."""
    made = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": _gram(client), "reorder_point": "500"})
    return made.json["id"]


def _gram(client: ApiClient) -> int:
    return client.get("admin/uom?code=g").json["items"][0]["id"]


def _received(client: ApiClient, item_id: int, quantity: str, **line: Any) -> None:
    place = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar"}).json["id"]
    row = {"item_id": item_id, "quantity": quantity, "unit_id": _gram(client), "unit_cost": "0.01", **line}
    receipt = client.post("receipts", {"location_id": place, "supplier_name": "Chemist", "lines": [row]}).json["id"]
    assert client.post(f"receipts/{receipt}/post").status_code == 200


def _texts(client: ApiClient) -> list[str]:
    return [item["text"] for item in client.get("alerts").json["items"]]


def test_an_item_that_runs_out_is_told_of_until_there_is_enough(client: ApiClient, lye: int) -> None:
    told = client.get("alerts").json
    assert told["count"] == 1
    assert told["items"][0] == {
        "id": told["items"][0]["id"], "alert": "inventory.low_stock_alert", "title": "Low stock",
        "text": "Lye is out of stock", "detail": "0 g left, reorder at 500", "tone": "bad", "url": f"/items/{lye}",
    }  # fmt: skip
    _received(client, lye, "1000")
    assert client.get("alerts").json == {"items": [], "count": 0}


def test_what_was_put_aside_comes_back_when_it_says_something_else(client: ApiClient, lye: int) -> None:
    finding = client.get("alerts").json["items"][0]["id"]
    assert client.post("alerts/dismiss", {"ids": [finding]}).json == {"items": [], "count": 0}
    assert _texts(client) == []
    _received(client, lye, "100")
    assert _texts(client) == ["Lye is low"]


def test_what_was_put_aside_for_a_week_comes_back_by_itself(
    client: ApiClient, lye: int, kernel: Kernel, unit: OpenUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = client.get("alerts").json["items"][0]["id"]
    assert client.post("alerts/dismiss", {"ids": [finding], "days": 7}).json["count"] == 0
    assert client.member is not None
    clock = kernel.clock
    for days, told in ((6, []), (7, ["Lye is out of stock"])):
        monkeypatch.setattr(kernel, "clock", lambda days=days: clock() + timedelta(days=days))
        with unit(client.member.actor, readonly=True) as ctx:
            assert [item.text for item in findings(ctx)] == told


def test_putting_aside_is_each_persons_own_and_can_be_taken_back(
    client: ApiClient, client_with: Callable[..., ApiClient], lye: int
) -> None:
    colleague = client_with("inventory.stock.read")
    finding = client.get("alerts").json["items"][0]["id"]
    client.post("alerts/dismiss", {"ids": [finding]})
    assert _texts(colleague) == ["Lye is out of stock"]
    assert colleague.get("alerts").json["items"][0]["url"] == "", "no way to what they may not open"
    assert client.post("alerts/restore", {}).json["count"] == 1


def test_who_may_not_see_stock_hears_nothing_of_it(
    client: ApiClient,
    client_with: Callable[..., ApiClient],
    other_client: ApiClient,
    lye: int,
    kernel: Kernel,
    tenant: TenantInfo,
) -> None:
    finding = client.get("alerts").json["items"][0]["id"]
    for stranger in (client_with("recipes.batch.read"), other_client):
        assert _texts(stranger) == []
        assert stranger.post("alerts/dismiss", {"ids": [finding]}).status_code == 404
    for name in [*kernel.registry.dependents_of("inventory"), "inventory"]:
        house.switch_module_off(kernel, tenant.id, name)
    assert _texts(client) == []


@pytest.mark.parametrize(
    "body", [{}, {"ids": []}, {"ids": "x"}, {"ids": ["nope"]}, {"ids": [5]}, {"ids": [], "days": 0}]
)
def test_what_cannot_be_put_aside_is_refused(client: ApiClient, body: dict[str, Any], lye: int) -> None:
    assert client.post("alerts/dismiss", body).status_code in (404, 422)


def test_lots_are_told_of_before_and_after_their_last_day(client: ApiClient, unit: OpenUnit) -> None:
    with unit(readonly=True) as ctx:
        today = ctx.today()
    gram = _gram(client)
    oil = client.post("items", {"code": "OIL", "name": "Olive oil", "base_unit_id": gram})
    assert oil.status_code == 201, oil.json
    soon = (today + timedelta(days=3)).isoformat()
    _received(client, oil.json["id"], "100", lot_number="L7", expires_on=soon)
    assert "Olive oil, lot L7, expires soon" in _texts(client)


def test_an_administrator_hears_of_jobs_that_gave_up(
    client: ApiClient, client_with: Callable[..., ApiClient], kernel: Kernel, tenant: TenantInfo
) -> None:
    with kernel.platform() as db:
        db.add(Job(tenant_id=tenant.id, key="inventory.expire_lots", state="failed", error="Traceback\nIt broke.",
                   run_at=db.now()))  # fmt: skip
    assert _texts(client) == ["Expire lots: this job gave up"]
    assert client.get("alerts").json["items"][0]["detail"] == "It broke."
    assert _texts(client_with("inventory.stock.read")) == []
