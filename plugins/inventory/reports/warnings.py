"""Reports of what needs somebody's attention: low stock, lots that expire, stock below zero."""

from __future__ import annotations

from typing import Annotated, Any

from core.api import Context, arg, column, report
from plugins.inventory.queries import stock

READ = "inventory.stock.read"
_ITEM = (column("code", "Code"), column("name", "Name"))
Place = Annotated[int | None, arg("Location", ref="inventory.location", help="Empty: all.")]


@report(
    "inventory.low_stock_report", title="Low stock", path="reports/low-stock", permission=READ,
    columns=[*_ITEM, column("available", "Available", "quantity"), column("reorder_point", "Reorder at", "quantity"),
             column("shortage", "Short by", "quantity"), column("unit", "Unit")],
)  # fmt: skip
def low_stock(ctx: Context, *, location_id: Place = None) -> list[dict[str, Any]]:
    """The items at or under their reorder point, the emptiest first."""
    return stock.low_stock(ctx, location_id=location_id)


@report(
    "inventory.expiring_report", title="Expiring lots", path="reports/expiring", permission=READ,
    columns=[*_ITEM, column("lot_number", "Lot"), column("expires_on", "Expires", "date"),
             column("days_left", "Days left", "integer"), column("on_hand", "On hand", "quantity"),
             column("unit", "Unit"), column("state", "State")],
)  # fmt: skip
def expiring(
    ctx: Context,
    *,
    days: Annotated[int | None, arg("Within days", ge=0, le=3650, help="Empty: as set.")] = None,
    location_id: Place = None,
) -> list[dict[str, Any]]:
    """The lots on hand that expire soon or have expired, the first to expire first."""
    return stock.expiring(ctx, days=days, location_id=location_id)


@report(
    "inventory.below_zero_report", title="Stock below zero", path="reports/below-zero", permission=READ,
    columns=[*_ITEM, column("location", "Location"), column("on_hand", "On hand", "quantity"), column("unit", "Unit")],
)  # fmt: skip
def below_zero(ctx: Context) -> list[dict[str, Any]]:
    """What was let go before it came, and still has not come."""
    return stock.negative_inventory(ctx)
