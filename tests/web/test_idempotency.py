"""Double click, retry of a browser, retry of a proxy: one effect and one answer."""

import threading
from datetime import timedelta

import pytest

from core.actions.answers import forget_answers
from core.actions.models import StoredAnswer
from core.testing.clients import ApiClient
from core.testing.house import make_member
from tests.web.conftest import assert_problem


def create(client, gram, code, key="once", name="Salt", path="items"):
    return client.post(path, {"code": code, "name": name, "base_unit_id": gram}, headers={"Idempotency-Key": key})


def test_the_second_answer_is_the_first(client, gram):
    first, second = create(client, gram, "SALT"), create(client, gram, "SALT")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data
    assert (second.headers["Idempotent-Replay"], "Idempotent-Replay" in first.headers) == ("true", False)
    assert {name: second.headers[name] for name in ("ETag", "Location")} == {
        name: first.headers[name] for name in ("ETag", "Location")
    }
    assert client.get("items?code=SALT").get_json()["total"] == 1


def test_a_key_belongs_to_its_request(client, gram):
    salt = create(client, gram, "SALT").get_json()
    assert_problem(create(client, gram, "SUGAR"), 409, "IDEMPOTENCY_KEY_REUSED")
    path, body, headers = f"items/{salt['id']}?version=", {"name": "Rock salt"}, {"Idempotency-Key": "rename"}
    assert client.patch(f"{path}1", body, headers=headers).status_code == 200
    assert_problem(client.patch(f"{path}2", body, headers=headers), 409, "IDEMPOTENCY_KEY_REUSED")
    assert_problem(client.post("items/bulk-update", {"ids": [1]}, headers={"Idempotency-Key": "once"}), 409)
    assert client.get("items").get_json()["total"] == 1


def test_a_key_belongs_to_its_user_and_tenant(client, other_client, client_with, gram):
    colleague = client_with("inventory.*")
    assert create(client, gram, "A").status_code == 201
    assert create(colleague, gram, "B").status_code == 201
    theirs = other_client.get("admin/uom?code=g").get_json()["items"][0]["id"]
    assert create(other_client, theirs, "A").status_code == 201
    assert [item["code"] for item in client.get("items").get_json()["items"]] == ["A", "B"]


def test_a_refused_request_leaves_its_key_free(client, gram):
    assert_problem(create(client, gram, ""), 422)
    assert_problem(create(client, 987654321, "A"), 422)
    assert create(client, gram, "A").status_code == 201
    assert_problem(create(client, gram, "A", key="other"), 409, "DUPLICATE")
    assert create(client, gram, "B", key="other").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "x" * 5000, "schlüssel", "a\tb", "\u20ac".encode().decode("latin-1")])
def test_a_key_is_short_and_plain(client, gram, key):
    assert_problem(create(client, gram, "A", key=key), 422, field="Idempotency-Key")
    assert client.get("items").get_json()["total"] == 0


def test_changes_and_deletions_take_keys_too(client, lye):
    path, key = f"items/{lye['id']}", {"Idempotency-Key": "k1"}
    first = client.patch(path, {"name": "Soda"}, version=1, headers=key)
    again = client.patch(path, {"name": "Soda"}, version=1, headers=key)
    assert (first.data, first.headers["ETag"]) == (again.data, again.headers["ETag"])
    gone = [client.delete(path, version=2, headers={"Idempotency-Key": "k2"}).status_code for _ in range(2)]
    assert gone == [204, 204]


def test_who_lost_the_right_gets_no_stored_answer(kernel, app, tenant, client, gram):
    member = make_member(kernel, tenant, ["inventory.item.*"])
    clerk = ApiClient(app, member)
    assert create(clerk, gram, "A").status_code == 201
    answer = client.post(f"members/{member.actor.member_id}/assign-roles", {"role_ids": []})
    assert answer.status_code == 200, answer.text
    assert_problem(create(clerk, gram, "A"), 403, "FORBIDDEN")


def test_eight_at_once_have_one_effect(kernel, app, client, gram, unit):
    answers, start = [], threading.Barrier(8)

    def press():
        own = ApiClient(app, client.member)
        start.wait()
        answers.append(create(own, gram, "SALT"))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotent-Replay" not in answer.headers for answer in answers) == 1
    with unit(readonly=True) as ctx:
        assert ctx.find(StoredAnswer, key="once").status == 201


def test_a_key_is_free_again_after_a_month(kernel, tenant, client, other_client, gram):
    theirs = other_client.get("admin/uom?code=g").get_json()["items"][0]["id"]
    for one, unit in ((client, gram), (other_client, theirs)):
        assert create(one, unit, "SALT").status_code == 201
    now = kernel.clock
    try:
        for days, forgotten in ((29, 0), (31, 1)):
            kernel.clock = lambda days=days: now() + timedelta(days=days)
            with kernel.unit(tenant.id) as ctx:
                assert forget_answers(ctx) == {"forgotten": forgotten}
    finally:
        kernel.clock = now
    assert_problem(create(client, gram, "SALT"), 409, "DUPLICATE")
    assert create(other_client, theirs, "SALT").headers["Idempotent-Replay"] == "true"


def test_an_edit_sent_again_leads_to_the_first(client, lye):
    body = {"resource": "inventory.item", "ids": [lye["id"]], "values": {"name": "Caustic soda"}, "run": True}
    first, again = (client.post("edits", body, headers={"Idempotency-Key": "edit-1"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.headers["Location"] == again.headers["Location"] == f"/api/v1/edits/{first.get_json()['id']}"


def test_the_kernels_own_routes_keep_the_answer_too(client):
    body = {"resource": "inventory.item", "name": "Raw", "query": "kind=raw"}
    first, again = (client.post("saved-views", body, headers={"Idempotency-Key": "view-1"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json()["id"] == again.get_json()["id"]
    assert first.headers["Location"] == again.headers["Location"] == f"/api/v1/saved-views/{first.get_json()['id']}"
    found = client.get("saved-views?resource=inventory.item").get_json()["items"]
    assert [item["name"] for item in found] == ["Raw"]
