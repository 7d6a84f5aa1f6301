"""Choosing among the installed themes: an organisation, a person, the palette, and the API for each."""

import pytest

from core.services import themes
from core.testing.clients import ApiClient, BrowserClient
from core.testing.house import make_member
from tests.web.conftest import assert_problem


@pytest.fixture
def slate(monkeypatch):
    """A second theme, whatever else is installed."""
    default = themes.installed_themes()["default"]
    known = {"default": default, "slate": themes.Theme("slate", default.folder, "Grey and quiet")}
    for place in ("core.admin.administration.settings", "core.admin.frame.session_pages", "core.admin.home.palette",
                  "core.desk.branding", "core.desk.preferences", "core.web.branding"):  # fmt: skip
        monkeypatch.setattr(f"{place}.installed_themes", lambda: known)
    monkeypatch.setattr("core.admin.frame.themes.THEMES", {name: theme.folder for name, theme in known.items()})


def test_the_installed_themes_are_listed(client, slate):
    assert client.get("branding/themes").json["items"] == [
        {"name": "default", "title": "Default", "summary": "OpenMill's own look"},
        {"name": "slate", "title": "Slate", "summary": "Grey and quiet"},
    ]


def test_an_organisation_chooses_an_installed_one(client, pages, slate):
    assert_problem(client.patch("branding", {"theme": "granite"}), 422, field="theme")
    assert client.patch("branding", {"theme": "slate"}).json["theme"] == "slate"
    assert 'value="slate" selected>Slate: Grey and quiet' in pages.open("/settings")
    assert "/slate/css/theme.css" in pages.open("/items")


def test_a_person_chooses_an_installed_one_over_the_api_and_on_the_page(app, client, pages, kernel, tenant, slate):
    mine = ApiClient(app, pages.browser.member)
    assert_problem(mine.patch("me/preferences", {"theme": "granite"}), 422, field="theme")
    mine.patch("me/preferences", {"theme": "slate"})
    assert "/slate/css/theme.css" in pages.open("/items")
    assert 'value="slate" selected' in pages.open("/preferences")
    assert pages.post("/preferences", theme="granite").status_code == 422
    pages.send(pages.open("/preferences"), "/preferences", theme="")
    assert "/default/css/theme.css" in pages.open("/items")
    assert client.get("me/preferences").json.get("theme") is None


def test_the_palette_switches_and_leaves_light_and_dark_alone(pages, slate):
    palette = pages.open("/palette?at=/")
    assert "Switch theme to Slate" in palette and 'data-value="slate"' in palette
    pages.send(pages.open("/preferences"), "/preferences", mode="dark")
    pages.post("/preferences", theme="slate")
    page = pages.open("/items")
    assert 'data-mode="dark"' in page and "/slate/css/theme.css" in page


def test_one_theme_alone_is_no_choice(pages, monkeypatch):
    alone = {"default": themes.installed_themes()["default"]}
    for place in ("core.admin.home.palette", "core.admin.frame.session_pages"):
        monkeypatch.setattr(f"{place}.installed_themes", lambda: alone)
    assert "Switch theme" not in pages.open("/palette?at=/")
    assert 'id="theme"' not in pages.open("/preferences")


def test_a_colleague_keeps_theirs(app, kernel, tenant, client, slate):
    other = make_member(kernel, tenant, is_owner=True)
    client.patch("me/preferences", {"theme": "slate"})
    assert "/default/css/theme.css" in BrowserClient(app, other).get("/items", headers={"Accept": "text/html"}).text
