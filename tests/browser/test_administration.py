"""Looking after an organisation in a real browser: modules, colours, rights, and looking as a role."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import faults_of, overflow_of

PAGES = ("/apps", "/apps/recipes", "/settings", "/preferences")


@pytest.fixture
def clerk(client):
    """A role of the tenant's own."""
    body = {"key": "clerk", "title": "Clerk", "permissions": ["inventory.item.read"], "rules": []}
    return client.post("roles", body).json["id"]


def test_every_page_is_readable_for_everybody(open_page, clerk):
    page = open_page("/")
    for path in (*PAGES, f"/roles/{clerk}/rights"):
        page.goto(path)
        assert faults_of(page) == [], path


def test_every_page_is_whole_on_a_phone(open_page, clerk):
    page = open_page("/", width=390)
    for path in (*PAGES, f"/roles/{clerk}/rights"):
        page.goto(path)
        assert overflow_of(page) <= 0, path


def test_a_module_is_turned_off_and_on_from_the_store(open_page):
    page = open_page("/apps")
    card = page.get_by_role("article", name="Brewing")
    card.get_by_role("link", name="Turn off Brewing").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Turn off Brewing").click()
    expect(page.get_by_text("Brewing is off; its data is kept.")).to_be_visible()
    expect(page.get_by_role("article", name="Brewing").get_by_text("Off", exact=True)).to_be_visible()


def test_a_colour_is_tried_before_it_is_saved(open_page):
    page = open_page("/settings")
    page.get_by_label("Hue, 0 to 360").fill("150")
    hue = "getComputedStyle(document.documentElement).getPropertyValue('--hue').trim()"
    assert page.evaluate(hue) == "150"
    expect(page.get_by_label("A colour of our own")).to_be_checked()
    page.get_by_role("button", name="Save branding").click()
    expect(page.get_by_text("Everybody sees it from their next page on.")).to_be_visible()
    assert page.evaluate(hue) == "150"


def test_the_theme_is_switched_from_the_palette(open_page):
    page = open_page("/settings")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search and commands")
    palette.get_by_role("combobox").fill(">theme clay")
    palette.get_by_role("option", name="Switch theme to Clay").click()
    expect(page.locator("link[href*='/clay/css/theme.css']")).to_be_attached()
    page.goto("/preferences")
    expect(page.get_by_label("Theme", exact=True)).to_have_value("clay")


def test_a_wildcard_shows_what_it_gives(open_page, clerk):
    page = open_page(f"/roles/{clerk}/rights")
    items = page.get_by_role("group", name="Items", exact=True)
    expect(items.get_by_label("Read")).to_be_checked()
    items.get_by_label("All", exact=True).check()
    expect(items.get_by_label("Create")).to_be_disabled()
    page.get_by_role("button", name="Compare and save").click()
    expect(page.get_by_role("heading", name="What changes for Clerk")).to_be_visible()
    page.get_by_role("button", name="Save the rights").click()
    expect(page.get_by_text("It holds from the next request")).to_be_visible()


def test_looking_as_a_role_and_back(open_page, clerk):
    page = open_page(f"/roles/{clerk}/rights")
    page.get_by_role("button", name="View as this role").click()
    banner = page.get_by_role("status").filter(has_text="You see what Clerk sees")
    expect(banner).to_be_visible()
    banner.get_by_role("button", name="Back to yourself").click()
    expect(page.get_by_text("You are yourself again.")).to_be_visible()
