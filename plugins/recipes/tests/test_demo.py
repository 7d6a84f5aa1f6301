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
    assert states == {"finished": 5, "failed": 1, "cancelled": 1, "in_progress": 1, "planned": 8}
    assert verify(ctx) == []
    before = balances(ctx)
    load(ctx, "inventory.soap", "recipes.soap", "inventory.paint", "recipes.paint")
    assert balances(ctx) == before
    assert Counter(ctx.all(select(Batch.state))) == states


def test_without_the_articles_nothing_is_written(ctx):
    load(ctx, "recipes.soap", "recipes.paint")
    assert ctx.all(select(Batch)) == []
