"""The bill of a brew day and the card on the dashboard."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

BEER = "BEER HARVEST & HEARTH"


def bill(brewery, **options: str) -> list[dict[str, Any]]:
    recipe_id = brewery.id_of("recipes", BEER)
    return brewery.read("reports/brew-day", recipe_id=recipe_id, **options)["rows"]


def test_it_follows_the_day(brewery, own_file) -> None:
    brewery.load(own_file("harvest.xml"))
    rows = [(row["stage"], row["ingredient"], row["quantity"], row["unit"]) for row in bill(brewery)]
    assert rows == [
        ("mash", "Epsom Salt", "0.004000", "kg"),
        ("mash", "Mild Malt", "4.250000", "kg"),
        ("boil", "Challenger", "0.030000", "kg"),
        ("boil", "Treacle", "0.200000", "kg"),
        ("ferment", "Challenger", "0.020000", "kg"),
        ("ferment", "Blossom Honey", "0.150000", "kg"),
        ("ferment", "House Ale", "0.011500", "kg"),
        ("package", "Vanilla Essence", "0.050000", "l"),
    ]


def test_it_scales_and_shares_what_is_in_stock(brewery, own_file) -> None:
    brewery.load(own_file("harvest.xml"))
    brewery.receive("HOP CHALLENGER", "0.1")
    hops = [row for row in bill(brewery, litres="50") if row["ingredient"] == "Challenger"]
    # 50 l of a recipe for 20 l: 75 g in the kettle, 50 g dry; 100 g are there.
    found = [[Decimal(row[name]) for name in ("quantity", "in_stock", "to_buy")] for row in hops]
    assert found == [[Decimal("0.075"), Decimal("0.1"), 0], [Decimal("0.05"), Decimal("0.025"), Decimal("0.025")]]


def test_a_line_that_people_added_goes_in_when_its_kind_usually_does(brewery, own_file) -> None:
    brewery.load(own_file("harvest.xml"))
    recipe = brewery.record("recipes", BEER)
    kept = [{"id": line["id"]} for line in recipe["ingredients"]]
    added = {"item_id": brewery.id_of("items", "HOP CHALLENGER"), "quantity": "0.5"}
    added["unit_id"] = recipe["ingredients"][3]["unit_id"]
    changed = {"ingredients": [*kept, added]}
    assert brewery.client.patch(f"recipes/{recipe['id']}", changed, version=recipe["version"]).status_code == 200
    stages = [row["stage"] for row in bill(brewery) if row["ingredient"] == "Challenger"]
    assert stages == ["boil", "boil", "ferment"]


def test_a_size_that_makes_no_sense_is_refused(brewery, own_file) -> None:
    brewery.load(own_file("harvest.xml"))
    recipe_id = brewery.id_of("recipes", BEER)
    for options in ({"litres": "0"}, {"litres": "NaN"}, {"litres": "1e9"}, {"recipe_id": "999999"}):
        answer = brewery.client.get("reports/brew-day", query_string={"recipe_id": recipe_id, **options})
        assert answer.status_code == 422, (options, answer.json)


def test_the_card_counts_beers_under_way(brewery, own_file, unit, registry) -> None:
    card = registry.widgets["brewing.fermenting"].function
    with unit(readonly=True) as ctx:
        assert card(ctx) == {"value": 0, "detail": "Every fermenter is free.", "items": []}
    brewery.load(own_file("harvest.xml"))
    recipe = brewery.record("recipes", BEER)
    brewery.post(f"recipes/{recipe['id']}/activate")
    for line in recipe["ingredients"]:
        brewery.receive(brewery.read(f"items/{line['item_id']}")["code"])
    brewery.post(f"recipes/{recipe['id']}/start-batch")
    with unit(readonly=True) as ctx:
        told = card(ctx)
    assert told["value"] == 1
    assert told["items"][0].endswith("Harvest & Hearth: 20 l")
