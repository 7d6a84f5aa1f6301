"""A brewer's day on a published recipe: import, buy, scale, start, finish, trace; the costs are worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

Read = Callable[[str], str]

# Each ingredient of Burton Ale is bought twice, each time what one batch of the recipe takes; a batch of twice the
# size uses both lots up. Prices are chosen so that every product has six decimals or fewer: nothing is rounded.
#
#   item                                      one batch      first +   second        cost of both
#   Pale Malt (2 Row) UK                      3.628736 kg     1.25      1.50          9.979024
#   Caramel/Crystal Malt - 20L                0.453592 kg     1.75      2.25          1.814368
#   Brown Sugar, Light                        0.453592 kg     2.00      2.50          2.041164
#   Goldings, East Kent                       0.028350 kg    30.00     34.00          1.814400
#   Northern Brewer                           0.014175 kg    28.00     32.00          0.850500
#   Fuggles, 14.175 g boiled + 21.262 g dry   0.035437 kg    26.00     30.00          1.984472
#   Irish Moss                                0.001232 l     40.00     60.00          0.123200
#   Polyclar                                  0.007393 l     48.00     52.00          0.739300
#   Burton Ale yeast, WLP023                  0.035013 l    200.00    220.00         14.705460
#                                                                                    ---------
#                                                                                    34.051888
PURCHASES = {
    "FERM PALE MALT (2 ROW) UK": ("3.628736", "1.25", "1.50"),
    "FERM CARAMEL/CRYSTAL MALT - 20L": ("0.453592", "1.75", "2.25"),
    "FERM BROWN SUGAR, LIGHT": ("0.453592", "2.00", "2.50"),
    "HOP GOLDINGS, EAST KENT": ("0.028350", "30.00", "34.00"),
    "HOP NORTHERN BREWER": ("0.014175", "28.00", "32.00"),
    "HOP FUGGLES": ("0.035437", "26.00", "30.00"),
    "MISC IRISH MOSS": ("0.001232", "40.00", "60.00"),
    "MISC POLYCLAR": ("0.007393", "48.00", "52.00"),
    "YEAST WHITE LABS WLP023": ("0.035013", "200.00", "220.00"),
}
COST = "34.051888"
PROJECTED = "37.854336"  # 2 x 18.927168 l
FINAL = "35.204532"  # 93 % of it, 35.20453248 l
UNIT_COST = "0.967259"  # 34.051888 / 35.204532 = 0.96725864...
MALT = "FERM PALE MALT (2 ROW) UK"


def brew(brewery, published: str) -> dict[str, Any]:
    """Import, buy, plan twice the size, start and finish."""
    brewery.load(published)
    for code, (quantity, *prices) in PURCHASES.items():
        for price in prices:
            brewery.receive(code, quantity, price)
    recipe_id = brewery.id_of("recipes", "BEER BURTON ALE")
    brewery.post(f"recipes/{recipe_id}/activate")
    batch = brewery.post("batches", {"recipe_id": recipe_id, "scale": "2"})
    assert batch["projected_qty"] == PROJECTED
    brewery.post(f"batches/{batch['id']}/start")
    brewery.post(f"batches/{batch['id']}/finish", {"final_quantity": FINAL})
    return brewery.read(f"batches/{batch['id']}")


def test_a_brewers_day(brewery, published_file: Read) -> None:
    batch = brew(brewery, published_file("recipes.xml"))
    assert (batch["state"], batch["yield_accuracy"]) == ("finished", "-7.0000")
    assert (batch["ingredient_cost"], batch["unit_cost"]) == (COST, UNIT_COST)
    (output,) = batch["outputs"]
    assert (output["quantity"], output["cost"], output["unit_cost"]) == (FINAL, COST, UNIT_COST)
    items = {code: brewery.id_of("items", code) for code in PURCHASES}
    left = brewery.read("stock", item_id__in=",".join(str(item_id) for item_id in items.values()))["items"]
    assert {Decimal(row["on_hand"]) for row in left} <= {Decimal(0)}
    check_the_trace_leads_to_both_ends(brewery, items, output["lot_id"])


def check_the_trace_leads_to_both_ends(brewery, items: dict[str, int], beer_lot: int) -> None:
    backward = brewery.read(f"lots/{beer_lot}/trace")["backward"]["lots"]
    assert sorted(lot["item_id"] for lot in backward) == sorted([*items.values(), *items.values()])
    malt_lots = [lot["id"] for lot in backward if lot["item_id"] == items[MALT]]
    prices = {brewery.read(f"lots/{lot_id}")["unit_cost"] for lot_id in malt_lots}
    assert prices == {"1.250000", "1.500000"}
    for malt_lot in malt_lots:
        forward = brewery.read(f"lots/{malt_lot}/trace")["forward"]["lots"]
        assert [lot["id"] for lot in forward] == [beer_lot]


def test_estimates_agree_with_the_program_that_wrote_the_file(brewery, published_file: Read) -> None:
    """Gravity and colour to the last digit that it shows; its bitterness counts the boil's volume, ours the batch's."""
    brewery.load(published_file("recipes.xml"))
    for name, gravity, program_ibu, srm in (
        ("BURTON ALE", "1.056", "32.4", "7.0"),
        ("DRY STOUT", "1.039", "44.2", "35.9"),
        ("PORTER", "1.056", "29.5", "44.9"),
        ("WIT", "1.047", "17.0", "4.0"),
    ):
        found = brewery.read(f"recipes/{brewery.id_of('recipes', f'BEER {name}')}/brewing-estimates")
        assert (found["original_gravity"], found["colour_srm"]) == (gravity, srm), name
        assert abs(Decimal(found["bitterness_ibu"]) / Decimal(program_ibu) - 1) < Decimal("0.05"), name
