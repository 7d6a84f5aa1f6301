"""Groups, orders, columns, figures and saved views of a list."""

import json
import re
from urllib.parse import parse_qsl

import pytest
import sqlalchemy as sa

HTML = {"Accept": "text/html"}


@pytest.fixture
def items(client):
    """Six items of two kinds, all in grams."""
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    rows = [{"code": f"I-{n}", "name": f"Item {n}", "base_unit_id": unit, "kind": "packaging" if n > 3 else "raw",
             "reorder_point": str(n)} for n in range(6)]  # fmt: skip
    answer = client.post("items", rows)
    assert answer.status_code == 201, answer.text
    return [row["id"] for row in answer.json["items"]]


def headers_of(page):
    return re.findall(r'<th scope="col" data-field="([^"]+)"', page)


def test_groups_carry_counts_and_sums_and_lead_to_their_rows(pages, items):
    page = pages.open("/items?group=kind,base_unit&columns=code,kind,reorder_point")
    assert 'aria-label="Kind: Raw, 4"' in page
    assert 'aria-label="Kind: Packaging, 2"' in page
    assert "2 groups, 6 in all" in page
    assert ">9 g<" in page
    assert 'href="/items?kind=raw&amp;group=base_unit&amp;columns=code%2Ckind%2Creorder_point"' in page
    [opened] = re.findall(r'data-group="([^"]+kind=raw[^"]*)"', page)
    inner = pages.open(opened.replace("&amp;", "&"))
    assert 'aria-label="Base unit: g, 4"' in inner
    [deeper] = re.findall(r'data-group="([^"]+)"', inner)
    rows = pages.open(deeper.replace("&amp;", "&"))
    assert rows.count('<tr class="row inside"') == 4
    assert "<html" not in rows


def test_a_long_group_comes_in_parts(pages, items):
    part = pages.open("/items/group?level=1&kind=raw&page_size=3")
    assert part.count('<tr class="row') == 3
    [more] = re.findall(r'hx-get="([^"]+)"', part)
    assert pages.open(more.replace("&amp;", "&")).count('<tr class="row') == 1


def test_statements_do_not_grow_with_groups_rows_or_columns(pages, items, kernel):
    counts = []
    sa.event.listen(kernel.engine, "before_cursor_execute", lambda *_: counts.append(1))

    def statements(path):
        counts.clear()
        pages.open(path)
        return len(counts)

    statements("/items")
    assert statements("/items?code=I-1") == statements("/items")
    assert statements("/items?columns=code,name") == statements("/items?columns=code,name,kind,barcode,is_active")
    statements("/items?group=code")
    assert statements("/items?group=code") == statements("/items?group=kind")


@pytest.mark.parametrize(
    ("query", "named"),
    [("group=nothing", "nothing"), ("group=kind:month", "kind:month"), ("columns=nothing", "nothing"),
     ("columns=code:9", "width"), ("density=huge", "density"), ("totals=code:sum", "code"), ("count=all", "count"),
     ("after=x", "cursor"), ("saved=x", "saved")],
)  # fmt: skip
def test_what_cannot_be_displayed_is_refused(pages, items, query, named):
    answer = pages.browser.get(f"/items?{query}", headers=HTML)
    assert 400 <= answer.status_code < 500
    assert named in answer.text


def test_a_click_sorts_and_shift_adds(pages, items):
    page = pages.open("/items?sort=-kind,code")
    assert 'href="/items?sort=name"' in page
    assert 'data-also="/items?sort=-kind%2Ccode%2Cname"' in page
    assert 'data-also="/items?sort=code"' in page
    assert page.count('class="order"') == 2


def test_the_panel_keeps_as_many_sorts_as_the_headings_make(pages, items):
    order = "-kind,name,-code,reorder_point"
    panel = pages.open(f"/items/display?sort={order}")
    answer = pages.send(panel, "/items/display", density="compact")
    assert dict(parse_qsl(answer.headers["Location"].partition("?")[2]))["sort"] == order


def test_columns_stand_in_the_address_and_the_export_takes_them_along(pages, items):
    page = pages.open("/items?columns=name:220,code&density=compact")
    assert headers_of(page) == ["name", "code"]
    assert 'data-width="220"' in page
    assert 'data-density="compact"' in page
    assert "fields=name,code" in page


def test_columns_are_kept_for_the_person_until_reset(pages, items):
    panel = pages.open("/items/display?kind=raw")
    answer = pages.send(panel, "/items/display", show=["code", "kind"], group0="kind", sort0="name", down0="1")
    assert answer.headers["Location"] == "/items?kind=raw&group=kind&sort=-name&columns=code%2Ckind"
    assert headers_of(pages.open("/items")) == ["code", "kind"]
    pages.send(pages.open("/items/display"), "/items/display", reset="1")
    assert len(headers_of(pages.open("/items"))) > 2


def test_a_column_moves_without_scripts(pages, items):
    panel = pages.open("/items/display")
    moved = pages.send(panel, "/items/display", 200, up="name").text
    order = re.findall(r'name="order" value="([^"]+)"', moved)
    assert order[:2] == ["name", "code"]


def test_figures_stand_below_and_wait_to_be_asked_where_there_is_much(pages, items, monkeypatch):
    page = pages.open("/items?columns=code,reorder_point")
    assert re.search(r"Sum</span> 15 g", page)
    assert re.search(r"Average</span> 2.5 g", pages.open("/items?columns=code,reorder_point&totals=reorder_point:avg"))
    monkeypatch.setattr("core.resources.reading.COUNT_LIMIT", 3)
    page = pages.open("/items?columns=code,reorder_point&page_size=2")
    assert "Sum</span>" not in page
    assert "Sum all rows" in page
    assert "Count all" in page
    assert "Sum</span>" in pages.open("/items?columns=code,reorder_point&page_size=2&totals=all")
    assert "of 6" in pages.open("/items?page_size=2&count=exact")


def test_deep_pages_go_on_by_the_cursor(pages, items, monkeypatch):
    monkeypatch.setattr("core.admin.lists.address.DEEPEST_OFFSET", 2)
    page = pages.open("/items?page_size=2&page=2")
    [following] = re.findall(r'href="([^"]+)" rel="next"', page)
    assert "after=" in following
    deep = pages.open(following.replace("&amp;", "&"))
    assert "5 to 6 of" in deep
    assert "I-4" in deep


# -- saved views ---------------------------------------------------------------------------------------------


def keep(pages, query, name, **values):
    panel = pages.open(f"/items/saved?{query}")
    answer = pages.send(panel, "/items/saved", name=name, **values)
    return answer.headers["Location"]


def test_a_view_is_saved_opened_changed_and_updated(pages, items):
    url = keep(pages, "kind=raw&sort=-code&columns=code,name", "Raw last first")
    assert re.fullmatch(r"/items\?saved=\d+", url)
    page = pages.open(url)
    assert headers_of(page) == ["code", "name"]
    assert "View: Raw last first" in page
    assert "changed" not in re.search(r'<summary[^>]*aria-label="View[^>]*>', page)[0]
    number = url.partition("=")[2]
    [wider] = re.findall(r'href="([^"]+)" aria-label="Remove the filter Kind is Raw"', page)
    changed = pages.open(wider.replace("&amp;", "&"))
    assert "View: Raw last first, changed" in changed
    panel = pages.open(f"/items/saved?sort=-code&columns=code,name&from={number}")
    pages.send(panel, f"/items/saved/{number}", do="update")
    assert "Kind is Raw" not in pages.open(url)


def test_a_view_that_opens_first_gives_way_to_the_plain_list(pages, items):
    keep(pages, "kind=packaging", "Boxes", is_default="1")
    assert "Kind is Packaging" in pages.open("/items")
    assert "Kind is Packaging" not in pages.open("/items?saved=0")
    assert "Kind is Packaging" not in pages.open("/items?sort=name")


def test_ones_own_first_view_beats_everyones(pages, items):
    keep(pages, "kind=packaging", "All boxes", is_default="1", audience="everyone")
    assert "Kind is Packaging" in pages.open("/items")
    keep(pages, "kind=raw", "My raw", is_default="1")
    assert "Kind is Raw" in pages.open("/items")


def test_anothers_view_cannot_be_opened_or_changed(pages, pages_with, items):
    number = keep(pages, "kind=raw", "Mine").partition("=")[2]
    other = pages_with("inventory.item.read")
    other.open(f"/items?saved={number}", 404)
    other.open(f"/items?from={number}&kind=raw", 404)
    for verb in ("rename", "update", "delete"):
        assert other.post(f"/items/saved/{number}", do=verb, name="Taken").status_code == 404
    assert other.post("/items/saved", name="For all", audience="everyone").status_code == 403
    assert "Only me" not in other.open("/items/saved")


def test_a_view_is_renamed_and_deleted(pages, items):
    url = keep(pages, "kind=raw", "Old name")
    number = url.partition("=")[2]
    pages.post(f"/items/saved/{number}", do="rename", name="New name")
    assert "View: New name" in pages.open(url)
    pages.post(f"/items/saved/{number}", do="delete")
    pages.open(url, 404)


def test_a_view_needs_a_name(pages, items):
    answer = pages.post("/items/saved", name=" ", state="kind=raw")
    assert answer.status_code == 422
    assert "Give it a name" in answer.text


def test_a_saved_view_that_no_longer_fits_opens_all_the_same(pages, items, client):
    made = client.post("saved-views", {"resource": "inventory.item", "name": "Odd", "query": "page_size=x",
                                       "columns": ["code"]}).json  # fmt: skip
    assert client.get("saved-views").status_code == 200
    assert "View: Odd" in pages.open(f"/items?saved={made['id']}")


def test_the_file_holds_what_is_seen(pages, items):
    state = "kind=packaging&sort=-code&search=item&group=kind"
    page = pages.open(f"/items?{state}&columns=name,kind,category,created_at,code")
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/api/v1/items/export[^"]+)"', page)]
    assert len(links) == 3
    lines = pages.browser.get(links[0]).text.splitlines()
    assert lines[0] == "name,kind,category,created_at,code"
    assert [line.split(",")[0] for line in lines[1:]] == ["Item 5", "Item 4"]
    assert pages.browser.get(links[1]).get_data()[:2] == b"PK"
    assert [row["code"] for row in json.loads(pages.browser.get(links[2]).text)] == ["I-5", "I-4"]


def test_a_shared_view_shows_each_person_what_they_may_see(pages, pages_with, client, items):
    shown = {
        "columns": ["code", "standard_cost", "name"],
        "query": "sort=-standard_cost,code&group=costing,standard_cost",
    }
    made = client.post("saved-views", {"resource": "inventory.item", "name": "Costs", "audience": "everyone",
                                       "is_default": True, **shown})  # fmt: skip
    assert made.status_code == 201, made.text
    assert headers_of(pages.open("/items")) == ["code", "standard_cost", "name"]
    reader = pages_with("inventory.item.read")
    for url in ("/items", f"/items?saved={made.json['id']}"):
        page = reader.open(url)
        assert headers_of(page) == ["code", "name"] and "View: Costs" in page
        assert "Update" not in page and "standard_cost" not in page


def test_a_view_that_asks_for_a_hidden_field_opens_by_name_only(pages_with, client, items):
    view = {"resource": "inventory.item", "name": "Dear", "audience": "everyone", "is_default": True}
    made = client.post("saved-views", {**view, "query": "standard_cost__gt=1"}).json
    reader = pages_with("inventory.item.read")
    assert "View: Dear" not in reader.open("/items")
    assert "standard_cost" in reader.open(f"/items?saved={made['id']}", 422)


def test_whoever_shares_a_view_is_told_what_others_do_not_see_of_it(pages, client, items):
    """A role of the tenant's own reads items without their costs; who works in the stockroom sees them."""
    for key, title, verbs in (("counter", "Counter", ("read",)), ("buyer", "Buyer", ("read", "sensitive"))):
        allowed = [f"inventory.item.{verb}" for verb in verbs]
        made = client.post("roles", {"key": key, "title": title, "permissions": allowed, "rules": []})
        assert made.status_code == 201, made.text

    def told(query, **values):
        return re.findall(r'<div class="note (\w+)[^>]*>(.*?)</div>', pages.open(keep(pages, query, **values)), re.S)

    costs = "columns=code,standard_cost&sort=-standard_cost"
    [(tone, text)] = told(costs, name="Costs", audience="role:counter")
    assert tone == "warn" and "View saved. Left out for Counter, from whom it is hidden: Standard cost." in text
    [(tone, text)] = told("standard_cost__gt=1", name="Dear", audience="role:counter")
    assert tone == "warn" and "filters by Standard cost, which is hidden from Counter: they cannot open it." in text
    [(tone, text)] = told("search=standard_cost:>1", name="Typed", audience="role:counter")
    assert "they cannot open it" in text
    [(tone, text)] = told(costs, name="For all", audience="everyone")
    assert tone == "warn" and "Counter" in text and "Buyer" not in text
    for query, audience in ((costs, "me"), (costs, "role:buyer"), ("columns=code,name", "everyone")):
        [(tone, text)] = told(query, name=f"Silent for {audience}", audience=audience)
        assert tone == "good" and "View saved." in text and "whom" not in text
    client.post("roles", {"key": "baker", "title": "Baker", "permissions": ["recipes.recipe.read"], "rules": []})
    [(tone, text)] = told("columns=code", name="Unread", audience="role:baker")
    assert "may not read items" in text


def test_a_view_outlives_a_field_of_ones_own(pages, client, items):
    field = client.post(
        "custom-fields", {"resource": "inventory.item", "name": "x_inci", "label": "INCI name", "kind": "text"}
    )
    made = client.post(
        "saved-views", {"resource": "inventory.item", "name": "Names", "columns": ["code", "x_inci"]}
    ).json
    assert headers_of(pages.open(f"/items?saved={made['id']}")) == ["code", "x_inci"]
    assert client.delete(f"custom-fields/{field.json['id']}", version=1).status_code in (200, 204)
    assert headers_of(pages.open(f"/items?saved={made['id']}")) == ["code"]
