"""Genealogy: which lots went into which, followed to both ends one generation per query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from sqlalchemy import func, select

from core.api import Context, Refused
from plugins.inventory.ledger.facts import load_lots
from plugins.inventory.ledger.movement import Source
from plugins.inventory.models.lots import Lot, LotLink

Direction = Literal["forward", "backward"]
_COLUMNS = (LotLink.input_lot_id, LotLink.output_lot_id, LotLink.document_kind, LotLink.document_id)


@dataclass(frozen=True, slots=True)
class Link:
    """So much of one lot went into another, in the base unit of what went in."""

    input_lot_id: int
    output_lot_id: int
    quantity: Decimal
    document_kind: str = ""
    document_id: int | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything reached from some lots: the lots by generation, and the links that lead there.

    It is not complete where it goes on with lots that the reader may not see.
    """

    generations: dict[int, int] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    complete: bool = True

    @property
    def lot_ids(self) -> list[int]:
        """The lots reached, without those it started from."""
        return [lot_id for lot_id, generation in self.generations.items() if generation > 0]


def link_lots(ctx: Context, links: Sequence[Link], *, source: Source) -> None:
    """Note which lots went into which; a negative quantity takes an earlier link back.

    Raises Refused(LOT_CIRCLE) where a lot would go into something it was made from.
    """
    load_lots(ctx, {lot_id for link in links for lot_id in (link.input_lot_id, link.output_lot_id)})
    _check_no_circle(ctx, links)
    rows = [
        {
            "input_lot_id": link.input_lot_id,
            "output_lot_id": link.output_lot_id,
            "quantity": link.quantity,
            "document_kind": source.kind,
            "document_id": source.id,
        }
        for link in links
    ]
    ctx.insert(LotLink, rows)


def _check_no_circle(ctx: Context, links: Sequence[Link]) -> None:
    outputs = {link.output_lot_id for link in links if link.quantity > 0}
    inputs = {link.input_lot_id for link in links if link.quantity > 0}
    onward = {link.input_lot_id: link.output_lot_id for link in links}
    reached = set(trace(ctx, outputs, "forward").lot_ids) | outputs
    if circle := sorted(reached & inputs):
        raise Refused(
            "LOT_CIRCLE", "A lot cannot go into what it was made from. Check the lots.",
            lots=[(lot_id, onward[lot_id]) for lot_id in circle],
        )  # fmt: skip


def trace(ctx: Context, lot_ids: Iterable[int], direction: Direction) -> Trace:
    """Follow lots forward to what was made of them, or backward to what they were made of: one query a generation."""
    near, far = (LotLink.input_lot_id, LotLink.output_lot_id)
    if direction == "backward":
        near, far = far, near
    found = Trace(dict.fromkeys(sorted(set(lot_ids)), 0))
    edge, generation = set(found.generations), 0
    while edge:
        generation += 1
        statement = select(*_COLUMNS, func.sum(LotLink.quantity)).where(near.in_(sorted(edge))).group_by(*_COLUMNS)
        links = [Link(row[0], row[1], row[4], row[2], row[3]) for row in ctx.rows(statement.order_by(near, far))]
        live = [link for link in links if link.quantity > 0]
        found.links.extend(live)
        ends = [link.output_lot_id if direction == "forward" else link.input_lot_id for link in live]
        edge = {lot_id for lot_id in ends if lot_id not in found.generations}
        found.generations.update(dict.fromkeys(sorted(edge), generation))
    return found


def seen(ctx: Context, found: Trace) -> Trace:
    """Return the part of a trace that the actor may see: the lots within their reach and the links between them."""
    rules = ctx.visible("inventory.lot")
    if not rules:
        return found
    within = set(ctx.all(select(Lot.id).where(Lot.id.in_(sorted(found.generations)), *rules)))
    return Trace(
        {lot_id: generation for lot_id, generation in found.generations.items() if lot_id in within},
        [link for link in found.links if {link.input_lot_id, link.output_lot_id} <= within],
        complete=len(within) == len(found.generations),
    )
