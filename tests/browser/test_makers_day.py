"""The main job in a browser: a lot comes in, a batch is planned, started and finished, the lot is traced."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import choose


@pytest.fixture
def location(client):
    """The code of the place where stock is put; beside it an ingredient, and only the two modules of the day."""
    for module in client.get("modules").json["items"]:
        if module["name"] not in ("inventory", "recipes"):
            client.post(f"modules/{module['name']}/disable")
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    made = client.post("admin/locations", {"code": "WORKSHOP", "name": "Workshop"}).json
    assert client.post("items", {"code": "OLIVE", "name": "Olive oil", "base_unit_id": unit}).status_code == 201
    usual = client.get("admin/locations?is_default=true").json["items"]
    return (usual or [made])[0]["code"]


def test_from_a_lot_to_its_batch_and_back(open_page, client, location):
    page = open_page("/receipts/new")
    receive(page, location)
    write_recipe(page)
    make_batch(page)
    [batch] = client.get("batches").json["items"]
    # 1,000 g of oil at 0.012 in 1,674 g of soap.
    assert batch["unit_cost"] == "0.007168"
    [made] = client.get("lots?sort=-id").json["items"][:1]
    trace(page, made["number"])


def receive(page, location):
    """Take a lot of olive oil in and post it."""
    choose(page, "Into", location)
    choose(page, "Item, row 1", "OLIVE")
    expect(page.locator("select[name=lines-0-unit_id] option:checked")).to_have_text("g")
    page.get_by_label("Quantity, row 1", exact=True).fill("2000")
    choose(page, "Unit, row 1", "g")
    page.get_by_label("Cost, row 1", exact=True).fill("0.012")
    page.get_by_label("Lot, row 1", exact=True).fill("OO-2026-1")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Receipt created.")).to_be_visible()
    page.get_by_role("button", name="Post").click()
    expect(page.locator("h1 .pill")).to_have_text("Posted")


def write_recipe(page):
    """Write a recipe with one ingredient and put it into use."""
    page.goto("/recipes/new")
    page.get_by_label("Name", exact=False).first.fill("Castile soap")
    page.get_by_label("Predicted yield").fill("900")
    choose(page, "Yield unit", "g")
    choose(page, "Ingredient, row 1", "OLIVE")
    expect(page.locator("select[name=ingredients-0-unit_id] option:checked")).to_have_text("g")
    page.locator("#f-ingredients-0-quantity").fill("500")
    choose(page, "Unit, row 1", "g")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Recipe created.")).to_be_visible()
    run_from_page(page, "Activate", {})
    expect(page.locator("h1 .pill")).to_have_text("Active")


def make_batch(page):
    """Plan twice the recipe, start and finish it with 93 % of what was planned."""
    run_from_page(page, "Plan a batch", {"Scale": "2"})
    expect(page.locator("h1 .pill")).to_have_text("Planned")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("h1 .pill")).to_have_text("In progress")
    run_from_page(page, "Finish", {"Final quantity": "1674"})
    expect(page.locator("h1 .pill")).to_have_text("Finished")


def trace(page, made):
    """Follow the oil's lot to the lot that was made of it."""
    page.goto("/lots")
    page.locator("td.key a", has_text="OO-2026-1").click()
    page.get_by_role("main").locator("summary[aria-label=More]").click()
    page.get_by_role("link", name="Where a lot came from and went").click()
    expect(page.get_by_role("heading", name="Forward: lots")).to_be_visible()
    expect(page.get_by_text(made).first).to_be_visible()
    assert re.search(r"/lots/\d+/trace$", page.url)


def run_from_page(page, name, arguments):
    """Press an action's button, fill the sheet that opens and send it."""
    button = page.get_by_role("link", name=name, exact=True)
    if not button.first.is_visible():
        page.get_by_role("main").locator("summary[aria-label=More]").click()
    button.first.click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    for label, value in arguments.items():
        sheet.get_by_label(label).first.fill(value)
    sheet.get_by_role("button", name=name).click()
