"""A theme of another distribution: found when installed, chosen by an organisation or a person, readable."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from core.admin.frame.themes import THEMES, theme_names
from core.testing import house
from core.testing.clients import ApiClient, BrowserClient

HTML = {"Accept": "text/html"}


@pytest.fixture
def owner(kernel, tenant):
    """An owner of the organisation."""
    return house.make_member(kernel, tenant, is_owner=True)


def test_it_is_found_by_its_entry_point():
    assert "clay" in theme_names()
    assert (THEMES["clay"] / "static" / "mark.svg").is_file()


def test_an_organisation_that_chose_it_is_shown_in_it(app, owner):
    browser = BrowserClient(app, owner)
    assert "/clay/css/theme.css" not in browser.get("/", headers=HTML).text
    assert ApiClient(app, owner).patch("branding", {"theme": "clay"}).get_json()["theme"] == "clay"
    page = browser.get("/", headers=HTML).text
    assert "/clay/css/theme.css" in page
    assert "/clay/mark.svg" in page
    address = page.split('href="', 1)[1]
    sheet = next(part.split('"')[0] for part in address.split('href="') if "/clay/css/theme.css" in part)
    assert "--hue: 42" in browser.get(sheet).text


def test_a_person_chooses_it_for_themselves(app, kernel, tenant, owner):
    mine, other = BrowserClient(app, owner), BrowserClient(app, house.make_member(kernel, tenant, is_owner=True))
    mine.post("/preferences", {"mode": "auto", "theme": "clay"}, headers=HTML)
    assert "/clay/css/theme.css" in mine.get("/", headers=HTML).text
    assert "/clay/css/theme.css" not in other.get("/", headers=HTML).text


def test_its_log_in_is_its_own_and_the_rest_is_the_default_ones(app):
    stranger = app.test_client()
    stranger.set_cookie("openmill_theme", "clay")
    page = stranger.get("/login", headers=HTML).text
    assert "Made by hand, counted to the gram." in page
    assert '<form class="card card-body stack" method="post" action="/login">' in page


@pytest.mark.parametrize("dark", [False, True])
def test_its_contrast_is_enough(open_page, app, owner, dark):
    ApiClient(app, owner).patch("branding", {"theme": "clay"})
    page = open_page("/settings", dark=dark)
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--hue').trim()") == "42"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
