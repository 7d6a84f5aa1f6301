"""Forms in a browser: a grid by keyboard, rows from a spreadsheet, records made on the fly, and nothing typed lost."""

import re

import pytest
from playwright.sync_api import expect

from core.resources.kinds import KINDS
from tests.browser.hands import choose, faults_of, overflow_of

PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.querySelector(selector).dispatchEvent(event);
}"""


def one(client, path):
    return client.get(path).json["items"][0]


@pytest.fixture
def pantry(client):
    """Two ingredients and their units."""
    gram, kilogram = (one(client, f"admin/uom?code={code}")["id"] for code in ("g", "kg"))
    for code, name in (("OLIVE", "Olive oil"), ("COCOA", "Cocoa butter")):
        made = client.post("items", {"code": code, "name": name, "base_unit_id": gram, "purchase_unit_id": kilogram})
        assert made.status_code == 201, made.text
    return {"g": gram, "kg": kilogram}


def cell(page, name, row=1):
    return page.get_by_label(f"{name}, row {row}", exact=True).locator("visible=true")


def to_first_row(page):
    page.locator("select[name=lines-0-item_id]").evaluate("select => select.focus()")
    expect(page.get_by_role("combobox", name="Item, row 1")).to_be_focused()


def test_a_receipt_is_written_without_a_mouse(open_page, client, pantry):
    page = open_page("/receipts/new")
    choose(page, "Into", one(client, "admin/locations?is_default=true")["code"])
    to_first_row(page)
    with page.expect_response(lambda answer: answer.url.endswith("/receipts/change")):
        choose(page, "Item, row 1", "OLIVE")
    # What an item is bought in comes by itself.
    expect(page.locator("select[name=lines-0-unit_id] option:checked")).to_have_text("kg")
    page.keyboard.press("Tab")
    expect(cell(page, "Quantity")).to_be_focused()
    page.keyboard.type("2 000,5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Item, row 2")).to_be_focused()
    with page.expect_response(lambda answer: answer.url.endswith("/receipts/change")):
        choose(page, "Item, row 2", "COCOA")
    page.keyboard.press("Tab")
    expect(cell(page, "Quantity", 2)).to_be_focused()
    page.keyboard.type("3*250")
    page.keyboard.press("ArrowUp")
    expect(cell(page, "Quantity")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(cell(page, "Quantity", 2)).to_be_focused()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Receipt created.")).to_be_visible()
    receipt = client.get(f"receipts/{page.url.rpartition('/')[2]}").json
    assert [line["quantity"] for line in receipt["lines"]] == ["2000.500000", "750.000000"]
    assert {line["unit_id"] for line in receipt["lines"]} == {pantry["kg"]}


def test_the_row_that_waits_to_be_typed_into_is_nothing_typed(open_page):
    page = open_page("/receipts/new")
    expect(page.locator("[data-lines] tbody tr")).to_have_count(1)
    to_first_row(page)
    page.keyboard.press("Tab")
    page.locator("a[data-back]").click()
    expect(page).to_have_url(re.compile("/receipts$"))


def test_rows_are_moved_and_removed_and_added_up(open_page, client, pantry):
    page = open_page("/recipes/new")
    grid = page.locator("[data-lines=ingredients]")
    for row, text in ((1, "OLIVE"), (2, "COCOA")):
        with page.expect_response(lambda answer: answer.url.endswith("/recipes/change")):
            choose(page, f"Ingredient, row {row}", text)
        grid.get_by_label(f"Quantity, row {row}", exact=True).fill(f"{row}00,5")
        page.keyboard.press("Enter")
    total = grid.locator("output")
    expect(total).to_have_text("301 g")
    grid.get_by_label("Quantity, row 2", exact=True).focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(grid.locator("tbody tr").first).to_have_attribute("data-index", "1")
    page.keyboard.press("Control+Delete")
    expect(grid.locator("tbody tr")).to_have_count(2)
    expect(total).to_have_text("100.5 g")


def test_a_column_is_headed_alike_whatever_it_holds(open_page):
    page = open_page("/items/new")
    shown = page.evaluate(
        """kinds => kinds.map((kind) => {
             const head = document.querySelector("[data-lines] thead th:nth-child(3)").cloneNode();
             head.className = kind;
             document.querySelector("[data-lines] thead tr").append(head);
             const { display, borderRadius } = getComputedStyle(head);
             return [kind, display, borderRadius];
           })""",
        sorted({kind.name for _, kind in KINDS} | {"words", "reference"}),
    )
    assert [row for row in shown if row[1:] != ["table-cell", "0px"]] == []


def test_an_amount_and_its_unit_fit_their_column(open_page, client, pantry):
    page = open_page(f"/items/{one(client, 'items?code=OLIVE')['id']}?beside=comments", width=1000)
    page.get_by_role("tab", name="Costs and prices").click()
    field = page.locator(".field:has([name=standard_cost])")
    field.locator(".unit").evaluate("unit => unit.textContent = 'GBP / litre'")
    assert field.evaluate("field => field.scrollWidth - field.clientWidth") == 0


def test_the_unit_of_another_item_is_not_that_of_the_old_one(open_page, client, pantry):
    place = one(client, "admin/locations?is_default=true")
    line = {"item_id": one(client, "items?code=OLIVE")["id"], "quantity": "1234.5", "unit_cost": "1"}
    receipt = client.post("receipts", {"location_id": place["id"], "lines": [line]}).json
    assert client.post(f"receipts/{receipt['id']}/post", {}).status_code == 200
    count = client.post("counts", {"location_id": place["id"]}).json
    assert client.post(f"counts/{count['id']}/start", {}).status_code == 200
    page = open_page(f"/counts/{count['id']}", width=390)
    units = page.locator("[data-lines] tbody .unit")
    assert units.all_text_contents() == ["g", "g", "g"]
    assert faults_of(page, "[data-lines]") == []
    lot = page.locator("select[name=lines-0-lot_id]")
    expect(lot.locator("option:checked")).to_have_text(re.compile(r"OLIVE-\d{4}-\d{5}"))
    page.locator("select[name=lines-0-item_id]").evaluate("select => select.focus()")
    number = client.get("admin/uom?code=each").json["items"][0]["id"]
    client.post("items", {"code": "JAR", "name": "Jar", "base_unit_id": number})
    choose(page, "Item, row 1", "JAR")
    expect(units).to_have_text(["each", "each", "each"])


LONG_LOT = "SHEA-BUTTER-R-2026-00019"
CUT = """cells => cells.filter((cell) => {
  const text = document.createElement("span");
  text.textContent = cell.selectedOptions[0].textContent;
  text.style.font = getComputedStyle(cell).font;
  document.body.append(text);
  const { paddingLeft, paddingRight } = getComputedStyle(cell);
  const room = cell.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  const wide = text.getBoundingClientRect().width;
  text.remove();
  return wide > room;
}).map((cell) => cell.selectedOptions[0].textContent)"""


def test_the_number_of_a_lot_is_read_whole_and_the_grid_stays_in_its_frame(open_page, client, pantry):
    place = one(client, "admin/locations?is_default=true")
    line = {"item_id": one(client, "items?code=OLIVE")["id"], "quantity": "1234.5", "unit_cost": "1"}
    lines = [line, {**line, "lot_number": LONG_LOT}]
    receipt = client.post("receipts", {"location_id": place["id"], "lines": lines}).json
    assert client.post(f"receipts/{receipt['id']}/post", {}).status_code == 200
    count = client.post("counts", {"location_id": place["id"]}).json
    assert client.post(f"counts/{count['id']}/start", {}).status_code == 200
    page = open_page(f"/counts/{count['id']}")
    lots = page.locator("select[name$=lot_id]")
    expect(lots.filter(has_text=LONG_LOT)).to_have_count(1)
    assert lots.evaluate_all(CUT) == []
    frame = page.locator(".lines-body .scroll")
    assert frame.evaluate("frame => frame.scrollWidth - frame.clientWidth") == 0
    page.set_viewport_size({"width": 900, "height": 800})
    assert overflow_of(page) == 0
    # What is beyond the frame fades, and is reached by going there.
    assert frame.evaluate("frame => getComputedStyle(frame).maskImage") != "none"
    page.locator("[name=lines-0-note]").focus()
    assert frame.evaluate("frame => frame.scrollLeft") > 0


def test_rows_come_from_a_spreadsheet(open_page, client, pantry):
    page = open_page("/receipts/new")
    to_first_row(page)
    table = 'OLIVE\t1.200,50\tkg\t3.1\tLOT-1\nCOCOA\t2\tg\t4\t"LOT""2"\nCACAO\t5\tkg\t1\t\n'
    with page.expect_response(lambda answer: answer.url.endswith("/choices")) as asked:
        page.evaluate(PASTE, ["select[name=lines-0-item_id]", table])
    assert asked.value.request.method == "POST"
    expect(page.locator("[data-lines] tbody tr")).to_have_count(3)
    expect(page.locator("select[name=lines-1-item_id] option:checked")).to_have_text("COCOA Cocoa butter")
    expect(page.locator("input[name=lines-0-quantity]")).to_have_value("1.200,50")
    expect(page.locator("input[name=lines-1-lot_number]")).to_have_value('LOT"2')
    expect(page.get_by_text("Nothing is called “CACAO”")).to_be_visible()
    # The text stays over a refusal, and the record is chosen in its place.
    choose(page, "Into", one(client, "admin/locations?is_default=true")["code"])
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("CACAO")
    page.get_by_role("alert").get_by_role("link", name="row 3, Item").click()
    expect(page.get_by_role("combobox", name="Item, row 3")).to_be_focused()
    choose(page, "Item, row 3", "COCOA")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Receipt created.")).to_be_visible()
    lines = client.get(f"receipts/{page.url.rpartition('/')[2]}").json["lines"]
    assert [line["item_label"][:5] for line in lines] == ["OLIVE", "COCOA", "COCOA"]
    assert lines[0]["quantity"] == "1200.500000"


def test_what_belongs_to_pasted_rows_comes_in_one_request(open_page, client, pantry):
    page = open_page("/receipts/new")
    to_first_row(page)
    asked = []
    page.on("request", lambda request: request.url.endswith("/receipts/change") and asked.append(request))
    with page.expect_response(lambda answer: answer.url.endswith("/receipts/change")):
        page.evaluate(PASTE, ["select[name=lines-0-item_id]", "OLIVE\t1\nCOCOA\t2\n" * 30])
    # Also in the last of sixty rows the unit is the one that the item is bought in.
    for row in (0, 59):
        expect(page.locator(f"select[name=lines-{row}-unit_id] option:checked")).to_have_text("kg")
    assert len(asked) == 1


def test_a_record_is_made_on_the_fly(open_page, client):
    client.post("items/categories", {"name": "Butter"})
    page = open_page("/items/new")
    page.locator("input[name=code]").fill("SHEA")
    picker = page.get_by_role("combobox", name="Category")
    picker.click()
    with page.expect_response(lambda answer: "search=Butters" in answer.url):
        page.keyboard.type("Butters")
    page.locator(".ts-dropdown:visible .create").click()
    dialog = page.get_by_role("dialog", name="New category")
    expect(dialog).to_be_visible()
    name = dialog.get_by_label("Name", exact=False).first
    expect(name).to_have_value("Butters")
    assert faults_of(page, "dialog[open]") == []
    name.fill("")
    page.keyboard.press("Control+s")
    expect(dialog.get_by_role("alert")).to_contain_text("Fill this in.")
    expect(name).to_be_focused()
    page.keyboard.press("Escape")
    asked = page.get_by_role("dialog", name="Save what you changed?")
    asked.get_by_role("button", name="Stay here").click()
    name.fill("Butters")
    page.keyboard.press("Control+s")
    expect(dialog).to_have_count(0)
    expect(page.locator("input[name=code]")).to_have_value("SHEA")
    expect(page.locator("select[name=category_id] option:checked")).to_have_text("Butters")
    assert one(client, "items/categories?name=Butters")["id"]


def test_what_is_short_is_made_over_the_list_and_appears_in_it(open_page, client):
    page = open_page("/items/categories")
    page.locator("[data-quick] summary").click()
    page.locator("[data-quick]").get_by_role("link", name="Category", exact=True).click()
    dialog = page.get_by_role("dialog", name="New category")
    dialog.get_by_label("Name").fill("Clays & earths")
    whole = dialog.get_by_role("link", name="On its own page")
    whole.evaluate("link => link.addEventListener('click', (event) => event.preventDefault())")
    whole.click()
    expect(whole).to_have_attribute("href", re.compile(r"/items/categories/new\?.*name=Clays\+%26\+earths"))
    dialog.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("#list").get_by_role("link", name="Clays & earths")).to_be_visible()
    expect(page.get_by_text("Category Clays & earths is made.")).to_be_visible()


def test_what_does_not_apply_is_hidden_and_what_is_wrong_is_found(open_page, client, pantry):
    page = open_page("/items/new")
    expect(page.get_by_role("tab", name="Units")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_label("Capacity", exact=True)).to_be_hidden()
    page.get_by_label("Kind").select_option("container")
    expect(page.get_by_label("Capacity", exact=True)).to_be_visible()
    expect(page.get_by_label("Density")).to_be_hidden()
    page.locator("input[name=code]").fill("JAR")
    page.locator("input[name=name]").fill("Jar")
    choose(page, "Base unit", "kg")
    page.get_by_role("tab", name="Units").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Costs and prices")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("#tab-stock$"))
    page.get_by_label("Reorder at").fill("1,200")
    page.get_by_role("tab", name="Units").click()
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("1,200 can mean 1200 or 1.2")
    expect(page.get_by_role("tab", name="Stock")).to_contain_text("1")
    page.get_by_role("tab", name="Units").click()
    page.get_by_role("alert").get_by_role("link", name="Reorder at").click()
    expect(page.get_by_label("Reorder at")).to_be_focused()
    page.get_by_label("Reorder at").fill("1200 kg")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Item created.")).to_be_visible()
    expect(page).to_have_url(re.compile("#tab-stock$"))
    assert one(client, "items?code=JAR")["reorder_point"] == "1200.000000"


def test_a_link_out_of_a_changed_form_asks_first(open_page, client):
    page = open_page("/items/categories/new")
    page.get_by_label("Name").fill("Waxes")
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Categories").click()
    dialog = page.get_by_role("dialog", name="Save what you changed?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Stay here").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Name")).to_have_value("Waxes")
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Categories").click()
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Category created.")).to_be_visible()


def test_what_an_action_was_told_is_not_lost_by_escape(open_page, client, pantry):
    item = one(client, "items?code=OLIVE")["id"]
    page = open_page(f"/items/{item}")
    door, sheet = page.get_by_role("link", name="Add a conversion").first, page.locator("#sheet")
    door.click()
    # The list of the first field is closed first, even while it is still being fetched.
    first = sheet.locator("#action :focus")
    expect(first).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(first).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    door.click()
    sheet.get_by_label("Equals").fill("13.6")
    asked = page.get_by_role("dialog", name="Add a conversion first?")
    for leave in (lambda: page.keyboard.press("Escape"), lambda: sheet.get_by_role("link", name="Cancel").click()):
        leave()
        asked.get_by_role("button", name="Stay here").click()
        expect(sheet.get_by_label("Equals")).to_have_value("13.6")
    page.keyboard.press("Escape")
    asked.get_by_role("button", name="Add a conversion", exact=True).click()
    # What is missing is said on the action's own page; leaving that asks too.
    expect(page).to_have_url(re.compile(f"/items/{item}/do/conversions$"))
    page.get_by_label("Quantity").fill("2")
    page.get_by_role("link", name="Cancel").click()
    asked.get_by_role("button", name="Leave without saving").click()
    expect(page).to_have_url(re.compile(f"/items/{item}$"))


def test_settings_are_saved_from_the_question(open_page, client):
    page = open_page("/settings")
    page.get_by_label("Warn of expiry (days)").fill("21")
    page.get_by_role("link", name="Home", exact=True).click()
    page.get_by_role("dialog", name="Save what you changed?").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("1 setting changed")).to_be_visible()


def test_what_was_typed_outlives_the_session(open_page, client):
    page = open_page("/items/categories/new")
    page.get_by_label("Name").fill("Clays")
    page.get_by_label("Description").fill("Pink and green")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_label("Name")).to_have_count(0)
    assert client.get("items/categories?name=Clays").json["items"] == []
    page = again(open_page, page, "/items/categories/new")
    expect(page.get_by_text("was not saved")).to_be_visible()
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_label("Name")).to_have_value("Clays")
    expect(page.get_by_label("Description")).to_have_value("Pink and green")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Category created.")).to_be_visible()
    page.goto("/items/categories/new")
    expect(page.get_by_label("Name")).to_have_value("")
    expect(page.get_by_text("was not saved")).to_have_count(0)


def again(open_page, page, path):
    """Log the same person in again in the same window."""
    other = open_page("/")
    page.context.add_cookies(other.context.cookies())
    page.goto(path)
    return page


def test_a_telephone_holds_a_grid(open_page, client, pantry):
    page = open_page("/receipts/new", width=390)
    expect(page.locator("[data-lines] tbody tr")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
