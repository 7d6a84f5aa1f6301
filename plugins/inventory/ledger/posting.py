"""A posting: guards first, then balances and moves in memory, then everything written at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from core.api import Context, Invalid, Refused, day_text
from plugins.inventory.ledger.arithmetic import per_unit
from plugins.inventory.ledger.book import Quant, StockBook
from plugins.inventory.ledger.costing import Costing, costing_of
from plugins.inventory.ledger.facts import ItemFacts, check_locations, expect_items, expect_locations, load_items
from plugins.inventory.ledger.movement import MOVE_TYPES, ZERO, Movement, Source
from plugins.inventory.ledger.quantities import check_money
from plugins.inventory.models.moves import Move

CLOSED_UNTIL = "inventory.closed_until"


@dataclass(slots=True)
class Posting:
    """One set of moves of one document: collected in memory, written together or not at all."""

    ctx: Context
    source: Source
    items: dict[int, ItemFacts]
    book: StockBook
    moves: list[Movement] = field(default_factory=list)

    def costing(self, quant: Quant) -> Costing:
        """Return how the item of a balance is valued."""
        return costing_of(self.items[quant.item_id])

    def move(self, quant: Quant, quantity: Decimal, value: Decimal, move_type: str, **more: Any) -> Movement:
        """Change a balance and the value behind it, and note the move."""
        holder = self.costing(quant).holder(self.book, quant)
        holder.value = check_money("value", holder.value + value)
        holder.changed = True
        self.book.change(quant, quantity)
        check_money("quantity", quant.on_hand)
        check_money("unit_cost", more.get("unit_cost", ZERO))
        movement = Movement(
            quant.item_id, quant.location_id, quant.lot_id, move_type, quantity, value,
            counterpart=MOVE_TYPES[move_type].counterpart, source=self.source, **more,
        )  # fmt: skip
        self.moves.append(movement)
        return movement

    def bring(self, quant: Quant, quantity: Decimal, cost: Decimal, move_type: str, **more: Any) -> Movement:
        """Add goods that cost so much in all; stock is charged as the item is valued."""
        value, variance = self.costing(quant).charge(self.items[quant.item_id], quantity, cost)
        unit_cost = per_unit(value, quantity)
        return self.move(quant, quantity, value, move_type, variance=variance, unit_cost=unit_cost, **more)

    def take(self, quant: Quant, quantity: Decimal, move_type: str, **more: Any) -> Movement:
        """Take goods that are there, with their share of the value."""
        value = self.costing(quant).value_of(self.book, quant, quantity)
        return self.move(quant, -quantity, -value, move_type, unit_cost=per_unit(value, quantity), **more)

    def write(self) -> list[Movement]:
        """Write balances and moves in bulk and tell the other plugins once; returns the moves with their ids."""
        self.book.save()
        source = self.source
        shared = {
            "business_date": source.business_date,
            "document_kind": source.kind,
            "document_id": source.id,
            "document_number": source.number,
            "reason": source.reason,
            "actor_id": self.ctx.actor.user_id,
            "approved_by_id": source.approved_by_id,
        }
        ids = self.ctx.insert(Move, [movement.row(shared) for movement in self.moves])
        for movement, move_id in zip(self.moves, ids, strict=True):
            movement.id = move_id
        if self.moves:
            self.ctx.hook.inventory_moves_posted(ctx=self.ctx, moves=self.moves)
        return self.moves


def expect_posting(ctx: Context, location_ids: Iterable[int], item_ids: Iterable[int] = ()) -> None:
    """Say that a posting at these locations, and of these items where they are known, comes soon."""
    ctx.expect_setting(CLOSED_UNTIL)
    expect_locations(ctx, location_ids)
    expect_items(ctx, item_ids)


def open_posting(
    ctx: Context, source: Source, item_ids: Iterable[int], location_ids: Iterable[int], *, into: Iterable[int] = (),
    items: dict[int, ItemFacts] | None = None,
) -> Posting:  # fmt: skip
    """Check that this may be posted at all: known items, own locations, an open date, no veto of another plugin.

    `items` are the facts of all the items, where the caller has just read them.
    """
    here, there = set(location_ids), set(into)
    expect_posting(ctx, here | there, () if items else item_ids)
    check_date(ctx, source)
    check_locations(ctx, here, into=there)
    ctx.hook.inventory_posting_guard(ctx=ctx, source=source, location_ids=sorted(here | there))
    return Posting(ctx, source, items or load_items(ctx, item_ids), StockBook(ctx, source.business_date))


def check_date(ctx: Context, source: Source) -> None:
    """Refuse a business date in the future or in the time that was closed."""
    if source.business_date > ctx.today():
        told = f"{day_text(source.business_date)} lies in the future. Post it on the day."
        raise Invalid({"date": [told]}, code="FUTURE_DATE")
    closed_until: date | None = ctx.setting(CLOSED_UNTIL)
    if closed_until is not None and source.business_date <= closed_until:
        raise Refused(
            "DATE_CLOSED",
            f"Stock is closed up to {day_text(closed_until)}. Use a later date than {day_text(source.business_date)}.",
        )


def total_value(moves: Sequence[Movement]) -> Decimal:
    """Return what a set of moves is worth."""
    return sum((movement.value for movement in moves), ZERO)
