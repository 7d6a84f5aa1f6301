"""What cannot be shown is said within the frame that somebody has, with nothing in it that they may not see."""

import re

import pytest

HTML = {"Accept": "text/html"}


def menu(page):
    """Return the addresses of the menu; none where there is no menu."""
    found = re.search(r'<nav aria-label="Main">.*?</nav>', page, re.S)
    return re.findall(r'href="(/[^"]*)"', found[0]) if found else []


@pytest.fixture
def clerk(pages_with):
    """Somebody who reads items and nothing else."""
    return pages_with("inventory.item.read")


def test_a_page_that_is_not_allowed_leaves_the_menu_in_place(clerk, tenant):
    page = clerk.open("/admin/locations", status=403)
    assert "<h1>Not allowed</h1>" in page and "inventory.location.read" in page
    assert menu(page) == menu(clerk.open("/items"))
    assert "/items" in menu(page) and "/admin/locations" not in menu(page)
    assert f"<small>{tenant.name}</small>" in page and 'href="/search"' in page and 'action="/logout"' in page


@pytest.mark.parametrize("path", ["/nowhere", "/items/999999999", "/items/1/nothing", "/items/new/new"])
def test_a_page_that_is_not_there_leaves_the_menu_in_place(clerk, path):
    page = clerk.open(path, status=404)
    assert "<h1>Not found</h1>" in page
    assert menu(page) == menu(clerk.open("/items"))
    # It is no place to come back to, and no step on the way to one.
    assert 'class="star"' not in page and page.count("<li>") == 1


def test_what_belongs_to_others_looks_like_what_there_is_not(clerk, other_client):
    unit = other_client.get("admin/uom?code=g").get_json()["items"][0]["id"]
    body = {"code": "SECRET", "name": "Secret", "base_unit_id": unit}
    theirs = other_client.post("items", body).get_json()["id"]

    def told(path):
        page = re.sub(r"<code>[0-9a-f]{16}</code>", "", clerk.open(path, status=404))
        return re.sub(r'name="csrf_token" value="[^"]*"', "", page)

    assert told(f"/items/{theirs}") == told("/items/999999999")


def test_a_form_that_is_refused_leaves_the_menu_in_place(clerk):
    answer = clerk.post("/items/new", code="X", name="X")
    assert answer.status_code == 403 and "/items" in menu(answer.text)


def test_part_of_a_page_is_answered_without_a_frame(clerk):
    """A sheet over the page shows the refusal, not a second menu."""
    answer = clerk.browser.get("/items/999999999", headers={**HTML, "HX-Request": "true"})
    assert answer.status_code == 404 and "Not found" in answer.text and menu(answer.text) == []


def test_a_stranger_gets_a_plain_page(app, client):
    stranger = app.test_client()
    assert stranger.get("/nowhere", headers=HTML).headers["Location"] == "/login?next=%2Fnowhere"
    page = stranger.post("/nowhere", headers=HTML)
    assert page.status_code in (400, 401, 403, 405) and menu(page.text) == [] and 'action="/logout"' not in page.text
    token = {**HTML, "Authorization": f"Bearer {client.member.token}"}
    page = stranger.get("/nowhere", headers=token)
    assert page.status_code == 404 and menu(page.text) == []
