"""The ledger against a simple model: whatever is done in whatever order, the books agree to the last digit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func

from core.api import Context, Refused, select
from core.kernel import Kernel
from core.testing.house import make_tenant
from plugins.inventory.api import (
    Correction,
    Incoming,
    Move,
    Outgoing,
    Source,
    adjust,
    issue,
    receive,
    reverse,
    transfer,
)
from plugins.inventory.ledger.rebuilding import computed_balances, stored_balances
from plugins.inventory.tests.shop import Shop

QUANTITIES = st.decimals("0.000001", "999", places=6)
COSTS = st.decimals("0", "99", places=6)
METHODS = {"fifo": "optional", "weighted_average": "optional", "standard": "none"}
Place = tuple[int, int]


@dataclass
class Posted:
    """One posting of the model: its moves, and what they changed."""

    move_ids: list[int]
    changes: list[tuple[Place, Decimal]]


class Ledger(RuleBasedStateMachine):
    """People receive, issue, transfer, count and take back, at two places, with each costing method."""

    kernel: Kernel
    tenant_id: int

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.ctx: Context = self.stack.enter_context(rolled_back(self.kernel, self.tenant_id))
        shop = Shop(self.ctx)
        self.places = [shop.store, shop.place("KITCHEN")]
        self.items = [
            shop.item(method.upper(), costing=method, standard_cost=Decimal("1.5"), lot_tracking=tracking).id
            for method, tracking in METHODS.items()
        ]
        self.model: dict[Place, Decimal] = {(item, place): Decimal(0) for item in self.items for place in self.places}
        self.posted: list[Posted] = []

    def teardown(self) -> None:
        self.stack.close()

    @property
    def source(self) -> Source:
        return Source("test", self.ctx.today())

    def note(self, moves: list[Any], *changes: tuple[Place, Decimal]) -> None:
        self.posted.append(Posted([move.id for move in moves], list(changes)))
        for place, quantity in changes:
            self.model[place] += quantity

    def source_of(self, days_ago: int) -> Source:
        return Source("test", self.ctx.today() - timedelta(days=days_ago))

    @rule(which=st.integers(0, 2), where=st.integers(0, 1), quantity=QUANTITIES, cost=COSTS, days_ago=st.integers(0, 3))
    def goods_come_in(self, which: int, where: int, quantity: Decimal, cost: Decimal, days_ago: int) -> None:
        place, source = (self.items[which], self.places[where]), self.source_of(days_ago)
        self.note(receive(self.ctx, [Incoming(*place, quantity, cost)], source=source), (place, quantity))

    @rule(which=st.integers(0, 2), where=st.integers(0, 1), share=st.integers(1, 3), days_ago=st.integers(1, 3))
    def goods_left_earlier(self, which: int, where: int, share: int, days_ago: int) -> None:
        place = (self.items[which], self.places[where])
        quantity = (self.model[place] / share).quantize(Decimal("0.000001"), ROUND_DOWN)
        if not quantity:
            return
        try:
            moves = issue(self.ctx, [Outgoing(*place, quantity)], source=self.source_of(days_ago))
        except Refused as refused:
            assert "Not enough stock of what came by" in refused.detail
        else:
            self.note(moves, (place, -quantity))

    @rule(which=st.integers(0, 2), where=st.integers(0, 1), quantity=QUANTITIES)
    def goods_leave(self, which: int, where: int, quantity: Decimal) -> None:
        place = (self.items[which], self.places[where])
        if quantity <= self.model[place]:
            self.note(issue(self.ctx, [Outgoing(*place, quantity)], source=self.source), (place, -quantity))
            return
        with pytest.raises(Refused, match="Not enough stock"):
            issue(self.ctx, [Outgoing(*place, quantity)], source=self.source)

    @rule(which=st.integers(0, 2), where=st.integers(0, 1))
    def everything_leaves(self, which: int, where: int) -> None:
        place = (self.items[which], self.places[where])
        if rest := self.model[place]:
            self.note(issue(self.ctx, [Outgoing(*place, rest)], source=self.source), (place, -rest))

    @rule(which=st.integers(0, 2), where=st.integers(0, 1), share=st.integers(1, 4))
    def goods_change_place(self, which: int, where: int, share: int) -> None:
        start, end = (self.items[which], self.places[where]), (self.items[which], self.places[1 - where])
        quantity = (self.model[start] / share).quantize(Decimal("0.000001"))
        if 0 < quantity <= self.model[start]:
            moves = transfer(self.ctx, [Outgoing(*start, quantity)], end[1], source=self.source)
            self.note(moves, (start, -quantity), (end, quantity))

    @rule(which=st.integers(0, 2), where=st.integers(0, 1), counted=QUANTITIES)
    def somebody_counts(self, which: int, where: int, counted: Decimal) -> None:
        place = (self.items[which], self.places[where])
        moves = adjust(self.ctx, [Correction(*place, counted)], "recount", source=self.source)
        self.note(moves, (place, counted - self.model[place]))

    @rule(which=st.integers(0, 2), where=st.integers(0, 1), cost=COSTS)
    def somebody_revalues(self, which: int, where: int, cost: Decimal) -> None:
        line = Correction(self.items[which], self.places[where], unit_cost=cost)
        self.note(adjust(self.ctx, [line], "cost_override", source=self.source))

    @precondition(lambda self: self.posted)
    @rule(data=st.data())
    def somebody_takes_back(self, data: st.DataObject) -> None:
        posting = data.draw(st.sampled_from(self.posted))
        try:
            reverse(self.ctx, posting.move_ids, source=self.source)
        except Refused as refused:
            # What came in has gone on: then some place holds less than would have to leave it.
            assert refused.code == "INSUFFICIENT_STOCK"
            return
        self.posted.remove(posting)
        for place, quantity in posting.changes:
            self.model[place] -= quantity

    @invariant()
    def on_hand_is_what_the_model_says(self) -> None:
        stored = stored_balances(self.ctx)
        found = {place: Decimal(0) for place in self.model}
        for (item, location, _lot), (on_hand, _reserved, _value) in stored.items():
            found[item, location] += on_hand
        assert found == self.model

    @invariant()
    def balances_are_the_sum_of_the_moves(self) -> None:
        computed = {place: amounts for place, amounts in computed_balances(self.ctx).items() if any(amounts)}
        assert {place: amounts for place, amounts in stored_balances(self.ctx).items() if any(amounts)} == computed

    @invariant()
    def no_day_was_ever_below_zero(self) -> None:
        columns = select(Move.item_id, Move.location_id, Move.lot_id, Move.business_date, func.sum(Move.quantity))
        place = Move.item_id, Move.location_id, Move.lot_id
        running: dict[tuple[int, int, int | None], Decimal] = {}
        for row in self.ctx.rows(columns.group_by(*place, Move.business_date).order_by(Move.business_date)):
            key = (row[0], row[1], row[2])
            running[key] = running.get(key, Decimal(0)) + row[4]
            assert running[key] >= 0

    @invariant()
    def nothing_on_hand_is_worth_nothing(self) -> None:
        worth: dict[Place, Decimal] = {}
        for (item, location, _lot), (_on_hand, _reserved, value) in stored_balances(self.ctx).items():
            worth[item, location] = worth.get((item, location), Decimal(0)) + value
        assert all(value >= 0 and (self.model[place] or value == 0) for place, value in worth.items())

    @invariant()
    def moves_take_back_no_more_than_there_was(self) -> None:
        backs = select(Move.reverses_id).where(Move.reverses_id.is_not(None))
        ids = list(self.ctx.db.scalars(backs))
        assert len(ids) == len(set(ids))


@contextmanager
def rolled_back(kernel: Kernel, tenant_id: int) -> Iterator[Context]:
    """A unit of work of which nothing stays."""
    with pytest.raises(Finished), kernel.unit(tenant_id) as ctx:
        yield ctx
        raise Finished


class Finished(Exception):
    """The story is over."""


def test_the_books_agree_whatever_people_do(kernel: Kernel) -> None:
    class Machine(Ledger):
        pass

    Machine.kernel, Machine.tenant_id = kernel, make_tenant(kernel, ["inventory"]).id
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    how = settings(
        max_examples=12,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=checks,
        phases=[Phase.generate, Phase.shrink],
    )
    run_state_machine_as_test(Machine, settings=how)
