"""Every route of the application: what may change something wants the session's token, and no GET is among it."""

from __future__ import annotations

import re

import pytest

from core.testing.clients import BrowserClient
from core.testing.contract.served import counted

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
# Whoever has no session yet has no token either; these look at the origin or at a secret of their own.
WITHOUT_SESSION = {"/login", "/setup", "/api/v1/auth/login", "/api/v1/auth/refresh"}
FILLED = {"int": "1", "path": "items", "default": "items", "string": "items"}


def routes(app, methods):
    """Yield each route of the application with its placeholders filled, once for each method."""
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:(\w+):)?\w+>", lambda found: FILLED[found[1] or "default"], rule.rule)
        for method in sorted(rule.methods & methods):
            yield method, path


def test_what_may_change_something_wants_the_token(app, browser):
    tried, wrong = 0, []
    for method, path in routes(app, UNSAFE):
        if path in WITHOUT_SESSION:
            continue
        answer = browser._client.open(path, method=method, headers={"Accept": "application/json"})
        tried += 1
        # 404 and 405 stand for addresses at which this tenant has nothing to change.
        refused = answer.status_code == 403 and answer.get_json()["code"] == "CSRF_FAILED"
        if not refused and answer.status_code not in (404, 405):
            wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:120]}")
    assert not wrong, "\n".join(wrong)
    assert tried > 20


def test_every_generated_route_wants_the_token_of_a_browser(app, browser, kernel):
    wrong = []
    for endpoint in app.extensions["openmill_endpoints"]:
        if endpoint.method in UNSAFE:
            path = "/api/v1/" + endpoint.path.replace("{id}", "1")
            answer = browser._client.open(path, method=endpoint.method, json={})
            if answer.status_code != 403 or answer.get_json()["code"] != "CSRF_FAILED":
                wrong.append(f"{endpoint.method} {path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("token", ["", "wrong", "0" * 64])
def test_a_wrong_token_is_none(app, browser, token):
    answer = browser._client.post("/items/new", data={"csrf_token": token, "code": "LYE"})
    assert answer.status_code == 403


def test_a_log_in_at_the_proxy_is_no_token(app, browser):
    headers = {"Authorization": "Basic c2hvcDpvcGVu", "Accept": "application/json"}
    for path in ("/api/v1/items", "/items/new", "/logout"):
        answer = browser._client.post(path, headers=headers)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "CSRF_FAILED")
    assert browser._client.get("/api/v1/items", headers=headers).status_code == 200


def test_no_get_of_the_route_map_changes_anything(app, client, kernel):
    member = client.member
    browser = BrowserClient(app, member)
    wrong = []
    for _, path in routes(app, {"GET"}):
        with counted(kernel.engine) as seen:
            browser._client.get(path)
        wrong += [
            f"GET {path}: {text[:100]}"
            for text in seen
            if re.match(r"\s*(INSERT|UPDATE|DELETE)\b", text, re.IGNORECASE) and "core_browser_session" not in text
        ]
    assert not wrong, "\n".join(wrong)
