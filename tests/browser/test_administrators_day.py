"""An administrator's day: a module is switched on, a role is made and looked through, a clerk meets its limits."""

import re

import pytest
from playwright.sync_api import expect

from core.testing import house


@pytest.fixture
def shop(kernel, app, tenant, client):
    """An organisation that has not switched brewing on yet, with one item."""
    client.post("modules/brewing/disable")
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    return client.post("items", {"code": "HOPS", "name": "Fuggles", "base_unit_id": unit}).json["id"]


def test_a_plugin_of_a_third_party_is_switched_on_and_off(open_page, shop, client):
    page = open_page(f"/items/{shop}")
    expect(page.get_by_label("Alpha acid")).to_have_count(0)
    page.goto("/apps")
    page.get_by_role("link", name="Turn on Brewing").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text("Fields on other documents")).to_be_visible()
    sheet.get_by_role("button", name=re.compile("Turn on")).click()
    expect(page.get_by_role("link", name="Turn off Brewing")).to_be_visible()
    # The menu knows it at once, and the item's form has its fields.
    expect(page.get_by_role("navigation", name="Main").get_by_text("Brewing").first).to_be_visible()
    page.goto(f"/items/{shop}")
    page.get_by_label("Alpha acid").fill("4.5")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert client.get(f"items/{shop}").json["brewing.alpha_acid"].startswith("4.5")
    page.goto("/apps/brewing")
    page.get_by_role("button", name=re.compile("Turn off")).click()
    expect(page.get_by_role("link", name="Turn on Brewing")).to_be_visible()
    assert "brewing.alpha_acid" not in client.get(f"items/{shop}").json


def test_a_role_is_copied_narrowed_and_looked_through(open_page, shop, client):
    [role] = client.get("roles?key=inventory.viewer").json["items"]
    page = open_page(f"/roles/{role['id']}/rights")
    expect(page.locator("h1 .pill")).to_have_text("Brought by a module")
    page.get_by_role("button", name="Duplicate as own role").click()
    expect(page.locator("h1 .pill")).to_have_text("Your own")
    page.get_by_role("button", name="View as this role").click()
    expect(page.get_by_role("button", name=re.compile("Back to yourself"))).to_be_visible()
    expect(page.get_by_role("link", name="Apps", exact=True)).to_have_count(0)
    page.goto(f"/items/{shop}")
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    page.get_by_role("button", name=re.compile("Back to yourself")).click()
    expect(page.get_by_role("link", name="Apps", exact=True)).to_be_visible()


def test_a_clerk_is_offered_what_the_role_allows_and_nothing_else(open_page, shop, kernel, tenant):
    clerk = house.make_member(kernel, tenant, ["inventory.item.read"])
    page = open_page("/", member=clerk)
    menu = page.get_by_role("navigation", name="Main")
    expect(menu.get_by_role("link", name="Items", exact=True)).to_be_visible()
    expect(menu.get_by_role("link", name="Receipts", exact=True)).to_have_count(0)
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog")
    expect(palette).to_be_visible()
    page.keyboard.type("rece")
    expect(palette.get_by_role("option", name=re.compile("^Receipts"))).to_have_count(0)
    for address, status in (("/receipts", 403), ("/items", 200), ("/apps", 403), ("/items/new", 403)):
        assert page.goto(address).status == status, address
