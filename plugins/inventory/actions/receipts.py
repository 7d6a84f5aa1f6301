"""Receipts: goods that came in are posted, and a wrong receipt is taken back."""

from __future__ import annotations

from typing import Annotated, Any

from core.api import Context, Duplicate, Invalid, action, arg, before, select
from plugins.inventory.actions.drafts import need_lines, note_on_lines, source_of, take_back
from plugins.inventory.ledger.facts import ItemFacts, load_items
from plugins.inventory.ledger.movement import ZERO, Incoming
from plugins.inventory.ledger.posting import expect_posting
from plugins.inventory.ledger.receiving import receive
from plugins.inventory.models.documents import Receipt, ReceiptLine
from plugins.inventory.resources.documents import receipts

KIND = "inventory.receipt"


@before(receipts, "create")
@before(receipts, "update")
def refuse_second_invoice(ctx: Context, receipt: Receipt, values: dict[str, Any]) -> None:
    """Each invoice of a supplier is received once; a reversed receipt frees its number."""
    supplier = values.get("supplier_name", receipt.supplier_name)
    number = values.get("invoice_number", receipt.invoice_number)
    if not number:
        # Nothing and empty are the same invoice number: none.
        receipt.invoice_number = values["invoice_number"] = None
        return
    for other in ctx.db.scalars(_same_invoice(supplier, number)):
        if other.id != receipt.id:
            known = f"{_called(ctx, other)} has invoice {number} of {supplier or 'this supplier'} already."
            raise Duplicate(
                f"{known} Check the number.", code="DUPLICATE_INVOICE",
                errors={"invoice_number": ["Is already received."]},
            )  # fmt: skip


def _called(ctx: Context, receipt: Receipt) -> str:
    """Return the number of a receipt, as far as the actor may know it."""
    seen = select(Receipt.number).where(Receipt.id == receipt.id, *ctx.visible("inventory.receipt"))
    return ctx.one(seen) or "A receipt elsewhere"


def _same_invoice(supplier: str, number: str) -> Any:
    same = Receipt.supplier_name == supplier, Receipt.invoice_number == number, Receipt.state != "reversed"
    return select(Receipt).where(*same)


@action(receipts, source="draft", target="posted", label="Post", icon="check")
def post(ctx: Context, receipt: Receipt) -> None:
    """Put the goods on stock: every line becomes a lot with its cost and expiry."""
    expect_posting(ctx, [receipt.location_id])
    lines = need_lines(ctx, receipt)
    items = load_items(ctx, {line.item_id for line in lines})
    _check_complete(receipt, lines, items)
    day = receipt.received_on or ctx.today()
    moves = receive(
        ctx,
        [_incoming(receipt, line, items[line.item_id]) for line in lines],
        move_type=receipt.receipt_type,
        source=source_of(receipt, KIND, day, reason=receipt.supplier_reference),
        items=items,
    )
    note_on_lines(ctx, ReceiptLine, lines, ({"lot_id": move.lot_id, "value": move.value} for move in moves))
    # Set together and last: what is changed before a statement is written before it, by one of its own.
    ctx.update(receipt, received_on=day, total_value=sum((move.value for move in moves), ZERO))


def _check_complete(receipt: Receipt, lines: list[ReceiptLine], items: dict[int, ItemFacts]) -> None:
    errors: dict[str, list[str]] = {}
    for n, line in enumerate(lines):
        if line.unit_cost is None:
            errors[f"lines.{n}.unit_cost"] = ["Give the cost before posting; 0 if it was free."]
        if items[line.item_id].lot_tracking == "required" and not (line.lot_number or line.supplier_lot):
            errors[f"lines.{n}.lot_number"] = [f"{items[line.item_id].code} needs a lot number or the supplier's."]
    if errors:
        raise Invalid(errors, code="INCOMPLETE")


def _incoming(receipt: Receipt, line: ReceiptLine, item: ItemFacts) -> Incoming:
    return Incoming(
        item_id=line.item_id,
        location_id=receipt.location_id,
        quantity=line.quantity,
        unit_cost=line.unit_cost,
        unit_id=line.unit_id or item.purchase_unit_id,
        lot_number=line.lot_number or None,
        supplier_lot=line.supplier_lot,
        supplier_name=receipt.supplier_name or None,
        made_on=line.made_on,
        expires_on=line.expires_on,
        line_id=line.id,
    )


@action(receipts, source="posted", target="reversed", icon="undo-2", confirm="Take these goods off stock again?")
def reverse(ctx: Context, receipt: Receipt, *, reason: Annotated[str, arg("Reason", max_length=200)]) -> None:
    """Take the goods off stock again; refused when some of them have gone on."""
    take_back(ctx, receipt, KIND, reason)
