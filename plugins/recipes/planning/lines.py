"""The lines of a plan: an amount of an item in the unit somebody thinks in, and in the unit stock is counted in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from core.api import Context, Invalid, Problem, select
from plugins.inventory.api import Converter, Item
from plugins.recipes.costing import rounded

_LIMIT = 10**12


class Status(StrEnum):
    """What stock says of a line."""

    OK = "OK"
    LOW = "LOW"
    NEEDED = "NEEDED"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    DENSITY_MISSING = "DENSITY_MISSING"
    ERROR = "ERROR"


@dataclass(frozen=True)
class PlanLine:
    """An ingredient, consumable or container of a plan; `base_qty` is None while it cannot be converted."""

    kind: str
    item_id: int
    item: str
    quantity: Decimal
    unit_id: int
    unit: str
    base_qty: Decimal | None = None
    base_unit_id: int | None = None
    base_unit: str = ""
    capacity: Decimal | None = None
    note: str = ""
    status: Status = Status.OK
    available: Decimal = Decimal(0)
    shortage: Decimal = Decimal(0)
    cost: Decimal | None = None
    code: str = ""
    detail: str = ""
    next_step: dict[str, Any] | None = None

    @property
    def is_unconverted(self) -> bool:
        """Whether the amount is still to be converted, and nothing yet says that it cannot be."""
        return self.base_qty is None and not self.code

    @property
    def can_be_taken(self) -> bool:
        """Whether stock covers the line."""
        return self.base_qty is not None and self.shortage == 0 and self.status in (Status.OK, Status.LOW)

    def with_problem(self, problem: Problem) -> PlanLine:
        """Return the line with what keeps it from being converted, and the step that mends it."""
        status = Status.DENSITY_MISSING if problem.code == "MISSING_DENSITY" else Status.ERROR
        step = problem.extra.get("next_step")
        return replace(self, status=status, code=problem.code, detail=problem.detail, next_step=step)


def scaled(quantity: Decimal, scale: Fraction) -> Decimal:
    """Return a quantity times the scale, rounded half up once."""
    product = Fraction(quantity) * scale
    if product >= _LIMIT:
        raise Invalid({"scale": ["Makes a quantity larger than stock can hold. Choose a smaller scale."]})
    return rounded(product)


def items_by_id(ctx: Context, item_ids: Iterable[int]) -> dict[int, Item]:
    """Return the items with these ids."""
    wanted = sorted(set(item_ids))
    return {item.id: item for item in ctx.all(select(Item).where(Item.id.in_(wanted)))} if wanted else {}


def convert_lines(ctx: Context, lines: Sequence[PlanLine]) -> list[PlanLine]:
    """Return the lines with their amount in the item's own unit; one that cannot be converted says why."""
    missing = [line.item_id for line in lines if line.is_unconverted]
    if not missing:
        return list(lines)
    items = items_by_id(ctx, missing)
    converter = Converter.load(ctx, missing)
    return [_converted(line, items, converter) if line.is_unconverted else line for line in lines]


def _converted(line: PlanLine, items: dict[int, Item], converter: Converter) -> PlanLine:
    item = items[line.item_id]
    line = replace(line, base_unit_id=item.base_unit_id, base_unit=converter.code(item.base_unit_id))
    try:
        amount = converter.convert(line.quantity, line.unit_id, item.base_unit_id, item.id)
    except Problem as problem:
        return line.with_problem(problem)
    return replace(line, base_qty=amount, status=Status.OK, code="", detail="", next_step=None)
