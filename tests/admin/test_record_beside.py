"""Beside a record: its history, what people say, its files, what refers to it, its neighbours, a copy of it."""

import io
import re

import pytest

from core.testing.contract.served import counted

PART = {"Accept": "text/html", "HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10" + b"\0" * 24


@pytest.fixture
def gram(client):
    """The id of the gram."""
    return client.get("admin/uom?code=g").json["items"][0]["id"]


@pytest.fixture
def item(client, gram):
    """An item made through the API."""
    return client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": gram}).json


@pytest.fixture
def receipt(client, item, gram):
    """A draft receipt of the item, two lines of it."""
    location = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar"}).json["id"]
    line = {"item_id": item["id"], "quantity": "10", "unit_id": gram, "unit_cost": "0.5"}
    return client.post("receipts", {"location_id": location, "lines": [line, line]}).json


def part(pages, path, status=200):
    """Fetch a fragment as the page does."""
    answer = pages.browser.get(path, headers=PART)
    assert answer.status_code == status, answer.text[-2000:]
    return answer.text


def test_the_history_tells_who_changed_what(pages, item, client):
    client.patch(f"items/{item['id']}", {"name": "Caustic soda"}, version=item["version"])
    page = pages.open(f"/items/{item['id']}?beside=history")
    assert "<del>Lye</del>" in page
    assert "<ins>Caustic soda</ins>" in page
    assert client.member.username in page
    assert "<html" not in part(pages, f"/items/{item['id']}/beside/history")
    assert "<html" in pages.follow(pages.browser.get(f"/items/{item['id']}/beside/history"))


def test_the_history_tells_structured_values_in_words(pages, client, item):
    given = {"scent": "Lavender", "vegan": True, "made_of": ["oil", "lye"], "boxes": [{"size": "60 ml"}], "seal": None}
    answer = client.patch(f"items/{item['id']}", {"attributes": given}, version=item["version"])
    client.patch(f"items/{item['id']}", {"attributes": {}}, version=answer.json["version"])
    text = part(pages, f"/items/{item['id']}/beside/history")
    told = {"Scent: Lavender", "Vegan: Yes", "Made of: oil, lye", "Boxes: (Size: 60 ml)", "Seal: empty"}
    # A database may keep the names in an order of its own.
    for mark in ("ins", "del"):
        assert told in [set(value.split("; ")) for value in re.findall(f"<{mark}>(.*?)</{mark}>", text)]
    assert "<ins>empty</ins>" in text


def test_the_history_names_lines_and_their_values(pages, client, receipt):
    first = receipt["lines"][0]
    kept = {name: first[name] for name in ("id", "item_id", "unit_id", "unit_cost")} | {"quantity": "12"}
    answer = client.patch(f"receipts/{receipt['id']}", {"lines": [kept]}, version=receipt["version"])
    assert answer.status_code == 200, answer.text
    text = part(pages, f"/receipts/{receipt['id']}/beside/history")
    assert 'LYE Lye <span class="muted">changed</span>' in text
    assert 'LYE Lye <span class="muted">removed</span>' in text
    assert "<dt>Quantity</dt><dd><del>10</del>" in text
    assert "<ins>12</ins>" in text
    assert text.count('LYE Lye <span class="muted">added</span>') == 2
    assert "<ins>LYE Lye</ins>" not in text
    only = part(pages, f"/receipts/{receipt['id']}/beside/history?field=location_id")
    assert 'class="muted">changed</span>' not in only
    part(pages, f"/receipts/{receipt['id']}/beside/history?field=nothing", 422)


def test_a_comment_is_said_corrected_and_withdrawn(pages, client, item):
    url = f"/items/{item['id']}"
    said = pages.post(f"{url}/comments", text="See <b>https://example.com/a?b=1&c</b>, or javascript:alert(1)")
    assert said.headers["Location"] == f"{url}?beside=comments"
    page = pages.follow(said)
    assert "<b>https" not in page
    link = '<a class="link" href="https://example.com/a?b=1&amp;c" rel="noopener noreferrer nofollow">'
    assert link in page
    assert 'href="javascript' not in page
    [comment] = client.get(f"items/{item['id']}/comments").json["items"]
    pages.post(f"{url}/comments/{comment['id']}", text="Seen")
    assert ", edited" in part(pages, f"{url}/beside/comments")
    pages.post(f"{url}/comments/{comment['id']}", _withdraw="1")
    assert "Nobody has said anything yet." in part(pages, f"{url}/beside/comments")


def test_what_cannot_be_said_stays_typed(pages, item):
    url = f"/items/{item['id']}/comments"
    answer = pages.browser.post(url, {"text": "x" * 10_001}, headers=PART)
    assert answer.status_code == 422
    assert "Write 1 to 10000 characters." in answer.text
    assert "x" * 10_001 in answer.text


def test_readers_see_the_talk_and_no_way_to_join_it(pages, pages_with, item):
    url = f"/items/{item['id']}"
    pages.post(f"{url}/comments", text="Ours")
    reader = pages_with("inventory.item.read")
    text = part(reader, f"{url}/beside/comments")
    assert "Ours" in text
    assert "<form" not in text
    assert reader.post(f"{url}/comments", text="Mine").status_code == 403
    assert "<form" not in part(reader, f"{url}/beside/files")
    assert reader.post(f"{url}/files").status_code == 403
    part(pages_with("recipes.*"), f"{url}/beside/history", 403)


def test_files_are_added_shown_and_removed_without_scripts(pages, client, item):
    url = f"/items/{item['id']}"
    sent = {"file": [(io.BytesIO(PNG), "label.png"), (io.BytesIO(b"<svg/>"), "<b>evil</b>.svg")]}
    answer = pages.browser.post(
        f"{url}/files", sent, headers={"Accept": "text/html"}, content_type="multipart/form-data"
    )
    page = pages.follow(answer)
    assert "label.png" in page
    assert "<b>evil</b>" not in page
    kept = {row["name"]: row["id"] for row in client.get(f"items/{item['id']}/files").json["items"]}
    assert f'src="/api/v1/items/{item["id"]}/files/{kept["label.png"]}/preview"' in page
    assert page.count("<img") == 1
    pages.post(f"{url}/files/{kept['label.png']}/remove")
    assert len(client.get(f"items/{item['id']}/files").json["items"]) == 1
    assert pages.browser.post(f"{url}/files", {}, headers=PART).status_code == 422


def test_what_refers_to_a_record_is_counted_and_led_to(pages, client, item, receipt):
    text = part(pages, f"/items/{item['id']}/beside/related")
    assert f'href="/receipts?lines.item_id={item["id"]}"' in text
    listed = pages.open(f"/receipts?lines.item_id={item['id']}")
    assert f'href="/receipts/{receipt["id"]}"' in listed
    assert "Item is LYE Lye" in listed
    client.post(f"receipts/{receipt['id']}/post", {})
    text = part(pages, f"/items/{item['id']}/beside/related")
    assert f'href="/lots?item_id={item["id"]}"' in text
    # Two lines of one document are one document.
    assert "<span>Receipts</span> <strong>1</strong>" in text


def test_only_what_may_be_read_is_counted(pages_with, item, receipt):
    pages = pages_with("inventory.item.read")
    text = part(pages, f"/items/{item['id']}/beside/related")
    assert "/receipts" not in text
    part(pages_with("inventory.receipt.read"), f"/items/{item['id']}/beside/related", 403)


def test_the_way_to_the_neighbours_follows_the_list(pages, client, gram, item):
    other = client.post("items", {"code": "OIL", "name": "Olive oil", "base_unit_id": gram}).json["id"]
    third = client.post("items", {"code": "WAX", "name": "Wax", "base_unit_id": gram}).json["id"]
    text = part(pages, f"/items/{other}/beside/neighbours?sort=-code&search=")
    assert f'href="/items/{third}" rel="prev"' in text
    assert f'href="/items/{item["id"]}" rel="next"' in text
    assert "2 of 3" in text
    narrowed = part(pages, f"/items/{other}/beside/neighbours?search=oil")
    assert "1 of 1" in narrowed
    assert "<a" not in narrowed
    # A list that is none any more has the usual order.
    assert "2 of 3" in part(pages, f"/items/{other}/beside/neighbours?nonsense=1&sort=nothing")


@pytest.fixture
def three(client, gram, item):
    """Ids of three items by code."""
    rows = [{"code": code, "name": code.title(), "base_unit_id": gram} for code in ("OIL", "WAX")]
    made = client.post("items", rows).json["items"]
    return {"LYE": item["id"], **{row["code"]: row["id"] for row in made}}


def test_without_scripts_one_walks_through_the_list_as_it_was_left(pages, three):
    pages.open("/items?sort=-code&page_size=25")
    record = pages.open(f"/items/{three['OIL']}")
    assert '<a href="/items?sort=-code&amp;page_size=25">Items</a>' in record
    step = pages.browser.get(f"/items/{three['OIL']}/beside/next", headers={"Accept": "text/html"})
    assert step.headers["Location"] == f"/items/{three['LYE']}"
    end = pages.browser.get(f"/items/{three['LYE']}/beside/next", headers={"Accept": "text/html"})
    assert "This is the last one of the list." in pages.follow(end)
    back = pages.browser.get(f"/items/{three['OIL']}/beside/previous", headers={"Accept": "text/html"})
    assert back.headers["Location"] == f"/items/{three['WAX']}"
    # The way back is the same from every page of the record, and after it is gone.
    assert '<a href="/items?sort=-code&amp;page_size=25">Items</a>' in pages.open(f"/items/{three['WAX']}/delete")
    gone = pages.post(f"/items/{three['WAX']}/delete")
    assert gone.headers["Location"] == "/items?sort=-code&page_size=25"
    # The list as it is wants no remembering.
    pages.open("/items")
    assert '<a href="/items">Items</a>' in pages.open(f"/items/{three['OIL']}")


def test_what_one_list_was_narrowed_to_is_nothing_to_another_person(pages, pages_with, three):
    pages.open("/items?search=oil")
    kept = pages.browser._client.get_cookie("openmill_lists")
    other = pages_with("inventory.item.read")
    other.browser._client.set_cookie("openmill_lists", kept.value)
    assert '<a href="/items">Items</a>' in other.open(f"/items/{three['OIL']}")
    for forged in ("%5B1%2C2%5D", "nonsense", "%5B%22%22%2C%20%7B%22items%22%3A%20%5B%5D%7D%5D"):
        pages.browser._client.set_cookie("openmill_lists", forged)
        assert '<a href="/items">Items</a>' in pages.open(f"/items/{three['OIL']}")


def test_the_neighbours_are_those_of_a_saved_view(pages, client, three):
    view = client.post("saved-views", {"resource": "inventory.item", "name": "Last first", "query": "sort=-code"}).json
    pages.open(f"/items?saved={view['id']}")
    assert "1 of 3" in part(pages, f"/items/{three['WAX']}/beside/neighbours")
    assert client.delete(f"saved-views/{view['id']}").status_code == 204
    assert "3 of 3" in part(pages, f"/items/{three['WAX']}/beside/neighbours")


def test_a_copy_is_a_form_that_stores_nothing_yet(pages, client, item, receipt):
    page = pages.open(f"/items/new?from={item['id']}")
    assert "Empty, because no two records share it: Code" in page
    assert 'value="Lye"' in page
    assert 'value="LYE"' not in page
    assert len(client.get("items").json["items"]) == 1
    pages.send(page, "/items/new", code="LYE-2")
    assert {row["code"]: row["name"] for row in client.get("items").json["items"]} == {"LYE": "Lye", "LYE-2": "Lye"}
    form = pages.open(f"/receipts/new?from={receipt['id']}")
    pages.send(form, "/receipts/new")
    copied = client.get("receipts?sort=-id").json["items"][0]["id"]
    assert len(client.get(f"receipts/{copied}").json["lines"]) == 2
    pages.open("/items/new?from=999999", 404)


def test_what_stands_beside_costs_no_query_per_entry(pages, client, item, kernel):
    def cost():
        with counted(kernel.engine) as seen:
            for name in ("history", "comments", "files", "related"):
                part(pages, f"/items/{item['id']}/beside/{name}")
        return len(seen)

    def more(number, version):
        client.post(f"items/{item['id']}/comments", {"text": f"No. {number}"})
        return client.patch(f"items/{item['id']}", {"name": f"Lye {number}"}, version=version).json["version"]

    version = more(0, item["version"])
    cost()
    few = cost()
    for number in range(1, 12):
        version = more(number, version)
    assert cost() == few


def test_another_tenant_finds_nothing_beside(pages, other_client, client):
    foreign = other_client.post("items/categories", {"name": "Foreign"}).json["id"]
    for name in ("history", "comments", "files", "related", "neighbours"):
        part(pages, f"/items/categories/{foreign}/beside/{name}", 404)
    assert pages.post(f"/items/categories/{foreign}/comments", text="x").status_code == 404
    part(pages, "/items/categories/1/beside/nothing", 404)
