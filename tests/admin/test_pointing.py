"""Approvals and the audit trail tell of other records: in words, and with a way there for whoever may go."""

import re

import pytest

from core.actions.models import Approval
from core.testing.clients import BrowserClient
from tests.admin.conftest import Pages


@pytest.fixture
def olive(client):
    """An item that somebody made and then renamed."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    made = client.post("items", {"code": "OLIVE", "name": "Olive", "base_unit_id": unit}).json
    assert client.patch(f"items/{made['id']}", {"name": "Olive oil"}, version=1).status_code == 200
    return made["id"]


def words_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))


def test_the_audit_trail_is_read_in_words(pages, client, olive):
    entries = client.get(f"audit?record_id={olive}&sort=sequence").json["items"]
    assert [entry["action"] for entry in entries] == ["inventory.item.create", "inventory.item.update"]
    words = words_of(pages.open(f"/audit?record_id={olive}&sort=sequence&columns=username,action,resource,record_id"))
    assert re.search(rf"Create Items {olive} .*Update Items {olive} ", words)
    assert "Update" in words_of(pages.open(f"/audit?record_id={olive}&columns=action"))
    page = pages.open(f"/audit/{entries[0]['id']}")
    assert f'<a class="link" href="/items/{olive}">OLIVE Olive oil</a>' in page
    assert '<a class="link" href="/items">Items</a>' in page


def test_whoever_approves_sees_what_and_goes_there(app, pages, pages_with, client_with, unit, olive):
    asker = client_with("kernel.approval.read").member
    with unit() as ctx:
        asked = {"resource": "inventory.item", "record_id": olive, "reason": "Too dear",
                 "requester_id": asker.actor.user_id}  # fmt: skip
        known = ctx.create(Approval, action="inventory.item.update", **asked).id
        gone = ctx.create(Approval, resource="loom.cloth", record_id=7, action="loom.cloth.weave", reason="").id
    assert f'href="/items/{olive}">OLIVE Olive oil</a>' in pages.open(f"/approvals/{known}")
    assert "Update Too dear" in words_of(pages.open("/approvals"))
    heading = "<h1>Update · Item OLIVE Olive oil"
    assert heading in pages.open(f"/approvals/{known}")
    assert "<h1>loom.cloth.weave" in pages.open(f"/approvals/{gone}")
    for word in ("loom.cloth", "loom.cloth.weave", "7"):
        assert word in words_of(pages.open(f"/approvals/{gone}"))
    pages_with("kernel.approval.read").open(f"/approvals/{known}", status=404)
    # Who asked sees their own request, and nothing of an item that they may not read.
    own = Pages(BrowserClient(app, asker)).open(f"/approvals/{known}")
    assert "<h1>Update · Item" in own
    assert "Olive oil" not in own and f"/items/{olive}" not in own
