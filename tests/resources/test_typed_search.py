"""Over REST a search is read as the search box reads it: words, and conditions on fields."""

import pytest

from tests.web.conftest import assert_problem


@pytest.mark.parametrize(
    ("search", "codes"),
    [
        ("kind:raw", ["B-01", "H-01", "H-02"]),
        ("kind:raw,consumable hops", ["H-01", "H-02"]),
        ("shelf_life_days:>30 shelf_life_days:<=365", ["B-01"]),
        ('name:"hallertau hops"', ["H-01"]),
        ("code:H*", ["H-01", "H-02"]),
        ("kind:!raw name:yeast", ["Y-01"]),
        ('"hops saaz"', ["H-02"]),
        ('"kind:raw"', []),
    ],
)
def test_conditions_narrow_a_list_and_its_groups(pantry, search, codes):
    found = pantry.client.get("items", query_string={"search": search, "sort": "code"}).get_json()
    assert [item["code"] for item in found["items"]] == codes
    counted = pantry.client.get("items", query_string={"search": search, "group_by": "kind"}).get_json()["groups"]
    assert sum(group["count"] for group in counted) == len(codes)
    rows = pantry.client.get("items/export", query_string={"search": search, "sort": "code", "fields": "name"})
    assert len(rows.text.splitlines()) == 1 + len(codes)


@pytest.mark.parametrize("search", ["sparkle:red", "kind:gold", "kind:>raw", "category:nowhere"])
def test_what_cannot_be_read_is_told_as_the_page_tells_it(pantry, search):
    answer = pantry.client.get("items", query_string={"search": search})
    assert_problem(answer, 422, field="search")


def test_an_unknown_field_names_those_there_are_and_the_way_to_search_for_the_word(pantry):
    told = pantry.client.get("items", query_string={"search": "sparkle:red"}).get_json()["errors"]["search"][0]
    assert "Use one of" in told
    assert "“sparkle:red” in quotes" in told


def test_fields_that_are_not_for_everybody_are_unknown_to_the_others(pantry, client_with):
    reader = client_with("inventory.item.read")
    answer = reader.get("items", query_string={"search": "standard_cost:>1"})
    assert_problem(answer, 422, field="search")
    assert "standard_cost" not in answer.get_json()["errors"]["search"][0].partition("Use one of")[2].partition(";")[0]
