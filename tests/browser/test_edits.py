"""Records are changed where they are listed: a cell by mouse and by keyboard, many rows at once."""

import re

import pytest
from playwright.sync_api import expect

from core.jobs.handler import run_job
from tests.browser.hands import faults_of


@pytest.fixture
def items(client):
    """Three items."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    client.post("items/categories", {"name": "Salts"})
    rows = [{"code": f"I-{number}", "name": f"Item {number}", "base_unit_id": unit, "reorder_point": str(number * 10)}
            for number in range(1, 4)]  # fmt: skip
    return [row["id"] for row in client.post("items", rows).json["items"]]


def listed(open_page, path="/items?sort=code", **options):
    """Open the list and wait until its cells answer."""
    page = open_page(path, **options)
    expect(page.locator("table[data-cells=ready]")).to_be_visible()
    return page


def cell(page, row, field):
    return page.locator("tr.row").nth(row).locator(f"td[data-field={field}]")


def names(client):
    return [row["name"] for row in client.get("items?sort=code").json["items"]]


def test_a_double_click_opens_a_cell_and_enter_saves_it(open_page, client, items):
    page = listed(open_page)
    cell(page, 1, "name").dblclick()
    box = page.get_by_role("textbox", name="Name of I-2 Item 2")
    expect(box).to_be_focused()
    box.fill("Alum")
    box.press("Enter")
    expect(cell(page, 1, "name")).to_have_text("Alum")
    expect(cell(page, 1, "name")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/items\?sort=code$"))
    assert names(client) == ["Item 1", "Alum", "Item 3"]


def test_one_click_still_opens_the_record(open_page, items):
    page = listed(open_page)
    cell(page, 1, "name").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("I-2")


def test_the_keyboard_walks_through_cells_and_saves_them(open_page, client, items):
    page = listed(open_page)
    page.locator("td.key a").first.focus()
    page.keyboard.press("F2")
    expect(cell(page, 0, "code")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(cell(page, 1, "code")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cell(page, 1, "name")).to_be_focused()
    page.keyboard.press("F2")
    box = page.get_by_role("textbox", name="Name of I-2 Item 2")
    expect(box).to_be_focused()
    box.fill("Borax")
    page.keyboard.press("Tab")
    # The next cell is a choice of kinds.
    expect(page.get_by_role("combobox", name="Kind of I-2 Borax")).to_be_focused()
    expect(cell(page, 1, "name")).to_have_text("Borax")
    page.keyboard.press("Escape")
    expect(page.locator("form.cell-editor")).to_have_count(0)
    expect(cell(page, 1, "kind")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("td.key a").nth(1)).to_be_focused()
    assert names(client) == ["Item 1", "Borax", "Item 3"]


def test_a_reference_is_picked_in_its_cell(open_page, client, items):
    page = listed(open_page)
    cell(page, 0, "category_id").dblclick()
    page.locator(".cell-editor .ts-control input").fill("Salts")
    page.locator(".cell-editor .ts-dropdown .option", has_text="Salts").click()
    expect(page.locator(".cell-editor .ts-control .item")).to_have_text("Salts")
    page.locator(".cell-editor .ts-control input").press("Tab")
    expect(cell(page, 0, "category_id")).to_have_text("Salts")
    assert client.get(f"items/{items[0]}").json["category_label"] == "Salts"


def test_a_wrong_value_stays_open_with_its_reason(open_page, client, items):
    page = listed(open_page)
    cell(page, 0, "name").dblclick()
    box = page.get_by_role("textbox", name="Name of I-1 Item 1")
    expect(box).to_be_focused()
    box.fill("")
    box.press("Enter")
    expect(page.locator(".cell-editor .problem")).to_have_text("Fill this in.")
    expect(page.get_by_role("textbox", name="Name of I-1 Item 1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(cell(page, 0, "name")).to_have_text("Item 1")
    assert names(client)[0] == "Item 1"


def test_who_saves_second_chooses_between_theirs_and_mine(open_page, client, items):
    page = listed(open_page)
    for mine, button, left in (("Mine", "Save mine", "Mine"), ("Mine again", "Keep theirs", "Theirs")):
        cell(page, 0, "name").dblclick()
        box = page.locator(".cell-editor input[name=name]")
        expect(box).to_be_focused()
        row = client.get(f"items/{items[0]}").json
        assert client.patch(f"items/{items[0]}", {"name": "Theirs"}, version=row["version"]).status_code == 200
        box.fill(mine)
        box.press("Enter")
        expect(page.locator(".cell-conflict")).to_contain_text("changed this record")
        assert faults_of(page, context=".cell-editor") == []
        page.get_by_role("button", name=button).click()
        expect(page.locator("form.cell-editor")).to_have_count(0)
        expect(cell(page, 0, "name")).to_have_text(left)
        assert names(client)[0] == left


def test_chosen_rows_are_changed_after_a_preview(open_page, client, items):
    page = listed(open_page)
    page.get_by_role("checkbox", name="Select I-1 Item 1").check()
    page.get_by_role("checkbox", name="Select I-2 Item 2").check()
    page.get_by_role("button", name="Edit selected").click()
    expect(page.get_by_role("heading", name="Edit 2 items")).to_be_visible()
    expect(page.get_by_label("Reorder at: by how much")).to_be_hidden()
    page.get_by_label("Reorder at: what to do").select_option("percent")
    page.get_by_label("Reorder at: by how much").fill("10")
    assert faults_of(page) == []
    page.get_by_role("button", name="Preview the changes").click()
    expect(page.locator("table.preview ins").first).to_have_text("11 g")
    assert faults_of(page) == []
    page.get_by_role("button", name="Change 2 items").click()
    expect(page.get_by_text("2 items changed.")).to_be_visible()
    points = [row["reorder_point"] for row in client.get("items?sort=code").json["items"]]
    assert points == ["11.000000", "22.000000", "30.000000"]


def test_many_rows_are_changed_without_scripts_too(open_page, client, items):
    page = open_page("/items?sort=code", scripts=False)
    page.get_by_role("checkbox", name="Select I-1 Item 1").check()
    page.get_by_role("button", name="Edit selected").click()
    page.get_by_label("Name: what to do").select_option("set")
    page.locator("input[name=name]").fill("Chalk")
    page.get_by_role("button", name="Preview the changes").click()
    page.get_by_role("button", name="Change 1 item").click()
    expect(page.get_by_text("1 item changed.")).to_be_visible()
    assert names(client) == ["Chalk", "Item 2", "Item 3"]


def test_everything_that_matches_is_changed_by_jobs(open_page, client, kernel, items, monkeypatch):
    monkeypatch.setattr("core.admin.edits.bulk.MOST", 2)
    monkeypatch.setattr("core.desk.edits.PART", 2)
    monkeypatch.setattr(kernel, "listeners", [])
    page = listed(open_page, "/items?sort=code&reorder_point__gte=5")
    page.get_by_role("checkbox", name="Select I-1 Item 1").check()
    page.get_by_role("button", name="Edit all that match (3)").click()
    page.get_by_label("Reorder at: what to do").select_option("percent")
    page.get_by_label("Reorder at: by how much").fill("4.5")
    page.get_by_role("button", name="Preview the changes").click()
    expect(page.locator("table.preview ins").first).to_have_text("10.45 g")
    assert faults_of(page) == []
    client.patch(f"items/{items[2]}", {"reorder_point": "7"}, version=1)
    page.get_by_role("button", name="Change 3 items").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert faults_of(page) == []
    edit = re.search(r"\d+$", page.url).group()
    for _part in range(2):
        assert run_job(kernel, client.get(f"edits/{edit}").json["job_id"]) is None
    # The page looks by itself how far it is, and shows what came of it.
    expect(page.get_by_role("heading", name="All 3 items are gone through")).to_be_visible()
    expect(page.get_by_role("row", name="I-3 Item 3")).to_contain_text("Somebody changed it since the preview.")
    assert faults_of(page) == []
    points = [row["reorder_point"] for row in client.get("items?sort=code").json["items"]]
    assert points == ["10.450000", "20.900000", "7.000000"]
