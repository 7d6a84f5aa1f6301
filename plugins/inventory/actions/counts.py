"""Counts: what the books say is noted, people count, and the difference is posted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from core.api import Context, Invalid, action, arg, before, select
from plugins.inventory.actions.drafts import note_on_lines, source_of, values_by_line
from plugins.inventory.ledger.adjusting import Difference, correct
from plugins.inventory.ledger.movement import ZERO
from plugins.inventory.ledger.past import on_hand_on
from plugins.inventory.ledger.posting import expect_posting
from plugins.inventory.models.corrections import Count, CountLine
from plugins.inventory.models.stock import Stock
from plugins.inventory.resources.documents import counts

KIND = "inventory.count"
WHAT = ("item_id", "lot_id")
Books = dict[tuple[int, int | None], Decimal]


@before(counts, "update")
def keep_what_was_counted(ctx: Context, count: Count, values: dict[str, Any]) -> None:
    """What the books said of a line was said of one item and lot: these stay once counting has started."""
    if count.state != "counting":
        return
    noted = {line.id: line for line in ctx.lines(count) if not _is_added(line)}
    for n, given in enumerate(values.get("lines") or ()):
        line = noted.get(given.get("id"))
        if line is not None and any(given.get(name, getattr(line, name)) != getattr(line, name) for name in WHAT):
            told = "What the books said of this line was noted at the start. Add a line for what was found instead."
            raise Invalid({f"lines.{n}.item_id": [told]}, code="COUNT_STARTED")


@action(counts, source="draft", target="counting", label="Start", icon="play")
def start(ctx: Context, count: Count) -> None:
    """Note what the books say: of the items listed, or of everything at the location when none is."""
    day = count.counted_on or ctx.today()
    if day > ctx.today():
        raise Invalid({"counted_on": ["Lies in the future. Start the count on its day."]}, code="FUTURE_DATE")
    asked = {line.item_id for line in ctx.lines(count)}
    present = sorted(_books(ctx, count, asked or None).items(), key=lambda row: (row[0][0], row[0][1] or 0))
    for line in ctx.lines(count):
        ctx.delete(line)
    nowhere = asked - {item_id for (item_id, _lot_id), _on_hand in present}
    rows = [*((*what, on_hand) for what, on_hand in present), *((item, None, ZERO) for item in sorted(nowhere))]
    if not rows:
        raise Invalid({"lines": ["There is nothing on hand here. List the items you want to count."]}, code="NO_LINES")
    names = ("item_id", "lot_id", "system_quantity")
    ctx.insert(CountLine, [{"count_id": count.id, **dict(zip(names, row, strict=True))} for row in rows])
    ctx.db.expire(count, ["lines"])
    count.counted_on = day


@action(counts, source="counting", target="posted", label="Post", icon="check", confirm="Post the differences?")
def post(
    ctx: Context,
    count: Count,
    *,
    skip_uncounted: Annotated[bool, arg("Leave out what was not counted")] = False,
) -> None:
    """Post the differences to what the books said when the count was started.

    Moves made meanwhile stay: the difference is posted, not the counted quantity. Of a line that was added while
    people counted, the books of this moment are taken.
    """
    expect_posting(ctx, [count.location_id])
    lines = ctx.lines(count)
    _refuse_twice(lines)
    books = _noted(ctx, count, lines)
    missing = {f"lines.{n}.counted_quantity": ["Not counted yet."] for n, line in enumerate(lines) if _open(line)}
    if missing and not skip_uncounted:
        raise Invalid(missing, code="COUNT_INCOMPLETE")
    gaps = {line.id: line.counted_quantity - books[line.id] for line in lines if not _open(line)}
    differences = [
        Difference(line.item_id, count.location_id, line.counted_quantity, gaps[line.id], line.lot_id, line_id=line.id)
        for line in lines
        if gaps.get(line.id)
    ]
    day = count.counted_on or ctx.today()
    moves = correct(ctx, differences, source=source_of(count, KIND, day, reason=f"Count {count.number}"))
    changed = values_by_line(moves)
    results = (
        {
            "system_quantity": books[line.id],
            "difference": gaps.get(line.id),
            "value": changed.get(line.id, (ZERO, ZERO))[1],
        }
        for line in lines
    )
    note_on_lines(ctx, CountLine, lines, results)
    count.total_value = sum((move.value for move in moves), ZERO)


@action(counts, source=("draft", "counting"), target="cancelled", label="Cancel", icon="ban")
def cancel(ctx: Context, count: Count) -> None:
    """Put the count aside; stock stays as the books say."""


def _open(line: CountLine) -> bool:
    return line.counted_quantity is None


def _is_added(line: CountLine) -> bool:
    return line.system_quantity is None


def _books(ctx: Context, count: Count, item_ids: set[int] | None) -> Books:
    """Return what is on hand at the place at the end of the count's day, by item and lot."""
    day = count.counted_on or ctx.today()
    if day < ctx.today():
        found = on_hand_on(ctx, day, [count.location_id], item_ids)
        return {(item_id, lot_id): quantity for (item_id, _place, lot_id), quantity in found.items()}
    here = select(Stock.item_id, Stock.lot_id, Stock.on_hand).where(
        Stock.location_id == count.location_id, Stock.on_hand != ZERO
    )
    if item_ids is not None:
        here = here.where(Stock.item_id.in_(sorted(item_ids)))
    return {(row.item_id, row.lot_id): row.on_hand for row in ctx.rows(here)}


def _refuse_twice(lines: Sequence[CountLine]) -> None:
    """Refuse lines that count the same lot: each would set right what the other has set right already."""
    seen: set[tuple[int, int | None]] = set()
    twice = {}
    for n, line in enumerate(lines):
        if (line.item_id, line.lot_id) in seen:
            twice[f"lines.{n}.item_id"] = ["Is counted by another line already. Put them into one line."]
        seen.add((line.item_id, line.lot_id))
    if twice:
        raise Invalid(twice, code="COUNTED_TWICE")


def _noted(ctx: Context, count: Count, lines: Sequence[CountLine]) -> dict[int, Decimal]:
    """Return what the books say of each line: as noted at the start, or as they are now for lines added since."""
    added = [line for line in lines if _is_added(line)]
    listed = {line.item_id for line in lines if not _is_added(line)}
    now = _books(ctx, count, {line.item_id for line in added}) if added else {}
    named: Books = {
        (line.item_id, line.lot_id): now.get((line.item_id, line.lot_id), ZERO) for line in added if line.lot_id
    }
    noted = {line.id: line.system_quantity or ZERO for line in lines}
    for line in added:
        if line.lot_id is not None:
            noted[line.id] = named[line.item_id, line.lot_id]
        elif line.item_id not in listed:
            noted[line.id] = _all_of(line.item_id, now) - _all_of(line.item_id, named)
    return noted


def _all_of(item_id: int, books: Books) -> Decimal:
    return sum((quantity for (item, _lot), quantity in books.items() if item == item_id), ZERO)
