"""The ledger read by item, location or lot, and any lot followed to both ends."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from sqlalchemy import ColumnElement, and_, select

from core.api import Context, arg, query
from plugins.inventory.ledger.tracing import seen, trace
from plugins.inventory.models.items import Item
from plugins.inventory.models.locations import Location
from plugins.inventory.models.lots import Lot
from plugins.inventory.models.moves import Move
from plugins.inventory.queries.levels import without_cost
from plugins.inventory.queries.reading import readable
from plugins.inventory.resources.ledger import moves

READ = "inventory.move.read"
Page = Annotated[int | None, arg("Before", help="The `next` of the page before: older moves follow.")]
Size = Annotated[int, arg("Page size", ge=1, le=200)]
_NAMES = ("id", "business_date", "move_type", "counterpart", "item_id", "code", "location_id", "location", "lot_id",
          "lot_number", "quantity", "unit_cost", "value", "variance", "document_kind", "document_id", "document_number",
          "reason", "reverses_id", "created_at")  # fmt: skip


@query("inventory.item_moves", path="items/{id}/transactions", title="Moves of an item", permission=READ)
def item_moves(ctx: Context, id: int, *, before: Page = None, page_size: Size = 50) -> dict[str, Any]:
    """Answer the moves of an item, the latest first."""
    readable(ctx, "inventory.item", id)
    return _page(ctx, Move.item_id == id, before, page_size)


@query(
    "inventory.product_moves", path="admin/inventory-transactions/by-product/{id}", title="Moves of an item",
    permission=READ,
)  # fmt: skip
def product_moves(ctx: Context, id: int, *, before: Page = None, page_size: Size = 50) -> dict[str, Any]:
    """Answer the moves of an item, the latest first."""
    return item_moves(ctx, id, before=before, page_size=page_size)


@query(
    "inventory.location_moves", path="admin/inventory-transactions/by-location/{id}", title="Moves at a location",
    permission=READ,
)  # fmt: skip
def location_moves(ctx: Context, id: int, *, before: Page = None, page_size: Size = 50) -> dict[str, Any]:
    """Answer the moves at a location, the latest first."""
    readable(ctx, "inventory.location", id)
    return _page(ctx, Move.location_id == id, before, page_size)


@query("inventory.lot_moves", path="lots/{id}/transactions", title="Moves of a lot", permission=READ)
def lot_moves(ctx: Context, id: int, *, before: Page = None, page_size: Size = 50) -> dict[str, Any]:
    """Answer the moves of a lot, the latest first."""
    readable(ctx, "inventory.lot", id)
    return _page(ctx, Move.lot_id == id, before, page_size)


def _page(ctx: Context, condition: ColumnElement[bool], before: int | None, page_size: int) -> dict[str, Any]:
    columns = (Move.id, Move.business_date, Move.move_type, Move.counterpart, Move.item_id, Item.code, Move.location_id,
               Location.code, Move.lot_id, Lot.number, Move.quantity, Move.unit_cost, Move.value, Move.variance,
               Move.document_kind, Move.document_id, Move.document_number, Move.reason, Move.reverses_id,
               Move.created_at)  # fmt: skip
    statement = (
        select(*columns)
        .join(Item, and_(Item.tenant_id == Move.tenant_id, Item.id == Move.item_id))
        .join(Location, and_(Location.tenant_id == Move.tenant_id, Location.id == Move.location_id))
        .outerjoin(Lot, and_(Lot.tenant_id == Move.tenant_id, Lot.id == Move.lot_id))
        .where(condition, *ctx.restriction(moves, "read"))
        .order_by(Move.id.desc())
        .limit(page_size + 1)
    )
    rows = ctx.rows(statement if before is None else statement.where(Move.id < before))
    items = [without_cost(ctx, dict(zip(_NAMES, row, strict=True))) for row in rows[:page_size]]
    return {"items": items, "next": items[-1]["id"] if len(rows) > page_size else None}


@query(
    "inventory.lot_trace",
    path="lots/{id}/trace",
    title="Where a lot came from and went",
    permission="inventory.lot.read",
)
def lot_trace(
    ctx: Context, id: int, *, direction: Annotated[Literal["forward", "backward", "both"], arg("Direction")] = "both"
) -> dict[str, Any]:
    """Answer everything that was made of a lot, everything it was made of, and by which documents.

    What lies beyond the places where the member works is left out; `complete` says whether there is such a thing.
    """
    readable(ctx, "inventory.lot", id)
    wanted: tuple[Literal["forward", "backward"], ...] = (
        ("forward", "backward") if direction == "both" else (direction,)
    )
    found = {way: seen(ctx, trace(ctx, [id], way)) for way in wanted}
    lots = _lot_rows(ctx, {lot_id for one in found.values() for lot_id in one.generations})
    return {
        "lot": lots[id],
        **{
            way: {
                "complete": one.complete,
                "lots": [{**lots[lot_id], "generation": one.generations[lot_id]} for lot_id in one.lot_ids],
                "links": [
                    {
                        "input_lot_id": link.input_lot_id,
                        "output_lot_id": link.output_lot_id,
                        "quantity": link.quantity,
                        "document_kind": link.document_kind,
                        "document_id": link.document_id,
                    }
                    for link in one.links
                ],
            }
            for way, one in found.items()
        },
    }


def _lot_rows(ctx: Context, lot_ids: set[int]) -> dict[int, dict[str, Any]]:
    columns = Lot.id, Lot.number, Lot.state, Lot.item_id, Item.code, Item.name, Lot.received_on, Lot.expires_on
    own = and_(Item.tenant_id == Lot.tenant_id, Item.id == Lot.item_id)
    rows = ctx.rows(select(*columns).join(Item, own).where(Lot.id.in_(sorted(lot_ids))))
    names = ("id", "number", "state", "item_id", "code", "name", "received_on", "expires_on")
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}
