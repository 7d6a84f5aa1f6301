"""Reports of documents: what came in and what went out between two days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from core.api import Context, Invalid, arg, column, day_text, report, select
from plugins.inventory.models.documents import Issue, Receipt
from plugins.inventory.queries.levels import location_rows
from plugins.inventory.resources.documents import issues, receipts

_DAYS = 31
Since = Annotated[date | None, arg("From", help="Empty: 31 days back.")]
Until = Annotated[date | None, arg("To", help="Empty: today.")]
Place = Annotated[int | None, arg("Location", ref="inventory.location", help="Empty: all.")]


@report(
    "inventory.issues_report", title="Issues", path="reports/issues", permission="inventory.issue.read",
    columns=[column("number", "Number"), column("issued_on", "Date", "date"), column("location", "Location"),
             column("issue_type", "Type"), column("cost_centre", "Cost centre"),
             column("total_value", "Value", "money")],
    chart=("issue_type", "total_value"),
)  # fmt: skip
def issues_report(
    ctx: Context, *, since: Since = None, until: Until = None, location_id: Place = None,
    cost_centre: Annotated[str, arg("Cost centre", max_length=60)] = "",
) -> list[dict[str, Any]]:  # fmt: skip
    """The posted issues between two days."""
    first, last = _between(ctx, since, until)
    statement = select(Issue).where(
        Issue.state == "posted", Issue.issued_on.between(first, last), *ctx.restriction(issues, "read")
    )
    if cost_centre:
        statement = statement.where(Issue.cost_centre == cost_centre)
    if location_id is not None:
        statement = statement.where(Issue.location_id == location_id)
    names = ("number", "issued_on", "issue_type", "cost_centre", "total_value")
    return _rows(ctx, ctx.all(statement.order_by(Issue.issued_on, Issue.id)), names, "inventory.issue.sensitive")


@report(
    "inventory.receipts_report", title="Receipts", path="reports/receipts", permission="inventory.receipt.read",
    columns=[column("number", "Number"), column("received_on", "Date", "date"), column("location", "Location"),
             column("supplier_name", "Supplier"), column("invoice_number", "Invoice"),
             column("total_value", "Value", "money")],
    chart=("supplier_name", "total_value"),
)  # fmt: skip
def receipts_report(
    ctx: Context, *, since: Since = None, until: Until = None, location_id: Place = None,
    supplier_name: Annotated[str, arg("Supplier", max_length=120)] = "",
) -> list[dict[str, Any]]:  # fmt: skip
    """The posted receipts between two days."""
    first, last = _between(ctx, since, until)
    statement = select(Receipt).where(
        Receipt.state == "posted", Receipt.received_on.between(first, last), *ctx.restriction(receipts, "read")
    )
    if supplier_name:
        statement = statement.where(Receipt.supplier_name == supplier_name)
    if location_id is not None:
        statement = statement.where(Receipt.location_id == location_id)
    names = ("number", "received_on", "supplier_name", "invoice_number", "total_value")
    return _rows(
        ctx, ctx.all(statement.order_by(Receipt.received_on, Receipt.id)), names, "inventory.receipt.sensitive"
    )


def _between(ctx: Context, since: date | None, until: date | None) -> tuple[date, date]:
    last = until or ctx.today()
    try:
        first = since or last - timedelta(days=_DAYS)
    except OverflowError:
        raise Invalid({"until": [f"No calendar reaches {_DAYS} days further back. Use a later day."]}) from None
    if first > last:
        raise Invalid({"since": [f"Must not lie after {day_text(last)}."]})
    return first, last


def _rows(ctx: Context, documents: list[Any], names: tuple[str, ...], sensitive: str) -> list[dict[str, Any]]:
    locations, may_see = location_rows(ctx), ctx.can(sensitive)
    return [
        {
            "id": document.id,
            "location": locations[document.location_id].code,
            **{name: getattr(document, name) for name in names if may_see or name != "total_value"},
        }
        for document in documents
    ]
