"""Around the pages: palette, favourites, alerts, the arranged home page, the keyboard."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import faults_of, overflow_of


@pytest.fixture
def shop(client):
    """An item that is low, one with a long name, a draft receipt."""
    gram = client.get("admin/uom?code=g").json["items"][0]["id"]
    place = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar"}).json["id"]
    lye = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": gram, "reorder_point": "500"}).json["id"]
    long = "Lavender essential oil of the high plains, steam-distilled"
    client.post("items", {"code": "OIL", "name": long, "base_unit_id": gram, "reorder_point": "5"})
    line = {"item_id": lye, "quantity": "1000", "unit_id": gram, "unit_cost": "0.01"}
    receipt = {"location_id": place, "supplier_name": "Chemist & Co", "lines": [line]}
    return {"item": lye, "draft": client.post("receipts", receipt).json["id"]}


def _ready(page: Page) -> None:
    """Wait until the scripts of the page run: the last module to load has made the palette answer to its key."""
    expect(page.locator("[data-palette-open]")).to_have_attribute("aria-keyshortcuts", re.compile("Control\\+k"))


def _open_palette(page: Page):
    _ready(page)
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search and commands")
    expect(palette.get_by_role("combobox")).to_be_focused()
    return palette


def test_a_record_is_found_and_opened_from_anywhere(open_page, shop):
    page = open_page("/batches")
    palette = _open_palette(page)
    page.keyboard.type("lye")
    expect(palette.get_by_role("option", name="LYE Lye")).to_be_visible()
    expect(palette.get_by_role("option", selected=True)).to_have_count(1)
    page.keyboard.type(" nothing")
    expect(palette.get_by_role("status")).to_contain_text("Nothing found")
    palette.get_by_role("combobox").fill("#lye")
    hit = palette.get_by_role("option", name="LYE Lye")
    expect(hit).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/items/{shop['item']}$"))
    page.goto("/lots")
    expect(page.locator("#recent").get_by_role("link", name="LYE Lye")).to_be_visible()


def test_whoever_is_logged_out_is_told_so_and_keeps_what_was_typed(open_page, shop):
    page = open_page(f"/items/{shop['item']}?beside=comments")
    comment = page.get_by_label("Comment", exact=True)
    comment.fill("Smells of roses")
    # htmx writes every refusal to the console, where no test may leave anything.
    page.evaluate("console.error = () => {}")
    page.context.clear_cookies()
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_text("You are not logged in any more")).to_be_visible()
    expect(comment).to_have_value("Smells of roses")
    palette = _open_palette(page)
    page.keyboard.type("lye")
    expect(palette.get_by_role("status")).to_contain_text("could not be searched")


def test_what_a_record_allows_is_run_from_the_palette(open_page, shop):
    page = open_page(f"/receipts/{shop['draft']}")
    palette = _open_palette(page)
    expect(palette.get_by_role("group", name="This record")).to_be_visible()
    page.keyboard.type(">post")
    expect(palette.get_by_role("option", name=re.compile("^Post"))).to_have_attribute("aria-selected", "true")
    expect(palette.get_by_role("group", name="Go to")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()


def test_arrows_walk_through_what_was_found(open_page, shop):
    page = open_page("/items")
    palette = _open_palette(page)
    page.keyboard.type("/rec")
    expect(palette.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    names = palette.get_by_role("option").all_inner_texts()
    assert len(names) > 1
    page.keyboard.press("ArrowDown")
    expect(palette.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(palette.get_by_role("option").last).to_have_attribute("aria-selected", "true")


def test_a_filtered_list_is_starred_and_stays_at_hand(open_page, shop):
    page = open_page("/items?kind=raw")
    _ready(page)
    star = page.get_by_role("button", name="Favourite")
    expect(star).to_have_attribute("aria-pressed", "false")
    star.click()
    favourite = page.locator("#favourites").get_by_role("link", name="Items", exact=True)
    expect(favourite).to_have_attribute("href", "/items?kind=raw")
    expect(star).to_have_attribute("aria-pressed", "true")
    page.goto("/lots")
    favourite.click()
    expect(page).to_have_url(re.compile(r"/items\?kind=raw$"))
    expect(star).to_have_attribute("aria-pressed", "true")
    star.click()
    expect(favourite).to_have_count(0)


def test_favourites_are_dragged_into_order(open_page, client):
    kept = [{"title": title, "url": f"/{title.lower()}"} for title in ("Items", "Lots", "Batches")]
    client.patch("me/preferences", {"favourites": kept})
    page = open_page("/items", member=client.member)
    links = page.locator("#favourites [data-favourite]")
    expect(links).to_have_text(["Items", "Lots", "Batches"])
    links.nth(2).hover()
    expect(page.locator("#favourites")).to_have_attribute("data-sorts", "yes")
    start, end = links.nth(2).bounding_box(), links.nth(0).bounding_box()
    page.mouse.down()
    page.mouse.move(start["x"] + 30, start["y"] - 6, steps=4)
    page.mouse.move(end["x"] + 30, end["y"] + 4, steps=8)
    with page.expect_response("**/favourites"):
        page.mouse.up()
    expect(links).to_have_text(["Batches", "Items", "Lots"])
    assert [item["title"] for item in client.get("me/preferences").json["favourites"]] == ["Batches", "Items", "Lots"]
    expect(page).to_have_url(re.compile("/items$"))


def test_the_menu_is_folded_and_stays_so(open_page):
    page = open_page("/items")
    _ready(page)
    with page.expect_response("**/api/v1/me/preferences"):
        page.get_by_role("button", name="Menu as icons only").click()
    expect(page.locator("[data-app]")).to_have_class(re.compile("narrow-menu"))
    page.goto("/lots")
    expect(page.locator("[data-app]")).to_have_class(re.compile("narrow-menu"))
    with page.expect_response("**/api/v1/me/preferences"):
        page.get_by_role("button", name="Menu as icons only").click()
    with page.expect_response("**/api/v1/me/preferences"):
        page.locator('[data-section="Reports"] summary').click()
    page.goto("/items")
    expect(page.locator('[data-section="Reports"]')).not_to_have_attribute("open", "")


def test_an_alert_is_seen_and_put_aside(open_page, shop):
    page = open_page("/batches")
    bell = page.locator("[data-bell]")
    expect(bell.locator("summary")).to_have_attribute("aria-label", "Alerts: 2")
    bell.locator("summary").click()
    expect(bell.get_by_role("link", name="Lye is out of stock")).to_be_visible()
    bell.get_by_role("button", name="Dismiss: Lye is out of stock").click()
    expect(bell.get_by_role("link", name="Lye is out of stock")).to_have_count(0)
    expect(bell.locator("summary")).to_have_attribute("aria-label", "Alerts: 1")
    expect(bell.get_by_text("1 put aside")).to_be_visible()


def test_the_plus_offers_what_one_may_make(open_page, shop):
    page = open_page("/batches")
    _ready(page)
    page.keyboard.press("c")
    panel = page.locator("[data-quick] .menu-panel")
    expect(panel.get_by_role("link", name="Receipt", exact=True)).to_be_visible()
    panel.get_by_role("link", name="Receipt", exact=True).click()
    expect(page).to_have_url(re.compile(r"/receipts/new$"))


def test_the_home_page_is_filled_and_arranged(open_page, shop, client):
    page = open_page("/")
    low = page.locator('[data-card="inventory.low_stock_card"]')
    expect(low.get_by_role("link", name="Lye", exact=True)).to_be_visible()
    page.get_by_role("link", name="Arrange").click()
    low.get_by_role("button", name="Remove Low stock").click()
    expect(low).to_have_count(0)
    page.get_by_label("Add a card").select_option(label="Low stock")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("[data-card]").last).to_have_attribute("data-card", "inventory.low_stock_card")
    low.get_by_role("button", name="Make Low stock wider").click()
    expect(low).to_have_attribute("data-width", "3")
    page.get_by_role("button", name="Reset to default").click()
    expect(page.get_by_text("The home page is as it usually is.")).to_be_visible()
    expect(low).to_have_attribute("data-width", "2")


def test_a_card_that_does_not_come_says_so_and_the_others_do(open_page, shop):
    page = open_page("/batches")
    page.route("**/cards/inventory.low_stock_card", lambda route: route.fulfill(status=503))
    page.goto("/")
    expect(page.locator('[data-card="inventory.low_stock_card"]')).to_contain_text("This card did not come.")
    expect(page.locator('[data-card="inventory.expiring_card"] article')).to_contain_text("Nothing to show.")


def test_the_keyboard_tells_what_it_does_and_can_be_quieted(open_page, shop):
    page = open_page("/items")
    _ready(page)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet.get_by_text("Next row")).to_be_visible()
    expect(sheet.get_by_text("Search everything, run any action")).to_be_visible()
    with page.expect_response("**/api/v1/me/preferences"):
        sheet.get_by_role("checkbox").uncheck()
    expect(sheet.get_by_text("Next row")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.reload()
    _ready(page)
    page.keyboard.press("?")
    palette = _open_palette(page)
    expect(palette).to_be_visible()
    expect(sheet).to_be_hidden()


def test_one_key_after_the_other_leads_home_and_back(open_page, shop):
    page = open_page("/items?kind=raw")
    _ready(page)
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("link", name="Arrange")).to_be_visible()
    _ready(page)
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page).to_have_url(re.compile(r"/items\?kind=raw$"))


SHAPES = ("/", "/?arrange=1", "/search?q=l", "/alerts", "/favourites", "/new",
          "/cards/inventory.value_by_category")  # fmt: skip


def _settled(page: Page, path: str) -> None:
    page.goto(path)
    _ready(page)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def test_nobody_is_shut_out(open_page, shop, client):
    client.patch("me/preferences", {"favourites": [{"title": "What we buy", "url": "/items?kind=raw"}]})
    page = open_page("/")
    found = {}
    for path in SHAPES:
        _settled(page, path)
        found[path] = faults_of(page)
    palette = _open_palette(page)
    page.keyboard.type("l")
    expect(palette.get_by_role("option", name="LYE Lye")).to_be_visible()
    found["palette"] = faults_of(page, frame=True)
    page.keyboard.press("Escape")
    page.locator("[data-bell] summary").click()
    expect(page.locator("[data-bell]").get_by_role("link", name="Lye is out of stock")).to_be_visible()
    found["bell"] = faults_of(page, frame=True)
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_a_card_that_nobody_fetches_is_not_awaited(open_page, shop):
    page = open_page("/", scripts=False)
    expect(page.get_by_role("link", name="Show").first).to_be_visible()
    expect(page.locator(".bone").first).to_be_hidden()
    expect(page.locator("[aria-busy]")).to_have_count(0)


def test_the_words_of_a_chart_can_be_read_on_a_phone(open_page, kernel, monkeypatch):
    key, batches = "recipes.by_state", {"name": "Batches", "values": [6, 1, 10]}
    told = {"type": "bar", "labels": ["Planned", "In progress", "Finished"], "series": [batches]}
    card = replace(kernel.registry.widgets[key], function=lambda ctx: told)
    monkeypatch.setitem(kernel.registry.widgets, key, card)
    page = open_page("/", width=390)
    word = page.locator(".drawn .axis.up", has_text="10")
    expect(word).to_be_visible()
    assert word.bounding_box()["height"] >= 11
    assert overflow_of(page) == 0


def test_everything_fits_a_phone(open_page, shop):
    page = open_page("/", width=390)
    wide = {}
    for path in SHAPES:
        _settled(page, path)
        wide[path] = overflow_of(page)
    page.locator("[data-bell] summary").click()
    panel = page.locator("[data-bell] .menu-panel")
    expect(panel.get_by_role("link", name="Lye is out of stock")).to_be_visible()
    box = panel.bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert {path: more for path, more in wide.items() if more > 0} == {}
