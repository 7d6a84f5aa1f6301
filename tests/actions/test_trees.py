"""No record comes to stand inside itself: one by one, many together, by a file, or by two people at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import Invalid
from core.testing.clients import ApiClient
from tests.resources.conftest import send_file

PATH = "items/categories"


@pytest.fixture
def shelves(client):
    """Oils, with cold pressed ones in them, with extra virgin in these; waxes beside."""
    ids = {}
    for name, parent in (("Oils", None), ("Cold", "Oils"), ("Virgin", "Cold"), ("Waxes", None), ("Hard", "Waxes")):
        ids[name] = client.post(PATH, {"name": name, "parent_id": ids.get(parent)}).get_json()["id"]
    return ids


def parents(client):
    rows = client.get(PATH).get_json()["items"]
    names = {row["id"]: row["name"] for row in rows}
    return {row["name"]: names.get(row["parent_id"]) for row in rows}


@pytest.mark.parametrize("into", ["Oils", "Cold", "Virgin"])
def test_one_record_is_refused_with_its_field(client, shelves, into):
    before = parents(client)
    answer = client.patch(f"{PATH}/{shelves['Oils']}", {"parent_id": shelves[into]}, version=1)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "CIRCLE")
    assert list(answer.get_json()["errors"]) == ["parent_id"]
    assert parents(client) == before


def test_moves_that_make_a_circle_only_together_are_refused_together(unit, client, shelves):
    with pytest.raises(Invalid) as refused, unit() as ctx:
        ctx.do("inventory.category.update", [shelves["Waxes"], shelves["Oils"]], parent_id=shelves["Virgin"])
    assert (refused.value.code, list(refused.value.by_record)) == ("CIRCLE", [shelves["Oils"]])
    assert parents(client)["Waxes"] is None


def test_an_import_names_the_rows_that_close_a_circle(client, shelves):
    answer = send_file(client, f"{PATH}/import", "name,parent\nOils,Hard\nWaxes,Virgin\n")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["rows.3.parent_id"])
    assert parents(client)["Oils"] is None


def test_two_people_at_once_make_no_circle(app, client, shelves):
    """Each move is fine by itself: oils into hard waxes, waxes into virgin oils."""
    moves = [(shelves["Oils"], shelves["Hard"]), (shelves["Waxes"], shelves["Virgin"])]

    def move(pair):
        record_id, parent_id = pair
        own = ApiClient(app, client.member)
        return own.patch(f"{PATH}/{record_id}", {"parent_id": parent_id}, version=1).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(move, moves)) == [200, 422]


def test_moving_down_another_branch_is_fine(client, shelves):
    assert client.patch(f"{PATH}/{shelves['Waxes']}", {"parent_id": shelves["Virgin"]}, version=1).status_code == 200
    assert parents(client)["Waxes"] == "Virgin"
