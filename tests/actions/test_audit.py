"""The trail: who changed what, before and after, in the same transaction, and nobody can change it unseen."""

import sqlalchemy as sa

from core.actions.audit import broken_links
from core.actions.models import AuditEntry, AuditHead
from core.testing.house import make_tenant
from tests.web.conftest import assert_problem


def entries(client, query):
    return client.get(f"audit?{query}&sort=sequence").get_json()["items"]


def test_a_change_is_told_with_before_and_after(room):
    path = f"items/{room.item}"
    headers = {"X-Request-ID": "r-1"}
    room.client.patch(path, {"name": "Soda", "density": "2.13"}, version=1, headers=headers)
    entry = entries(room.client, f"resource=inventory.item&record_id={room.item}")[-1]
    assert (entry["action"], entry["request_id"]) == ("inventory.item.update", "r-1")
    assert entry["username"] == room.client.member.username
    assert entry["changes"] == {"verb": "update", "fields": {"name": ["Lye", "Soda"], "density": [None, "2.13"]}}
    room.client.delete(path, version=2)
    gone = entries(room.client, f"resource=inventory.item&record_id={room.item}")[-1]
    assert (gone["action"], gone["changes"]["verb"], gone["changes"]["fields"]["name"]) == (
        "inventory.item.delete", "delete", ["Soda", None],
    )  # fmt: skip


def test_lines_are_told_with_their_document(room):
    receipt = room.receipt(room.line("1"), room.line("2"))
    first, second = (line["id"] for line in receipt["lines"])
    body = {"lines": [{"id": first, "quantity": "10"}, room.line("3")]}
    room.client.patch(f"receipts/{receipt['id']}", body, version=1)
    made, changed = entries(room.client, f"resource=inventory.receipt&record_id={receipt['id']}")
    assert [line["verb"] for line in made["changes"]["lines"]] == ["create", "create"]
    told = {(line["verb"], line["id"]): line["fields"] for line in changed["changes"]["lines"]}
    assert told["update", first] == {"quantity": ["1", "10"]}
    assert ("delete", second) in told
    assert entries(room.client, "resource=inventory_receipt_line") == []


def test_what_is_refused_leaves_no_trace(room):
    before = room.read("audit?page_size=1")["items"][0]["sequence"]
    assert_problem(room.client.patch(f"items/{room.item}", {"name": ""}, version=1), 422)
    assert_problem(room.client.post("items", {"code": "LYE", "name": "x", "base_unit_id": room.gram}), 409)
    room.client.patch(f"items/{room.item}", {"name": "Lye"}, version=1)
    assert room.read("audit?page_size=1")["items"][0]["sequence"] == before


def test_secrets_never_enter(client):
    body = {"email": "new@example.com", "username": "newcomer", "name": "New", "password": "correct horse battery"}
    assert client.post("members/invite", body).status_code == 200
    text = client.get("audit?page_size=200").text
    assert "newcomer" in text
    assert "argon2" not in text and "correct horse" not in text


def test_the_trail_cannot_be_written(client):
    entry = client.get("audit?page_size=1").get_json()["items"][0]
    assert_problem(client.patch(f"audit/{entry['id']}", {"username": "nobody"}, version=1), 405)
    assert_problem(client.delete(f"audit/{entry['id']}", version=1), 405)


def test_a_planted_change_is_found(fresh_database):
    tenant = make_tenant(fresh_database, ["inventory"])

    def told():
        with fresh_database.unit(tenant.id, readonly=True) as ctx:
            return list(broken_links(ctx))

    assert told() == []
    with fresh_database.unit(tenant.id, readonly=True) as ctx:
        victim = ctx.all(sa.select(AuditEntry).order_by(AuditEntry.sequence))[1]
        changed = {**victim.changes, "planted": True}
    table = AuditEntry.__table__
    with fresh_database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE core_audit DISABLE TRIGGER core_audit_append_only")
        else:
            connection.exec_driver_sql("DROP TRIGGER core_audit_no_update")
        connection.execute(sa.update(table).where(table.c.id == victim.id).values(changes=changed))
    assert told() == [f"Audit entry {victim.sequence} was changed after it was written."]
    with fresh_database.engine.begin() as connection:
        connection.execute(sa.update(table).where(table.c.id == victim.id).values(changes=victim.changes))
        connection.execute(sa.update(AuditHead.__table__).values(hash="0" * 64))
    assert told() == ["The end of the audit chain is not its last entry."]
