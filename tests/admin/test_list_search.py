"""What is typed into the search box, and the filters built row by row."""

import html
import re
from urllib.parse import parse_qsl

import pytest

HTML = {"Accept": "text/html"}


@pytest.fixture
def items(client):
    """Oils and boxes, in a category and without one."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    oils = client.post("items/categories", {"name": "Cold oils"}).json["id"]
    rows = [("OLIVE", "Olive oil", "raw", 5, oils), ("COCO", "Coconut oil", "raw", 20, oils),
            ("LYE", "Sodium hydroxide", "raw", 2, None), ("BOX", "Folding box", "packaging", 100, None)]  # fmt: skip
    made = [{"code": code, "name": name, "base_unit_id": unit, "kind": kind, "reorder_point": str(point),
             "category_id": category} for code, name, kind, point, category in rows]  # fmt: skip
    assert client.post("items", made).status_code == 201
    return oils


def led_to(pages, query):
    answer = pages.browser.get("/items", query_string=query, headers=HTML)
    assert answer.status_code == 303, answer.text[-500:]
    return answer.headers["Location"]


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("kind:raw", "/items?kind=raw"),
        ("KIND:Packaging", "/items?kind=packaging"),
        ("kind:raw,packaging", "/items?kind__in=raw%2Cpackaging"),
        ("kind:raw kind:packaging oil", "/items?search=oil&kind__in=raw%2Cpackaging"),
        ('"Reorder at":>5', "/items?reorder_point__gt=5"),
        ("reorder_point:>=5 reorder_point:<=20", "/items?reorder_point__gte=5&reorder_point__lte=20"),
        ('name:"olive oil"', "/items?name__contains=olive+oil"),
        ("code:=OLIVE", "/items?code=OLIVE"),
        ("code:O*", "/items?code__startswith=O"),
        ("kind:!raw", "/items?kind__ne=raw"),
        ("created_at:this_month", "/items?created_at=this_month"),
        ('created_at:"last 30 days"', "/items?created_at=last_30_days"),
    ],
)
def test_conditions_in_the_search_box_become_filters(pages, items, typed, address):
    assert led_to(pages, {"search": typed}) == address
    assert pages.open(address)


def test_a_record_is_named_as_people_call_it(pages, items):
    assert led_to(pages, {"search": 'category:"Cold oils"'}) == f"/items?category_id={items}"
    page = pages.open(f"/items?category_id={items}")
    assert "Category is Cold oils" in page
    assert "COCO" in page
    assert "LYE" not in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [("sparkle:red", "have no field"), ("kind:gold", "is never"), ("category:nowhere", "is called"),
     ("kind:>raw", "knows no")],
)  # fmt: skip
def test_what_no_list_knows_is_said_in_words(pages, items, typed, told):
    answer = pages.browser.get("/items", query_string={"search": typed}, headers=HTML)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{typed.replace(">", "&gt;")}"' in answer.text


def test_a_phrase_in_quotes_is_only_words(pages, items, client):
    assert "Nothing matches" in pages.open("/items?search=%22LOT:17%22")
    assert "OLIVE" in pages.open("/items?search=%22olive+oil%22")
    # The file of what is seen searches for the same words, not for a field that is called like one of them.
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    mould = {"code": "MOULD", "name": "Mould LOT:17", "base_unit_id": unit}
    assert client.post("items", mould).status_code == 201
    page = pages.open("/items?search=%22LOT:17%22&sort=code")
    assert "MOULD" in page
    [address] = re.findall(r'href="/api/v1/(items/export\?format=csv[^"]*)"', page)
    assert [line.split(",")[0] for line in client.get(html.unescape(address)).text.splitlines()[1:]] == ["MOULD"]


def test_chips_of_one_field_read_well_and_go_one_by_one(pages, items):
    page = pages.open("/items?kind__in=raw,packaging&name__contains=o&name__contains=l&created_at=today")
    assert "Kind is Raw or Packaging" in page
    assert "Created at is today" in page
    assert 'href="/items?kind__in=raw%2Cpackaging&amp;name__contains=l&amp;created_at=today"' in page


def test_an_empty_result_offers_the_way_out(pages, items):
    page = pages.open("/items?kind=packaging&reorder_point__lt=50")
    assert "Nothing matches" in page
    assert "Without Kind is Packaging: 3 found" in page
    assert "Without Reorder at under 50: 1 found" in page


def test_a_filter_is_built_row_by_row_without_scripts(pages, items):
    page = pages.open("/items/filters?add=kind")
    assert "is one of" in page
    page = pages.open("/items/filters?f0=kind&o0=in&v0=raw&v0=packaging&add=reorder_point")
    assert 'name="f1" value="reorder_point"' in page
    rows = "f0=kind&o0=in&v0=raw&v0=packaging&f1=reorder_point&o1=between&v1=5&w1=50&f2=created_at&o2=period&v2=today"
    answer = pages.browser.get(f"/items/filters?{rows}&sort=-code&apply=1", headers=HTML)
    assert answer.headers["Location"] == (
        "/items?kind__in=raw%2Cpackaging&reorder_point__gte=5&reorder_point__lte=50&created_at=today&sort=-code"
    )
    found = pages.follow(answer)
    assert "OLIVE" in found
    assert "BOX" not in found


def test_the_builder_shows_what_is_set(pages, items):
    page = pages.open(f"/items/filters?kind=raw&category_id={items}&shelf_life_days__isnull=true&created_at=this_month")
    assert 'name="f3"' in page
    assert "Cold oils" in page
    assert '<option value="this_month" selected>' in page


def test_what_the_builder_has_no_row_for_stays_as_it_is(pages, items, client):
    olive = client.get("items?code=OLIVE").json["items"][0]["id"]
    set_by_hand = f"lines.item_id={olive}&received_on__gt=2026-03-31&state__in=draft,posted&id__in=4,5"
    page = pages.open(f"/receipts/filters?{set_by_hand}")
    assert "These stay as they are: Item is OLIVE Olive oil; ID is 4 or 5." in page
    assert '<option value="gt" selected>is after</option>' in page
    # Another condition is added, then the list is shown.
    form = page[page.index('action="/receipts/filters"') :]
    sent = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)) | {
        "o0": "gt", "v0": "2026-03-31", "o1": "in", "v1": ["draft", "posted"], "f2": "number", "o2": "contains",
        "v2": "RCV", "apply": "1",
    }  # fmt: skip
    answer = pages.browser.get("/receipts/filters", query_string=sent, headers=HTML)
    assert answer.status_code == 303, answer.text[-500:]
    assert dict(parse_qsl(answer.headers["Location"].partition("?")[2])) == {
        "lines.item_id": str(olive), "id__in": "4,5", "received_on__gt": "2026-03-31",
        "state__in": "draft,posted", "number__contains": "RCV",
    }  # fmt: skip


def test_whoever_thinks_better_of_it_comes_back_to_the_list_as_it_was(pages, items):
    page = pages.open("/items/filters?kind=raw&search=oil&sort=-code")
    form = html.unescape(page[page.index('action="/items/filters"') :])
    sent = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)) | {"o0": "in", "v0": "packaging"}
    answer = pages.browser.get("/items/filters", query_string=sent | {"add": "code"}, headers=HTML)
    assert 'href="/items?search=oil&amp;kind=raw&amp;sort=-code" data-do="cancel"' in answer.text


def test_a_row_that_cannot_be_read_says_so_beside_it(pages, items):
    answer = pages.browser.get("/items/filters?f0=reorder_point&o0=gt&v0=many&apply=1", headers=HTML)
    assert answer.status_code == 422
    assert "Must be a decimal number" in answer.text
    assert 'value="many"' in answer.text


def test_sensitive_fields_are_absent_for_whoever_may_not_see_them(pages_with, items):
    page = pages_with("inventory.item.read").open("/items/filters")
    assert "standard_cost" not in page
    assert "standard_cost" not in pages_with("inventory.item.read").open("/items/display")


@pytest.mark.parametrize("query", ["f0=nothing&apply=1", "f0=kind&o0=like&v0=raw&apply=1", "f999=kind", "add=nothing",
                                   "f0=kind&v0=%00&apply=1", "drop=x&f0=kind", "page=x", "from=99999",
                                   "from=x"])  # fmt: skip
def test_nothing_in_the_builders_address_breaks_it(pages, items, query):
    answer = pages.browser.get(f"/items/filters?{query}", headers=HTML)
    assert answer.status_code in (200, 303, 404, 422), answer.text[-500:]
