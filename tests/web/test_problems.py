"""Every refusal is a problem that a client can act on; every answer carries the request's id."""

import pytest

from tests.web.conftest import assert_problem


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "no-such-thing", 404, "NOT_FOUND"),
        ("GET", "items/999999999", 404, "NOT_FOUND"),
        ("GET", "items/999999999999999999", 404, "NOT_FOUND"),
        ("GET", "items/9999999999999999999", 404, "NOT_FOUND"),
        ("GET", "edits/9999999999999999999", 404, "NOT_FOUND"),
        ("POST", f"imports/{'9' * 400}/run", 404, "NOT_FOUND"),
        ("GET", "items/-1", 404, "NOT_FOUND"),
        ("GET", "items/0", 404, "NOT_FOUND"),
        ("GET", "items/1/history", 404, "NOT_FOUND"),
        ("GET", "items/%00", 404, "NOT_FOUND"),
        ("GET", "items/../../etc/passwd", 404, "NOT_FOUND"),
        ("DELETE", "items/999999999", 404, "NOT_FOUND"),
        ("PATCH", "items/999999999", 404, "NOT_FOUND"),
        ("POST", "items/999999999/duplicate", 404, "NOT_FOUND"),
        ("DELETE", "items", 405, "METHOD_NOT_ALLOWED"),
        ("PUT", "items", 405, "METHOD_NOT_ALLOWED"),
        ("TRACE", "items", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "admin/inventory-transactions", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "items/low-stock", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "items/import", 405, "METHOD_NOT_ALLOWED"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem(standing, method, path, status, code):
    headers = {"If-Match": '"1"', "X-Request-ID": "from-the-client-1"}
    answer = standing.client.send(method, path, headers=headers)
    assert assert_problem(answer, status, code)["request_id"] == "from-the-client-1"
    if status == 405:
        assert answer.headers["Allow"]


@pytest.mark.parametrize("given", ["x" * 65, "a b", "é", ""])
def test_a_request_id_that_could_forge_a_log_line_is_replaced(standing, given):
    answer = standing.client.get("items", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] not in (given, "")


def test_nobody_is_asked_to_log_in(app, standing):
    answer = app.test_client().get("/api/v1/items")
    assert_problem(answer, 401, "UNAUTHENTICATED")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert_problem(app.test_client().get("/api/v1/items", headers={"Authorization": "Bearer x.y.z"}), 401)


def test_rights_are_named(client_with):
    client = client_with("inventory.item.read")
    found = assert_problem(client.post("items", {"nonsense": 1}), 403, "FORBIDDEN")
    assert found["permission"] == "inventory.item.create"
    assert_problem(client.get("receipts"), 403, "FORBIDDEN")
    assert_problem(client.get("items/export"), 403, "FORBIDDEN")


@pytest.mark.parametrize("path", ["items", "items/{id}", "items/fields", "items/{id}/history", "items/export"])
def test_head_is_get_without_a_body(standing, path):
    path = path.format(**standing.lye)
    head, got = standing.client.send("HEAD", path), standing.client.get(path)
    assert (head.status_code, head.data, head.mimetype) == (200, b"", got.mimetype)


def test_options_name_the_methods(standing):
    answer = standing.client.send("OPTIONS", "items")
    assert answer.status_code == 200
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_answers_are_never_kept_or_sniffed(standing):
    headers = standing.client.get("items").headers
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_fault_of_ours_tells_nothing(app, standing, monkeypatch, caplog):
    from core.web import rest

    def broken(*_):
        raise RuntimeError("the secret of the house")

    monkeypatch.setitem(rest.READERS, "list", broken)
    headers = {"Authorization": f"Bearer {standing.client.member.token}"}
    answer = app.test_client().get("/api/v1/items", headers=headers)
    assert_problem(answer, 500, "INTERNAL_ERROR")
    assert "secret" not in answer.text
    assert "secret of the house" in caplog.text
