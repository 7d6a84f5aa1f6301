"""A list that opens narrowed: the stock of a candle maker shows what is there, and what was used up when asked."""

import csv
import io
import re

import pytest

from tests.resources.conftest import one


class Stockroom:
    """Soy wax in two lots of which the older is used up, and beeswax at a weighted average in one lot."""

    def __init__(self, client):
        self.client = client
        self.place = one(client, "admin/locations?page_size=1")["id"]
        self.gram = one(client, "admin/uom?code=g")["id"]
        self.soy, self.bee = self.item("SOY"), self.item("BEE", costing="weighted_average")
        for number, quantity in (("S-1", "200"), ("S-2", "500")):
            self.receive(self.soy, number, quantity)
        self.receive(self.bee, "B-1", "300")
        self.issue(self.soy, "200")

    def item(self, code, **values):
        body = {"code": code, "name": code.title(), "base_unit_id": self.gram, "lot_tracking": "required", **values}
        return self.made("items", body)["id"]

    def made(self, path, body):
        answer = self.client.post(path, body)
        assert answer.status_code == 201, answer.text
        return answer.get_json()

    def done(self, path, body):
        made = self.made(path, {"location_id": self.place, **body})
        answer = self.client.post(f"{path}/{made['id']}/post", {})
        assert answer.status_code == 200, answer.text

    def receive(self, item, number, quantity):
        line = {"item_id": item, "quantity": quantity, "unit_cost": "0.02", "lot_number": number}
        self.done("receipts", {"lines": [line]})

    def issue(self, item, quantity):
        self.done("issues", {"issue_type": "use", "lines": [{"item_id": item, "quantity": quantity}]})


@pytest.fixture
def stockroom(client):
    return Stockroom(client)


def lots(page):
    return sorted(re.findall(r'<td data-field="lot_id"[^>]*>([A-Z]-\d)<', page))


def test_the_list_of_stock_shows_what_is_there(pages, stockroom):
    page = pages.open("/stock")
    assert lots(page) == ["B-1", "S-2"]
    assert "View: On hand" in page and "View: On hand, changed" not in page
    [wider] = re.findall(r'href="([^"]+)" aria-label="Remove the filter On hand or Value is not 0"', page)
    everything = pages.open(wider.replace("&amp;", "&"))
    assert lots(everything) == ["B-1", "S-1", "S-2"]
    assert "View: All stock" in everything
    # Whoever comes back to what is there finds the way in the menu.
    [back] = re.findall(r'href="([^"]+)"[^>]*><svg.*?</svg>On hand</a>', everything)
    assert lots(pages.open(back.replace("&amp;", "&"))) == ["B-1", "S-2"]


def test_what_stock_is_worth_is_not_cut_by_what_is_hidden(pages, stockroom):
    """What lots at a weighted average are worth lies in a balance of its own, which holds no amount."""
    figure = re.compile(r'<span class="caption">Sum</span> ([^<]+)')
    assert figure.findall(pages.open("/stock")) == figure.findall(pages.open("/stock?saved=0"))
    assert figure.findall(pages.open("/stock"))[-1].startswith("16.00")


def test_an_order_or_a_page_keeps_what_the_list_opened_with(pages, stockroom):
    page = pages.open("/stock")
    [sorted_url] = re.findall(r'data-field="location_id"[^>]*><a href="([^"]+)"', page)
    assert lots(pages.open(sorted_url.replace("&amp;", "&"))) == ["B-1", "S-2"]
    # An address that says something says all of it.
    assert lots(pages.open(f"/stock?item_id={stockroom.soy}")) == ["S-1", "S-2"]
    assert lots(pages.open("/stock?sort=-lot")) == ["B-1", "S-1", "S-2"]


def test_a_view_of_ones_own_that_opens_first_goes_before(pages, stockroom):
    panel = pages.open(f"/stock/saved?item_id={stockroom.soy}")
    pages.send(panel, "/stock/saved", name="Soy", is_default="1")
    assert lots(pages.open("/stock")) == ["S-1", "S-2"]
    assert lots(pages.open("/stock?saved=0")) == ["B-1", "S-1", "S-2"]
    assert lots(pages.open("/stock?on_hand%7Cvalue__ne=0")) == ["B-1", "S-2"]


def test_whoever_does_not_see_values_sees_no_trace_of_them(pages_with, stockroom):
    page = pages_with("inventory.stock.read", "inventory.item.read", "inventory.lot.read").open("/stock")
    assert lots(page) == ["B-1", "S-2"]
    assert page.count('<tr class="row"') == 2 and "Remove the filter On hand is not 0" in page


def test_what_refers_to_an_item_counts_what_is_there(pages, stockroom):
    related = pages.open(f"/items/{stockroom.soy}/beside/related")
    [link] = [url for url in re.findall(r'href="([^"]+)"', related) if url.startswith("/stock?")]
    assert lots(pages.open(link.replace("&amp;", "&"))) == ["S-2"]


def test_rest_answers_everything_unless_it_is_asked_for_less(client, stockroom):
    def told(query):
        rows = client.get(f"stock{query}").get_json()["items"]
        return sorted(row["lot_label"] for row in rows if row["lot_label"])

    assert told("") == ["B-1", "S-1", "S-2"]
    assert told("?on_hand__ne=0") == ["B-1", "S-2"]
    assert told("?on_hand%7Cvalue__ne=0") == ["B-1", "S-2"]
    assert told("?on_hand|reserved__gt=400") == ["S-2"]


def test_a_filter_of_several_fields_is_refused_as_one_of_one_is(client):
    for query, said in (
        ("on_hand|moon__ne=0", "no field 'moon'"), ("on_hand|item_id__gt=0", "Use one of"), ("|__ne=0", "no field ''"),
        ("on_hand|value__ne=much", "decimal"), ("|".join(["on_hand"] * 9) + "__ne=0", "at most 8"),
    ):  # fmt: skip
        answer = client.get(f"stock?{query}")
        assert (answer.status_code, answer.get_json()["code"]) == (422, "INVALID"), answer.text
        assert said in str(answer.get_json()["errors"])


def test_the_file_is_in_the_order_of_the_page(pages, client, stockroom):
    page = pages.open("/stock")
    [url] = re.findall(r'href="(/api/v1/stock/export\?format=csv[^"]*)"', page)
    answer = client.get(url.replace("&amp;", "&").removeprefix("/api/v1/"))
    assert answer.status_code == 200, answer.text
    _header, *rows = csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))
    shown = re.findall(r'<td data-field="item_id"[^>]*><a[^>]*>([^<]+)<', page)
    assert shown == ["BEE Bee", "BEE Bee", "SOY Soy"]
    place = next(n for n, cell in enumerate(rows[0]) if cell.startswith("BEE"))
    assert [row[place].partition(" ")[0] for row in rows] == ["BEE", "BEE", "SOY"]


def test_whoever_stands_behind_the_last_page_is_led_back_to_it(pages, client):
    """The last wick on page 3 is deleted: what is left is shown, and not that there were never any."""
    gram = one(client, "admin/uom?code=g")["id"]
    wicks = [{"code": f"WICK-{n:02}", "name": f"Wick {n}", "base_unit_id": gram} for n in range(51)]
    assert client.post("items", wicks).status_code == 201
    page = pages.open("/items?search=wick&page_size=25&page=3")
    assert page.count('<tr class="row"') == 1
    [last] = client.get("items?code=WICK-50").get_json()["items"]
    assert client.delete(f"items/{last['id']}", version=1).status_code == 204
    answer = pages.browser.get("/items?search=wick&page_size=25&page=3", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/items?search=wick&page_size=25&page=2")
    assert pages.open(answer.headers["Location"]).count('<tr class="row"') == 25
    answer = pages.browser.get("/items?search=nothing+such&page=2", headers={"Accept": "text/html"})
    assert answer.headers["Location"] == "/items?search=nothing+such"
    assert "Nothing matches" in pages.open("/items?search=nothing+such")


def leads(page):
    return re.findall(r'data-lead="([^"]+)"', page)


def test_a_narrow_screen_is_told_the_amount_beside_the_name(pages, stockroom):
    """What is on hand stands right of the fold of a phone: the name, which stays in sight, tells it too."""
    assert leads(pages.open("/stock")) == ["On hand 300 g", "On hand 0 g", "On hand 500 g", "Sum 800 g"]
    assert leads(pages.open("/stock?group=item_id&sort=item_id")) == ["On hand 300 g", "On hand 500 g", "Sum 800 g"]
    assert leads(pages.open("/receipts"))[0].startswith("Total ")
    # An amount that stands first is in sight, and what one unit costs leads nothing.
    assert leads(pages.open("/stock?columns=on_hand,item")) == []
    assert leads(pages.open("/lots")) == []
