"""What the forms of documents fill in by themselves: the unit of the item that was chosen, and what it cost last."""

from __future__ import annotations

from typing import Any

from core.api import Context, on_change, select
from plugins.inventory.models.documents import Receipt, ReceiptLine
from plugins.inventory.models.items import Item
from plugins.inventory.resources.documents import adjustments, issues, receipts, reservations, transfers

Values = dict[str, Any]


@on_change(receipts, "lines.item")
def unit_and_last_cost(ctx: Context, values: Values, line: Values) -> Values:
    """Goods come in the unit and at the cost they came in last time, else in the item's purchase unit."""
    item = ctx.find(Item, id=line.get("item_id"))
    if item is None:
        return {}
    last = ctx.rows(
        select(ReceiptLine.unit_id, ReceiptLine.unit_cost)
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .where(ReceiptLine.item_id == item.id, Receipt.state == "posted", *ctx.restriction(receipts, "read"))
        .order_by(ReceiptLine.id.desc())
        .limit(1)
    )
    usual = item.purchase_unit_id or item.base_unit_id
    return {"unit": (last[0].unit_id or usual) if last else usual, "unit_cost": last[0].unit_cost if last else None}


@on_change(issues, "lines.item")
@on_change(transfers, "lines.item")
@on_change(adjustments, "lines.item")
def unit_of_stock(ctx: Context, values: Values, line: Values) -> Values:
    """Stock leaves and moves in the unit it is counted in; the lot of another item is none of this one's."""
    item = ctx.find(Item, id=line.get("item_id"))
    return {} if item is None else {"unit": item.base_unit_id, "lot": None}


@on_change(reservations, "item")
def unit_of_reserved(ctx: Context, values: Values, line: Values | None) -> Values:
    """An item is reserved in the unit it is counted in."""
    item = ctx.find(Item, id=values.get("item_id"))
    return {} if item is None else {"unit": item.base_unit_id}
