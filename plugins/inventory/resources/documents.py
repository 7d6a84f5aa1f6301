"""The documents that move stock, and those that set it right."""

from core.api import group, lines, resource
from plugins.inventory.models.corrections import Adjustment, Count
from plugins.inventory.models.documents import Issue, Receipt, Transfer
from plugins.inventory.models.reservations import Reservation

# Documents are made by people or by other systems one at a time; opening stock has an import of its own.
_VERBS = ("create", "update", "delete")

receipts = resource(
    "inventory.receipt",
    Receipt,
    path="receipts",
    title="Receipts",
    label="number",
    natural_key="number",
    list=("number", "received_on", "supplier_name", "invoice_number", "location", "total_value", "state"),
    form=[
        group("Receipt", "number", "state", "receipt_type", "location", "received_on", "total_value"),
        group("Supplier", "supplier_name", "supplier_reference", "invoice_number"),
        lines("lines", "item", "quantity", "unit", "unit_cost", "lot_number", "supplier_lot", "expires_on", "value"),
        group("Notes", "notes"),
    ],
    sort="-id",
    icon="package-plus",
    calendar="received_on",
    chart=("state", "total_value"),
    card=("supplier_name", "location", "total_value"),
    editable=("draft",),
    verbs=_VERBS,
)

issues = resource(
    "inventory.issue",
    Issue,
    path="issues",
    title="Issues",
    label="number",
    natural_key="number",
    list=("number", "issued_on", "issue_type", "location", "cost_centre", "total_value", "state"),
    form=[
        group("Issue", "number", "state", "issue_type", "location", "issued_on", "total_value"),
        group("Purpose", "cost_centre", "customer_name", "reason"),
        lines("lines", "item", "quantity", "unit", "lot", "unit_cost", "value"),
        group("Approval", "requested_by_id", "approved_by_id"),
        group("Notes", "notes"),
    ],
    sort="-id",
    icon="package-minus",
    calendar="issued_on",
    chart=("issue_type", "total_value"),
    card=("issue_type", "location", "total_value"),
    editable=("draft",),
    verbs=_VERBS,
)

transfers = resource(
    "inventory.transfer",
    Transfer,
    path="transfers",
    title="Transfers",
    label="number",
    natural_key="number",
    list=("number", "requested_on", "from_location", "to_location", "total_value", "state"),
    form=[
        group("Transfer", "number", "state", "from_location", "to_location", "requested_on", "total_value"),
        lines("lines", "item", "quantity", "unit", "lot", "value"),
        group("Approval", "requested_by_id", "approved_by_id", "decision_reason"),
        group("Notes", "notes"),
    ],
    sort="-id",
    icon="truck",
    kanban="state",
    calendar="requested_on",
    chart=("state", "total_value"),
    card=("from_location", "to_location", "total_value"),
    editable=("draft",),
    verbs=_VERBS,
)

adjustments = resource(
    "inventory.adjustment",
    Adjustment,
    path="inventory/adjustments",
    title="Adjustments",
    label="number",
    natural_key="number",
    list=("number", "adjusted_on", "adjustment_type", "location", "reason", "total_value", "state"),
    form=[
        group("Adjustment", "number", "state", "adjustment_type", "location", "adjusted_on", "reason", "reference"),
        group("Value", "total_value"),
        lines("lines", "item", "quantity", "unit", "unit_cost", "lot", "lot_number", "expires_on", "value"),
        group("Notes", "notes"),
    ],
    sort="-id",
    icon="scale",
    editable=("draft",),
    verbs=_VERBS,
)

counts = resource(
    "inventory.count",
    Count,
    path="counts",
    title="Counts",
    label="number",
    natural_key="number",
    list=("number", "counted_on", "location", "total_value", "state"),
    form=[
        group("Count", "number", "state", "location", "counted_on", "total_value"),
        lines("lines", "item", "lot", "system_quantity", "counted_quantity", "difference", "value", "note"),
        group("Notes", "notes"),
    ],
    sort="-id",
    icon="clipboard-list",
    editable=("draft", "counting"),
    verbs=_VERBS,
)

reservations = resource(
    "inventory.reservation",
    Reservation,
    path="reservations",
    title="Reservations",
    label="number",
    natural_key="number",
    list=("number", "item", "location", "quantity", "held", "missing", "customer_name", "expires_at", "state"),
    form=[
        group("Reservation", "number", "state", "item", "quantity", "unit", "location", "strength", "held", "missing"),
        group("For", "customer_name", "reference", "expires_at"),
        lines("picks", "lot", "quantity", "unit_cost", title="Held on"),
        group("Notes", "notes"),
    ],
    sort="-id",
    icon="bookmark",
    verbs=("create",),
    calendar="expires_at",
)
