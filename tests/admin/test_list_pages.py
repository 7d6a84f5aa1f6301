"""Lists: their state lives in the address, and everything in the address is checked."""

import pytest


@pytest.fixture
def items(client):
    """Thirty items, some of them packaging."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    rows = [
        {"code": f"I-{number:02}", "name": f"Item {number}", "base_unit_id": unit,
         "kind": "packaging" if number % 10 == 0 else "raw", "reorder_point": str(number)}
        for number in range(30)
    ]  # fmt: skip
    answer = client.post("items", rows)
    assert answer.status_code == 201, answer.text
    return [row["id"] for row in answer.json["items"]]


def test_search_filter_and_sort_come_from_the_address(pages, items):
    page = pages.open("/items?search=item+2&kind=packaging&sort=-code")
    assert "I-20" in page
    assert "I-21" not in page
    assert "Kind is Packaging" in page
    assert 'aria-label="Remove the filter Kind is Packaging"' in page
    assert 'href="/items?search=item+2&amp;sort=-code"' in page
    assert 'aria-sort="descending"' in page


def test_ranges_are_said_in_words(pages, items):
    page = pages.open("/items?reorder_point__gte=10&reorder_point__lte=12.5")
    assert "Reorder at from 10" in page
    assert "Reorder at to 12.5" in page
    assert "1 to 3 of 3" in page


def test_pages_lead_to_each_other(pages, items):
    first = pages.open("/items?page_size=25")
    assert "1 to 25 of 30" in first
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    second = pages.open("/items?page_size=25&page=2")
    assert "26 to 30 of 30" in second
    assert 'rel="next"' not in second


def test_a_form_with_empty_inputs_becomes_a_short_address(pages, items):
    answer = pages.browser.get("/items?search=&kind=packaging&code__contains=", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/items?kind=packaging"


def test_a_filter_finds_records_by_what_was_typed(pages, items):
    answer = pages.browser.get("/items?base_unit_id__find=g&base_unit_id=", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/items?base_unit_id=")
    assert "Base unit is g" in pages.follow(answer)


@pytest.mark.parametrize(
    "query", ["kind=gold", "reorder_point__gte=x", "nonsense=1", "sort=nonsense", "page=0", "page=x", "page=999999",
              "page_size=100000", "code__like=x", "search=%00", "kind=%ED%A0%80"]
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name_and_never_breaks(pages, items, query):
    answer = pages.browser.get(f"/items?{query}", headers={"Accept": "text/html"})
    assert answer.status_code == 422, answer.text[-800:]
    assert query.split("=")[0].split("__")[0] in answer.text


def test_a_refusal_says_what_helps(pages, client, items):
    page = pages.open("/items?sort=nothing", 422)
    assert "cannot be sorted by &#39;nothing&#39;; use id, " in page and " code, name" in page
    assert " code, name" in client.get("items?sort=nothing").json["errors"]["sort"][0]
    deep = pages.open("/items?page=999999", 422)
    assert "filter or search" in deep and "after=" not in deep
    assert "after=" in client.get("items?page=999999").json["errors"]["page"][0]


def test_what_is_searched_for_is_escaped(pages, items):
    page = pages.open("/items?search=%3Cscript%3Ealert(1)%3C/script%3E&code__contains=%22%3E%3Cb%3E")
    assert "<script>alert" not in page
    assert '"><b>' not in page
    assert "Nothing matches" in page


def test_an_empty_list_teaches(pages):
    page = pages.open("/materials")
    assert "No materials yet" in page
    assert "Create the first one" in page
    assert 'href="/materials/new"' in page
    assert 'href="/materials/import"' in page


def test_stored_markup_is_text_everywhere(pages, client, items):
    bad = "<script>alert(1)</script>"
    made = client.post("items/categories", {"name": bad}).json
    client.patch(f"items/{items[0]}", {"category_id": made["id"]}, version=1)
    for path in ("/items", "/items/categories", f"/items/categories/{made['id']}", f"/items/{items[0]}",
                 f"/items?category_id={made['id']}", f"/items/categories/{made['id']}/delete"):  # fmt: skip
        page = pages.open(path)
        assert "&lt;script&gt;alert(1)" in page, path
        assert bad not in page, path


def test_an_action_runs_on_the_chosen_rows(pages, items, client):
    page = pages.open("/items")
    asked = pages.send(page, "/items/selected", 200, ids=[str(items[0]), str(items[1])], verb="delete").text
    assert "I-00 Item 0, I-01 Item 1" in asked
    done = pages.send(asked, "/items/selected")
    assert "Delete: 2 done." in pages.follow(done)
    assert client.get(f"items/{items[0]}").status_code == 404


def test_bulk_without_rows_says_what_to_do(pages, items):
    answer = pages.post("/items/selected", verb="delete")
    assert "Choose 1 to 200 rows first." in pages.follow(answer)


def test_export_takes_the_filter_along(pages, items):
    page = pages.open("/items?kind=packaging")
    assert 'href="/api/v1/items/export?format=csv&amp;kind=packaging&amp;sort=code&amp;fields=code,' in page
    text = pages.browser.get("/api/v1/items/export?format=csv&kind=packaging").text
    assert text.count("\n") == 4


def test_the_number_of_statements_does_not_grow_with_the_rows(pages, items, kernel, monkeypatch):
    import sqlalchemy as sa

    counts = []
    sa.event.listen(kernel.engine, "before_cursor_execute", lambda *_: counts.append(1))

    def statements(path):
        counts.clear()
        pages.open(path)
        return len(counts)

    statements("/items")
    assert statements("/items?search=item+20") == statements("/items?page_size=100")
