"""The invariants find a change of one last digit; rows that are append-only cannot even be changed so."""

from __future__ import annotations

import pytest

from core.api import select
from plugins.inventory.api import Lot, LotLink, Move
from plugins.recipes import checks
from plugins.recipes.api import Batch, BatchLine, BatchUsage
from plugins.recipes.models import BatchPlan
from plugins.recipes.tests.workshop import dec, soap_workshop, start, verify

DIGIT = dec("0.000001")


@pytest.fixture
def finished(ctx):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    ctx.do("recipes.batch.finish", batch, final_quantity=dec("1.1"))
    assert verify(ctx) == []
    return batch


@pytest.mark.parametrize(
    "column",
    ["ingredient_cost", "consumable_cost", "container_cost", "output_cost", "expensed_cost", "rounding_cost",
     "valuation_cost"],
)  # fmt: skip
def test_a_changed_cost_is_found(ctx, finished, column):
    setattr(finished, column, getattr(finished, column) + DIGIT)
    ctx.db.flush()
    assert list(checks.costs(ctx))


@pytest.mark.parametrize("column", ["base_qty", "cost"])
def test_a_changed_line_is_found(ctx, finished, column):
    line = ctx.one(select(BatchLine).where(BatchLine.batch_id == finished.id))
    setattr(line, column, getattr(line, column) + DIGIT)
    ctx.db.flush()
    assert [*checks.costs(ctx), *checks.balance(ctx)]


def test_a_gap_and_a_strange_label_are_found(ctx, finished):
    finished.label = finished.label.replace("-001", "-002")
    ctx.db.flush()
    assert len(list(checks.labels(ctx))) == 1
    ctx.get(Batch, finished.id).label = "soap"
    ctx.db.flush()
    assert "soap" in next(iter(checks.labels(ctx)))


def test_a_lot_use_that_the_ledger_does_not_know_is_found(ctx, finished):
    usage = {"batch_id": finished.id, "line_id": finished.lines[0].id, "lot_id": None, "reverses_id": None,
             "move_id": 1, "quantity": DIGIT, "unit_cost": dec(0), "cost": dec(0)}  # fmt: skip
    ctx.insert(BatchUsage, [usage])
    found = list(checks.balance(ctx))
    assert any("differs from its stock move" in told for told in found)


def test_a_lot_use_that_names_another_lot_than_the_ledger_is_found(ctx, finished):
    known = ctx.one(select(Move).where(Move.document_id == finished.id, Move.lot_id.is_not(None), Move.quantity < 0))
    told = {column.key: getattr(known, column.key) for column in Move.__table__.columns if column.key != "tenant_id"}
    taken = {**told, "id": ctx.db.take_ids(1)[0], "quantity": -DIGIT, "value": dec(0), "variance": dec(0)}
    ctx.insert(Move, [taken])
    other = ctx.one(select(Lot.id).where(Lot.id != known.lot_id).order_by(Lot.id))
    usage = {"batch_id": finished.id, "line_id": finished.lines[0].id, "reverses_id": None, "move_id": taken["id"],
             "quantity": DIGIT, "unit_cost": dec(0), "cost": dec(0)}  # fmt: skip
    rows = ctx.insert(BatchUsage, [{**usage, "lot_id": known.lot_id}])
    assert not any(f"Lot use {rows[0]} " in said for said in checks.balance(ctx))
    taken |= {"id": ctx.db.take_ids(1)[0]}
    ctx.insert(Move, [taken])
    rows = ctx.insert(BatchUsage, [{**usage, "lot_id": other, "move_id": taken["id"]}])
    assert any(f"Lot use {rows[0]} " in said and "differs from its stock move" in said for said in checks.balance(ctx))


def test_a_lot_that_went_in_and_is_not_traced_is_found(ctx, finished):
    """As if somebody had deleted the link from the oil to the soap: a recall of the oil would not reach it."""
    traced = select(LotLink.input_lot_id).where(LotLink.document_id == finished.id)
    stranger = ctx.one(select(Lot.id).where(Lot.id.not_in(traced)).order_by(Lot.id))
    line = ctx.one(select(BatchLine).where(BatchLine.batch_id == finished.id, BatchLine.kind == "ingredient"))
    usage = {"batch_id": finished.id, "line_id": line.id, "lot_id": stranger, "reverses_id": None,
             "move_id": 1, "quantity": DIGIT, "unit_cost": dec(0), "cost": dec(0)}  # fmt: skip
    ctx.insert(BatchUsage, [usage])
    assert f"Batch {finished.id} holds {DIGIT} of lot {stranger}, its genealogy says 0." in checks.genealogy(ctx)


def test_a_circle_of_lots_and_a_wrong_share_are_found(ctx, finished):
    link = ctx.one(select(LotLink).where(LotLink.document_id == finished.id).order_by(LotLink.id))
    back = {"input_lot_id": link.output_lot_id, "output_lot_id": link.input_lot_id, "quantity": DIGIT,
            "document_kind": "tests", "document_id": None}  # fmt: skip
    ctx.insert(LotLink, [back])
    assert any("made of itself" in told for told in checks.genealogy(ctx))
    more = {**back, "input_lot_id": link.input_lot_id, "output_lot_id": link.output_lot_id,
            "document_kind": "recipes.batch", "document_id": finished.id}  # fmt: skip
    ctx.insert(LotLink, [more])
    assert any("its genealogy says" in told for told in checks.genealogy(ctx))


def test_a_changed_plan_is_found(ctx, finished):
    plan = finished.plan
    changed = {**plan.snapshot, "scale": "1.000001"}
    ctx.insert(BatchPlan, [{"recipe_id": plan.recipe_id, "scale": dec(1), "snapshot": changed,
                            "fingerprint": plan.fingerprint}])  # fmt: skip
    assert len(list(checks.plans(ctx))) == 1
