"""Cards of inventory on the home page."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select

from core.api import Context, amount_text, day_text, widget
from plugins.inventory.models.documents import Receipt
from plugins.inventory.models.items import Category, Item
from plugins.inventory.models.moves import Move
from plugins.inventory.models.stock import Stock
from plugins.inventory.queries.levels import visible
from plugins.inventory.queries.stock import expiring, low_stock, stock_summary

READ, COST = "inventory.stock.read", "inventory.stock.sensitive"
SHOWN = 6
TREND_DAYS = 42
MOST_SLICES = 5


@widget("inventory.value_card", title="Stock value", permission=COST, link="inventory.stock_now")
def value_card(ctx: Context) -> dict[str, Any]:
    """What all stock is worth, and what it was worth in the last weeks."""
    numbers = stock_summary(ctx)
    value = ctx.money(numbers["value"])
    return {
        "value": value,
        "unit": ctx.tenant.currency,
        "detail": f"{numbers['items_in_stock']} items in {numbers['lots']} lots",
        "trend": _course(ctx, value) if ctx.can("inventory.move.read") else [],
    }


def _course(ctx: Context, value: Decimal) -> list[Decimal]:
    """Return the value at the end of each of the last days: from today back, less what each day brought."""
    start = ctx.today() - timedelta(days=TREND_DAYS)
    brought = (
        select(Move.business_date, func.sum(Move.value))
        .where(Move.business_date > start, *ctx.visible("inventory.move"))
        .group_by(Move.business_date)
    )
    changes: dict[date, Decimal] = defaultdict(Decimal, {row[0]: row[1] for row in ctx.rows(brought)})
    points = [value]
    for days in range(TREND_DAYS - 1):
        points.append(points[-1] - changes[ctx.today() - timedelta(days=days)])
    return points[::-1]


@widget("inventory.value_by_category", title="Stock value by category", permission=COST, link="inventory.stock_now",
        kind="chart", width=2)  # fmt: skip
def value_by_category(ctx: Context) -> dict[str, Any]:
    """Where the money lies: the categories worth most, the others together."""
    worth = (
        select(Category.name, func.sum(Stock.value))
        .join(Item, and_(Item.tenant_id == Stock.tenant_id, Item.id == Stock.item_id))
        .outerjoin(Category, and_(Category.tenant_id == Item.tenant_id, Category.id == Item.category_id))
        .where(*visible(ctx))
        .group_by(Category.name)
    )
    named = [(name or "No category", ctx.money(value)) for name, value in ctx.rows(worth)]
    rows = sorted(named, key=lambda row: -row[1])
    shown, rest = rows[:MOST_SLICES], rows[MOST_SLICES:]
    if rest:
        shown.append(("Others", sum((value for _name, value in rest), Decimal(0))))
    return {
        "type": "pie",
        "labels": [name for name, _value in shown],
        "series": [{"name": ctx.tenant.currency, "values": [value for _name, value in shown]}],
    }


@widget("inventory.low_stock_card", title="Low stock", permission=READ, link="inventory.low_stock_report", kind="list",
        width=2)  # fmt: skip
def low_stock_card(ctx: Context) -> dict[str, Any]:
    """The items to buy or make first."""
    rows = low_stock(ctx)
    items = [
        {
            "text": row["name"],
            "detail": f"{amount_text(row['available'])} of {amount_text(row['reorder_point'], row['unit'])}",
            "url": f"/items/{row['item_id']}",
            "tone": "bad" if row["available"] <= 0 else "warn",
        }
        for row in rows[:SHOWN]
    ]
    return {"value": len(rows), "items": items}


@widget("inventory.expiring_card", title="Expiring soon", permission=READ, link="inventory.expiring_report",
        kind="list", width=2)  # fmt: skip
def expiring_card(ctx: Context) -> dict[str, Any]:
    """The lots to use first."""
    rows = expiring(ctx)
    items = [
        {
            "text": f"{row['name']}, {row['lot_number']}",
            "detail": day_text(row["expires_on"]),
            "url": f"/lots/{row['lot_id']}",
            "tone": "bad" if row["days_left"] < 0 else "warn",
        }
        for row in rows[:SHOWN]
    ]
    return {"value": len(rows), "items": items}


@widget("inventory.receipts_card", title="Latest receipts", permission="inventory.receipt.read",
        link="inventory.receipt", kind="list", width=2)  # fmt: skip
def receipts_card(ctx: Context) -> dict[str, Any]:
    """What came in last."""
    latest = select(Receipt).where(Receipt.state == "posted", *ctx.visible("inventory.receipt"))
    rows = ctx.all(latest.order_by(Receipt.id.desc()).limit(SHOWN))
    return {
        "items": [
            {
                "text": " ".join(part for part in (row.number, row.supplier_name) if part),
                "detail": day_text(row.received_on) if row.received_on else "",
                "url": f"/receipts/{row.id}",
            }
            for row in rows
        ]
    }
