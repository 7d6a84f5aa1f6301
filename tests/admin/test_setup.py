"""A fresh house: claimed once, by whoever has the token that the server wrote."""

import threading

import pytest

from core.administration.setup import needs_setup, set_up, setup_token, slug_of
from core.app import create_app
from core.errors import NotFound, Problem
from tests.admin.conftest import Pages

ANSWERS = {
    "organisation": "Willow & Söhne", "currency": "EUR", "zone": "Europe/Berlin", "name": "First Hand",
    "username": "first", "email": "first@example.com", "password": "a fine long battery",
}  # fmt: skip
HTML = {"Accept": "text/html"}


@pytest.fixture
def fresh(fresh_database):
    """A browser before a house that nobody has set up."""
    return create_app(fresh_database).test_client()


@pytest.fixture
def token(fresh_database):
    return setup_token(fresh_database.identity.policy)


class Stranger(Pages):
    """Sends forms without a session."""

    def __init__(self, client):
        self.browser = type("Browser", (), {"_client": client, "get": client.get})()


def test_every_page_leads_to_the_set_up(fresh):
    assert fresh.get("/", headers=HTML).headers["Location"] == "/login"
    assert fresh.get("/login", headers=HTML).headers["Location"] == "/setup"
    page = fresh.get("/setup", headers=HTML).text
    assert "Set-up token" in page
    assert 'name="organisation"' not in page


def test_without_the_token_nobody_claims_it(fresh, fresh_database, token):
    assert "That is not the token" in fresh.get("/setup?token=guess", headers=HTML).text
    refused = fresh.post("/api/v1/setup", json={**ANSWERS, "token": "guess"})
    assert (refused.status_code, refused.json["code"]) == (403, "WRONG_SETUP_TOKEN")
    page = Stranger(fresh).open(f"/setup?token={token}")
    form = {**ANSWERS, "again": ANSWERS["password"], "token": "guess"}
    assert Stranger(fresh).send(page, "/setup", 403, **form)
    assert needs_setup(fresh_database)


def test_it_makes_the_house_logs_in_and_is_gone(fresh, token):
    house = Stranger(fresh)
    page = house.open(f"/setup?token={token}")
    answers = {**ANSWERS, "again": ANSWERS["password"], "modules_on": ["recipes"]}
    differs = house.send(page, "/setup", 422, **{**answers, "again": "other"})
    assert '<a href="#f-again">Password again</a>: Differs from the password.' in differs.text
    assert 'value="Willow &amp; Söhne"' in differs.text
    assert ANSWERS["password"] not in differs.text
    done = house.send(page, "/setup", **answers)
    home = house.follow(done)
    assert "OpenMill is set up." in home
    assert 'href="/batches"' in home
    house.open("/setup", 404)
    assert fresh.post("/setup", data={**answers, "token": token}, headers=HTML).status_code == 404
    stranger = fresh.application.test_client()
    assert stranger.post("/api/v1/setup", json={**ANSWERS, "token": token}).status_code == 404


def test_all_faults_are_told_at_once(fresh, token):
    house = Stranger(fresh)
    page = house.open(f"/setup?token={token}")
    wrong = {**ANSWERS, "organisation": " ", "email": "first", "zone": "Mars/Base", "password": "brew", "again": "bre"}
    told = house.send(page, "/setup", 422, **wrong).text
    for anchor in ("organisation", "email", "zone", "password", "again"):
        assert f'<a href="#f-{anchor}">' in told
    assert "characters; a few words in a row are easy to remember." in told
    sent = {**ANSWERS, "token": token, "currency": 5, "username": "F", "password": "brew", "colour": "red"}
    answer = fresh.post("/api/v1/setup", json=sent)
    assert answer.status_code == 422
    assert answer.json["errors"].keys() == {"currency", "username", "password", "colour"}
    weak = fresh.post("/api/v1/setup", json={**ANSWERS, "token": token, "password": "brew"})
    assert (weak.status_code, weak.json["code"]) == (422, "WEAK_PASSWORD")


def test_a_fault_leaves_nothing_behind(fresh_database):
    for change in ({"password": "short"}, {"zone": "Mars"}, {"modules_on": ["no-such"]}, {"email": "x"}):
        with pytest.raises(Problem):
            set_up(fresh_database, **{**ANSWERS, **change})
        assert needs_setup(fresh_database)


def test_of_two_at_once_one_wins(fresh_database):
    outcomes = []
    start = threading.Barrier(2)

    def claim(name):
        start.wait()
        try:
            outcomes.append(set_up(fresh_database, **{**ANSWERS, "username": name, "email": f"{name}@example.com",
                                                      "organisation": name}))  # fmt: skip
        except NotFound:
            outcomes.append("late")

    threads = [threading.Thread(target=claim, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[0] == "late"
    assert len(set(outcomes)) == 2
    assert not needs_setup(fresh_database)


@pytest.mark.parametrize(
    ("name", "slug"), [("Willow & Söhne", "willow-sohne"), ("3 Mills", "main-3-mills"), ("木", "main")]
)
def test_a_short_name_follows_from_the_name(name, slug):
    assert slug_of(name) == slug
