"""A file becomes items and recipes, once; the same file again changes nothing."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from core.testing.clients import ApiClient

IMPORT = "brewing/import-beerxml"
Read = Callable[[str], str]


def send(client: ApiClient, content: str, **options: Any) -> dict[str, Any]:
    answer = client.post(IMPORT, {"content": content, **options})
    assert answer.status_code == 200, answer.json
    return answer.json


def counts(answer: Mapping[str, Any]) -> tuple[int, int, int]:
    return answer["created"], answer["updated"], answer["unchanged"]


def item(client: ApiClient, code: str) -> dict[str, Any]:
    (found,) = client.get("items", query_string={"code": code}).json["items"]
    return client.get(f"items/{found['id']}").json


def recipe(client: ApiClient, code: str) -> dict[str, Any]:
    (found,) = client.get("recipes", query_string={"code": code}).json["items"]
    return client.get(f"recipes/{found['id']}").json


def test_a_recipe_comes_with_its_items_units_stages_and_facts(client: ApiClient, own_file: Read) -> None:
    assert counts(send(client, own_file("harvest.xml"), file_name="harvest.xml")) == (8, 0, 0)
    hop = item(client, "HOP CHALLENGER")
    assert (hop["name"], hop["kind"], hop["base_unit_label"]) == ("Challenger", "raw", "kg")
    assert (hop["brewing.ingredient"], hop["brewing.alpha_acid"], hop["brewing.form"]) == ("hop", "7.2000", "leaf")
    assert item(client, "MISC VANILLA ESSENCE")["base_unit_label"] == "l"
    assert item(client, "YEAST CELLAR LAB C-7")["brewing.max_temperature"] == "21.500000"
    beer = recipe(client, "BEER HARVEST & HEARTH")
    assert (beer["state"], beer["yield_qty"], beer["yield_unit_label"]) == ("draft", "20.000000", "l")
    assert (beer["brewing.style"], beer["brewing.original_gravity"]) == ("Brown Ale", "1.052000")
    lines = [(line["item_label"], line["quantity"], line["brewing.stage"]) for line in beer["ingredients"]]
    assert len(lines) == 8
    assert lines[0] == ("FERM MILD MALT Mild Malt", "4.250000", "mash")
    assert lines[4] == ("HOP CHALLENGER Challenger", "0.020000", "ferment")


def test_the_same_file_again_changes_nothing(client: ApiClient, own_file: Read) -> None:
    send(client, own_file("harvest.xml"))
    before = recipe(client, "BEER HARVEST & HEARTH")
    assert counts(send(client, own_file("harvest.xml"))) == (0, 0, 8)
    assert recipe(client, "BEER HARVEST & HEARTH") == before
    assert client.get("brewing/imports").json["total"] == 1


def test_a_dry_run_tells_the_same_and_writes_nothing(client: ApiClient, own_file: Read) -> None:
    told = send(client, own_file("harvest.xml"), dry_run=True)
    assert client.get("items", query_string={"search": "Challenger"}).json["items"] == []
    assert client.get("brewing/imports").json["total"] == 0
    done = send(client, own_file("harvest.xml"))
    assert counts(told) == counts(done) == (8, 0, 0)
    assert counts(send(client, own_file("harvest.xml"), dry_run=True)) == (0, 0, 8)


def test_a_changed_file_changes_what_it_changed(client: ApiClient, own_file: Read) -> None:
    send(client, own_file("harvest.xml"))
    more_malt = own_file("harvest.xml").replace("<AMOUNT>4.25</AMOUNT>", "<AMOUNT>4.5</AMOUNT>")
    assert counts(send(client, more_malt)) == (0, 1, 7)
    assert recipe(client, "BEER HARVEST & HEARTH")["ingredients"][0]["quantity"] == "4.500000"


def test_all_faults_are_listed_at_once_and_nothing_is_imported(client: ApiClient, own_file: Read) -> None:
    told = send(client, own_file("faulty.xml"), dry_run=True)
    refused = client.post(IMPORT, {"content": own_file("faulty.xml")})
    assert (refused.status_code, refused.json["code"]) == (422, "BEERXML_FAULTS")
    assert refused.json["faults"] == told["faults"]
    assert len(told["faults"]) == len(refused.json["errors"]["content"]) == 9
    assert {"record": 'recipe 1 "Fog Lager", hop 1 "Perle"', "tag": "ALPHA"}.items() <= told["faults"][2].items()
    assert client.get("items", query_string={"search": "Perle"}).json["items"] == []


def hop(alpha: str, name: str = "Perle", amount: str = "0.1") -> str:
    return f"<HOP><NAME>{name}</NAME><ALPHA>{alpha}</ALPHA><AMOUNT>{amount}</AMOUNT><USE>Boil</USE></HOP>"


def beer(hops: str, name: str = "Pils") -> str:
    return f"<RECIPE><NAME>{name}</NAME><BATCH_SIZE>20</BATCH_SIZE><HOPS>{hops}</HOPS></RECIPE>"


def test_a_catalogue_corrects_an_item_and_a_recipe_does_not(client: ApiClient) -> None:
    send(client, f"<RECIPES>{beer(hop('7'))}</RECIPES>")
    assert item(client, "HOP PERLE")["brewing.alpha_acid"] == "7.0000"
    assert counts(send(client, f"<HOPS>{hop('8')}</HOPS>")) == (0, 1, 0)
    assert counts(send(client, f"<RECIPES>{beer(hop('7'))}</RECIPES>")) == (0, 0, 2)
    assert item(client, "HOP PERLE")["brewing.alpha_acid"] == "8.0000"
    assert recipe(client, "BEER PILS")["ingredients"][0]["brewing.alpha_acid"] == "7.0000"


def test_what_people_wrote_on_an_item_stays(client: ApiClient) -> None:
    send(client, f"<HOPS>{hop('7')}</HOPS>")
    known = item(client, "HOP PERLE")
    written = {"name": "Perle, Hallertau", "brewing.origin": "Hallertau"}
    assert client.patch(f"items/{known['id']}", written, version=known["version"]).status_code == 200
    assert counts(send(client, f"<HOPS>{hop('7')}</HOPS>")) == (0, 0, 1)
    kept = item(client, "HOP PERLE")
    assert (kept["name"], kept["brewing.origin"]) == ("Perle, Hallertau", "Hallertau")


def test_different_data_for_one_name_is_told(client: ApiClient) -> None:
    answer = send(client, f"<HOPS>{hop('7')}{hop('8')}</HOPS>")
    assert answer["created"] == 1
    assert [(notice["record"], notice["tag"]) for notice in answer["notices"]] == [('hop 2 "Perle"', "ALPHA")]


def test_recipes_of_one_name_are_all_kept(client: ApiClient) -> None:
    two = f"<RECIPES>{beer(hop('7'))}{beer(hop('7', amount='0.2'))}</RECIPES>"
    assert counts(send(client, two)) == (3, 0, 0)
    assert recipe(client, "BEER PILS (2)")["ingredients"][0]["quantity"] == "0.200000"
    assert counts(send(client, two)) == (0, 0, 3)


def test_long_names_of_one_beginning_stay_apart(client: ApiClient) -> None:
    stem = "Kazbek from the slopes above the river "
    answer = send(client, f"<HOPS>{hop('7', f'{stem}Ohre')}{hop('7', f'{stem}Elbe')}</HOPS>")
    assert answer["created"] == 2


def test_a_locked_recipe_stays_as_it_is(client: ApiClient) -> None:
    send(client, f"<RECIPES>{beer(hop('7'))}</RECIPES>")
    assert client.post(f"recipes/{recipe(client, 'BEER PILS')['id']}/lock").status_code == 200
    answer = send(client, f"<RECIPES>{beer(hop('7', amount='0.3'))}</RECIPES>")
    assert counts(answer) == (0, 0, 2)
    assert answer["notices"][-1]["message"] == "is locked or archived here: it stays as it is."
    assert recipe(client, "BEER PILS")["ingredients"][0]["quantity"] == "0.100000"


def test_a_file_may_come_as_base64(client: ApiClient) -> None:
    content = "<?xml version='1.0' encoding='ISO-8859-1'?><MISCS><MISC><NAME>Süßholz</NAME></MISC></MISCS>"
    assert send(client, base64.b64encode(content.encode("latin-1")).decode())["created"] == 1
    assert item(client, "MISC SÜSSHOLZ")["name"] == "Süßholz"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><HOPS><HOP><NAME>&b;</NAME></HOP></HOPS>'


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (BOMB, 400),
        ("<HOPS>" * 20_000 + "</HOPS>" * 20_000, 400),
        ("<HOPS><HOP></HOPS>", 400),
        ("no base64 either!", 400),
        ("AAEC/w==", 400),
        ("<HOPS>" + "x" * 6_000_000 + "</HOPS>", 413),
        ("x" * 12_000_000, 422),
        ("", 422),
        (7, 422),
        (None, 422),
    ],
    ids=["bomb", "deep", "cut", "words", "bytes", "6-MB", "12-MB", "empty", "number", "null"],
)
def test_hostile_content_is_refused_with_words(client: ApiClient, content: object, status: int) -> None:
    began = time.process_time()
    answer = client.post(IMPORT, {"content": content})
    assert answer.status_code == status, answer.json
    assert answer.json["detail"]
    assert answer.json["code"].isupper()
    assert time.process_time() - began < 5


def test_a_lone_surrogate_is_refused(client: ApiClient) -> None:
    answer = client.post(IMPORT, data=b'{"content": "<HOPS>\\ud800</HOPS>"}', content_type="application/json")
    assert answer.status_code in {400, 422}


def test_it_needs_its_permission(client_with: Callable[..., ApiClient]) -> None:
    reader = client_with("brewing.import.read", "inventory.*.*", "recipes.*.*")
    answer = reader.post(IMPORT, {"content": "<HOPS/>"})
    assert (answer.status_code, answer.json["permission"]) == (403, "brewing.import.beerxml")


@pytest.mark.parametrize("name", ["grain", "hops", "misc", "yeast", "recipes", "recipes-corrected"])
def test_published_files_import_twice(client: ApiClient, published_file: Read, name: str) -> None:
    first = send(client, published_file(f"{name}.xml"))
    assert first["faults"] == []
    assert first["created"] > 0
    assert counts(send(client, published_file(f"{name}.xml"))) == (0, 0, first["created"])


def test_the_corrected_recipes_are_the_same_recipes(client: ApiClient, published_file: Read) -> None:
    assert counts(send(client, published_file("recipes.xml"))) == (27, 0, 0)
    assert counts(send(client, published_file("recipes-corrected.xml"))) == (0, 0, 27)


def collection(ingredients: int, recipes: int) -> str:
    """A brewery's whole collection."""
    catalogue = "".join(hop(f"{number % 15}.5", f"Hop {number}") for number in range(ingredients))
    beers = "".join(
        beer("".join(hop("5", f"Hop {(number * 7 + line) % ingredients}") for line in range(8)), f"Beer {number}")
        for number in range(recipes)
    )
    return f"<HOPS>{catalogue}</HOPS><RECIPES>{beers}</RECIPES>"


def test_a_large_collection_is_a_matter_of_seconds(client: ApiClient) -> None:
    content = collection(500, 60)
    # The work it takes, not the clock on the wall: other tests share the machine.
    began = time.process_time()
    assert counts(send(client, content)) == (560, 0, 0)
    first = time.process_time() - began
    assert counts(send(client, content)) == (0, 0, 560)
    assert first < 20
    assert time.process_time() - began - first < 5


def test_what_the_items_and_recipes_refuse_is_a_fault_of_the_record(client: ApiClient) -> None:
    (kilogram,) = client.get("admin/uom", query_string={"code": "kg"}).json["items"]
    assert client.patch(f"admin/uom/{kilogram['id']}", {"code": "kilo"}, version=kilogram["version"]).status_code == 200
    told = send(client, f"<HOPS>{hop('7')}</HOPS>", dry_run=True)
    assert {fault["record"] for fault in told["faults"]} == {'hop 1 "Perle"'}
    assert "base_unit" in {fault["tag"] for fault in told["faults"]}
    refused = client.post(IMPORT, {"content": f"<HOPS>{hop('7')}</HOPS>"})
    assert (refused.status_code, refused.json["faults"]) == (422, told["faults"])


def test_a_file_that_says_nothing_of_it_leaves_what_people_wrote(client: ApiClient) -> None:
    content = f"<RECIPES>{beer(hop('7'))}</RECIPES>"
    send(client, content)
    known = recipe(client, "BEER PILS")
    written = {"brewing.style": "Pilsner"}
    assert client.patch(f"recipes/{known['id']}", written, version=known["version"]).status_code == 200
    assert counts(send(client, content)) == (0, 0, 2)
    assert recipe(client, "BEER PILS")["brewing.style"] == "Pilsner"
