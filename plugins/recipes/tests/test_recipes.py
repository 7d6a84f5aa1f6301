"""Recipes: codes, prefixes, locks, versions, variations, tests."""

from __future__ import annotations

import pytest

from core.api import Duplicate, Invalid, Refused
from plugins.recipes.api import Recipe, RecipeGroup
from plugins.recipes.labels import prefix_of
from plugins.recipes.tests.workshop import dec, line, make_item, make_recipe, soap_workshop, unit_id


@pytest.fixture
def water(ctx):
    return make_item(ctx, "WATER", "raw", "ml")


def simple(ctx, water, name: str, **values) -> Recipe:
    given = {"yield_qty": dec(1), "yield_unit_id": unit_id(ctx, "l"), "ingredients": [line(ctx, water, "1", "l")]}
    return make_recipe(ctx, name=name, **{**given, **values})


def test_a_recipe_gets_its_code_and_a_prefix_nobody_has(ctx, water):
    made = [simple(ctx, water, name) for name in ("Milk and Honey", "Mint and Hops", "Mead and Hay", "Mild and Hoppy")]
    assert [recipe.code for recipe in made] == ["R-00001", "R-00002", "R-00003", "R-00004"]
    assert [recipe.label_prefix for recipe in made] == ["MAH", "MANH", "MAH1", "MAH2"]


def test_prefixes_of_groups_count_too_and_are_inherited(ctx, water):
    group = ctx.do("recipes.group.create", name="Milk and Honey")
    assert group.prefix == "MAH"
    inside = simple(ctx, water, "Milk and Honey, mild", group_id=group.id)
    assert (inside.label_prefix, prefix_of(ctx, inside)) == (None, "MAH")
    assert simple(ctx, water, "Milk and Honey").label_prefix == "MANH"
    own = simple(ctx, water, "Milk and Honey, strong", group_id=group.id, label_prefix="mhs ")
    assert prefix_of(ctx, own) == "MHS"


@pytest.mark.parametrize("taken", ["SHA", "sha", " s-h-a "])
def test_a_prefix_is_used_once(ctx, water, taken):
    shampoo = simple(ctx, water, "Shampoo")
    assert shampoo.label_prefix == "SHA"
    for key, values in (
        ("recipes.recipe.create", {"name": "Other", "yield_qty": dec(1), "yield_unit_id": unit_id(ctx, "l")}),
        ("recipes.group.create", {"name": "Other"}),
    ):
        field = "prefix" if "group" in key else "label_prefix"
        with pytest.raises(Duplicate) as refusal:
            ctx.do(key, **values, **{field: taken})
        assert refusal.value.code == "PREFIX_TAKEN"
    ctx.do("recipes.recipe.update", shampoo, label_prefix=taken)
    assert shampoo.label_prefix == "SHA"


def test_an_emptied_prefix_is_proposed_anew(ctx, water):
    recipe = simple(ctx, water, "Shampoo", label_prefix="X1")
    ctx.do("recipes.recipe.update", recipe, label_prefix=None, name="Fine Balm")
    assert recipe.label_prefix == "FIB"
    group = ctx.do("recipes.group.create", name="Creams", prefix="KK")
    ctx.do("recipes.group.update", group, prefix="")
    assert ctx.get(RecipeGroup, group.id).prefix == "CRE"


def test_a_locked_recipe_is_used_but_not_changed(ctx):
    shop = soap_workshop(ctx)
    recipe = ctx.get(Recipe, shop.recipe_id)
    ctx.do("recipes.recipe.lock", recipe)
    for verb, values in (("update", {"notes": "More lye"}), ("delete", {}), ("lock", {})):
        with pytest.raises(Refused) as refusal:
            ctx.do(f"recipes.recipe.{verb}", recipe, **values)
        assert refusal.value.code == "RECIPE_LOCKED"
    batch = ctx.do("recipes.recipe.start-batch", recipe)
    ctx.do("recipes.batch.finish", batch, final_quantity=dec(1))
    ctx.do("recipes.recipe.unlock", recipe)
    ctx.do("recipes.recipe.update", recipe, notes="More lye")
    with pytest.raises(Refused):
        ctx.do("recipes.recipe.unlock", recipe)


@pytest.mark.parametrize(
    ("state", "verb", "allowed"),
    [
        ("draft", "activate", True), ("active", "activate", False), ("archived", "activate", False),
        ("draft", "archive", True), ("active", "archive", True), ("archived", "archive", False),
        ("draft", "restore", False), ("active", "restore", False), ("archived", "restore", True),
        ("draft", "update", True), ("active", "update", True), ("archived", "update", False),
        ("draft", "plan-batch", True), ("active", "plan-batch", True), ("archived", "plan-batch", False),
        ("draft", "start-batch", False), ("active", "start-batch", True), ("archived", "start-batch", False),
        ("draft", "new-version", True), ("active", "new-version", True), ("archived", "new-version", True),
        ("draft", "new-test", True), ("active", "new-test", True), ("archived", "new-test", True),
        ("draft", "promote", False), ("active", "promote", False), ("archived", "promote", False),
    ],
)  # fmt: skip
def test_what_each_state_of_a_recipe_allows(ctx, state, verb, allowed):
    shop = soap_workshop(ctx)
    recipe = ctx.get(Recipe, shop.recipe_id)
    recipe.state = state
    ctx.db.flush()
    values = {"notes": "x"} if verb == "update" else {}
    if allowed:
        ctx.do(f"recipes.recipe.{verb}", recipe, **values)
        return
    with pytest.raises(Refused) as refusal:
        ctx.do(f"recipes.recipe.{verb}", recipe, **values)
    assert refusal.value.status == 409
    assert recipe.state == state


def test_versions_follow_each_other_and_the_new_one_replaces_the_old(ctx):
    shop = soap_workshop(ctx)
    first = ctx.get(Recipe, shop.recipe_id)
    second = ctx.do("recipes.recipe.new-version", first)
    assert (second.version_number, second.state, second.kind, second.line_id) == (2, "draft", "master", first.id)
    assert (second.label_prefix, prefix_of(ctx, second)) == (None, "LAS")
    kept = ("item_id", "quantity", "unit_id")
    lines = [[tuple(getattr(row, name) for name in kept) for row in recipe.ingredients] for recipe in (first, second)]
    assert lines[0] == lines[1]
    ctx.do("recipes.recipe.activate", second)
    assert (first.state, second.state) == ("archived", "active")
    third = ctx.do("recipes.recipe.new-version", first)
    assert (third.version_number, third.origin_id) == (3, first.id)
    ctx.do("recipes.recipe.activate", third, archive_previous=False)
    assert second.state == "active"


def test_a_copy_keeps_where_it_takes_stock_from_and_the_fields_of_the_house(unit):
    with unit() as ctx:
        ctx.do(
            "kernel.custom_field.create", resource="recipes.recipe", name="x_allergens", label="Allergens", kind="text"
        )
    with unit() as ctx:
        first = ctx.get(Recipe, soap_workshop(ctx).recipe_id)
        ctx.do("recipes.recipe.update", first, supply="any_location", x_allergens="linalool")
        copies = [ctx.do(f"recipes.recipe.new-{kind}", first) for kind in ("version", "test")]
        copies.append(ctx.do("recipes.recipe.new-variation", first, name="Mint Soap"))
        ctx.do("recipes.recipe.update", first, x_allergens="none")
        assert [(copy.supply, copy.custom) for copy in copies] == [("any_location", {"x_allergens": "linalool"})] * 3


def test_all_versions_of_a_recipe_fill_the_same_articles(ctx):
    shop = soap_workshop(ctx)
    first = ctx.get(Recipe, shop.recipe_id)
    second = ctx.do("recipes.recipe.new-version", first)
    in_grams = ctx.do("recipes.recipe.new-version", first)
    ctx.do("recipes.recipe.update", in_grams, yield_qty=dec(1000), yield_unit_id=unit_id(ctx, "g"))
    made = []
    for recipe, final in ((first, "1.2"), (second, "1.2"), (in_grams, "1200")):
        ctx.do("recipes.recipe.activate", recipe) if recipe.state == "draft" else None
        batch = ctx.do("recipes.recipe.start-batch", recipe)
        ctx.do("recipes.batch.finish", batch, final_quantity=dec(final))
        made.append({output.kind: output.item.code for output in batch.outputs})
    assert made[0] == made[1] == {"container": "LAS-MOULD-80", "bulk": "LAS-BULK"}
    assert made[2] == {"container": "LAS-MOULD-80", "bulk": "LAS-BULK-2"}, "what is counted in grams is another article"


def test_a_variation_has_a_line_of_its_own(ctx):
    shop = soap_workshop(ctx)
    master = ctx.get(Recipe, shop.recipe_id)
    mint = ctx.do("recipes.recipe.new-variation", master, name="Mint Soap")
    assert (mint.kind, mint.variation_of_id, mint.line_id, mint.version_number) == ("variation", master.id, None, 1)
    assert prefix_of(ctx, mint) == "MIS"
    stronger = ctx.do("recipes.recipe.new-version", mint)
    assert (stronger.kind, stronger.line_id, stronger.version_number) == ("variation", mint.id, 2)
    sibling = ctx.do("recipes.recipe.new-variation", stronger, name="Pine Soap")
    assert sibling.variation_of_id == master.id


def test_a_test_is_made_at_once_and_may_become_the_next_version(ctx):
    shop = soap_workshop(ctx)
    master = ctx.get(Recipe, shop.recipe_id)
    one, two = (ctx.do("recipes.recipe.new-test", master) for _ in range(2))
    assert [(test.kind, test.state) for test in (one, two)] == [("test", "draft")] * 2
    assert (one.test_number, two.test_number) == (1, 2)
    batch = ctx.do("recipes.recipe.plan-batch", two)
    ctx.do("recipes.batch.start", batch)
    assert batch.label == f"LAS-{ctx.today().year}-001"
    for verb in ("activate", "new-version", "new-test"):
        with pytest.raises(Refused) as refusal:
            ctx.do(f"recipes.recipe.{verb}", two)
        assert refusal.value.code == "TEST_RECIPE"
    promoted = ctx.do("recipes.recipe.promote", two)
    assert (promoted.kind, promoted.version_number, promoted.test_number) == ("master", 2, 0)
    assert (two.state, promoted.state) == ("archived", "draft")


def test_a_recipe_without_ingredients_or_portions_is_told_so(ctx, water):
    with pytest.raises(Refused) as refusal:
        simple(ctx, water, "Air", ingredients=[])
    assert refusal.value.code == "RECIPE_INCOMPLETE"
    with pytest.raises(Invalid) as refusal:
        simple(ctx, water, "Buns", is_portioned=True)
    assert "portion_count" in refusal.value.errors


@pytest.mark.parametrize("field", ["yield_qty", "portion_count", "shelf_life_days"])
@pytest.mark.parametrize("value", [0, -1])
def test_amounts_of_a_recipe_are_positive(unit, field, value):
    with unit() as ctx:
        water = make_item(ctx, "WATER", "raw", "ml")
        recipe = simple(ctx, water, "Soup")
        recipe_id = recipe.id
    with pytest.raises(Invalid) as refusal, unit() as ctx:
        ctx.do("recipes.recipe.update", recipe_id, **{field: value})
    assert field in refusal.value.errors


def test_a_recipe_of_a_service_is_told_so(ctx):
    milling = make_item(ctx, "MILLING", "service", "each")
    with pytest.raises(Refused) as refusal:
        make_recipe(ctx, name="Flour", yield_qty=dec(1), yield_unit_id=unit_id(ctx, "kg"),
                    ingredients=[line(ctx, milling, "1", "each")])  # fmt: skip
    assert refusal.value.extra["missing"] == ["Milling is a service and cannot be taken from stock."]
