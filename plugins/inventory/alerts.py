"""What somebody who looks after stock should see at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.api import Context, alert, amount_text, day_text
from plugins.inventory.queries.stock import expiring, low_stock

READ = "inventory.stock.read"


@alert("inventory.low_stock_alert", title="Low stock", permission=READ, link="/reports/low-stock")
def low_stock_alert(ctx: Context) -> Iterable[dict[str, Any]]:
    """Tell of every item at or under its reorder point; one that is out comes first."""
    for row in low_stock(ctx):
        out = row["available"] <= 0
        left = amount_text(row["available"], row["unit"])
        yield {
            "key": row["item_id"],
            "text": f"{row['name']} is {'out of stock' if out else 'low'}",
            "detail": f"{left} left, reorder at {amount_text(row['reorder_point'])}",
            "tone": "bad" if out else "warn",
            "url": f"/items/{row['item_id']}" if ctx.can("inventory.item.read") else "",
        }


@alert("inventory.expiring_alert", title="Expiring lots", permission=READ, link="/reports/expiring")
def expiring_alert(ctx: Context) -> Iterable[dict[str, Any]]:
    """Tell of every lot on hand that has expired or soon will."""
    for row in expiring(ctx):
        over = row["days_left"] < 0
        yield {
            "key": f"{row['lot_id']}.{row['location_id']}",
            "text": f"{row['name']}, lot {row['lot_number']}, {'has expired' if over else 'expires soon'}",
            "detail": f"{amount_text(row['on_hand'], row['unit'])} on hand, use by {day_text(row['expires_on'])}",
            "tone": "bad" if over else "warn",
            "url": f"/lots/{row['lot_id']}" if ctx.can("inventory.lot.read") else "",
        }
