"""How a demo writes recipes and makes batches: by codes of articles and units, through the actions everybody uses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from core.api import Context, select
from plugins.inventory.api import Item, Unit
from plugins.recipes.models import Batch, BatchLine, Recipe

# An article with how much of it in which unit.
Amount = tuple[str, str, str]


@dataclass(frozen=True)
class Past:
    """A batch that was made: so many days ago, how much came out, and with what."""

    days_ago: int
    recipe: Recipe
    scale: str
    final: str = ""
    broken: int = 0
    portions: int | None = None
    notes: str = ""
    failed: str = ""
    cancelled: str = ""
    late: int = 0


class Kitchen:
    """Writes the recipes and makes the batches of a demo."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.items = {item.code: item.id for item in ctx.all(select(Item))}
        self.units = {unit.code: unit.id for unit in ctx.all(select(Unit))}

    def knows(self, code: str) -> bool:
        """Whether an earlier run has written this recipe."""
        return self.ctx.find(Recipe, code=code) is not None

    def has(self, *codes: str) -> bool:
        """Whether the articles of the demo are there: another plugin's demo brings them."""
        return all(code in self.items for code in codes)

    def recipe(
        self, code: str, name: str, makes: str, ingredients: list[Amount], *,
        consumables: list[Amount] | None = None, containers: dict[str, str] | None = None, into: str = "",
        activate: bool = True, **values: Any,
    ) -> Recipe:  # fmt: skip
        """Write a recipe that makes so much ("5 kg"); containers are given with the article they are sold as."""
        quantity, unit = makes.split()
        recipe: Recipe = self.ctx.do(
            "recipes.recipe.create", code=code, name=name, yield_qty=Decimal(quantity), yield_unit_id=self.units[unit],
            yield_item_id=self.items[into] if into else None,
            ingredients=[self._line(*amount) for amount in ingredients],
            consumables=[self._line(*amount) for amount in consumables or ()],
            containers=[{"item_id": self.items[item], "product_id": self.items[product]}
                        for item, product in (containers or {}).items()],
            **values,
        )  # fmt: skip
        if activate:
            self.ctx.do("recipes.recipe.activate", recipe)
        return recipe

    def add(self, recipe: Recipe, amount: Amount, **values: Any) -> None:
        """Add an ingredient to a recipe that is still a draft."""
        kept = [
            {"id": line.id, "item_id": line.item_id, "quantity": line.quantity, "unit_id": line.unit_id}
            for line in recipe.ingredients
        ]
        self.ctx.do("recipes.recipe.update", recipe, ingredients=[*kept, self._line(*amount)], **values)

    def days_ago(self, days: int) -> date:
        """Return a day that has passed."""
        return self.ctx.today() - timedelta(days=days)

    @contextmanager
    def on(self, days_ago: int, hour: int) -> Iterator[None]:
        """Do what happened on a day that has passed: everything is dated then, as if somebody had done it then."""
        clock, zone = self.ctx.db.now, self.ctx.zone
        self.ctx.db.flush()
        moment = datetime.combine(self.days_ago(days_ago), time(hour, 10), zone).astimezone(UTC)
        self.ctx.db.now = lambda: moment
        try:
            yield
            self.ctx.db.flush()
        finally:
            self.ctx.db.now = clock

    def make(self, past: Past) -> None:
        """Make a batch of the past: planned three days ahead, started in the morning, ended the day after."""
        due, wish = self.days_ago(past.days_ago - 1 + past.late), {"notes": past.notes} if past.notes else {}
        with self.on(past.days_ago + 3, 16):
            batch = self.plan(past.recipe, past.scale, due_date=due, **wish)
        with self.on(past.days_ago, 8):
            self.ctx.do("recipes.batch.start", batch)
        if past.failed or past.cancelled:
            verb = "fail" if past.failed else "cancel"
            with self.on(past.days_ago, 11):
                self.ctx.do(f"recipes.batch.{verb}", batch, reason=past.failed or past.cancelled)
            return
        with self.on(past.days_ago - 1, 15):
            self.finish(batch, past.final, broken=past.broken, portions=past.portions)

    def plan(self, recipe: Recipe, scale: str, **wish: Any) -> Batch:
        """Keep a plan for later."""
        batch: Batch = self.ctx.do("recipes.recipe.plan-batch", recipe, scale=Decimal(scale), **wish)
        return batch

    def start(self, recipe: Recipe, scale: str, **wish: Any) -> Batch:
        """Start a batch."""
        batch: Batch = self.ctx.do("recipes.recipe.start-batch", recipe, scale=Decimal(scale), **wish)
        return batch

    def finish(self, batch: Batch, final: str, *, broken: int = 0, **result: Any) -> None:
        """Finish a batch; `broken` containers of the first kind."""
        lines = self.ctx.all(
            select(BatchLine).where(BatchLine.batch_id == batch.id, BatchLine.kind == "container")
            .order_by(BatchLine.position)
        )  # fmt: skip
        told = [
            {"line_id": line.id, "passed": int(line.base_qty) - (0 if index else broken),
             "broken": 0 if index else broken}
            for index, line in enumerate(lines)
        ]  # fmt: skip
        result = {name: value for name, value in result.items() if value is not None}
        self.ctx.do("recipes.batch.finish", batch, final_quantity=Decimal(final), containers=told, **result)

    def _line(self, item: str, quantity: str, unit: str) -> dict[str, Any]:
        return {"item_id": self.items[item], "quantity": Decimal(quantity), "unit_id": self.units[unit]}
