"""Genealogy: which lots went into which, written in the posting that makes them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from core.api import Context, select
from plugins.inventory.api import Link
from plugins.recipes import stock
from plugins.recipes.costing import rounded
from plugins.recipes.models import Batch, BatchLine, BatchUsage

if TYPE_CHECKING:
    from plugins.recipes.completion import Output

ZERO = Decimal(0)
SMALLEST = Decimal("0.000001")


def tie(ctx: Context, batch: Batch, outputs: Sequence[Output]) -> None:
    """Link every lot that went in to the lots it went into.

    What went into all of them is shared by how much of the yield each holds; a container's lot goes to what was
    filled into it alone. The shares of a lot add up to all of it, so a recall can balance its quantities.
    """
    links: list[Link] = []
    for (lot_id, container_id), quantity in _inputs(ctx, batch).items():
        into = [out for out in outputs if _holds(out, container_id, outputs)]
        shares = split(quantity, [out.content for out in into])
        links += [
            Link(lot_id, out.lot_id, part) for out, part in zip(into, shares, strict=True) if out.lot_id is not None
        ]
    stock.link(ctx, batch, links)


def split(quantity: Decimal, weights: Sequence[Fraction]) -> list[Decimal]:
    """Share a quantity by weights; none gets nothing, for an edge must show, and the largest takes the remainder.

    A quantity too small to be shared gives each the smallest there is: that a recall reaches every lot comes before
    the sum.
    """
    whole = sum(weights, Fraction(0))
    shares = [max(SMALLEST, rounded(Fraction(quantity) * weight / whole)) for weight in weights]
    rest = quantity - sum(shares, ZERO)
    for index in sorted(range(len(weights)), key=lambda index: -weights[index]):
        part = max(SMALLEST, shares[index] + rest)
        rest -= part - shares[index]
        shares[index] = part
    return shares


def _holds(output: Output, container_id: int | None, outputs: Sequence[Output]) -> bool:
    if container_id is None or output.kind == "portion":
        return True
    return output.container is not None and output.container.id == container_id


def _inputs(ctx: Context, batch: Batch) -> dict[tuple[int, int | None], Decimal]:
    """Return what the batch holds of each lot; containers with their item, everything else without."""
    rows = ctx.rows(
        select(BatchUsage.lot_id, BatchLine.kind, BatchLine.item_id, BatchUsage.quantity)
        .join(BatchLine, (BatchLine.tenant_id == BatchUsage.tenant_id) & (BatchLine.id == BatchUsage.line_id))
        .where(BatchUsage.batch_id == batch.id, BatchUsage.lot_id.is_not(None))
        .order_by(BatchUsage.id)
    )
    held: dict[tuple[int, int | None], Decimal] = {}
    for lot_id, kind, item_id, quantity in rows:
        key = (lot_id, item_id if kind == "container" else None)
        held[key] = held.get(key, ZERO) + quantity
    return {key: quantity for key, quantity in held.items() if quantity}
