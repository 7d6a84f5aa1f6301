"""Log-in, log-out, organisations, preferences; the walls around every page."""

import re

import pytest

from core.admin.frame.programs import program_text
from core.testing import house
from core.testing.clients import BrowserClient

HTML = {"Accept": "text/html"}


@pytest.fixture
def stranger(app):
    """A browser that nobody logged in with."""
    return app.test_client()


@pytest.fixture
def member(kernel, tenant):
    """An owner with a password."""
    return house.make_member(kernel, tenant, is_owner=True)


def token_of(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]


def log_in(stranger, member, target="/", **changes):
    token = token_of(stranger.get("/login", headers=HTML))
    values = {"csrf_token": token, "username": member.username, "password": member.password, "next": target}
    return stranger.post("/login", data={**values, **changes}, headers=HTML)


def test_a_stranger_is_led_to_the_login_and_back(stranger, member):
    answer = stranger.get("/items?search=oil", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/login?next=%2Fitems%3Fsearch%3Doil"
    page = stranger.get(answer.headers["Location"], headers=HTML)
    assert 'value="/items?search=oil"' in page.text
    assert log_in(stranger, member, "/items?search=oil").headers["Location"] == "/items?search=oil"
    assert stranger.get("/items?search=oil", headers=HTML).status_code == 200


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger, member):
    answer = log_in(stranger, member)
    cookie = next(text for text in answer.headers.getlist("Set-Cookie") if text.startswith("openmill_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_wrong_password_keeps_the_name_and_never_shows_the_password(stranger, member):
    answer = log_in(stranger, member, password="not my password")
    assert answer.status_code == 401
    assert "User name or password is wrong." in answer.text
    assert f'value="{member.username}"' in answer.text
    assert "not my password" not in answer.text


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "evil", ""]
)
def test_log_in_leads_to_own_pages_only(stranger, member, target):
    assert log_in(stranger, member, target).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("chosen", "allow", "begins"),
    [
        ("/lots?search=a", ["inventory.lot.read"], "/lots?search=a"),
        ("/lots", ["inventory.item.read"], "/"),
        ("/of-a-module-that-is-gone", ["inventory.item.read"], "/"),
        ("/alerts", ["inventory.item.read"], "/alerts"),
    ],
)
def test_the_day_begins_where_the_person_chose_or_at_home(app, stranger, kernel, tenant, chosen, allow, begins):
    somebody = house.make_member(kernel, tenant, allow)
    saved = BrowserClient(app, somebody).post("/preferences", {"landing": chosen})
    assert saved.status_code == 303
    assert log_in(stranger, somebody).headers["Location"] == begins


def test_log_in_needs_the_token_of_its_own_form(stranger, member):
    answer = log_in(stranger, member, csrf_token="made-up")
    assert answer.status_code == 403
    assert stranger.get("/", headers=HTML).status_code == 303


def test_log_out_ends_the_session_at_once_and_only_by_post(stranger, member):
    log_in(stranger, member)
    cookie = stranger.get_cookie("openmill_session").value
    assert stranger.get("/logout", headers=HTML).status_code == 404
    token = token_of(stranger.get("/", headers=HTML))
    assert stranger.post("/logout", data={"csrf_token": token}, headers=HTML).headers["Location"] == "/login"
    stranger.set_cookie("openmill_session", cookie)
    assert stranger.get("/", headers=HTML).status_code == 303


def test_every_page_that_takes_a_form_refuses_one_without_the_session_token(app, browser):
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin.") and "POST" in rule.methods]
    assert len(rules) > 10
    for rule in rules:
        values = {"path": "items", "record_id": 1, "verb": "duplicate", "name": "recipes", "slug": "x", "username": "x"}
        url = rule.build({name: values.get(name, 1) for name in rule.arguments})[1]
        answer = browser._client.post(url, data={"csrf_token": "made-up"}, headers=HTML)
        # A house that is set up has no page to set it up.
        assert answer.status_code == (404 if url == "/setup" else 403), url


def test_a_form_of_before_another_log_in_is_a_click_away(browser):
    came_from = {**HTML, "Referer": "http://localhost/items/categories/new?name=Clays"}
    form = {"csrf_token": "of an earlier log-in", "name": "Clays"}
    answer = browser._client.post("/items/categories/new", data=form, headers=came_from)
    assert answer.status_code == 403 and "open it again" in answer.text
    assert 'href="/items/categories/new?name=Clays"' in answer.text


def test_no_page_changes_anything_by_get(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("admin.") and rule.methods - {"GET", "HEAD", "OPTIONS", "POST"}:
            raise AssertionError(rule)
    changing = {"log_in", "log_out_page", "switch_tenant", "save_look", "change_password", "switch", "create_record",
                "save_record", "delete_record", "selected_action", "import_file"}  # fmt: skip
    found = {rule.endpoint.removeprefix("admin.") for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert not changing & found


def test_every_page_carries_the_security_headers(stranger, browser):
    for answer in (
        stranger.get("/login", headers=HTML),
        browser.get("/", headers=HTML),
        browser.get("/no", headers=HTML),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]


def test_static_files_may_be_kept_for_good_and_come_compressed(stranger):
    page = stranger.get("/login", headers=HTML)
    url = re.search(r'href="(/static/[^"]+components\.css)"', page.text)[1]
    answer = stranger.get(url, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in stranger.get(url).headers
    assert stranger.get(url.replace("components.css", "../../templates/page.html")).status_code == 404
    assert stranger.get("/static/0/nowhere/css/base.css").status_code == 404


def test_switching_to_another_organisation(app, kernel, tenant, other_tenant, member):
    from core.identity.members import add_member
    from core.identity.users import get_user

    with kernel.platform() as db:
        add_member(db, other_tenant.id, get_user(db, member.username), is_owner=True)
    browser = BrowserClient(app, member)
    assert tenant.name in browser.get("/", headers=HTML).text
    answer = browser.post("/switch", {"tenant": other_tenant.slug}, headers=HTML)
    assert answer.status_code == 303
    page = browser.get("/", headers=HTML)
    assert f"<small>{other_tenant.name}</small>" in page.text
    refused = browser._client.post("/switch", data={"csrf_token": token_of(page), "tenant": "none"}, headers=HTML)
    assert refused.status_code == 403


def test_changing_the_password_ends_the_other_sessions(app, kernel, member):
    browser, other = BrowserClient(app, member), BrowserClient(app, member)
    new = "another fine battery"
    wrong = browser.post(
        "/preferences/password", {"current_password": "x", "new_password": new, "again": new}, headers=HTML
    )
    assert wrong.status_code == 422, wrong.text[wrong.text.find("alert") :][:600]
    assert "Present password</a>: Is wrong." in wrong.text
    assert 'aria-invalid="true" aria-describedby="current-problem"' in wrong.text
    assert wrong.text.count("<span>Is wrong.</span>") == 1
    differs = {"current_password": member.password, "new_password": new, "again": "y"}
    assert "Differs from the new password." in browser.post("/preferences/password", differs, headers=HTML).text
    done = browser.post("/preferences/password", {**differs, "again": new}, headers=HTML)
    assert done.status_code == 303, done.text
    assert browser.get("/", headers=HTML).status_code == 200
    assert other.get("/", headers=HTML).status_code == 303


def test_all_that_is_wrong_with_a_new_password_is_told_at_once(browser, member):
    def told(**typed):
        answer = browser.post("/preferences/password", typed, headers=HTML)
        return answer.status_code, re.findall(r'<a href="#(current|new|again)">[^<]+</a>: ([^.<;]+)', answer.text)

    differs, short = ("again", "Differs from the new password"), ("new", "Use at least 10 characters")
    weak = {"new_password": "brew", "again": "bre"}
    assert told(current_password=browser.member.password, **weak) == (422, [short, differs])
    assert told(current_password="x", **weak) == (422, [("current", "Is wrong"), short, differs])


def test_a_password_manager_learns_whose_password_it_is(browser):
    """A hidden kind of input is none that it reads; one that is not shown is."""
    form = browser.get("/preferences", headers=HTML).text.split('action="/preferences/password"')[1].split("</form>")[0]
    user = f'<input name="username" value="{browser.member.username}" autocomplete="username" readonly hidden>'
    assert user in form


WINDOWS, MAC = "Mozilla/5.0 (Windows NT 10.0; Win64; x64", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"{WINDOWS}; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Windows"),
        (f"{WINDOWS}) {CHROME} Safari/537.36 Edg/131.0.0.0", "Edge on Windows"),
        (f"{MAC}) {CHROME} Safari/537.36", "Chrome on macOS"),
        (f"{MAC}) {APPLE} Version/18.1 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) " + CHROME + " Safari/537.36 OPR/116.0.0.0", "Opera on Linux"),
        ("Mozilla/5.0 (Linux; Android 15) " + CHROME + " Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1) {APPLE} CriOS/131.0 Safari/604.1", "Chrome on iPhone"),
        ("Mozilla/5.0 Firefox", "Firefox"),
        ("curl/8.11.0", "curl"),
        ("Mozilla/5.0 (compatible; Thing)", "Mozilla"),
        ("Werk<b>zeug", "Werk<b>zeug"),
        ("x" * 200, "x" * 40),
        ("", "Unknown program"),
    ],
)
def test_what_somebody_is_logged_in_with_is_told_in_words(said, told):
    assert program_text(said) == told


def test_log_ins_are_told_in_words_and_whole_to_whoever_points_at_them(stranger, member):
    agent = f"{WINDOWS}; rv:132.0) Gecko/20100101 Firefox/132.0"
    stranger.environ_base["HTTP_USER_AGENT"] = agent
    log_in(stranger, member)
    told = f'<strong title="{agent}">Firefox on Windows</strong>'
    assert told in stranger.get("/preferences", headers=HTML).text
    assert told in stranger.get(f"/members/{member.actor.member_id}", headers=HTML).text


def test_the_chosen_mode_is_in_the_page_before_it_paints(browser):
    assert "data-mode" not in browser.get("/", headers=HTML).text.split("<head>")[0]
    browser.post("/preferences", {"mode": "dark"}, headers=HTML)
    assert 'data-mode="dark"' in browser.get("/", headers=HTML).text.split("<head>")[0]
    browser.post("/preferences", {"mode": "auto"}, headers=HTML)
    assert "data-mode" not in browser.get("/", headers=HTML).text.split("<head>")[0]


def test_a_note_of_another_site_is_shown_as_plain_text(browser):
    browser._client.set_cookie("openmill_note", "%5B%5B%22good%22%2C%22%3Cb%3Ehi%3C%2Fb%3E%22%5D%5D")
    page = browser.get("/", headers=HTML).text
    assert "&lt;b&gt;hi" in page
    browser._client.set_cookie("openmill_note", "not json")
    assert browser.get("/", headers=HTML).status_code == 200


def test_errors_come_in_the_theme_and_tell_nothing_of_the_inside(browser):
    answer = browser.get("/<script>alert(1)</script>", headers=HTML)
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    assert "There is nothing at this address" in answer.text
    assert browser.get("/no-such", headers={"Accept": "application/json"}).mimetype == "application/problem+json"


def test_somebody_without_an_organisation_still_has_a_home(app, kernel):
    from core.identity.users import create_user

    name = house.fresh_name("operator")
    with kernel.platform() as db:
        create_user(db, kernel.identity.policy, username=name, email=f"{name}@example.com", name="Operator",
                    password=house.PASSWORD, is_platform_admin=True)  # fmt: skip
    browser = app.test_client()
    token = token_of(browser.get("/login", headers=HTML))
    values = {"csrf_token": token, "username": name, "password": house.PASSWORD}
    assert browser.post("/login", data=values, headers=HTML).status_code == 303
    home = browser.get("/", headers=HTML)
    assert home.status_code == 200
    assert "Hello Operator" in home.text
    assert browser.get("/items", headers=HTML).status_code == 403
    assert browser.get("/preferences", headers=HTML).status_code == 200
