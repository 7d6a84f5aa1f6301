"""Every shape of page: readable for everybody, quiet under the policy, whole on a phone, usable by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import faults_of, overflow_of, small_targets_of


@pytest.fixture
def shop(client):
    """One item with stock, one draft receipt, one posted one, a category."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    place = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar"}).json["id"]
    category = client.post("items/categories", {"name": "Lye and liquids"}).json["id"]
    item = {"code": "LYE", "name": "Lye", "base_unit_id": unit, "category_id": category, "reorder_point": "500"}
    item_id = client.post("items", item).json["id"]
    line = {"item_id": item_id, "quantity": "1000", "unit_id": unit, "unit_cost": "0.01"}
    receipt = {"location_id": place, "supplier_name": "Chemist & Co", "lines": [line]}
    draft, posted = (client.post("receipts", receipt).json["id"] for _ in range(2))
    assert client.post(f"receipts/{posted}/post").status_code == 200
    return {"item": item_id, "draft": draft, "posted": posted}


COVERED = """() => {
  const focused = document.activeElement, box = focused.getBoundingClientRect();
  if (!box.width || focused === document.body) return "";
  const middle = [box.x + box.width / 2, box.y + box.height / 2];
  const points = [middle, [box.x + 2, box.y + 2], [box.right - 2, box.bottom - 2]];
  const over = points.map(([x, y]) => document.elementFromPoint(x, y));
  const seen = over.some((top) => top && (focused.contains(top) || top.contains(focused)));
  return seen ? "" : focused.outerHTML.slice(0, 120);
}"""
SHAPES = {
    "home": "/",
    "list": "/items?search=l&kind=raw",
    "empty": "/counts",
    "nothing": "/items?search=nowhere",
    "refused": "/items?kind=gold",
    "new": "/items/new",
    "record": "/items/{item}?beside=history",
    "lines": "/receipts/{draft}",
    "facts": "/receipts/{posted}",
    "action": "/receipts/{posted}/do/reverse",
    "delete": "/items/{item}/delete",
    "query": "/items/{item}/inventory",
    "report": "/reports/valuation",
    "import": "/items/import",
    "apps": "/apps",
    "app": "/apps/recipes",
    "preferences": "/preferences",
    "missing": "/no-such-page",
}


@pytest.mark.parametrize("name", SHAPES)
def test_no_page_shuts_anybody_out(open_page, shop, name):
    assert faults_of(open_page(SHAPES[name].format(**shop)), frame=name in ("home", "list", "record")) == []


def test_the_login_shuts_nobody_out(open_page):
    assert faults_of(open_page("/login", guest=True), frame=True) == []


def test_no_page_is_wider_than_a_phone(open_page, shop):
    page = open_page("/", width=390)
    wide = {}
    for name, path in SHAPES.items():
        page.goto(path.format(**shop))
        wide[name] = overflow_of(page)
    assert {name: more for name, more in wide.items() if more > 0} == {}


def test_a_finger_hits_what_it_means(open_page, shop):
    page = open_page("/", width=390)
    missed = {}
    for path in SHAPES.values():
        page.goto(path.format(**shop))
        missed[path] = small_targets_of(page)
    assert {path: faults for path, faults in missed.items() if faults} == {}


@pytest.mark.parametrize("width", [390, 1280])
def test_a_long_word_widens_no_page(open_page, shop, client, width):
    category = client.post("items/categories", {"name": "W" * 80}).json["id"]
    assert client.patch(f"items/{shop['item']}", {"category_id": category, "version": 1}).status_code == 200
    page = open_page("/", width=width)
    wide = {}
    for path in (f"/items/{shop['item']}", "/search?q=WWW", f"/items/categories/{category}/delete"):
        page.goto(path)
        page.wait_for_load_state("load")
        expect(page.locator("main")).to_contain_text("WWW")
        wide[path] = overflow_of(page)
    assert {path: more for path, more in wide.items() if more > 0} == {}
    section = page.locator(".crumbs li").first
    assert width == 390 or section.evaluate("place => place.scrollWidth - place.clientWidth") == 0


def test_the_menu_opens_on_a_phone(open_page, shop):
    page = open_page("/items", width=390)
    expect(page.get_by_role("link", name="Receipts").first).to_be_hidden()
    page.get_by_role("link", name="Open the menu").click()
    page.get_by_role("link", name="Receipts").first.click()
    expect(page.get_by_role("heading", name="Receipts", level=1)).to_be_visible()


def test_the_days_work_needs_no_mouse(open_page, shop, client):
    page = open_page("/items")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("ly")
    # The list is swapped after the answer: what is pressed before would be pressed in rows that go.
    expect(page).to_have_url(re.compile(r"search=ly$"))
    expect(page.locator("tbody tr.row")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).not_to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("td.key a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="LYE Lye", level=1)).to_be_visible()
    page.get_by_label("Name").first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Caustic soda")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert client.get(f"items/{shop['item']}").json["name"] == "Caustic soda"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()


def test_everything_reached_by_tab_shows_where_it_is(open_page, shop):
    page = open_page(f"/items/{shop['item']}")
    unseen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "() => { const e = document.activeElement; const box = e.closest('.ts-control, .search') ?? e;"
            " const s = getComputedStyle(box); const own = getComputedStyle(e);"
            " return [e.outerHTML.slice(0, 120), own.outlineStyle !== 'none' && own.outlineWidth !== '0px',"
            " s.boxShadow !== 'none'] }"
        )
        if not (style[1] or style[2]):
            unseen.append(style[0])
    assert unseen == []


def test_no_bar_covers_what_the_keyboard_has_reached(open_page, shop, client):
    page = open_page("/receipts/new")
    page.set_viewport_size({"width": 1280, "height": 700})
    covered = set()
    for _ in range(85):
        page.keyboard.press("Tab")
        covered.add(page.evaluate(COVERED))
    lines = [{"item_id": shop["item"], "quantity": str(number), "unit_cost": "1"} for number in range(1, 31)]
    place = client.get(f"receipts/{shop['draft']}").json["location_id"]
    page.goto(f"/receipts/{client.post('receipts', {'location_id': place, 'lines': lines}).json['id']}")
    page.locator("[name=lines-0-quantity]").focus()
    for key in ("ArrowDown", "ArrowUp"):
        for _ in lines[1:]:
            page.keyboard.press(key)
            covered.add(page.evaluate(COVERED))
    assert covered == {""}


def test_a_search_swaps_the_list_and_keeps_the_address(open_page, shop):
    page = open_page("/items")
    page.evaluate("window.stayed = true")
    page.get_by_role("searchbox").fill("nowhere")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/items\?search=nowhere$"))
    assert page.evaluate("window.stayed")
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value("nowhere")


def test_leaving_a_changed_form_asks_first(open_page, shop):
    page = open_page(f"/items/{shop['item']}")
    page.get_by_label("Name").first.fill("Something else")
    page.get_by_role("link", name="Home", exact=True).click()
    asking = page.get_by_role("dialog", name="Save what you changed?")
    expect(asking).to_be_visible()
    asking.get_by_role("button", name="Stay").click()
    expect(asking).to_be_hidden()
    expect(page.get_by_label("Name").first).to_have_value("Something else")


def test_light_and_dark_are_a_click_apart_and_stay(open_page):
    page = open_page("/")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-mode", "dark")
    page.goto("/apps")
    expect(page.locator("html")).to_have_attribute("data-mode", "dark")


def test_rows_are_added_without_a_round_trip(open_page, shop):
    page = open_page(f"/receipts/{shop['draft']}")
    page.get_by_role("button", name="Add a row").click()
    page.get_by_role("button", name="Add a row").click()
    expect(page.locator("[data-lines=lines] tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Remove row 1").click()
    expect(page.locator("[data-lines=lines] tbody tr")).to_have_count(2)


def test_the_api_page_reads_the_document_of_who_is_logged_in(open_page):
    page = open_page("/api/v1/docs")
    expect(page.locator(".opblock-tag").first).to_be_visible(timeout=30_000)


def test_without_scripts_the_pages_still_work(open_page, shop, client):
    page = open_page("/items/new", scripts=False)
    expect(page.get_by_role("button", name="Switch between light and dark")).to_be_hidden()
    page.get_by_label("Code", exact=False).first.fill("WATER")
    page.get_by_label("Name", exact=False).first.fill("Water")
    page.get_by_label("Base unit: code or name").fill("ml")
    expect(page.get_by_label("Unit, row 1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Add a row").click()
    page.get_by_role("button", name="Remove row 2").click()
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Item created.")).to_be_visible()
    assert client.get("items?code=WATER").json["items"][0]["base_unit_label"] == "ml"
