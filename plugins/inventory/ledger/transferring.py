"""Goods change their location and keep their lot and their cost."""

from __future__ import annotations

from collections.abc import Sequence

from core.api import Context
from plugins.inventory.ledger.issuing import lock_demands, take_out
from plugins.inventory.ledger.movement import Movement, Outgoing, Source
from plugins.inventory.ledger.picking import PickRule
from plugins.inventory.ledger.posting import Posting, open_posting
from plugins.inventory.ledger.receiving import settle


def transfer(ctx: Context, lines: Sequence[Outgoing], to_location_id: int, *, source: Source) -> list[Movement]:
    """Move goods to a location; returns the outgoing and then the incoming moves.

    Lots named in a line go in whatever state they are: held-back goods may be put aside. Others are picked as usual.
    """
    item_ids = {line.item_id for line in lines}
    posting = open_posting(ctx, source, item_ids, {line.location_id for line in lines}, into=[to_location_id])
    demands = lock_demands(posting, lines, also_at=[to_location_id])
    named = [demand for demand in demands if demand.lot is not None]
    others = [demand for demand in demands if demand.lot is None]
    rule = PickRule(source.business_date, ctx.today())
    gone = take_out(posting, [*named, *others], rule, "transfer_out")
    come = [_arrive(posting, movement, to_location_id) for movement in gone]
    posting.write()
    return [*gone, *come]


def _arrive(posting: Posting, gone: Movement, to_location_id: int) -> Movement:
    lot = posting.book.lots.get(gone.lot_id or 0)
    quant = posting.book.quant(gone.item_id, to_location_id, lot)
    come = posting.move(
        quant, -gone.quantity, -gone.value, "transfer_in",
        unit_cost=gone.unit_cost, line_id=gone.line_id,
        entered_quantity=gone.entered_quantity, entered_unit_id=gone.entered_unit_id,
    )  # fmt: skip
    settle(posting, quant, come)
    return come
