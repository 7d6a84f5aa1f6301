"""The demo's batches keep every invariant, and loading it twice changes nothing."""

from __future__ import annotations

from collections import Counter

from core.api import select
from plugins.recipes.api import Batch
from plugins.recipes.tests.workshop import balances, verify


def load(ctx, *keys: str) -> None:
    for key in keys:
        ctx.registry.demos[key].function(ctx)


def test_a_soap_maker_and_a_paint_shop(ctx):
    load(ctx, "inventory.soap", "recipes.soap", "inventory.paint", "recipes.paint")
    states = Counter(ctx.all(select(Batch.state)))
    assert states == {"finished": 11, "failed": 1, "cancelled": 1, "in_progress": 1, "planned": 7}
    assert verify(ctx) == []
    before = balances(ctx)
    load(ctx, "inventory.soap", "recipes.soap", "inventory.paint", "recipes.paint")
    assert balances(ctx) == before
    assert Counter(ctx.all(select(Batch.state))) == states


def test_batches_of_months_are_dated_as_they_happened(ctx):
    load(ctx, "inventory.soap", "recipes.soap")
    started = ctx.all(select(Batch).where(Batch.started_at.is_not(None)).order_by(Batch.started_at))
    assert (ctx.now() - started[0].started_at).days in (147, 148)
    assert len({(batch.started_at.year, batch.started_at.month) for batch in started}) >= 5
    by_year = {year: [batch.label for batch in started if f"-{year}-" in batch.label]
               for year in {batch.started_at.year for batch in started}}  # fmt: skip
    for labels in by_year.values():
        assert [int(label[-3:]) for label in labels] == list(range(1, len(labels) + 1))
    assert all(batch.created_at <= batch.started_at <= (batch.ended_at or ctx.now()) for batch in started)
    finished = [batch for batch in started if batch.state == "finished"]
    late = [batch for batch in finished if batch.ended_at.date() > batch.due_date]
    assert 0 < len(late) < len(finished) / 4
    for batch in finished:
        assert {output.lot.made_on for output in batch.outputs} == {batch.ended_at.date()}
        assert all(use.lot is None or use.lot.received_on <= batch.started_at.date() for use in batch.usages)
    lavender = [batch.unit_cost for batch in finished if batch.name == "Lavender Soap"]
    assert lavender[0] < lavender[-1] < lavender[0] * 2, "the oils got dearer"
    assert {use.location.code for batch in finished for use in batch.usages} == {"MAIN", "LAB"}


def test_without_the_articles_nothing_is_written(ctx):
    load(ctx, "recipes.soap", "recipes.paint")
    assert ctx.all(select(Batch)) == []
