"""Hooks around an action: in their order, in its transaction, and a veto takes everything back."""

import pytest

from core.api import Invalid, Refused, hookimpl
from tests.web.conftest import assert_problem


class Listener:
    """Notes what it is called for; vetoes what it is told to."""

    def __init__(self):
        self.heard, self.veto = [], {}

    def _hear(self, hook, key, records):
        if not key.startswith("kernel."):
            self.heard.append((hook, key, len(records)))
        if error := self.veto.get((hook, key)):
            raise error

    @hookimpl
    def before_action(self, ctx, action, records, arguments):
        self._hear("before_action", action.key, records)

    @hookimpl
    def validate_records(self, ctx, resource, records):
        self._hear("validate_records", resource.key, records)

    @hookimpl
    def after_action(self, ctx, action, records, result):
        self._hear("after_action", action.key, records)


@pytest.fixture
def listener(kernel, room):
    made = Listener()
    kernel.registry.bus.register(made)
    yield made
    kernel.registry.bus.unregister(made)


def test_hooks_are_called_in_their_order_with_lists(room, listener):
    ids = [room.make("items", code=code, name=code, base_unit_id=room.gram)["id"] for code in "AB"]
    listener.heard.clear()
    room.client.post("items/bulk-update", {"ids": ids, "selling_price": "2"})
    outer = ("inventory.item.bulk-update", 2)
    assert listener.heard[0] == ("before_action", *outer)
    assert listener.heard[-1] == ("after_action", *outer)
    assert listener.heard[1:4] == [
        ("before_action", "inventory.item.update", 1),
        ("validate_records", "inventory.item", 1),
        ("after_action", "inventory.item.update", 1),
    ]
    assert len(listener.heard) == 8


@pytest.mark.parametrize(
    ("hook", "key"),
    [("before_action", "inventory.receipt.post"), ("after_action", "inventory.receipt.post")],
)
def test_a_veto_takes_everything_back(room, listener, hook, key):
    receipt = room.receipt(room.line("5"))
    listener.veto[hook, key] = Refused("NOT_TODAY", "Come back tomorrow.", until="tomorrow")
    answer = room.client.post(f"receipts/{receipt['id']}/post", {}, headers={"Idempotency-Key": "k"})
    assert assert_problem(answer, 409, "NOT_TODAY")["until"] == "tomorrow"
    assert room.read(f"receipts/{receipt['id']}") == receipt
    for path in ("lots", "stock", "admin/inventory-transactions", "audit?action=inventory.receipt.post"):
        assert room.read(path)["total"] == 0
    listener.veto.clear()
    again = room.client.post(f"receipts/{receipt['id']}/post", {}, headers={"Idempotency-Key": "k"})
    assert again.get_json()["state"] == "posted"


def test_a_check_of_records_names_fields(room, listener):
    listener.veto["validate_records", "inventory.item"] = Invalid({"name": ["Is on the list of banned words."]})
    body = {"code": "BAN", "name": "Banned", "base_unit_id": room.gram}
    assert_problem(room.client.post("items", body), 422, field="name")
    assert_problem(room.client.post("items/import", [{**body, "code": "BAN2"}]), 422)
    assert room.read("items?code__startswith=BAN")["total"] == 0


def test_a_hook_that_breaks_rolls_back_too(room, listener, app):
    listener.veto["after_action", "inventory.item.create"] = RuntimeError("a plugin's fault")
    headers = {"Authorization": f"Bearer {room.client.member.token}"}
    body = {"code": "X", "name": "X", "base_unit_id": room.gram}
    assert_problem(app.test_client().post("/api/v1/items", json=body, headers=headers), 500, "INTERNAL_ERROR")
    assert room.read("items?code=X")["total"] == 0
