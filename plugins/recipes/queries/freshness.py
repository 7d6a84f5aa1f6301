"""How fresh what went into a batch was: its lots, their age, and how much of their life was left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from core.api import Context, query
from plugins.inventory.api import Item, Lot, readable
from plugins.recipes.consumption import held_by, lines_of
from plugins.recipes.costing import rounded
from plugins.recipes.models import Batch
from plugins.recipes.planning.snapshots import plain
from plugins.recipes.queries.plans import READ_BATCH


@dataclass(frozen=True)
class Used:
    """A quantity of a lot that is in a batch, as it was on the day of the start."""

    item: Item
    lot: Lot
    quantity: Decimal
    cost: Decimal
    day: date

    @property
    def age_days(self) -> int:
        """How long ago the lot was received."""
        return (self.day - self.lot.received_on).days

    @property
    def freshness(self) -> Fraction | None:
        """How many per cent of the lot's life were left; None for a lot that does not expire."""
        if self.lot.expires_on is None:
            return None
        life = (self.lot.expires_on - self.lot.received_on).days
        left = (self.lot.expires_on - self.day).days
        if life <= 0:
            return Fraction(0)
        return max(Fraction(0), min(Fraction(100), Fraction(left * 100, life)))


@query("recipes.inventory_summary", path="batches/{id}/inventory-summary", title="Lots in the batch",
       permission=READ_BATCH)  # fmt: skip
def inventory_summary(ctx: Context, batch_id: int) -> dict[str, Any]:
    """Return the lots in a batch, oldest first, by item and all together: quantities, ages, freshness, costs."""
    batch: Batch = readable(ctx, "recipes.batch", batch_id)
    used = _used(ctx, batch)
    by_item: dict[int, list[Used]] = {}
    for part in used:
        by_item.setdefault(part.item.id, []).append(part)
    show_costs = ctx.can("recipes.batch.sensitive")
    return {
        "batch_id": batch.id,
        "label": batch.label,
        "lots": len({part.lot.id for part in used}),
        "oldest_days": max((part.age_days for part in used), default=None),
        "freshness": plain(_freshness(used, by_cost=True)),
        "items": [_item(parts, show_costs) for parts in by_item.values()],
    }


def _used(ctx: Context, batch: Batch) -> list[Used]:
    started = batch.started_at.astimezone(ctx.zone).date() if batch.started_at else ctx.today()
    lines = {line.id: line for line in lines_of(ctx, batch)}
    found = []
    for held in held_by(ctx, lines.values()):
        usage = held.usage
        if usage.lot_id is not None:
            found.append(Used(lines[usage.line_id].item, usage.lot, held.quantity, held.cost, started))
    return sorted(found, key=lambda part: (part.item.code, part.lot.received_on, part.lot.id))


def _item(parts: list[Used], show_costs: bool) -> dict[str, Any]:
    item = parts[0].item
    answer = {
        "item_id": item.id,
        "item": item.name,
        "unit": item.base_unit.code,
        "quantity": plain(sum((part.quantity for part in parts), Decimal(0))),
        "freshness": plain(_freshness(parts, by_cost=False)),
        "lots": [_lot(part, show_costs) for part in parts],
    }
    return answer | ({"cost": plain(sum((part.cost for part in parts), Decimal(0)))} if show_costs else {})


def _lot(part: Used, show_costs: bool) -> dict[str, Any]:
    lot = part.lot
    answer = {
        "lot_id": lot.id,
        "lot": lot.number,
        "received_on": lot.received_on.isoformat(),
        "expires_on": lot.expires_on.isoformat() if lot.expires_on else None,
        "age_days": part.age_days,
        "freshness": plain(rounded(part.freshness, places=2)) if part.freshness is not None else None,
        "quantity": plain(part.quantity),
    }
    return answer | ({"unit_cost": plain(lot.unit_cost), "cost": plain(part.cost)} if show_costs else {})


def _freshness(parts: Iterable[Used], *, by_cost: bool) -> Decimal | None:
    """Return the mean freshness: within an item by quantity, over different items by what they cost."""
    known = [(part.freshness, Fraction(part.cost if by_cost else part.quantity)) for part in parts]
    weighed = [(freshness, weight) for freshness, weight in known if freshness is not None]
    total = sum((weight for _, weight in weighed), Fraction(0))
    if not weighed:
        return None
    if not total:
        weighed, total = [(freshness, Fraction(1)) for freshness, _ in weighed], Fraction(len(weighed))
    return rounded(sum((freshness * weight for freshness, weight in weighed), Fraction(0)) / total, places=2)
