"""Pages on paper: whose they are and when, what they say in black on white, and nothing that one presses."""

import pytest
from playwright.sync_api import expect

STYLE = "(element, name) => getComputedStyle(element).getPropertyValue(name)"


@pytest.fixture
def receipt(client):
    """A posted receipt of lye: a document with lines and links."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    place = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar"}).json["id"]
    lye = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": unit}).json["id"]
    line = {"item_id": lye, "quantity": "1000", "unit_id": unit, "unit_cost": "0.01"}
    made = client.post("receipts", {"location_id": place, "lines": [line]}).json["id"]
    assert client.post(f"receipts/{made}/post").status_code == 200
    return made


def test_a_document_on_paper(open_page, receipt, tenant):
    page = open_page(f"/receipts/{receipt}", dark=True)
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_text(tenant.name).and_(page.locator(".print-head strong"))).to_be_visible()
    for name in ("Main", "Breadcrumb", "Beside the record"):
        expect(page.get_by_role("navigation", name=name)).to_have_count(0)
    expect(page.locator("button:visible")).to_have_count(0)
    link = page.get_by_role("link", name="LYE Lye")
    assert link.evaluate(STYLE, "color") == "rgb(0, 0, 0)"
    assert link.evaluate(STYLE, "text-decoration-line") == "none"
    assert page.locator("body").evaluate(STYLE, "background-color") == "rgb(255, 255, 255)"
    lines = page.get_by_role("region", name="Lines").locator("table").first
    assert lines.locator("thead").evaluate(STYLE, "display") == "table-header-group"
    assert lines.locator("tbody tr").first.evaluate(STYLE, "break-inside") == "avoid"


def test_a_form_on_paper_shows_every_tab_and_a_list_its_first_rows_on_the_first_sheet(open_page, receipt):
    page = open_page("/items")
    page.get_by_role("link", name="LYE", exact=True).click()
    expect(page.get_by_role("tab", name="Costs and prices")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_label("Reorder at")).to_be_visible()
    expect(page.get_by_role("tab")).to_have_count(0)
    page.goto("/items")
    assert page.locator("#list").evaluate(STYLE, "break-inside") == "auto"
    assert page.locator("#list .scroll").evaluate(STYLE, "overflow-x") == "visible"
    expect(page.get_by_role("link", name="LYE", exact=True)).to_be_visible()


def test_an_amount_that_is_not_there_has_no_unit_on_paper(open_page, receipt, client):
    lye = client.get("items?code=LYE").json["items"][0]
    client.patch(f"items/{lye['id']}", {"minimum_stock": "250"}, version=lye["version"])
    page = open_page(f"/items/{lye['id']}")
    page.get_by_role("tab", name="Stock").click()
    saved, typed, empty = (
        page.locator(f".with-unit:has([name={name}]) .unit")
        for name in ("minimum_stock", "maximum_stock", "safety_stock")
    )
    page.get_by_label("Maximum").fill("1000")
    expect(empty).to_have_text("g")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for unit in (saved, typed):
        expect(unit).to_be_visible()
    expect(empty).to_be_hidden()
    page.emulate_media(media="screen")
    expect(empty).to_be_visible()
