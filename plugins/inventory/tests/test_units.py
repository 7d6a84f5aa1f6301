"""A soap maker converts, fixes what is missing and tries again; and units that are used keep their meaning."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.api import Context, Invalid, Refused, select
from plugins.inventory.api import Converter, Item, Unit, Wanted, convert, convert_many


def test_a_drum_of_coconut_oil_is_five_thousand_grams(ctx: Context, coconut_oil: Item) -> None:
    assert convert(ctx, Decimal(1), "drum", "g", coconut_oil) == 5000
    assert convert(ctx, Decimal(1250), "g", "drum", coconut_oil) == Decimal("0.25")


def test_a_recipe_in_cups_takes_grams_from_stock(ctx: Context, coconut_oil: Item) -> None:
    assert convert(ctx, Decimal("1.5"), "cup", "g", coconut_oil) == Decimal("326.491766")
    assert convert(ctx, Decimal("1.5"), "cup", "g", coconut_oil, digits=2) == Decimal("326.49")


def test_a_drum_without_a_price_per_gram_gets_one(ctx: Context, coconut_oil: Item) -> None:
    converter = Converter.load(ctx, [coconut_oil.id])
    assert converter.convert_unit_cost(Decimal(46), "drum", "g", coconut_oil.id) == Decimal("0.0092")


def test_a_missing_density_says_how_to_set_it_and_then_it_works(ctx: Context, lye: Item) -> None:
    with pytest.raises(Invalid) as refused:
        convert(ctx, Decimal(2), "l", "g", lye)
    assert refused.value.code == "MISSING_DENSITY"
    step = refused.value.extra["next_step"]
    assert (step["kind"], step["method"], step["path"]) == ("set_density", "PATCH", f"/api/v1/items/{lye.id}")

    ctx.do("inventory.item.update", lye, **{step["fill"][0]: "1.53"})
    assert convert(ctx, Decimal(2), "l", "g", lye) == 3060


def test_a_missing_conversion_says_how_to_add_it_and_then_it_works(
    ctx: Context, units: dict[str, int], lye: Item
) -> None:
    with pytest.raises(Invalid) as refused:
        convert(ctx, Decimal(4), "bag", "kg", lye)
    assert refused.value.code == "MISSING_CONVERSION"
    step = refused.value.extra["next_step"]
    assert (step["method"], step["path"]) == ("POST", f"/api/v1/items/{lye.id}/conversions")

    ctx.do("inventory.item.conversions", lye, **{**step["body"], step["fill"][0]: "25"})
    assert convert(ctx, Decimal(4), "bag", "kg", lye) == 100


def test_without_an_item_a_house_rule_is_offered(ctx: Context, units: dict[str, int]) -> None:
    with pytest.raises(Invalid) as refused:
        convert(ctx, Decimal(3), "cup", "each")
    step = refused.value.extra["next_step"]
    assert step["path"] == "/api/v1/unit-mappings"
    ctx.do("inventory.unit_mapping.create", **{**step["body"], "equal_quantity": "2"})
    assert convert(ctx, Decimal(3), "cup", "each") == 6


def test_a_material_lends_its_density(ctx: Context, units: dict[str, int]) -> None:
    beeswax = ctx.do("inventory.material.create", code="WAX", name="Beeswax", density="0.96")
    pellets = ctx.do(
        "inventory.item.create", code="PELLETS", name="Pellets", base_unit_id=units["g"], material_id=beeswax.id
    )
    assert convert(ctx, Decimal(100), "ml", "g", pellets) == 96


@pytest.mark.parametrize(
    ("amount", "code"),
    [("NaN", "INVALID_AMOUNT"), ("Infinity", "INVALID_AMOUNT"), ("1e400", "INVALID_AMOUNT"),
     ("999999999999", "AMOUNT_TOO_LARGE"), ("0.000001", "AMOUNT_TOO_SMALL")],
)  # fmt: skip
def test_amounts_that_cannot_be_kept_are_refused(ctx: Context, amount: str, code: str) -> None:
    target = "t" if code == "AMOUNT_TOO_SMALL" else "mg"
    with pytest.raises(Invalid) as refused:
        convert(ctx, Decimal(amount), "g", target)
    assert refused.value.code == code


@pytest.mark.parametrize("stranger", ["furlong", 999_999_999])
def test_an_unknown_unit_is_named(ctx: Context, stranger: str | int) -> None:
    with pytest.raises(Invalid) as refused:
        convert(ctx, Decimal(1), stranger, "g")
    assert refused.value.code == "UNKNOWN_UNIT"


def test_a_thousand_conversions_take_as_many_queries_as_one(
    ctx: Context, units: dict[str, int], coconut_oil: Item, lye: Item
) -> None:
    ctx.db.flush()
    one = [Wanted(Decimal(1), "drum", "g", coconut_oil.id)]
    thousand = [
        Wanted(Decimal(index + 1), "kg", "lb", lye.id)
        if index % 2
        else Wanted(Decimal(index + 1), "drum", "g", coconut_oil.id)
        for index in range(1000)
    ]
    few, many = _queries(ctx, one), _queries(ctx, thousand)
    assert few == many <= 5
    assert convert_many(ctx, thousand)[998:] == [Decimal(4_995_000), Decimal("2204.622622")]


def _queries(ctx: Context, wanted: list[Wanted]) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = ctx.kernel.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        convert_many(ctx, wanted)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return len(seen)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    grams=st.decimals(min_value=Decimal("0.000001"), max_value=Decimal(10**5), places=6),
    pair=st.sampled_from([("kg", "mg"), ("lb", "oz"), ("drum", "g"), ("l", "ml"), ("cup", "tsp"), ("drum", "mg")]),
)
def test_a_larger_unit_survives_the_way_there_and_back(
    ctx: Context, coconut_oil: Item, grams: Decimal, pair: tuple[str, str]
) -> None:
    large, small = pair
    there = convert(ctx, grams, large, small, coconut_oil)
    assert convert(ctx, there, small, large, coconut_oil) == grams


def test_the_action_answers_the_amount_and_the_factor(ctx: Context, units: dict[str, int], coconut_oil: Item) -> None:
    answer = ctx.do("inventory.unit.convert", amount="16", from_unit_id=units["oz"], to_unit_id=units["lb"])
    assert (answer["converted_amount"], answer["factor"]) == (1, Decimal("0.0625"))
    amounts = [
        {"amount": "1", "from_unit_id": units["drum"], "to_unit_id": units["g"], "item_id": coconut_oil.id},
        {"amount": "100", "from_unit_id": units["g"], "to_unit_id": units["oz"], "digits": 3},
    ]
    answers = ctx.do("inventory.unit.convert-many", amounts=amounts)
    assert [line["converted_amount"] for line in answers] == [Decimal(5000), Decimal("3.527")]


def test_a_negative_amount_is_refused_at_the_door(ctx: Context, units: dict[str, int]) -> None:
    with pytest.raises(Invalid) as refused:
        ctx.do("inventory.unit.convert", amount="-1", from_unit_id=units["g"], to_unit_id=units["kg"])
    assert "amount" in refused.value.errors


def test_the_house_adds_a_unit_of_its_own(ctx: Context, units: dict[str, int]) -> None:
    scoop = ctx.do("inventory.unit.create", code="scoop", name="Scoop", unit_class="volume", numerator="60")
    assert scoop.denominator == 1
    assert convert(ctx, Decimal(2), "scoop", "l") == Decimal("0.12")
    with pytest.raises(Invalid):
        ctx.do("inventory.unit.create", code="odd", name="Odd", unit_class="mass", denominator="2")


def test_a_units_size_is_free_until_something_is_measured_in_it(ctx: Context, units: dict[str, int]) -> None:
    ladle = ctx.do("inventory.unit.create", code="ladle", name="Ladle", unit_class="volume", numerator="100")
    ctx.do("inventory.unit.update", ladle, numerator="125")
    assert convert(ctx, Decimal(8), "ladle", "l") == 1

    soup = ctx.do("inventory.item.create", code="SOUP", name="Soup", base_unit_id=ladle.id)
    with pytest.raises(Refused) as frozen:
        ctx.do("inventory.unit.update", ladle, numerator="150")
    assert (frozen.value.code, frozen.value.extra["fields"]) == ("UNIT_IN_USE", ["numerator"])
    ctx.do("inventory.unit.update", ladle, name="Soup ladle")
    with pytest.raises(Refused) as kept:
        ctx.do("inventory.unit.delete", ladle)
    assert kept.value.extra["next_step"]["body"] == {"is_active": False}

    ctx.do("inventory.item.delete", soup)
    ctx.do("inventory.unit.delete", ladle)
    assert ctx.find(Unit, code="ladle") is None


@pytest.mark.parametrize("change", [{"numerator": "2"}, {"unit_class": "volume"}])
def test_a_gram_stays_a_gram(ctx: Context, units: dict[str, int], change: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        ctx.do("inventory.unit.update", units["g"], **change)
    assert refused.value.code == "READ_ONLY"


def test_house_rules_must_not_contradict_each_other(ctx: Context, units: dict[str, int]) -> None:
    def add(unit: str, equals: str, equal_unit: str) -> None:
        ctx.do(
            "inventory.unit_mapping.create",
            unit_id=units[unit],
            equal_quantity=equals,
            equal_unit_id=units[equal_unit],
        )

    add("case", "4", "box")
    add("box", "12", "each")
    with pytest.raises(Invalid) as refused:
        add("case", "50", "each")
    assert refused.value.code == "CONVERSION_CONTRADICTS"
    assert "48 each" in refused.value.detail
    add("case", "48", "each")


def test_enabling_the_module_again_changes_nothing(ctx: Context, units: dict[str, int]) -> None:
    ctx.do("inventory.unit.update", units["lb"], name="Pfund")
    ctx.hook.tenant_enabled(ctx=ctx, plugin="inventory")
    assert {unit.code: unit.id for unit in ctx.all(select(Unit))} == units
    assert ctx.get(Unit, units["lb"]).name == "Pfund"
