"""Changes to a batch in progress: extras, containers, timers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.api import Invalid, NotFound, Refused, select
from plugins.recipes.actions.timers import expire_all_due
from plugins.recipes.api import Batch, BatchOutput, Recipe
from plugins.recipes.tests.workshop import (
    balances,
    buy,
    dec,
    in_stock,
    lines_of,
    make_item,
    soap_workshop,
    start,
    unit_id,
    verify,
)

ONE_LEFT = {"adjustment_type": "quantity", "new_total_quantity": 1}


def test_extras_carry_their_reason_and_their_cost(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    lye = {"kind": "ingredient", "item_id": shop.items["LYE"], "quantity": dec("0.01"), "unit_id": unit_id(ctx, "kg")}
    mould = {"kind": "container", "item_id": shop.items["MOULD-80"], "quantity": dec(2), "note": "It rose"}
    ctx.do("recipes.batch.add-extras", batch, reason="extra_yield", lines=[lye, mould])
    lye, mould = [line for line in batch.lines if line.is_extra]
    assert (lye.reason, lye.base_qty, lye.cost) == ("extra_yield", 10, dec("0.05"))
    assert (mould.quantity, mould.note, mould.capacity) == (2, "It rose", dec("0.08"))
    assert batch.ingredient_cost == dec("3.75")
    assert verify(ctx) == []


def test_short_extras_take_nothing_at_all(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    before = balances(ctx)
    lines = [
        {"kind": "ingredient", "item_id": shop.items["LYE"], "quantity": dec(1)},
        {"kind": "ingredient", "item_id": shop.items["OLIVE-OIL"], "quantity": dec(9999)},
        {"kind": "consumable", "item_id": shop.items["LABEL"], "quantity": dec(999)},
    ]
    with pytest.raises(Refused) as refusal:
        ctx.do("recipes.batch.add-extras", batch, lines=lines, reason="damaged")
    assert [line["item"] for line in refusal.value.extra["lines"]] == ["Olive oil", "Label"]
    assert balances(ctx) == before
    assert not any(line.is_extra for line in batch.lines)


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ({"kind": "container", "item": "LYE", "quantity": dec(1)}, "lines.0.item_id"),
        ({"kind": "container", "item": "MOULD-80", "quantity": dec("1.5")}, "lines.0.quantity"),
        ({"kind": "ingredient", "item": "LYE", "quantity": dec(0)}, "lines.0.quantity"),
        ({"kind": "magic", "item": "LYE", "quantity": dec(1)}, "lines.0.kind"),
        ({"kind": "ingredient", "item": None, "quantity": dec(1)}, "lines.0.item_id"),
    ],
)
def test_a_wrong_extra_names_its_field(ctx, extra, field):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    line = {"kind": extra["kind"], "item_id": shop.items.get(extra["item"], 1), "quantity": extra["quantity"]}
    with pytest.raises(Invalid) as refusal:
        ctx.do("recipes.batch.add-extras", batch, lines=[line], reason="other")
    assert field in refusal.value.errors


def test_fewer_containers_go_back_to_their_lots_and_more_are_taken(ctx):
    shop = soap_workshop(ctx)
    mould = shop.items["MOULD-80"]
    buy(ctx, mould, "100", "0.40", lot="MOULD-2")
    batch = start(ctx, shop, scale=dec(4))
    [line] = lines_of(ctx, batch, "container")
    assert (line.base_qty, line.cost) == (50, 40 * dec("0.25") + 10 * dec("0.40"))

    def adjust(total: int) -> None:
        ctx.do("recipes.batch.adjust-container", batch, line_id=line.id, adjustment_type="quantity",
               new_total_quantity=total, notes="Counted again")  # fmt: skip

    adjust(45)
    assert (line.base_qty, line.cost) == (45, 40 * dec("0.25") + 5 * dec("0.40")), "the lots taken last go back first"
    adjust(30)
    assert (line.base_qty, line.cost) == (30, 30 * dec("0.25"))
    adjust(41)
    assert (line.base_qty, line.cost, line.quantity) == (41, 40 * dec("0.25") + dec("0.40"), 41)
    adjust(0)
    assert (line.base_qty, line.cost, in_stock(ctx, [mould])[mould]) == (0, 0, 140)
    assert (batch.container_cost, line.note) == (0, "Counted again")
    assert verify(ctx) == []


def test_another_container_can_be_used_instead(ctx):
    shop = soap_workshop(ctx)
    tray = make_item(ctx, "TRAY", "container", "each", capacity=dec(1), capacity_unit_id=unit_id(ctx, "kg"))
    buy(ctx, tray, "3", "2")
    moulds = shop.items["MOULD-80"]
    ctx.do("recipes.recipe.update", ctx.get(Recipe, shop.recipe_id),
           containers=[{"item_id": moulds}, {"item_id": tray.id}])  # fmt: skip
    batch = start(ctx, shop, containers=[{"container_id": moulds, "quantity": 12}])
    [moulds] = lines_of(ctx, batch, "container")
    ctx.do("recipes.batch.adjust-container", batch, line_id=moulds.id, adjustment_type="replace",
           container_id=tray.id, new_quantity=1, notes="Moulds are dirty")  # fmt: skip
    old, new = lines_of(ctx, batch, "container")
    assert (old.base_qty, new.item_id, new.base_qty, new.capacity) == (0, tray.id, 1, 1)
    assert (batch.container_cost, new.note) == (2, "Moulds are dirty")
    ctx.do("recipes.batch.finish", batch, final_quantity=dec(1))
    [output] = ctx.all(select(BatchOutput).where(BatchOutput.batch_id == batch.id))
    assert (output.container_id, output.quantity, output.cost) == (tray.id, 1, dec("5.70"))
    assert verify(ctx) == []


@pytest.mark.parametrize(
    ("given", "error", "code"),
    [
        ({"adjustment_type": "quantity"}, Invalid, "INVALID"),
        ({"adjustment_type": "quantity", "new_total_quantity": -1}, Invalid, "INVALID"),
        ({"adjustment_type": "quantity", "new_total_quantity": 999}, Refused, "INSUFFICIENT_STOCK"),
        ({"adjustment_type": "replace", "new_quantity": 2}, Invalid, "INVALID"),
        ({"adjustment_type": "replace", "container_id": "MOULD-80"}, Invalid, "INVALID"),
        ({"adjustment_type": "replace", "container_id": "MOULD-80", "new_quantity": 0}, Invalid, "INVALID"),
        ({"adjustment_type": "replace", "container_id": "LYE", "new_quantity": 1}, Invalid, "INVALID"),
        ({"adjustment_type": "melt"}, Invalid, "INVALID"),
        ({**ONE_LEFT, "line": "ingredient"}, Refused, "LINE_NOT_A_CONTAINER"),
        ({**ONE_LEFT, "line": "other"}, NotFound, "NOT_FOUND"),
    ],
)
def test_a_wrong_adjustment_changes_nothing(ctx, given, error, code):
    shop = soap_workshop(ctx)
    batch, other = start(ctx, shop), start(ctx, shop)
    lines = {
        "container": lines_of(ctx, batch, "container")[0].id,
        "ingredient": lines_of(ctx, batch, "ingredient")[0].id,
        "other": lines_of(ctx, other, "container")[0].id,
    }
    given = {**given, "line_id": lines[given.get("line", "container")]}
    given.pop("line", None)
    if "container_id" in given:
        given["container_id"] = shop.items[given["container_id"]]
    before = balances(ctx)
    with pytest.raises(error) as refusal:
        ctx.do("recipes.batch.adjust-container", batch, **given)
    assert refusal.value.code == code
    if error is not Refused or code != "INSUFFICIENT_STOCK":
        assert balances(ctx) == before


def test_a_timer_runs_out_is_extended_and_stopped(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    ctx.do("recipes.batch.start-timer", batch, name="Trace", minutes=20)
    [timer] = batch.timers
    assert expire_all_due(ctx) == []
    ctx.db.now = lambda: timer.started_at + timedelta(minutes=21)
    assert [over.name for over in expire_all_due(ctx)] == ["Trace"]
    assert timer.state == "expired"
    ctx.do("recipes.timer.extend", timer, minutes=10)
    assert (timer.state, timer.minutes, timer.ends_at) == ("running", 30, ctx.now() + timedelta(minutes=10))
    ctx.do("recipes.timer.stop", timer)
    assert (timer.state, timer.stopped_at) == ("stopped", ctx.now())


@pytest.mark.parametrize(
    ("state", "verb", "code"),
    [
        ("running", "extend", None), ("running", "stop", None), ("running", "expire", "TIMER_STILL_RUNNING"),
        ("expired", "extend", None), ("expired", "stop", None), ("expired", "expire", "INVALID_STATE"),
        ("stopped", "extend", "INVALID_STATE"), ("stopped", "stop", "INVALID_STATE"),
        ("stopped", "expire", "INVALID_STATE"),
    ],
)  # fmt: skip
def test_what_each_state_of_a_timer_allows(ctx, state, verb, code):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    ctx.do("recipes.batch.start-timer", batch, name="Gel", minutes=5)
    [timer] = batch.timers
    timer.state = state
    ctx.db.flush()
    given = {"minutes": 5} if verb == "extend" else {}
    if code is None:
        ctx.do(f"recipes.timer.{verb}", timer, **given)
        return
    with pytest.raises(Refused) as refusal:
        ctx.do(f"recipes.timer.{verb}", timer, **given)
    assert (refusal.value.code, timer.state) == (code, state)


def test_a_timer_runs_no_longer_than_a_year(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    ctx.do("recipes.batch.start-timer", batch, name="Cure", minutes=366 * 24 * 60)
    with pytest.raises(Refused) as refusal:
        ctx.do("recipes.timer.extend", batch.timers[0], minutes=1)
    assert refusal.value.code == "TIMER_TOO_LONG"


def test_containers_that_the_recipe_does_not_name_are_refused_in_a_plan_and_in_a_batch(ctx):
    """The soap is poured into moulds alone: not into a bucket, neither when it is planned nor when a mould breaks."""
    shop = soap_workshop(ctx)
    bucket = make_item(ctx, "BUCKET", "container", "each", capacity=dec(5), capacity_unit_id=unit_id(ctx, "kg"))
    buy(ctx, bucket, "3", "2")
    batch = start(ctx, shop)
    before = balances(ctx)
    [moulds] = lines_of(ctx, batch, "container")
    instead = {"line_id": moulds.id, "adjustment_type": "replace", "container_id": bucket.id, "new_quantity": 1}
    extra = {"kind": "container", "item_id": bucket.id, "quantity": dec(1)}
    for field, ask in (
        ("containers", lambda: start(ctx, shop, containers=[{"container_id": bucket.id, "quantity": 1}])),
        ("container_id", lambda: ctx.do("recipes.batch.adjust-container", batch, **instead)),
        ("lines.0.item_id", lambda: ctx.do("recipes.batch.add-extras", batch, reason="damaged", lines=[extra])),
    ):
        with pytest.raises(Invalid) as refusal:
            ask()
        assert (refusal.value.code, list(refusal.value.errors)) == ("CONTAINER_NOT_ALLOWED", [field])
    assert balances(ctx) == before
    recipe = ctx.get(Recipe, shop.recipe_id)
    ctx.do("recipes.recipe.update", recipe, containers=[{"item_id": moulds.item_id}, {"item_id": bucket.id}])
    ctx.do("recipes.batch.adjust-container", batch, **instead)
    assert [line.item_id for line in lines_of(ctx, batch, "container")] == [moulds.item_id, bucket.id]


def test_a_recipe_that_names_no_containers_is_filled_into_any(ctx):
    shop = soap_workshop(ctx)
    bucket = make_item(ctx, "BUCKET", "container", "each", capacity=dec(5), capacity_unit_id=unit_id(ctx, "kg"))
    buy(ctx, bucket, "3", "2")
    ctx.do("recipes.recipe.update", ctx.get(Recipe, shop.recipe_id), containers=[])
    batch = start(ctx, shop, containers=[{"container_id": bucket.id, "quantity": 1}])
    ctx.do("recipes.batch.add-extras", batch, reason="damaged",
           lines=[{"kind": "container", "item_id": bucket.id, "quantity": dec(1)}])  # fmt: skip
    assert [line.base_qty for line in lines_of(ctx, batch, "container")] == [1, 1]


def test_what_one_process_gave_back_is_not_taken_for_what_another_took(two_processes, unit):
    """One process starts the batch, another gives two moulds back, the first cancels: every mould is there again."""
    first, second = two_processes
    with unit() as ctx:
        shop = soap_workshop(ctx)
        before = balances(ctx)
    first()
    with unit() as ctx:
        batch_id = start(ctx, shop).id
    second()
    with unit() as ctx:
        batch = ctx.get(Batch, batch_id)
        [moulds] = lines_of(ctx, batch, "container")
        ctx.do("recipes.batch.adjust-container", batch, line_id=moulds.id, adjustment_type="quantity",
               new_total_quantity=10)  # fmt: skip
        assert in_stock(ctx, [moulds.item_id])[moulds.item_id] == 30
    first()
    with unit() as ctx:
        ctx.do("recipes.batch.cancel", batch_id)
        assert balances(ctx) == before
        assert verify(ctx) == []
