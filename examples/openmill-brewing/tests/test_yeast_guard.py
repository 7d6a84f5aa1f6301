"""No beer starts without yeast, nor with yeast that is past its date; everything else starts as ever."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

YEAST = "<YEASTS><YEAST><NAME>Lager</NAME><FORM>Liquid</FORM><AMOUNT>0.1</AMOUNT></YEAST></YEASTS>"
MALT = "<FERMENTABLES><FERMENTABLE><NAME>Pilsner</NAME><AMOUNT>4</AMOUNT></FERMENTABLE></FERMENTABLES>"


def planned(brewery, yeast: str, **batch: Any) -> int:
    recipe = f"<RECIPE><NAME>Pils</NAME><BATCH_SIZE>20</BATCH_SIZE>{MALT}{yeast}</RECIPE>"
    brewery.load(f"<RECIPES>{recipe}</RECIPES>")
    recipe_id = brewery.id_of("recipes", "BEER PILS")
    brewery.post(f"recipes/{recipe_id}/activate")
    brewery.receive("FERM PILSNER")
    return brewery.post("batches", {"recipe_id": recipe_id, **batch})["id"]


def start(brewery, batch_id: int) -> tuple[int, str]:
    answer = brewery.client.post(f"batches/{batch_id}/start", {})
    return answer.status_code, answer.json.get("code", "")


def day(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()  # noqa: DTZ011 - days away from any midnight


def test_without_yeast_it_does_not_start(brewery) -> None:
    assert start(brewery, planned(brewery, "")) == (409, "BREWING_NO_YEAST")


def test_wort_for_other_beers_needs_no_yeast(brewery) -> None:
    assert start(brewery, planned(brewery, "", batch_type="ingredient")) == (200, "")


def test_yeast_past_its_date_is_refused_by_name_and_fresh_yeast_starts(brewery) -> None:
    batch_id = planned(brewery, YEAST)
    brewery.receive("YEAST LAGER", received_on=day(-30), expires_on=day(-5), lot_number="OLD")
    answer = brewery.client.post(f"batches/{batch_id}/start", {})
    assert (answer.status_code, answer.json["code"]) == (409, "BREWING_YEAST_PAST_ITS_DATE")
    assert answer.json["lots"] == ["OLD"]
    brewery.receive("YEAST LAGER", expires_on=day(30))
    assert start(brewery, batch_id) == (200, "")


def test_no_yeast_in_stock_is_short_like_anything_else(brewery) -> None:
    assert start(brewery, planned(brewery, YEAST)) == (409, "INSUFFICIENT_STOCK")


def test_a_recipe_that_is_no_beer_starts_without_yeast(brewery) -> None:
    planned(brewery, YEAST)
    line = {"item_id": brewery.id_of("items", "FERM PILSNER"), "quantity": "1"}
    units = {row["code"]: row["id"] for row in brewery.read("admin/uom", page_size=200)["items"]}
    recipe = {"name": "Malt tea", "code": "TEA", "yield_qty": "5", "yield_unit_id": units["l"]}
    recipe_id = brewery.post("recipes", {**recipe, "ingredients": [{**line, "unit_id": units["kg"]}]})["id"]
    brewery.post(f"recipes/{recipe_id}/activate")
    assert start(brewery, brewery.post("batches", {"recipe_id": recipe_id})["id"]) == (200, "")


def test_the_guard_can_be_switched_off(brewery) -> None:
    batch_id = planned(brewery, "")
    assert brewery.client.patch("settings", {"brewing.yeast_guard": False}).status_code == 200
    assert start(brewery, batch_id) == (200, "")


def test_yeast_of_another_cellar_is_not_named(brewery, client_with) -> None:
    """Old yeast lies in the main warehouse; the brewer works in the cellar, where there is none."""
    batch_id = planned(brewery, YEAST)
    brewery.receive("YEAST LAGER", received_on=day(-30), expires_on=day(-5), lot_number="OLD")
    cellar = brewery.post("admin/locations", {"code": "CELLAR", "name": "Cellar"})["id"]
    batch = brewery.read(f"batches/{batch_id}")
    changed = brewery.client.patch(f"batches/{batch_id}", {"location_id": cellar}, version=batch["version"])
    assert changed.status_code == 200, changed.json
    rules = ["recipes.assigned_locations", "inventory.assigned_locations"]
    brewer = client_with("recipes.*", "inventory.*", rules=rules)
    brewery.post(f"admin/locations/{cellar}/assign", {"member_id": brewer.member.actor.member_id})
    refused = brewer.post(f"batches/{batch_id}/start", {})
    assert (refused.status_code, refused.json["code"]) == (409, "INSUFFICIENT_STOCK")
    assert "OLD" not in refused.text
    bill = brewer.get("reports/brew-day", query_string={"recipe_id": batch["recipe_id"]}).json["rows"]
    assert {row["in_stock"] for row in bill} == {"0"}
