"""The words of the ledger: types of moves, what a caller asks for, and what was posted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)
Places = tuple[int, ...]
COUNTERPARTS = ("supplier", "customer", "production", "use", "scrap", "adjustment", "opening", "transit")


@dataclass(frozen=True, slots=True)
class MoveType:
    """What a type of move means: the other side, the direction, and whether unusable lots may be taken."""

    counterpart: str
    direction: int
    takes_any_lot: bool = False


_IN, _OUT, _EITHER = 1, -1, 0
MOVE_TYPES: dict[str, MoveType] = {
    "receipt": MoveType("supplier", _IN),
    "restock": MoveType("supplier", _IN),
    "opening": MoveType("opening", _IN),
    "manual_addition": MoveType("adjustment", _IN),
    "returned": MoveType("customer", _IN),
    "refunded": MoveType("customer", _IN),
    "finished_batch": MoveType("production", _IN),
    "transfer_in": MoveType("transit", _IN),
    "transfer_out": MoveType("transit", _OUT),
    "batch": MoveType("production", _OUT),
    "issue": MoveType("use", _OUT),
    "use": MoveType("use", _OUT),
    "sample": MoveType("use", _OUT),
    "tester": MoveType("use", _OUT),
    "gift": MoveType("customer", _OUT),
    "sale": MoveType("customer", _OUT),
    "supplier_return": MoveType("supplier", _OUT, takes_any_lot=True),
    "spoil": MoveType("scrap", _OUT, takes_any_lot=True),
    "trash": MoveType("scrap", _OUT, takes_any_lot=True),
    "expired": MoveType("scrap", _OUT, takes_any_lot=True),
    "damaged": MoveType("scrap", _OUT, takes_any_lot=True),
    "quality_fail": MoveType("scrap", _OUT, takes_any_lot=True),
    "shrinkage": MoveType("scrap", _OUT, takes_any_lot=True),
    "obsolete": MoveType("scrap", _OUT, takes_any_lot=True),
    "recount": MoveType("adjustment", _EITHER, takes_any_lot=True),
    "cost_override": MoveType("adjustment", _EITHER, takes_any_lot=True),
    "settlement": MoveType("adjustment", _EITHER, takes_any_lot=True),
}
RECEIPT_TYPES = ("receipt", "restock", "opening", "returned", "refunded")
ISSUE_TYPES = ("issue", "use", "sale", "sample", "tester", "gift", "supplier_return")
SCRAP_TYPES = tuple(name for name, kind in MOVE_TYPES.items() if kind.counterpart == "scrap")
ADJUSTMENT_TYPES = ("manual_addition", "restock", "returned", "refunded", *ISSUE_TYPES, *SCRAP_TYPES,
                    "recount", "cost_override")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Why stock moves: the document, its date and its reason."""

    kind: str
    business_date: date
    id: int | None = None
    number: str | None = None
    reason: str | None = None
    approved_by_id: int | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """Goods that come in. Without a unit the quantity is in the base unit; the cost is per unit typed.

    `value` is the cost of the whole line where it is known exactly; without it and `unit_cost` the goods cost what
    the item costs now.
    """

    item_id: int
    location_id: int
    quantity: Decimal
    unit_cost: Decimal | None = None
    value: Decimal | None = None
    unit_id: int | None = None
    lot_id: int | None = None
    lot_number: str | None = None
    supplier_lot: str | None = None
    supplier_name: str | None = None
    made_on: date | None = None
    expires_on: date | None = None
    lot_state: str = "available"
    line_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Goods that are wanted. Without a lot the ledger picks: the first to expire or the first that came.

    `also_from` names further places, for what the first does not have; the oldest lot of all of them is next.
    """

    item_id: int
    location_id: int
    quantity: Decimal
    unit_id: int | None = None
    lot_id: int | None = None
    line_id: int | None = None
    also_from: Places = ()

    @property
    def places(self) -> Places:
        """Where the goods may be taken, in this order; none of them twice."""
        return tuple(dict.fromkeys((self.location_id, *self.also_from)))


@dataclass(slots=True)
class Movement:
    """A posted move as plain data: what callers and hooks receive, in the order of the lines asked for."""

    item_id: int
    location_id: int
    lot_id: int | None
    move_type: str
    quantity: Decimal
    value: Decimal
    unit_cost: Decimal = ZERO
    variance: Decimal = ZERO
    entered_quantity: Decimal | None = None
    entered_unit_id: int | None = None
    line_id: int | None = None
    reverses_id: int | None = None
    counterpart: str = ""
    id: int = 0
    source: Source | None = field(default=None, repr=False)

    def row(self, shared: dict[str, Any]) -> dict[str, Any]:
        """Return the move as a row of the ledger."""
        return {
            "item_id": self.item_id,
            "location_id": self.location_id,
            "lot_id": self.lot_id,
            "move_type": self.move_type,
            "counterpart": self.counterpart,
            "quantity": self.quantity,
            "unit_cost": self.unit_cost,
            "value": self.value,
            "variance": self.variance,
            "entered_quantity": self.entered_quantity,
            "entered_unit_id": self.entered_unit_id,
            "line_id": self.line_id,
            "reverses_id": self.reverses_id,
            **shared,
        }
