"""The tree: all of a small one at once, a large one branch by branch, and what is put elsewhere in it."""

import re

import pytest

JSON = {"Accept": "application/json"}


def move(pages, path, to):
    return pages.browser.post(f"{path}/move", {"field": "parent_id", "to": to}, headers=JSON)


@pytest.fixture
def categories(client):
    """Oils, with two kinds of olive oil inside, and wax."""
    made = {}
    for name, parent in (("Oils", None), ("Olive", "Oils"), ("Extra virgin", "Olive"), ("Wax", None)):
        body = {"name": name, "parent_id": made.get(parent)}
        made[name] = client.post("items/categories", body).json["id"]
    return made


def test_a_small_tree_is_there_at_once_and_nested(pages, categories):
    page = pages.open("/items/categories?view=tree")
    places = [page.index(f"<span>{name}</span>") for name in ("Oils", "Olive", "Extra virgin", "Wax")]
    assert places == sorted(places)
    assert "data-branch" not in page


def test_a_large_tree_comes_branch_by_branch(pages, client, categories):
    rows = [{"name": f"Shade {number:03}", "parent_id": categories["Wax"]} for number in range(300)]
    assert client.post("items/categories", rows).status_code == 201
    page = pages.open("/items/categories?view=tree")
    assert "Shade" not in page
    assert f'data-branch="/items/categories?view=tree&amp;under={categories["Wax"]}"' in page
    branch = pages.open(f"/items/categories?view=tree&under={categories['Wax']}")
    assert branch.count('class="branch"') == 200
    assert "The first 200" in branch
    inner = pages.open(f"/items/categories?view=tree&under={categories['Olive']}")
    assert "Extra virgin" in inner
    assert re.search(r'aria-label="Place".*Oils.*Olive', inner, re.S)


def test_a_search_finds_records_anywhere_in_the_tree(pages, categories):
    page = pages.open("/items/categories?view=tree&name__contains=virgin")
    assert "in Olive" in page
    assert "Wax" not in page


def test_nothing_is_put_inside_itself(pages, client, categories):
    path = f"/items/categories/{categories['Oils']}"
    refused = move(pages, path, str(categories["Extra virgin"]))
    assert refused.status_code == 422
    assert refused.json["code"] == "CIRCLE"
    assert "cannot lie inside itself" in refused.json["errors"]["parent_id"][0]
    assert move(pages, f"/items/categories/{categories['Olive']}", "").status_code == 200
    assert client.get(f"items/categories/{categories['Olive']}").json["parent_id"] is None


def test_without_scripts_a_page_asks_where_it_shall_stand(pages, client, categories):
    tree = pages.open("/items/categories?view=tree")
    url = f"/items/categories/{categories['Olive']}/place"
    assert f'href="{url}"' in tree
    page = pages.open(url)
    assert "Empty: at the top of the tree." in page
    moved = pages.send(page, url, parent_id="", parent_id__find="Wax")
    assert moved.headers["Location"] == "/items/categories?view=tree"
    assert "Olive moved." in pages.follow(moved)
    assert client.get(f"items/categories/{categories['Olive']}").json["parent_id"] == categories["Wax"]
    circle = pages.send(page, url, 422, parent_id=str(categories["Extra virgin"]))
    assert "cannot lie inside itself" in circle.text
    nowhere = pages.send(page, url, 422, parent_id="", parent_id__find="Cheese")
    assert "No category is called" in nowhere.text
    pages.send(page, url, parent_id="")
    assert client.get(f"items/categories/{categories['Olive']}").json["parent_id"] is None


def test_what_stands_in_no_tree_or_may_not_be_changed_is_put_nowhere(pages, pages_with, client, categories):
    gram = client.get("admin/uom?code=g").json["items"][0]["id"]
    pages.open(f"/admin/uom/{gram}/place", 404)
    reader = pages_with("inventory.category.read")
    assert "/place" not in reader.open("/items/categories?view=tree")
    reader.open(f"/items/categories/{categories['Olive']}/place", 403)
    assert reader.post(f"/items/categories/{categories['Olive']}/place", parent_id="").status_code == 403
