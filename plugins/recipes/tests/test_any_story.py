"""Whatever happens to batches, in whatever order: costs balance to the last digit and stock agrees."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.api import Problem
from core.testing.house import make_tenant
from plugins.recipes.api import Batch
from plugins.recipes.tests.workshop import buy, dec, lines_of, soap_workshop, start, verify

amounts = st.decimals("0.000001", "37.333333", places=6)
steps = st.one_of(
    st.tuples(st.just("start"), st.decimals("0.01", "3", places=6)),
    st.tuples(st.just("buy"), st.tuples(st.sampled_from(["LYE", "WATER", "MOULD-80"]), amounts)),
    st.tuples(st.just("extra"), st.tuples(st.sampled_from(["LYE", "WATER", "LABEL"]), amounts)),
    st.tuples(st.just("moulds"), st.integers(0, 40)),
    st.tuples(st.just("finish"), st.tuples(st.decimals("0.05", "1.5", places=3), st.integers(0, 3))),
    st.tuples(st.just("cancel"), st.none()),
    st.tuples(st.just("fail"), st.none()),
)


class Story:
    """Does one step after the other to the newest batch; what is refused changes nothing and the story goes on."""

    def __init__(self, ctx) -> None:
        self.ctx, self.shop = ctx, soap_workshop(ctx)
        self.batch: Batch | None = None

    def step(self, verb: str, given) -> None:
        if verb in ("start", "buy"):
            return getattr(self, verb)(given)
        if self.batch is not None and self.batch.state == "in_progress":
            getattr(self, verb)(given)

    def start(self, scale) -> None:
        self.batch = start(self.ctx, self.shop, scale=scale)

    def buy(self, given) -> None:
        code, quantity = given
        whole = code == "MOULD-80"
        buy(self.ctx, self.shop.items[code], str(quantity.to_integral_value() + 1 if whole else quantity), "0.333333")

    def extra(self, given) -> None:
        code, quantity = given
        kind = "consumable" if code == "LABEL" else "ingredient"
        lines = [{"kind": kind, "item_id": self.shop.items[code], "quantity": quantity}]
        self.ctx.do("recipes.batch.add-extras", self.batch, lines=lines, reason="other")

    def moulds(self, total: int) -> None:
        for line in lines_of(self.ctx, self.batch, "container")[:1]:
            self.ctx.do("recipes.batch.adjust-container", self.batch, line_id=line.id, adjustment_type="quantity",
                        new_total_quantity=total)  # fmt: skip

    def finish(self, given) -> None:
        share, broken = given
        told = []
        for line in lines_of(self.ctx, self.batch, "container"):
            taken = int(line.base_qty)
            lost = min(broken, taken)
            told.append({"line_id": line.id, "passed": max(0, taken - lost - 1), "broken": lost})
        final = (self.batch.projected_qty * share).quantize(dec("0.000001"))
        self.ctx.do("recipes.batch.finish", self.batch, final_quantity=final, containers=told)

    def cancel(self, _given) -> None:
        self.ctx.do("recipes.batch.cancel", self.batch)

    def fail(self, _given) -> None:
        self.ctx.do("recipes.batch.fail", self.batch, reason="It seized.")


# Opening a workshop takes longer than working in it: few stories, but long ones.
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(steps, min_size=6, max_size=24))
def test_any_story_balances(kernel, story):
    tenant = make_tenant(kernel, ["recipes"])
    with kernel.unit(tenant.id) as ctx:
        told = Story(ctx)
        for verb, given_ in story:
            with ctx.db.begin_nested() as step:
                try:
                    told.step(verb, given_)
                except Problem as refusal:
                    assert 400 <= refusal.status < 500
                    step.rollback()
        assert verify(ctx) == []
