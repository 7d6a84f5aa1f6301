"""What brewing keeps beside items and recipes goes along when they are copied."""

from __future__ import annotations

from core.testing.house import make_member


def test_a_new_version_of_a_beer_is_the_same_beer(brewery, own_file) -> None:
    brewery.load(own_file("harvest.xml"))
    first = brewery.record("recipes", "BEER HARVEST & HEARTH")
    second_id = brewery.post(f"recipes/{first['id']}/new-version")["id"]
    second = brewery.read(f"recipes/{second_id}")
    about = ("brewing.is_beer", "brewing.style", "brewing.efficiency", "brewing.boil_minutes")
    assert [second[name] for name in about] == [first[name] for name in about]
    assert (second["brewing.is_beer"], bool(second["brewing.style"])) == (True, True)
    additions = ("item_id", "quantity", "brewing.stage", "brewing.minutes", "brewing.alpha_acid")
    told = [[[line[name] for name in additions] for line in recipe["ingredients"]] for recipe in (first, second)]
    assert told[0] == told[1]
    assert {line["brewing.stage"] for line in second["ingredients"]} >= {"mash", "boil", "ferment"}
    sizes = [brewery.read("reports/brew-day", recipe_id=recipe["id"])["rows"] for recipe in (first, second)]
    assert sizes[0] == sizes[1]


def test_a_duplicated_hop_has_its_alpha_acid(brewery, own_file) -> None:
    brewery.load(own_file("harvest.xml"))
    challenger = brewery.record("items", "HOP CHALLENGER")
    copy = brewery.post(f"items/{challenger['id']}/duplicate", {"code": "HOP CHALLENGER 2027"})
    kept = ("brewing.ingredient", "brewing.alpha_acid", "brewing.form", "is_perishable")
    assert [brewery.read(f"items/{copy['id']}")[name] for name in kept] == [challenger[name] for name in kept]


def test_a_maker_at_one_place_sees_the_fermenters_of_that_place(app, kernel, tenant, brewery, own_file) -> None:
    brewery.load(own_file("harvest.xml"))
    recipe = brewery.record("recipes", "BEER HARVEST & HEARTH")
    for line in recipe["ingredients"]:
        (item,) = brewery.read("items", id=line["item_id"])["items"]
        brewery.receive(item["code"], "1000")
    brewery.post(f"recipes/{recipe['id']}/activate")
    brewery.post(f"recipes/{recipe['id']}/start-batch")
    maker = make_member(kernel, tenant, roles=["recipes.local_maker"])
    seen = []
    for actor in (brewery.client.member.actor, maker.actor):
        with kernel.unit(tenant.id, actor=actor) as ctx:
            seen.append(ctx.registry.widgets["brewing.fermenting"].function(ctx)["value"])
    assert seen == [1, 0]
