"""Every hook that recipes publish is called, with what it says; a guard that refuses stops everything."""

from __future__ import annotations

import inspect
from datetime import timedelta

import pytest

from core.api import Context, Refused
from plugins.recipes import hookspecs
from plugins.recipes.actions.timers import expire_all_due
from plugins.recipes.queries.plans import plan_recipe
from plugins.recipes.tests.workshop import balances, dec, plan, soap_workshop, start

PUBLISHED = {name: spec for name, spec in vars(hookspecs).items() if name.startswith("recipes_")}


class Listening:
    """Stands before the tenant's hooks and notes the calls of ours."""

    def __init__(self, real, heard, vetoed: str = "") -> None:
        self.real, self.heard, self.vetoed = real, heard, vetoed

    def __getattr__(self, name: str):
        def call(**arguments):
            if name in PUBLISHED:
                assert list(arguments) == list(inspect.signature(PUBLISHED[name]).parameters)
                self.heard.append(name)
                if name == self.vetoed:
                    raise Refused("VETO", "Not today.")
            return getattr(self.real, name)(**arguments)

        return call


@pytest.fixture
def listen(monkeypatch):
    def begin(vetoed: str = "") -> list[str]:
        heard: list[str] = []
        monkeypatch.setattr(Context, "hook", property(lambda ctx: Listening(ctx.view.hook, heard, vetoed)))
        return heard

    return begin


def test_all_are_called(ctx, listen):
    heard = listen()
    shop = soap_workshop(ctx)
    plan_recipe(ctx, shop.recipe_id)
    batch = start(ctx, shop)
    ctx.do("recipes.batch.start-timer", batch, name="Gel", minutes=1)
    clock = ctx.db.now
    ctx.db.now = lambda: clock() + timedelta(minutes=2)
    expire_all_due(ctx)
    ctx.do("recipes.batch.finish", batch, final_quantity=dec(1))
    ctx.do("recipes.batch.cancel", start(ctx, shop, scale=dec("0.5")))
    ctx.do("recipes.batch.fail", start(ctx, shop, scale=dec("0.5")), reason="It seized.")
    assert set(heard) == set(PUBLISHED)


def test_each_has_one_line_of_documentation():
    assert len(PUBLISHED) == 9
    assert all(spec.__doc__ and "\n" not in spec.__doc__ for spec in PUBLISHED.values())


def test_a_guard_keeps_a_batch_from_starting(ctx, listen):
    shop = soap_workshop(ctx)
    batch, before = plan(ctx, shop), balances(ctx)
    listen(vetoed="recipes_batch_starting")
    with pytest.raises(Refused, match="Not today"):
        ctx.do("recipes.batch.start", batch)
    assert (batch.state, batch.label, balances(ctx)) == ("planned", None, before)


def test_a_guard_keeps_a_batch_from_being_finished(ctx, listen):
    shop = soap_workshop(ctx)
    batch = start(ctx, shop)
    before = balances(ctx)
    listen(vetoed="recipes_batch_finishing")
    with pytest.raises(Refused, match="Not today"):
        ctx.do("recipes.batch.finish", batch, final_quantity=dec(1))
    assert (batch.state, balances(ctx)) == ("in_progress", before)
