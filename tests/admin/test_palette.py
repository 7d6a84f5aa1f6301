"""The palette, the plus, the bell and the favourites hold what the person may reach, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from core.kernel import Kernel
from core.tenancy.modules import TenantInfo
from core.testing import house
from core.testing.clients import ApiClient, BrowserClient

PART = {"X-Fragment": "yes"}
HX = {"HX-Request": "true"}
Browse = Callable[..., BrowserClient]


@pytest.fixture
def browse(app: Flask, kernel: Kernel, tenant: TenantInfo) -> Browse:
    """Open a browser as somebody with few rights."""

    def make(*allow: str, **options: Any) -> BrowserClient:
        return BrowserClient(app, house.make_member(kernel, tenant, allow, **options))

    return make


@pytest.fixture
def draft(client: ApiClient) -> int:
    """A draft receipt."""
    gram = client.get("admin/uom?code=g").json["items"][0]["id"]
    lye = client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": gram}).json["id"]
    cellar = client.post("admin/locations", {"code": "CELLAR", "name": "Cellar"}).json["id"]
    line = {"item_id": lye, "quantity": "10", "unit_id": gram, "unit_cost": "1"}
    return client.post("receipts", {"location_id": cellar, "supplier_name": "Chemist", "lines": [line]}).json["id"]


def test_the_palette_offers_pages_new_records_and_what_the_record_allows(browser: BrowserClient, draft: int) -> None:
    commands = browser.get(f"/palette?at=/receipts/{draft}", headers=PART).text
    assert "<html" not in commands
    for url in ("/items", "/items/new", f"/receipts/{draft}/do/post", "/reports/valuation", "/members/do/invite"):
        assert f'href="{url}"' in commands
    assert f'href="/receipts/{draft}/do/reverse"' not in commands, "a draft cannot be reversed"
    assert browser.get("/palette?at=/receipts/999999999").status_code == 200
    assert browser.get("/palette?at=//elsewhere/..%2F&at=x").status_code == 200


def test_the_palette_is_as_narrow_as_the_role(browse: Browse, draft: int) -> None:
    reader = browse("inventory.item.read")
    commands = reader.get(f"/palette?at=/receipts/{draft}", headers=PART).text
    assert 'href="/items"' in commands
    for shut in ("/items/new", "/receipts", f"/receipts/{draft}/do/post", "/members", "/apps", "/reports/valuation"):
        assert f'href="{shut}"' not in commands
    assert reader.get("/new").text.count("/new") >= 1 and 'href="/items/new"' not in reader.get("/new").text


def test_a_module_that_is_off_is_in_no_list(browser: BrowserClient, kernel: Kernel, tenant: TenantInfo) -> None:
    browser.post("/favourites", {"do": "add", "url": "/recipes", "title": "My recipes"})
    assert "My recipes" in browser.get("/items").text
    for name in [*kernel.registry.dependents_of("recipes"), "recipes"]:
        house.switch_module_off(kernel, tenant.id, name)
    assert "My recipes" not in browser.get("/items").text
    assert 'href="/recipes' not in browser.get("/palette").text and "/recipes/new" not in browser.get("/new").text


def test_saved_views_are_offered_to_those_they_are_for(
    browser: BrowserClient, client: ApiClient, browse: Browse
) -> None:
    made = client.post("saved-views", {"resource": "inventory.item", "name": "What we buy", "query": "kind=raw"})
    assert made.status_code == 201, made.json
    where = f'href="/items?saved={made.json["id"]}"'
    assert where in browser.get("/palette").text
    assert "What we buy" not in browse("inventory.item.read").get("/palette").text


def test_search_has_a_page_that_needs_no_script(browser: BrowserClient, browse: Browse, draft: int) -> None:
    page = browser.get("/search?q=lye").text
    assert "LYE Lye" in page and "<html" in page
    assert 'href="/items/new"' in browser.get("/search?q=new+item").text
    assert "Nothing found" in browser.get("/search?q=zzzz").text
    assert "Search everything" in browser.get("/search").text
    assert "LYE" not in browse("recipes.batch.read").get("/search?q=lye").text
    assert 'role="option"' in browser.get("/search?q=lye", headers=PART).text


def test_what_was_typed_and_stored_is_shown_as_text(browser: BrowserClient, client: ApiClient) -> None:
    payload = '"><img src=x onerror=alert(1)>'
    gram = client.get("admin/uom?code=g").json["items"][0]["id"]
    client.post("items", {"code": "EVIL", "name": payload, "base_unit_id": gram, "reorder_point": "5"})
    browser.post("/favourites", {"do": "add", "url": "/items?search=%22%3E", "title": payload})
    for path in ("/search?q=evil", "/search?q=%22%3E%3Cimg", "/alerts", "/favourites", "/palette", "/",
                 "/cards/inventory.low_stock_card"):  # fmt: skip
        assert "<img src=x" not in browser.get(path).text


def _favourites(client: ApiClient) -> list[str]:
    return [item["title"] for item in client.get("me/preferences").json.get("favourites", [])]


def test_a_favourite_is_starred_named_moved_and_taken_away(browser: BrowserClient, client: ApiClient) -> None:
    for url, title in (("/items?kind=raw", "Items"), ("/batches", "Batches"), ("/lots", "Lots")):
        answer = browser.post("/favourites", {"do": "toggle", "url": url, "title": title, "next": url})
        assert (answer.status_code, answer.location) == (303, url)
    browser.post("/favourites", {"do": "rename", "url": "/items?kind=raw", "title": "What we buy"})
    browser.post("/favourites", {"do": "up", "url": "/lots"})
    assert _favourites(client) == ["What we buy", "Lots", "Batches"]
    browser.post("/favourites", {"do": "down", "url": "/items?kind=raw"})
    assert _favourites(client) == ["Lots", "What we buy", "Batches"]
    for before, order in (("/lots", "Batches Lots What we buy"), ("", "Lots What we buy Batches")):
        browser.post("/favourites", {"do": "place", "url": "/batches", "before": before})
        assert " ".join(_favourites(client)) == order
    page = browser.get("/favourites").text
    assert 'value="What we buy"' in page and 'href="/items?kind=raw"' in page
    browser.post("/favourites", {"do": "toggle", "url": "/lots"})
    assert _favourites(client) == ["What we buy", "Batches"]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"do": "add", "url": "https://elsewhere.example", "title": "Away"}, 422),
        ({"do": "add", "url": "//elsewhere.example", "title": "Away"}, 422),
        ({"do": "add", "url": "", "title": "Nowhere"}, 422),
        ({"do": "rename", "url": "/nowhere"}, 404),
        ({"do": "place", "url": "/nowhere"}, 404),
        ({}, 404),
    ],
)
def test_a_favourite_that_is_none_is_refused(browser: BrowserClient, form: dict[str, str], status: int) -> None:
    assert browser.post("/favourites", form).status_code == status


def test_the_star_changes_the_menu_of_the_page_it_is_on(browser: BrowserClient) -> None:
    part = browser.post("/favourites", {"do": "toggle", "url": "/lots", "title": "Lots"}, headers=HX)
    assert part.status_code == 200 and "<html" not in part.text and 'href="/lots"' in part.text


def test_an_alert_is_put_aside_from_the_bell(browser: BrowserClient, client: ApiClient) -> None:
    gram = client.get("admin/uom?code=g").json["items"][0]["id"]
    client.post("items", {"code": "LYE", "name": "Lye", "base_unit_id": gram, "reorder_point": "5"})
    finding = client.get("alerts").json["items"][0]["id"]
    assert "Lye is out of stock" in browser.get("/alerts", headers=HX).text
    part = browser.post("/alerts", {"do": "week", "id": finding}, headers=HX)
    assert 'data-alerts="0"' in part.text and "1 put aside" in part.text
    assert browser.post("/alerts", {"do": "restore"}).status_code == 303
    assert "Lye is out of stock" in browser.get("/alerts").text
    assert browser.post("/alerts", {"do": "dismiss", "id": "nothing"}).status_code == 404
    assert browser.post("/alerts", {"do": "dismiss", "id": finding}).status_code == 303
    assert "All is well" in browser.get("/alerts").text


def test_the_menu_stands_as_the_person_left_it(browser: BrowserClient, client: ApiClient) -> None:
    assert "narrow-menu" not in browser.get("/items").text
    client.patch("me/preferences", {"sidebar": {"narrow": True, "closed": ["Reports"]}, "single_keys": False})
    page = browser.get("/items").text
    assert "narrow-menu" in page and 'data-single-keys="off"' in page
    assert 'data-section="Reports">' in page and 'data-section="Inventory" open>' in page
    report = browser.get("/reports/valuation").text
    assert 'data-section="Reports" open>' in report, "the part that one is in is never folded away"
