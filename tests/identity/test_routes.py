"""The log-in routes as a client program and as a browser meet them."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Response

from core.app import create_app
from core.config import Config
from core.errors import Unauthenticated
from core.identity import login
from core.identity.login import Credentials
from core.kernel import Kernel
from core.web import current
from core.web.cookies import set_session_cookie
from tests.identity.conftest import HOME, PASSWORD

AUTH = "/api/v1/auth"


@pytest.fixture
def app(world, registry):
    return _app_of(world, registry, Config())


def _app_of(world, registry, config):
    kernel = Kernel(config, registry=registry, engine=world.engine, clock=world.now)
    kernel.identity = world.identity
    made = create_app(kernel)

    @made.get("/enter")
    def enter():
        response = Response("")
        opened = login.log_in_browser(world.identity, Credentials("anna", PASSWORD), HOME)
        set_session_cookie(response, opened)
        return response

    @made.get("/private")
    def private():
        return {"username": current.current_actor().username}

    return made


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def anna(world, soap, paint):
    return world.user("anna", soap, paint, role="inventory.viewer")


def _login(client, name="anna", password=PASSWORD, **more):
    return client.post(f"{AUTH}/login", json={"username": name, "password": password, **more})


def _bearer(answer):
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def _is_problem(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == code
    assert answer.json["detail"]
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    return True


def test_one_logs_in_by_json_or_form_by_name_or_mail(client, anna):
    bodies = [
        {"json": {"username": "anna", "password": PASSWORD}},
        {"json": {"email": "anna@example.com", "password": PASSWORD}},
        {"json": {"username": "anna@example.com", "password": PASSWORD, "tenant": "soap"}},
        {"data": {"username": "anna@example.com", "password": PASSWORD}},
        {"data": {"username": "anna", "password": PASSWORD, "grant_type": "password", "scope": "", "client_id": "x"}},
    ]
    for body in bodies:
        answer = client.post(f"{AUTH}/login", **body)
        assert answer.status_code == 200, answer.text
        assert answer.json["token_type"] == "bearer"
        assert answer.json["expires_in"] == 900
        assert answer.json["user"]["email"] == "anna@example.com"
        assert [place["slug"] for place in answer.json["tenants"]] == ["paint", "soap"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "password" not in answer.text
        assert "Set-Cookie" not in answer.headers
        assert client.get("/private", headers=_bearer(answer)).json == {"username": "anna"}


def test_me_tells_who_where_and_what(client, anna, soap):
    token = _bearer(_login(client, tenant="soap"))
    me = client.get(f"{AUTH}/me", headers=token).json
    assert (me["id"], me["username"], me["name"], me["is_owner"]) == (anna, "anna", "Anna", False)
    assert (me["tenant"]["id"], me["tenant"]["slug"]) == (soap, "soap")
    assert [role["key"] for role in me["roles"]] == ["inventory.viewer"]
    assert me["permissions"] == ["inventory.*.read"]
    assert "csrf_token" not in me
    assert _is_problem(client.get(f"{AUTH}/me"), 401, "UNAUTHENTICATED")


def test_wrong_credentials_and_unknown_users_cannot_be_told_apart(client, anna):
    answers = [_login(client, name, "wrong") for name in ("anna", "nobody", "no@example.com")]
    for answer in answers:
        assert _is_problem(answer, 401, "WRONG_CREDENTIALS")
        answer.json.pop("request_id")
    bodies = [{**answer.json, "request_id": ""} for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    assert len({tuple(sorted(set(answer.headers.keys()))) for answer in answers}) == 1


def test_guessing_gets_429_with_the_time_to_wait(client, anna):
    for _ in range(5):
        assert _login(client, password="wrong").status_code == 401
    answer = _login(client)
    assert _is_problem(answer, 429, "TOO_MANY_LOGINS")
    assert answer.headers["Retry-After"] == "15"


def test_a_header_of_the_clients_own_does_not_make_it_another_source(client, anna):
    answers = [
        client.post(
            f"{AUTH}/login",
            json={"username": f"user{number}", "password": "wrong"},
            headers={"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": "203.0.113.1", "Forwarded": "for=1"},
        ).status_code
        for number in range(22)
    ]
    assert answers == [401] * 20 + [429] * 2


def test_configured_proxies_are_believed_as_far_as_they_reach(world, registry, anna):
    client = _app_of(world, registry, Config(trusted_proxies=1)).test_client()

    def guess(number, header):
        body = {"username": f"user{number}", "password": "wrong"}
        return client.post(f"{AUTH}/login", json=body, headers={"X-Forwarded-For": header}).status_code

    behind = [guess(number, f"1.2.3.{number}, 203.0.113.5") for number in range(22)]
    assert behind == [401] * 20 + [429] * 2
    assert guess(99, "203.0.113.5, 203.0.113.6") == 401


NONSENSE = [
    ("login", {}, 422),
    ("login", {"username": "anna"}, 422),
    ("login", {"password": PASSWORD}, 422),
    ("login", {"username": "anna", "password": PASSWORD, "is_platform_admin": True}, 422),
    ("login", {"username": ["anna"], "password": PASSWORD}, 422),
    ("login", {"username": {"$ne": ""}, "password": {"$ne": ""}}, 422),
    ("login", {"username": "x" * 255, "password": PASSWORD}, 422),
    ("login", {"username": "anna", "password": "x" * 1025}, 422),
    ("login", {"username": "anna\x00", "password": PASSWORD}, 422),
    ("login", {"username": "anna", "password": "\ud800"}, 422),
    ("login", {"username": "anna", "password": None}, 422),
    ("login", [], 422),
    ("login", "anna", 422),
    ("refresh", {}, 422),
    ("refresh", {"refresh_token": 5}, 422),
    ("refresh", {"refresh_token": "nonsense"}, 401),
    ("logout", {"everything": True}, 422),
]
BYTES = [
    (b"{", "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b"[" * 20_000, "application/json", 400),
    (b'{"username": "a", "username": "b", "password": "c"}', "application/json", 400),
    (b'{"username": "anna"}', "text/plain", 415),
    (b"<xml/>", "application/xml", 415),
    (b"username=anna&password=%00", "application/x-www-form-urlencoded", 422),
    (b"grant_type=client_credentials&username=a&password=b", "application/x-www-form-urlencoded", 422),
]
HEADERS = ["Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer a.b.c", "Bearer \xe9"]


def test_what_makes_no_sense_is_refused_and_never_breaks_anything(client):
    for path, body, status in NONSENSE:
        answer = client.post(f"{AUTH}/{path}", json=body)
        assert (body, answer.status_code) == (body, status)
        assert answer.json["detail"]
    for raw, kind, status in BYTES:
        answer = client.post(f"{AUTH}/login", data=raw, content_type=kind)
        assert (raw[:99], answer.status_code) == (raw[:99], status)
        assert answer.json["detail"]
    for header in HEADERS:
        answer = client.get("/private", headers={"Authorization": header})
        assert (header, answer.status_code) == (header, 401)
        assert answer.json["code"] in ("INVALID_TOKEN", "UNAUTHENTICATED")


def test_refresh_rotates_and_reuse_ends_the_log_in(client, anna):
    first = _login(client).json
    second = client.post(f"{AUTH}/refresh", json={"refresh_token": first["refresh_token"]})
    assert second.status_code == 200
    assert second.json["user"]["username"] == "anna"
    assert second.json["refresh_token"] != first["refresh_token"]
    assert client.get("/private", headers=_bearer(second)).status_code == 200
    again = client.post(f"{AUTH}/refresh", json={"refresh_token": first["refresh_token"]})
    assert _is_problem(again, 401, "INVALID_REFRESH_TOKEN")
    assert client.get("/private", headers=_bearer(second)).status_code == 401
    latest = client.post(f"{AUTH}/refresh", data={"grant_type": "refresh_token",
                                                  "refresh_token": second.json["refresh_token"]})  # fmt: skip
    assert latest.status_code == 401


def test_an_access_token_is_no_refresh_token_and_the_other_way_round(client, anna):
    tokens = _login(client).json
    assert client.post(f"{AUTH}/refresh", json={"refresh_token": tokens["access_token"]}).status_code == 401
    assert client.get("/private", headers={"Authorization": f"Bearer {tokens['refresh_token']}"}).status_code == 401


def test_parallel_refreshes_succeed_once_at_most(app, client, anna):
    token = _login(client).json["refresh_token"]

    def refresh(_):
        return app.test_client().post(f"{AUTH}/refresh", json={"refresh_token": token}).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(refresh, range(12)))
    assert answers == [200] + [401] * 11


def test_logging_out_ends_access_and_refresh_and_may_be_repeated(client, anna):
    answer, other = _login(client), _login(client)
    for _ in range(2):
        assert client.post(f"{AUTH}/logout", headers=_bearer(answer)).status_code == 204
    assert client.get("/private", headers=_bearer(answer)).status_code == 401
    body = {"refresh_token": answer.json["refresh_token"]}
    assert client.post(f"{AUTH}/refresh", json=body).status_code == 401
    assert client.get("/private", headers=_bearer(other)).status_code == 200
    assert client.post(f"{AUTH}/logout", json={"refresh_token": other.json["refresh_token"]}).status_code == 204
    assert client.get("/private", headers=_bearer(other)).status_code == 401


def test_changing_the_password_over_the_wire(client, anna):
    phone, laptop = _login(client), _login(client)
    body = {"current_password": PASSWORD, "new_password": "an entirely new one"}
    assert client.post(f"{AUTH}/password", json=body).status_code == 401
    wrong = client.post(f"{AUTH}/password", json={**body, "current_password": "wrong"}, headers=_bearer(laptop))
    assert _is_problem(wrong, 422, "WRONG_PASSWORD")
    weak = client.post(f"{AUTH}/password", json={**body, "new_password": "password12"}, headers=_bearer(laptop))
    assert _is_problem(weak, 422, "WEAK_PASSWORD")
    assert list(weak.json["errors"]) == ["new_password"]
    changed = client.post(f"{AUTH}/password", json=body, headers=_bearer(laptop))
    assert changed.status_code == 200
    assert client.get("/private", headers=_bearer(changed)).status_code == 200
    for old in (phone, laptop):
        assert client.get("/private", headers=_bearer(old)).status_code == 401
    assert _login(client).status_code == 401
    assert _login(client, password="an entirely new one").status_code == 200


def test_switching_tenants_over_the_wire(client, anna, world):
    world.tenant("foreign")
    first = _login(client, tenant="soap")
    moved = client.post(f"{AUTH}/switch-tenant", json={"tenant": "paint"}, headers=_bearer(first))
    assert moved.json["tenant"]["slug"] == "paint"
    assert client.get(f"{AUTH}/me", headers=_bearer(moved)).json["tenant"]["slug"] == "paint"
    for slug in ("foreign", "no-such-tenant"):
        refused = client.post(f"{AUTH}/switch-tenant", json={"tenant": slug}, headers=_bearer(first))
        assert _is_problem(refused, 403, "NO_SUCH_TENANT")


def test_no_header_or_parameter_chooses_the_tenant(client, anna, world):
    foreign = world.tenant("foreign")
    token = _bearer(_login(client, tenant="soap"))
    asked = [({"X-Tenant-ID": str(foreign)}, ""), ({"Host": "foreign.example"}, ""), ({}, f"?tenant_id={foreign}")]
    for headers, query in asked:
        me = client.get(f"{AUTH}/me{query}", headers={**token, **headers}).json
        assert me["tenant"]["slug"] == "soap"


# ---- browsers --------------------------------------------------------------------------------------------------------


def _cookie(client):
    return client.get_cookie("openmill_session")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client, anna):
    said = client.get("/enter").headers["Set-Cookie"]
    assert "HttpOnly" in said
    assert "SameSite=Lax" in said
    assert "Secure" not in said
    assert "Secure" in client.get("/enter", base_url="https://mill.example").headers["Set-Cookie"]


def test_a_session_brought_along_is_not_taken_over(client, anna):
    client.set_cookie("openmill_session", "chosen-by-the-attacker")
    assert client.get("/private").status_code == 401
    client.get("/enter")
    assert _cookie(client).value != "chosen-by-the-attacker"
    assert client.get("/private").status_code == 200
    client.set_cookie("openmill_session", "chosen-by-the-attacker")
    assert client.get("/private").status_code == 401


def test_a_browser_changes_nothing_without_the_token_of_its_forms(client, anna):
    client.get("/enter")
    csrf = client.get(f"{AUTH}/me").json["csrf_token"]
    body = {"tenant": "soap"}
    for headers in ({}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": csrf[:-1]}):
        assert _is_problem(client.post(f"{AUTH}/switch-tenant", json=body, headers=headers), 403, "CSRF_FAILED")
        assert client.post(f"{AUTH}/logout", headers=headers).status_code == 403
    moved = client.post(f"{AUTH}/switch-tenant", json=body, headers={"X-CSRF-Token": csrf})
    assert moved.status_code == 200
    assert client.get(f"{AUTH}/me").json["tenant"]["slug"] == "soap"
    assert client.get(f"{AUTH}/me").json["csrf_token"] == moved.json["csrf_token"] != csrf


def test_a_cookie_is_dead_after_log_out_and_change_of_password(client, anna):
    for leave in ("logout", "password"):
        client.get("/enter")
        old = _cookie(client).value
        headers = {"X-CSRF-Token": client.get(f"{AUTH}/me").json["csrf_token"]}
        body = {} if leave == "logout" else {"current_password": PASSWORD, "new_password": "an entirely new one"}
        assert client.post(f"{AUTH}/{leave}", json=body, headers=headers).status_code < 300
        assert client.get("/private").status_code == (401 if leave == "logout" else 200)
        client.set_cookie("openmill_session", old)
        assert client.get("/private").status_code == 401


def test_a_good_cookie_does_not_save_a_bad_token(client, anna):
    client.get("/enter")
    assert client.get("/private", headers={"Authorization": "Bearer x.y.z"}).status_code == 401


def test_get_changes_nothing(client, anna):
    client.get("/enter")
    before = client.get(f"{AUTH}/me").json
    for path in ("login", "logout", "refresh", "password", "switch-tenant?tenant=soap"):
        assert client.get(f"{AUTH}/{path}").status_code in (404, 405)
    assert client.get(f"{AUTH}/me").json == before


def test_no_answer_or_error_shows_a_hash_or_a_key(client, anna, world):
    answer = _login(client)
    texts = [answer.text, client.get(f"{AUTH}/me", headers=_bearer(answer)).text, _login(client, password="wrong").text]
    for text in texts:
        assert "argon2" not in text
        assert "auth_revision" not in json.loads(text)
        assert world.policy.secret_key not in text


def test_the_policy_does_not_show_its_key(world):
    assert world.policy.secret_key not in repr(world.policy)
    with pytest.raises(Unauthenticated) as refused:
        world.identity.actor_of_token("x")
    assert world.policy.secret_key not in repr(refused.value)
