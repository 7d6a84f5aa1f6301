"""The ledger as people read it: lots, stock, moves."""

from core.api import group, resource
from plugins.inventory.models.lots import Lot, LotLink
from plugins.inventory.models.moves import Move
from plugins.inventory.models.stock import Stock

lots = resource(
    "inventory.lot",
    Lot,
    path="lots",
    title="Lots",
    label="number",
    natural_key=("item", "number"),
    list=("number", "item", "state", "received_on", "expires_on", "supplier_lot", "unit_cost"),
    form=[
        group("Lot", "item", "number", "state", "state_reason", "received_on", "made_on", "expires_on", "unit_cost"),
        group("Supplier", "supplier_name", "supplier_lot"),
        group("Notes", "notes"),
    ],
    sort="-received_on,-id",
    icon="boxes",
    # A lot is made by what brings it in; only its description is edited.
    verbs=("update",),
    calendar="expires_on",
    card=("item", "expires_on"),
    graph="inventory.lineage",
)

stock = resource(
    "inventory.stock",
    Stock,
    path="stock",
    title="Stock",
    singular="Balance",
    label=("item", "location", "lot"),
    list=("item", "location", "lot", "on_hand", "reserved", "value"),
    form=[group("Balance", "item", "location", "lot", "on_hand", "reserved", "value", "below_zero")],
    # Item by item: amounts of different units have no order among each other.
    sort="item_id,-on_hand",
    # Lots that are used up stay for whoever asks; what a weighted average is worth lies in a balance of no amount.
    opens=("On hand", "on_hand|value__ne=0"),
    icon="warehouse",
    writable=False,
    chart=("location", "value"),
)

moves = resource(
    "inventory.move",
    Move,
    path="admin/inventory-transactions",
    title="Stock moves",
    label=("move_type", "document_number"),
    list=("business_date", "item", "location", "lot", "move_type", "quantity", "value", "document_number", "reason"),
    form=[
        group("Move", "business_date", "item", "location", "lot", "move_type", "counterpart"),
        group("Amounts", "quantity", "entered_quantity", "entered_unit", "unit_cost", "value", "variance"),
        group("Document", "document_kind", "document_id", "document_number", "reason", "reverses"),
        group("People", "actor_id", "approved_by_id", "created_at"),
    ],
    sort="-id",
    icon="arrow-left-right",
    writable=False,
    chart=("move_type", "value"),
)

lot_links = resource(
    "inventory.lot_link",
    LotLink,
    path="lot-links",
    title="Lot genealogy",
    singular="Lot link",
    label=("input_lot", "output_lot"),
    list=("input_lot", "output_lot", "quantity", "document_kind", "document_id", "created_at"),
    form=[group("Link", "input_lot", "output_lot", "quantity", "document_kind", "document_id")],
    sort="-id",
    icon="git-fork",
    writable=False,
)
