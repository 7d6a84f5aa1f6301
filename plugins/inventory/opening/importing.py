"""Opening stock is taken over: missing items are made, one receipt per location is posted, all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.api import Context, Duplicate, Invalid
from plugins.inventory.assignments import default_location
from plugins.inventory.models.documents import Receipt
from plugins.inventory.models.items import Item
from plugins.inventory.models.locations import Location
from plugins.inventory.models.units import Unit
from plugins.inventory.opening.rows import Faults, OpeningRow, check_rows, kind_of


@dataclass(frozen=True)
class Known:
    """What the rows name, by code."""

    items: dict[str, int]
    units: dict[str, int]
    locations: dict[str, int]


def plan(ctx: Context, rows: Sequence[OpeningRow]) -> tuple[Known, Faults]:
    """Look up what the rows name and return it with every fault."""
    faults = check_rows(rows)
    known = Known(
        _ids(ctx, Item, {row.item_code for row in rows}),
        _ids(ctx, Unit, {row.unit for row in rows}),
        _ids(ctx, Location, {row.location_code for row in rows}),
    )
    for n, row in enumerate(rows):
        if row.unit and row.unit not in known.units:
            faults[f"rows.{n}.unit"] = [f"There is no unit {row.unit!r}. Add it, or use another."]
        if row.location_code and row.location_code not in known.locations:
            faults[f"rows.{n}.location_code"] = [f"There is no location {row.location_code!r}."]
        if row.item_code not in known.items and not (row.name and row.unit):
            faults[f"rows.{n}.item_code"] = [f"{row.item_code!r} is new: give its name and unit."]
    return known, faults


def _ids(ctx: Context, model: type[Any], codes: set[str]) -> dict[str, int]:
    wanted = sorted(codes - {""})
    return dict(ctx.rows(select(model.code, model.id).where(model.code.in_(wanted)))) if wanted else {}


def digest_of(rows: Sequence[OpeningRow]) -> str:
    """Return the fingerprint of the rows, by which the same file is known again."""
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()


def take_over(ctx: Context, rows: Sequence[OpeningRow], location_id: int | None) -> dict[str, Any]:
    """Make the items that are new and post the stock; Invalid with every fault, Duplicate for a file known before."""
    known, faults = plan(ctx, rows)
    if faults:
        raise Invalid(faults, code="OPENING_STOCK_INVALID")
    digest, places = digest_of(rows), _by_place(ctx, rows, known, location_id)
    # The same file given twice at once fills the same locations: the second waits here and then knows of the first.
    ctx.lock(Location, places)
    before = ctx.rows(select(Receipt.number).where(Receipt.import_digest == digest, Receipt.state == "posted"))
    if before:
        raise Duplicate(f"This file was taken over before, as {before[0].number}.", code="ALREADY_IMPORTED")
    made = _make_items(ctx, rows, known)
    receipts = [_post(ctx, place, group, known, digest) for place, group in sorted(places.items())]
    return {
        "rows_processed": len(rows),
        "items_created": made,
        "lots_created": sum(line.lot_id is not None for receipt in receipts for line in ctx.lines(receipt)),
        "receipts": [
            {"id": receipt.id, "number": receipt.number, "value": receipt.total_value} for receipt in receipts
        ],
    }


def _by_place(
    ctx: Context, rows: Sequence[OpeningRow], known: Known, location_id: int | None
) -> dict[int, list[OpeningRow]]:
    """Return the rows of each location; those that name none go to the one given, or to the default one."""
    start = location_id or (default_location(ctx).id if any(not row.location_code for row in rows) else 0)
    places: dict[int, list[OpeningRow]] = {}
    for row in rows:
        places.setdefault(known.locations.get(row.location_code, start), []).append(row)
    return places


def _make_items(ctx: Context, rows: Sequence[OpeningRow], known: Known) -> int:
    new = {row.item_code: row for row in reversed(rows) if row.item_code not in known.items}
    for code, row in new.items():
        item = ctx.do(
            "inventory.item.create", code=code, name=row.name, kind=kind_of(row), base_unit_id=known.units[row.unit]
        )
        known.items[code] = item.id
    return len(new)


def _post(ctx: Context, location_id: int, rows: Sequence[OpeningRow], known: Known, digest: str) -> Receipt:
    receipt: Receipt = ctx.do(
        "inventory.receipt.create",
        receipt_type="opening",
        location_id=location_id,
        lines=[_line(row, known) for row in rows],
    )
    ctx.update(receipt, import_digest=digest)
    ctx.do("inventory.receipt.post", receipt)
    return receipt


def _line(row: OpeningRow, known: Known) -> dict[str, Any]:
    return {
        "item_id": known.items[row.item_code],
        "quantity": row.quantity,
        "unit_id": known.units.get(row.unit),
        "unit_cost": row.unit_cost,
        "lot_number": row.lot_number or None,
        "supplier_lot": row.supplier_lot or None,
        "made_on": row.made_on,
        "expires_on": row.expires_on,
    }
