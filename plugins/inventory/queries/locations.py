"""What happens at one location this month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, func, select

from core.api import Context, NotFound, query
from plugins.inventory.ledger.movement import ISSUE_TYPES
from plugins.inventory.models.documents import Issue, Receipt
from plugins.inventory.models.locations import Location
from plugins.inventory.models.moves import Move
from plugins.inventory.models.stock import Stock
from plugins.inventory.resources.locations import locations

RECENT = 5


@query(
    "inventory.location_dashboard",
    path="admin/locations/{id}/dashboard",
    title="Location at a glance",
    permission="inventory.location.read",
)
def location_dashboard(ctx: Context, id: int) -> dict[str, Any]:
    """Answer the month's receipts and issues of a location, what lies there, and its latest documents."""
    location = ctx.scalar(select(Location).where(Location.id == id, *ctx.restriction(locations, "read")))
    if location is None:
        raise NotFound("There is no such location.")
    today = ctx.today()
    first, last = today.replace(day=1), _last_day_of_month(today)
    return {
        "location": {"id": location.id, "code": location.code, "name": location.name, "type": location.location_type},
        "period": {"start_date": first, "end_date": last, "days_left": (last - today).days},
        "totals": _totals(ctx, location, first),
        "recent_receipts": _recent(ctx, "inventory.receipt", Receipt.received_on, location),
        "recent_issues": _recent(ctx, "inventory.issue", Issue.issued_on, location),
    }


def _totals(ctx: Context, location: Location, first: date) -> dict[str, Any]:
    # By type and not by sign: what was taken back of a receipt or an issue is none any more.
    came_in, went_out = Move.move_type.in_(("receipt", "restock")), Move.move_type.in_((*ISSUE_TYPES, "batch"))
    receipts, issues, moves = ctx.rows(
        select(
            func.sum(case((came_in, Move.value))), func.sum(case((went_out, -Move.value))), func.count(Move.id)
        ).where(Move.location_id == location.id, Move.business_date >= first)
    )[0]
    items, value = ctx.rows(
        select(func.count(func.distinct(Stock.item_id)), func.sum(Stock.value)).where(
            Stock.location_id == location.id, Stock.on_hand != 0
        )
    )[0]
    counts = {"moves": moves, "items_on_hand": items}
    if not ctx.can("inventory.move.sensitive"):
        return counts
    return {**counts, "total_receipts": receipts or 0, "total_issues": issues or 0, "stock_value": value or 0}


def _recent(ctx: Context, key: str, day: Any, location: Location) -> list[dict[str, Any]]:
    if not ctx.can(f"{key}.read"):
        return []
    document = ctx.registry.resources[key].model
    found = select(document.id, document.number, day, document.state).where(
        document.location_id == location.id, *ctx.visible(key)
    )
    rows = ctx.rows(found.order_by(document.id.desc()).limit(RECENT))
    return [{"id": row[0], "number": row[1], "date": row[2], "state": row[3]} for row in rows]


def _last_day_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
