"""What all stock documents share: a number, a place, reversal, and results noted on their lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from core.api import Context, Invalid, Record, Refused, before, select
from plugins.inventory.ledger.facts import check_works_at
from plugins.inventory.ledger.movement import ZERO, Movement, Source
from plugins.inventory.ledger.reversing import moves_of, reverse
from plugins.inventory.models.corrections import Adjustment, Count
from plugins.inventory.models.documents import Issue, Receipt, Transfer
from plugins.inventory.models.lots import Lot
from plugins.inventory.resources.documents import adjustments, counts, issues, receipts, transfers

PREFIXES = {Receipt: "RCV", Issue: "ISS", Transfer: "TRF", Adjustment: "ADJ", Count: "CNT"}


@before(receipts, "create")
@before(issues, "create")
@before(transfers, "create")
@before(adjustments, "create")
@before(counts, "create")
def give_number(ctx: Context, document: Any, values: dict[str, Any]) -> None:
    """A document is called by prefix, year and a running number: RCV-2026-0001."""
    prefix, year = PREFIXES[type(document)], ctx.today().year
    document.number = f"{prefix}-{year}-{ctx.next_number(f'inventory.{prefix}.{year}'):04d}"


@before(receipts, "create")
@before(receipts, "update")
@before(issues, "create")
@before(issues, "update")
@before(transfers, "create")
@before(transfers, "update")
@before(adjustments, "create")
@before(adjustments, "update")
@before(counts, "create")
@before(counts, "update")
def stay_where_one_works(ctx: Context, document: Any, values: dict[str, Any]) -> None:
    """A document is of a place where whoever writes it works, and names lots that were there."""
    named = values.get("from_location_id", values.get("location_id"))
    if named is not None:
        check_works_at(ctx, [named])
    _refuse_lots_of_elsewhere(ctx, document, values.get("lines") or ())


def _refuse_lots_of_elsewhere(ctx: Context, document: Any, lines: Sequence[Mapping[str, Any]]) -> None:
    """Refuse lots that the actor cannot see: a draft would tell what they are called."""
    named = {n: line["lot_id"] for n, line in enumerate(lines) if line.get("lot_id") is not None}
    rules = ctx.visible("inventory.lot") if named else []
    if not rules:
        return
    known = set(ctx.all(select(Lot.id).where(Lot.id.in_(sorted(set(named.values()))), *rules)))
    if document.version:
        known |= {line.lot_id for line in ctx.lines(document)}
    if errors := {f"lines.{n}.lot_id": ["There is no such record."] for n, lot in named.items() if lot not in known}:
        raise Invalid(errors)


def source_of(document: Record, kind: str, day: date, *, reason: str | None = None) -> Source:
    """Return a document as the reason why stock moves."""
    named: Any = document
    approved_by_id = getattr(document, "approved_by_id", None)
    return Source(kind, day, named.id, named.number, reason or None, approved_by_id)


def take_back(ctx: Context, document: Any, kind: str, reason: str) -> None:
    """Reverse every move a document posted, today."""
    moves = moves_of(ctx, kind, document.id)
    if not moves:
        raise Refused("NOTHING_POSTED", f"{document.number} moved no stock.")
    reverse(ctx, [move.id for move in moves], source=source_of(document, kind, ctx.today(), reason=reason))


def need_lines(ctx: Context, document: Any) -> list[Any]:
    """Return the lines of a document; Invalid when it has none."""
    lines = ctx.lines(document)
    if not lines:
        raise Invalid({"lines": [f"{document.number} has no lines. Add at least one."]}, code="NO_LINES")
    return lines


def values_by_line(moves: Iterable[Movement]) -> dict[int | None, tuple[Decimal, Decimal]]:
    """Return the quantity and value that each line moved."""
    found: dict[int | None, tuple[Decimal, Decimal]] = {}
    for movement in moves:
        quantity, value = found.get(movement.line_id, (ZERO, ZERO))
        found[movement.line_id] = (quantity + movement.quantity, value + movement.value)
    return found


def note_on_lines(ctx: Context, model: type[Record], lines: Sequence[Any], results: Iterable[dict[str, Any]]) -> None:
    """Write what a posting found out on the lines: one statement, whatever their number."""
    ctx.update_rows(model, [{"id": line.id, **result} for line, result in zip(lines, results, strict=True)])
    for line in lines:
        # The statement went past these objects: they are read again where somebody looks.
        ctx.db.expire(line)
