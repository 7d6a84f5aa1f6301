"""A list as people sit in it: searched, narrowed, grouped, arranged, kept; by mouse, by keyboard, without scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import faults_of


@pytest.fixture
def items(client):
    """Twelve items of two kinds."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    rows = [{"code": f"I-{n:02}", "name": f"Item {n}", "base_unit_id": unit, "kind": "packaging" if n > 7 else "raw",
             "reorder_point": str(n)} for n in range(12)]  # fmt: skip
    assert client.post("items", rows).status_code == 201


def rows_of(page):
    return page.locator("#list tr.row")


def test_a_condition_typed_into_the_search_box_becomes_a_chip(open_page, items):
    page = open_page("/items")
    search = page.get_by_role("searchbox", name="Search items")
    search.fill("kind:packaging")
    search.press("Enter")
    expect(page.get_by_role("link", name="Remove the filter Kind is Packaging")).to_be_visible()
    expect(rows_of(page)).to_have_count(4)
    expect(page).to_have_url(re.compile(r"kind=packaging"))
    page.get_by_role("link", name="Remove the filter Kind is Packaging").click()
    expect(rows_of(page)).to_have_count(12)


def test_a_filter_is_built_in_the_sheet(open_page, items):
    page = open_page("/items")
    page.get_by_role("link", name="Filter", exact=True).click()
    sheet = page.locator("#sheet")
    expect(sheet).to_be_visible()
    sheet.get_by_label("Add a condition").select_option("kind")
    sheet.get_by_label("Raw", exact=True).check()
    sheet.get_by_label("Add a condition").select_option("reorder_point")
    expect(sheet.get_by_label("Reorder at: how")).to_be_visible()
    expect(sheet.get_by_label("Raw", exact=True)).to_be_checked()
    sheet.get_by_label("Reorder at: how").select_option("between")
    expect(sheet.get_by_label("Reorder at: upper end")).to_be_visible()
    sheet.get_by_label("Reorder at: value").fill("2")
    sheet.get_by_label("Reorder at: upper end").fill("4")
    sheet.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Remove the filter Kind is Raw")).to_be_visible()
    expect(rows_of(page)).to_have_count(3)


def test_groups_open_and_close_where_they_stand(open_page, items):
    page = open_page("/items?group=kind,base_unit")
    raw = page.get_by_role("button", name="Kind: Raw, 8")
    expect(raw).to_have_attribute("aria-expanded", "false")
    raw.press("Enter")
    unit = page.get_by_role("button", name="Base unit: g, 8")
    expect(unit).to_be_visible()
    unit.click()
    expect(rows_of(page)).to_have_count(8)
    raw.click()
    expect(raw).to_have_attribute("aria-expanded", "false")
    expect(rows_of(page)).to_have_count(0)


def test_shift_click_sorts_by_one_more_column(open_page, items):
    page = open_page("/items")
    page.locator("th[data-field=kind] a").click()
    expect(page.locator("th[data-field=kind]")).to_have_attribute("aria-sort", "ascending")
    page.locator("th[data-field=name] a").click(modifiers=["Shift"])
    expect(page.locator("th[data-field=name] .order")).to_have_text("2")
    expect(page).to_have_url(re.compile(r"sort=kind%2Cname"))


def test_rows_are_chosen_up_to_another_by_mouse_and_by_keyboard(open_page, items):
    page = open_page("/items?sort=code")
    boxes, told = page.locator("tbody input[name=ids]"), page.locator(".bulk output")
    count = boxes.count()
    boxes.nth(0).check()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(told).to_have_text("3 selected")
    # They are let go in the same way.
    boxes.nth(1).focus()
    page.keyboard.press("Space")
    boxes.nth(2).focus()
    page.keyboard.press("Shift+Space")
    expect(told).to_have_text("1 selected")
    expect(boxes.nth(0)).to_be_checked()
    boxes.nth(0).click()
    boxes.nth(count - 1).focus()
    page.keyboard.press("Space")
    boxes.nth(0).click(modifiers=["Shift"])
    expect(told).to_have_text(f"{count} selected")


def test_groups_are_walked_by_keyboard(open_page, items):
    page = open_page("/items?group=kind")
    page.keyboard.press("j")
    expect(page.locator("tr.group a").first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("tr.group a").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("tr.group a").first).to_be_focused()


def test_columns_are_arranged_by_keyboard_and_kept(open_page, items):
    page = open_page("/items")
    expect(page.locator("thead th[data-field]").first).to_have_attribute("data-field", "code")
    page.get_by_role("link", name="Display").click()
    sheet = page.locator("#sheet")
    expect(sheet).to_be_visible()
    sheet.get_by_role("button", name="Move Name up").press("Enter")
    expect(sheet.locator("[data-column]").first).to_have_attribute("data-column", "name")
    sheet.get_by_label("Name: width in pixels").fill("300")
    sheet.get_by_role("button", name="Show").last.click()
    expect(page.locator("thead th[data-field]").first).to_have_attribute("data-field", "name")
    expect(page.locator("th[data-field=name]")).to_have_css("width", "300px")
    page.goto("/items")
    expect(page.locator("thead th[data-field]").first).to_have_attribute("data-field", "name")


def test_a_width_is_dragged_at_the_edge_of_the_header(open_page, items):
    page = open_page("/items")
    expect(page.locator("html")).to_have_class(re.compile("js"))
    edge = page.locator("th[data-field=name] [data-grip]").bounding_box()
    before = page.locator("th[data-field=name]").bounding_box()["width"]
    page.mouse.move(edge["x"] + 4, edge["y"] + 8)
    page.mouse.down()
    page.mouse.move(edge["x"] + 84, edge["y"] + 8, steps=4)
    page.mouse.up()
    width = str(round(before + 80))
    expect(page.locator("th[data-field=name]")).to_have_attribute("data-width", width)
    expect(page).to_have_url(re.compile(rf"name%3A{width}"))


def test_a_view_is_saved_and_opened_again(open_page, items):
    page = open_page("/items?kind=raw&sort=-code")
    menu = page.locator(".saved-views")
    menu.locator("summary").click()
    menu.get_by_role("link", name="Save this view…").click()
    sheet = page.locator("#sheet")
    expect(sheet).to_be_visible()
    sheet.get_by_label("Save as a new view").fill("Raw, last first")
    sheet.get_by_role("button", name="Save view").click()
    expect(menu.locator("summary")).to_contain_text("Raw, last first")
    expect(page).to_have_url(re.compile(r"\?saved=\d+"))
    page.locator("th[data-field=name] a").click()
    expect(menu.locator("summary")).to_contain_text("changed")
    page.goto("/items")
    expect(rows_of(page)).to_have_count(12)
    menu.locator("summary").click()
    menu.get_by_role("link", name="Raw, last first").click()
    expect(rows_of(page)).to_have_count(8)


def test_without_scripts_groups_are_links_and_filters_a_page(open_page, items):
    page = open_page("/items?group=kind", scripts=False)
    page.locator("tr.group a").first.click()
    expect(rows_of(page)).to_have_count(8)
    page.get_by_role("link", name="Filter", exact=True).click()
    page.get_by_label("Add a condition").select_option("name")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Name: value").fill("Item 3")
    page.get_by_role("button", name="Show").click()
    expect(rows_of(page)).to_have_count(1)


def test_a_phone_scrolls_the_table_and_not_the_page(open_page, items):
    page = open_page("/items", width=390)
    expect(rows_of(page)).to_have_count(12)
    assert page.evaluate("document.documentElement.scrollWidth <= 390")
    page.locator(".scroll").evaluate("region => { region.scrollLeft = 400; }")
    expect(page.locator("td.key a").first).to_be_in_viewport()
    # The ways out of an empty list are as long as their conditions.
    page.goto("/items?kind__in=raw,packaging,component,finished,consumable&reorder_point__gt=99999")
    expect(page.get_by_role("link", name=re.compile("Without Reorder at over 99,999: 12 found"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= 390")


def test_groups_and_panels_shut_nobody_out(open_page, items):
    page = open_page("/items?group=kind,base_unit")
    found = {}
    for path in ("/items?group=kind,base_unit", "/items?sort=-kind,code&totals=reorder_point", "/items/display",
                 "/items/filters?kind=raw&base_unit_id__isnull=false&created_at=this_month&reorder_point__gt=1",
                 "/items/saved?kind=raw"):  # fmt: skip
        page.goto(path)
        found[path] = faults_of(page)
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_what_was_moved_is_read_beside_its_amount_without_scrolling(open_page, client, items):
    """The ledger of a cellar with long names, on a window of 1280 pixels."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    place = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar below the main warehouse"}).json["id"]
    oil = {"code": "LIO-INT", "name": "Lavender infused oil of the last summer (intermediate)", "base_unit_id": unit}
    line = {"item_id": client.post("items", oil).json["id"], "quantity": "123456.5", "unit_cost": "0.5"}
    receipt = client.post("receipts", {"location_id": place, "lines": [line]}).json
    assert client.post(f"receipts/{receipt['id']}/post").status_code == 200
    page = open_page("/admin/inventory-transactions")
    amount = page.get_by_role("cell", name="123,456.5 g", exact=True).bounding_box()
    frame = page.locator("#list .scroll").bounding_box()
    assert amount["x"] + amount["width"] <= frame["x"] + frame["width"]
    # A list that is seen whole has nothing to fade away.
    page.goto("/items?columns=code,name")
    whole = page.locator("#list .scroll")
    assert whole.evaluate("frame => [frame.scrollWidth - frame.clientWidth, getComputedStyle(frame).maskImage]") == [
        0, "none",
    ]  # fmt: skip


def test_a_phone_says_where_one_is(open_page, client, items):
    item = client.get("items?code=I-03").json["items"][0]["id"]
    page = open_page(f"/items/{item}", width=390)
    here = page.locator(".crumbs [aria-current]")
    cut = "place => [place.clientWidth >= 40, getComputedStyle(place).textOverflow]"
    assert here.evaluate(cut) == [True, "ellipsis"]
    assert page.locator(".crumbs").evaluate("crumbs => crumbs.scrollWidth - crumbs.clientWidth") == 0


def test_a_phone_shows_the_amount_that_matters_without_scrolling(open_page, items):
    page = open_page("/items?columns=code,name,kind,base_unit,reorder_point", width=390)
    told = """at => { const style = getComputedStyle(at, '::after'); const box = at.getBoundingClientRect();
        return [style.content.replaceAll('"', ''), style.display, box.left >= 0 && box.right <= innerWidth]; }"""
    key = page.locator("#list tr.row[data-id] td.key").nth(7)
    assert key.evaluate(told) == ["Reorder at 7 g", "block", True]
    page.set_viewport_size({"width": 1280, "height": 800})
    assert key.evaluate(told)[0] == "none"
    page.set_viewport_size({"width": 390, "height": 844})
