"""Reports: sorted, added up and drawn as the reader likes, and the same rows as files."""

import html
import io
import json
import re

import pytest
from python_calamine import CalamineWorkbook


@pytest.fixture
def stock(client):
    """Oil worth 30 and wax worth 12 in one place."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    place = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar"}).json["id"]
    lines = []
    for code, quantity, cost in (("OIL", "1000", "0.03"), ("WAX", "200", "0.06")):
        item = client.post("items", {"code": code, "name": code.title(), "base_unit_id": unit}).json["id"]
        lines.append({"item_id": item, "quantity": quantity, "unit_id": unit, "unit_cost": cost})
    receipt = client.post("receipts", {"location_id": place, "lines": lines}).json["id"]
    assert client.post(f"receipts/{receipt}/post").status_code == 200
    return place


def figure(page):
    return json.loads(html.unescape(re.search(r'data-chart="([^"]*)"', page)[1]))


def test_a_report_opens_with_its_chart_and_its_total(pages, stock):
    page = pages.open("/reports/stock-now")
    drawn = figure(page)
    assert (drawn["labels"], drawn["series"][0]["name"]) == (["Oil", "Wax"], "Value")
    total = re.search(r"<tfoot>.*?</tfoot>", page, re.S)[0]
    assert "42.00" in total
    # Prices have no sum, and neither have amounts in several units.
    assert re.findall(r">([\d.,]+)<", total) == ["42.00"]


def test_a_click_on_a_heading_sorts_and_turns_round(pages, stock):
    page = pages.open("/reports/stock-now?_sort=value")
    assert page.index("WAX") < page.index("OIL</td>")
    assert 'href="/reports/stock-now?_sort=-value"' in page
    assert 'aria-sort="ascending"' in page


def test_the_reader_chooses_what_is_drawn(pages, stock):
    page = pages.open("/reports/stock-now?_by=unit&_measure=count&_chart=pie")
    drawn = figure(page)
    assert (drawn["type"], drawn["labels"], drawn["series"][0]["values"]) == ("pie", ["g"], ["2"])


@pytest.mark.parametrize("query", ["_sort=nothing", "_by=nothing", "_measure=name", "_chart=cake"])
def test_what_the_report_does_not_have_is_said_and_the_rows_are_shown(pages, stock, query):
    page = pages.open(f"/reports/stock-now?{query}", 422)
    assert "Shown without it." in page
    assert "WAX" in page


@pytest.mark.parametrize(("path", "said"), [
    ("/reports/valuation?on=nonsense&zzz=1", "There is no such parameter here; use as_of, location_id."),
    ("/reports/valuation?_sort=value&zzz=", "There is no such parameter here; use as_of, location_id."),
    ("/reports/below-zero?zzz=1", "There are no parameters here."),
    ("/items/low-stock?kinds=raw", "There is no such parameter here; use kind, threshold, location_id."),
])  # fmt: skip
def test_a_parameter_that_nobody_asks_for_is_said_and_nothing_is_shown(pages, stock, path, said):
    page = pages.open(path, 422)
    assert said in page
    assert "Nothing is shown until this is right." in page
    assert "WAX" not in page


def test_what_the_form_of_a_report_sends_is_asked_for(pages, stock):
    assert "WAX" in pages.open("/reports/valuation?_sort=value&as_of=&location_id=&location_id__find=Cellar")


def test_parameters_go_along_into_the_files(pages, client, stock):
    page = pages.open(f"/reports/stock-now?location_id={stock}&_sort=value")
    url = f"/api/v1/reports/stock-now?location_id={stock}&amp;format="
    assert f'href="{url}csv"' in page
    assert f'href="{url}xlsx"' in page
    answer = client.get(html.unescape(f"{url}xlsx"))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert sheet[0][:2] == ["Code", "Name"]
    assert [row[0] for row in sheet[1:]] == ["OIL", "WAX"]
