"""Rows of opening stock: read from a CSV text under the names people use, every fault found at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from core.api import BadRequest, arg
from plugins.inventory.ledger.arithmetic import LIMIT
from plugins.inventory.models.items import ITEM_KINDS

MOST_ROWS = 10_000
# Other systems' names for our columns and words.
_COLUMNS = {
    "sku": "item_code", "item": "item_code", "code": "item_code", "product_code": "item_code",
    "type": "kind", "item_type": "kind", "batch_code": "lot_number", "lot": "lot_number", "batch": "lot_number",
    "manufactured_at": "made_on", "expiry_date": "expires_on", "expiration_date": "expires_on", "expires": "expires_on",
    "cost": "unit_cost", "cost_per_unit": "unit_cost", "qty": "quantity", "location": "location_code",
}  # fmt: skip
_KINDS = {"raw_material": "raw", "finished_good": "finished", "material": "raw", "production": "raw"}


@dataclass(frozen=True)
class OpeningRow:
    """One lot of one item that is there on the first day."""

    item_code: Annotated[str, arg("Item", max_length=40)]
    quantity: Annotated[Decimal, arg("Quantity")]
    unit_cost: Annotated[Decimal, arg("Cost", help="Per unit of the row.")]
    name: Annotated[str, arg("Name", max_length=160, help="For an item that is new.")] = ""
    kind: Annotated[str, arg("Kind", max_length=40)] = ""
    unit: Annotated[str, arg("Unit", max_length=20, help="Empty: the item's base unit.")] = ""
    lot_number: Annotated[str, arg("Lot", max_length=60)] = ""
    supplier_lot: Annotated[str, arg("Supplier's lot", max_length=60)] = ""
    location_code: Annotated[str, arg("Location", max_length=20)] = ""
    made_on: Annotated[date | None, arg("Made")] = None
    expires_on: Annotated[date | None, arg("Expires")] = None


NAMES = tuple(item.name for item in fields(OpeningRow))
Faults = dict[str, list[str]]


def read_csv(text: str) -> tuple[list[OpeningRow], Faults]:
    """Return the rows of a CSV text and the faults by row and column; columns we do not know are passed over."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    known = {name: _column(name) for name in reader.fieldnames or () if name}
    missing = {"item_code", "quantity", "unit_cost"} - set(known.values())
    if missing:
        raise BadRequest(f"The file needs the columns item_code, quantity and unit_cost; {min(missing)} is missing.")
    rows: list[OpeningRow] = []
    faults: Faults = {}
    for n, given in enumerate(_lines(reader)):
        values = {known[name]: (value or "").strip() for name, value in given.items() if name in known}
        row = _read_row(values, f"rows.{n}", faults)
        if row is not None:
            rows.append(row)
    return rows, faults


def _column(name: str) -> str:
    plain = name.strip().lower().replace(" ", "_")
    plain = _COLUMNS.get(plain, plain)
    return plain if plain in NAMES else ""


def _lines(reader: csv.DictReader[str]) -> Iterator[Mapping[str, Any]]:
    try:
        for n, line in enumerate(reader):
            if n >= MOST_ROWS:
                raise BadRequest(f"At most {MOST_ROWS:,} rows at once. Split the file.")
            yield line
    except csv.Error as error:
        raise BadRequest(f"This is not a CSV file: {error}.") from None


def _read_row(values: Mapping[str, str], at: str, faults: Faults) -> OpeningRow | None:
    before = len(faults)
    read: dict[str, Any] = {name: values.get(name, "") for name in NAMES}
    for name in ("quantity", "unit_cost"):
        read[name] = _number(read[name], f"{at}.{name}", faults)
    for name in ("made_on", "expires_on"):
        read[name] = _day(read[name], f"{at}.{name}", faults)
    return OpeningRow(**read) if len(faults) == before else None


def _number(text: str, at: str, faults: Faults) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        faults[at] = [f"{text!r} is not a number."]
        return Decimal(0)


def _day(text: str, at: str, faults: Faults) -> date | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).date()
    except ValueError:
        faults[at] = [f"{text!r} is not a day such as 2026-03-31."]
        return None


def check_rows(rows: Sequence[OpeningRow]) -> Faults:
    """Return what is wrong with the rows in themselves, by row and column."""
    faults: Faults = {}
    for n, row in enumerate(rows):
        if not row.item_code:
            faults[f"rows.{n}.item_code"] = ["Is needed."]
        if not row.quantity.is_finite() or not 0 < row.quantity < LIMIT:
            faults[f"rows.{n}.quantity"] = [f"Must be more than 0 and under {LIMIT:,f}."]
        if not row.unit_cost.is_finite() or not 0 <= row.unit_cost < LIMIT:
            faults[f"rows.{n}.unit_cost"] = [f"Must be 0 or more and under {LIMIT:,f}."]
        if kind_of(row) not in ITEM_KINDS:
            faults[f"rows.{n}.kind"] = [f"Must be one of {', '.join(ITEM_KINDS)}."]
    return faults


def kind_of(row: OpeningRow) -> str:
    """Return the kind of item a row speaks of, raw where it does not say."""
    plain = row.kind.strip().lower().replace(" ", "_")
    return _KINDS.get(plain, plain) or "raw"
