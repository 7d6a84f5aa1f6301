"""Items keep their rules, are found by what people type, copied, and changed by the dozen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.api import Context, Duplicate, Invalid, Problem, Refused
from plugins.inventory.api import Item, ItemFamily


def ask(ctx: Context, key: str, *of: int, **parameters: Any) -> Any:
    """Answer a declared query."""
    return ctx.registry.queries[key].function(ctx, *of, **parameters)


@pytest.fixture
def shelf(ctx: Context, units: dict[str, int]) -> dict[str, Item]:
    """Four articles of a soap maker."""
    rows = [
        {"code": "BAR-LAV", "name": "Lavender bar", "kind": "finished", "barcode": "4006381333931"},
        {"code": "BAR-OAT", "name": "Oatmeal bar", "kind": "finished", "selling_price": "6.50"},
        {"code": "EO-LAV", "name": "Lavender oil", "kind": "raw"},
        {"code": "BOX-6", "name": "Box for 6 bars", "kind": "packaging", "is_active": False},
    ]
    made = [ctx.do("inventory.item.create", **row, base_unit_id=units["each"]) for row in rows]
    return {item.code: item for item in made}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("4006381333931", ["BAR-LAV"]),
        ("bar-oat", ["BAR-OAT"]),
        ("lav", ["BAR-LAV", "EO-LAV"]),
        ("bar", ["BAR-LAV", "BAR-OAT"]),
        ("EO-LAV", ["EO-LAV"]),
        ("%", []),
        ("_", []),
        ("400638", []),
    ],
)
def test_an_item_is_found_by_what_people_type(
    ctx: Context, shelf: dict[str, Item], typed: str, found: list[str]
) -> None:
    assert [row["code"] for row in ask(ctx, "inventory.item_search", q=typed)] == found


def test_what_begins_with_the_text_comes_before_what_holds_it(ctx: Context, shelf: dict[str, Item]) -> None:
    everything = ask(ctx, "inventory.item_search", q="b", include_inactive=True)
    assert [row["code"] for row in everything] == ["BAR-LAV", "BAR-OAT", "BOX-6"]
    assert ask(ctx, "inventory.item_search", q="lav", kind="raw")[0]["base_unit"] == "each"
    assert len(ask(ctx, "inventory.item_search", q="b", limit=1)) == 1


def test_the_numbers_of_the_catalogue(ctx: Context, shelf: dict[str, Item]) -> None:
    stats = ask(ctx, "inventory.item_stats")
    assert (stats["total"], stats["active"], stats["inactive"]) == (4, 3, 1)
    assert stats["by_kind"] == {"finished": 2, "packaging": 1, "raw": 1}
    assert (stats["without_reorder_point"], stats["raw_without_density"]) == (3, 1)


def test_an_empty_barcode_is_no_barcode(ctx: Context, units: dict[str, int]) -> None:
    ctx.do("inventory.item.create", code="NO-1", name="No barcode", barcode="", base_unit_id=units["g"])
    ctx.do("inventory.item.create", code="NO-2", name="No barcode", barcode="", base_unit_id=units["g"])
    assert ctx.find(Item, code="NO-2").barcode is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "container", "capacity": "60"}, "capacity_unit_id"),
        ({"minimum_stock": "10", "maximum_stock": "9"}, "maximum_stock"),
        ({"density": "0"}, "density"),
        ({"density": "-1"}, "density"),
        ({"density": "NaN"}, "density"),
        ({"selling_price": "-0.01"}, "selling_price"),
        ({"reorder_point": "1e9"}, "reorder_point"),
        ({"shelf_life_days": 0}, "shelf_life_days"),
        ({"kind": "furniture"}, "kind"),
        ({"variant": {"scent": "lavender"}}, "variant"),
        ({"conversions": [{"unit_id": 1, "equal_quantity": "0", "equal_unit_id": 2}]}, "conversions.0.equal_quantity"),
        ({"category_id": 999_999_999}, "category_id"),
    ],
)
def test_what_does_not_fit_is_named(ctx: Context, units: dict[str, int], values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        ctx.do("inventory.item.create", code="X", name="X", base_unit_id=units["g"], **values)
    assert field in refused.value.errors


def test_conversions_of_an_item_must_not_contradict_each_other(
    ctx: Context, units: dict[str, int], coconut_oil: Item
) -> None:
    drum_is = {"unit_id": units["drum"], "equal_unit_id": units["kg"]}
    with pytest.raises(Invalid) as refused:
        ctx.do("inventory.item.conversions", coconut_oil, **drum_is, equal_quantity="6")
    assert (refused.value.code, "5 kg" in refused.value.detail) == ("CONVERSION_CONTRADICTS", True)
    with pytest.raises(Duplicate):
        ctx.do("inventory.item.conversions", coconut_oil, **drum_is, equal_quantity="5")

    line = coconut_oil.conversions[0]
    ctx.do("inventory.item.update", coconut_oil, conversions=[{"id": line.id, "equal_quantity": "25"}])
    assert coconut_oil.conversions[0].equal_quantity == 25
    with pytest.raises(Invalid):
        ctx.do(
            "inventory.item.update",
            coconut_oil,
            conversions=[{"id": line.id}, {**drum_is, "unit_id": units["kg"], "equal_quantity": "5"}],
        )


def test_a_copy_has_everything_but_its_identity(ctx: Context, units: dict[str, int], coconut_oil: Item) -> None:
    copy = ctx.do("inventory.item.duplicate", coconut_oil, code="OIL-COCO-2", name="Coconut oil, organic")
    assert (copy.name, copy.density, copy.barcode) == ("Coconut oil, organic", Decimal("0.92"), None)
    assert [line.equal_quantity for line in copy.conversions] == [5]


def test_prices_rise_by_a_tenth_for_all_selected(ctx: Context, shelf: dict[str, Item]) -> None:
    chosen = [shelf["BAR-LAV"], shelf["BAR-OAT"]]
    soap = ctx.do("inventory.category.create", name="Soap")
    ctx.do("inventory.item.bulk-update", chosen, price_change_percent="10", category_id=soap.id)
    assert (shelf["BAR-LAV"].selling_price, shelf["BAR-OAT"].selling_price) == (None, Decimal("7.15"))
    assert {item.category_id for item in chosen} == {soap.id}
    with pytest.raises(Invalid):
        ctx.do("inventory.item.bulk-update", chosen, price_change_percent="10", selling_price="1")
    with pytest.raises(Invalid):
        ctx.do("inventory.item.bulk-update", chosen, price_change_percent="-101")


def test_a_category_does_not_lie_under_itself(ctx: Context) -> None:
    oils = ctx.do("inventory.category.create", name="Oils")
    cold = ctx.do("inventory.category.create", name="Cold pressed", parent_id=oils.id)
    virgin = ctx.do("inventory.category.create", name="Extra virgin", parent_id=cold.id)
    for parent in (oils, cold, virgin):
        with pytest.raises(Invalid) as refused:
            ctx.do("inventory.category.update", oils, parent_id=parent.id)
        assert refused.value.code == "CIRCLE"
    ctx.do("inventory.category.update", virgin, parent_id=oils.id)
    ctx.do("inventory.category.update", oils, parent_id=None)


def test_variants_name_every_attribute_and_differ(ctx: Context, units: dict[str, int]) -> None:
    family = ctx.do("inventory.item_family.create", code="BAR", name="Bar", attribute_names=["scent", "size"])

    def variant(code: str, **attributes: str) -> Item:
        given = {"family_id": family.id, "variant": attributes, "selling_price": "8.99"}
        return ctx.do("inventory.item.create", code=code, name=code, base_unit_id=units["each"], **given)

    small = variant("LAV-4", scent="lavender", size="4 oz")
    variant("LAV-8", scent="lavender", size="8 oz")
    with pytest.raises(Duplicate) as twin:
        variant("TWIN", scent="lavender", size="4 oz")
    assert (twin.value.code, "LAV-4" in twin.value.detail) == ("VARIANT_EXISTS", True)
    for attributes in (
        {"scent": "mint"},
        {"scent": "mint", "size": "4 oz", "shape": "round"},
        {"scent": "", "size": "x"},
    ):
        with pytest.raises(Invalid):
            variant("ODD", **attributes)

    answer = ask(ctx, "inventory.family_variants", family.id)
    assert [row["code"] for row in answer["variants"]] == ["LAV-4", "LAV-8"]
    assert answer["variants"][0]["price"] == Decimal("8.99")
    assert answer["variants"][0]["available"] == 0

    with pytest.raises(Refused) as frozen:
        ctx.do("inventory.item_family.update", family, attribute_names=["scent"])
    assert frozen.value.code == "FAMILY_HAS_VARIANTS"
    ctx.do("inventory.item.update", small, name="Lavender, small")


@pytest.mark.parametrize("names", ["scent", ["scent", "scent"], [""], [1], None])
def test_attribute_names_are_a_list_of_different_words(ctx: Context, names: Any) -> None:
    with pytest.raises(Problem):
        ctx.do("inventory.item_family.create", code="F", name="F", attribute_names=names)
    assert ctx.find(ItemFamily, code="F") is None


def test_materials_answer_their_items_and_prices(ctx: Context, units: dict[str, int]) -> None:
    pla = ctx.do("inventory.material.create", code="PLA", name="PLA", density="1.24", price_per_kg="19.90")
    red = ctx.do("inventory.colour.create", code="RED", name="Red", hex="#c0392b")
    spool = {"code": "PLA-RED", "name": "PLA red, 1 kg", "material_id": pla.id, "colour_id": red.id}
    ctx.do("inventory.item.create", **spool, base_unit_id=units["g"], standard_cost="0.0165", selling_price="0.0249")

    assert ask(ctx, "inventory.material_products", pla.id)[0]["colour_name"] == "Red"
    priced = ask(ctx, "inventory.material_pricing")[0]
    assert (priced["price_per_kg"], priced["items"][0]["standard_cost"]) == (Decimal("19.90"), Decimal("0.0165"))
    with pytest.raises(Invalid):
        ctx.do("inventory.colour.create", code="BAD", name="Bad", hex="red")


def test_an_item_without_a_history_goes(ctx: Context, lye: Item) -> None:
    ctx.do("inventory.item.delete", lye)
    assert ctx.find(Item, code="LYE") is None


def test_nobody_knows_what_a_bought_item_is_made_of(ctx: Context, lye: Item) -> None:
    assert ask(ctx, "inventory.item_bom", lye.id) == {"item_id": lye.id, "code": "LYE", "name": "Lye", "bills": []}
