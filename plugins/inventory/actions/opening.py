"""Opening stock: looked at first, then taken over as a whole."""

from __future__ import annotations

from typing import Annotated, Any

from core.api import Context, Invalid, action, arg
from plugins.inventory.opening.importing import plan, take_over
from plugins.inventory.opening.rows import OpeningRow, read_csv
from plugins.inventory.resources.documents import receipts


@action(
    receipts, scope="collection", label="Opening stock", path="inventory/opening-stock",
    permission="inventory.receipt.opening-stock", icon="file-input",
)  # fmt: skip
def opening_stock(
    ctx: Context,
    *,
    file: Annotated[str, arg("CSV", multiline=True, help="With item_code, quantity, unit_cost; see the manual.")] = "",
    rows: Annotated[list[OpeningRow] | None, arg("Rows")] = None,
    location_id: Annotated[
        int | None, arg("Location", ref="inventory.location", help="Where no row names one.")
    ] = None,
    preview: Annotated[bool, arg("Only check")] = False,
) -> dict[str, Any]:
    """Take over the stock of the first day from a CSV text or rows; everything or nothing, each file once."""
    read, faults = read_csv(file) if file else (list(rows or []), {})
    if not read and not faults:
        raise Invalid({"rows": ["Give rows, or the text of a CSV file."]})
    if preview:
        known, further = plan(ctx, read)
        new = {row.item_code for row in read} - set(known.items)
        return {"rows": len(read), "new_items": sorted(new), "errors": {**faults, **further}}
    if faults:
        raise Invalid(faults, code="OPENING_STOCK_INVALID")
    return take_over(ctx, read, location_id)
