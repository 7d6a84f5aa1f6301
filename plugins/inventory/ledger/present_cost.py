"""What an item costs now: used where goods come back, are found, or leave before they came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, tuple_

from core.api import Context
from plugins.inventory.ledger.arithmetic import per_unit
from plugins.inventory.ledger.facts import ItemFacts
from plugins.inventory.ledger.movement import ZERO
from plugins.inventory.models.lots import Lot
from plugins.inventory.models.stock import Stock


class PresentCosts:
    """The present unit costs of some items, by location, read in two queries."""

    def __init__(self, ctx: Context, items: Mapping[int, ItemFacts]) -> None:
        self._items = items
        self._here, self._anywhere = _averages(ctx, items)
        self._last = last_costs(ctx, [item_id for item_id in items if item_id not in self._anywhere])

    def of(self, item_id: int, location_id: int) -> Decimal:
        """Return the cost per base unit: standard, else the average here, anywhere, of the last lot, else 0."""
        standard = self._items[item_id].standard_cost
        if self._items[item_id].costing == "standard" and standard is not None:
            return standard
        for known in (self._here.get((item_id, location_id)), self._anywhere.get(item_id), self._last.get(item_id)):
            if known is not None:
                return known
        return standard or ZERO


def _averages(ctx: Context, item_ids: Iterable[int]) -> tuple[dict[tuple[int, int], Decimal], dict[int, Decimal]]:
    sums = func.sum(Stock.on_hand), func.sum(Stock.value)
    rows = ctx.db.execute(
        select(Stock.item_id, Stock.location_id, *sums)
        .where(Stock.item_id.in_(sorted(item_ids)))
        .group_by(Stock.item_id, Stock.location_id)
    ).all()
    here, totals = {}, dict[int, tuple[Decimal, Decimal]]()
    for item_id, location_id, quantity, value in rows:
        if quantity > 0:
            here[item_id, location_id] = per_unit(value, quantity)
            before = totals.get(item_id, (ZERO, ZERO))
            totals[item_id] = (before[0] + quantity, before[1] + value)
    return here, {item_id: per_unit(value, quantity) for item_id, (quantity, value) in totals.items()}


def last_costs(ctx: Context, item_ids: Sequence[int], *among: Any) -> dict[int, Decimal]:
    """Return what a base unit of each item cost that came last, whatever has become of it; `among` narrows the lots."""
    if not item_ids:
        return {}
    asked = Lot.item_id.in_(sorted(item_ids)), *among
    days = select(Lot.item_id, func.max(Lot.received_on)).where(*asked).group_by(Lot.item_id)
    of_that_day = select(Lot.item_id, Lot.unit_cost).where(tuple_(Lot.item_id, Lot.received_on).in_(days), *among)
    # The last of a day comes last, and stays.
    return {row.item_id: row.unit_cost for row in ctx.rows(of_that_day.order_by(Lot.created_at, Lot.id))}
