"""Counts: what the books say is noted, people count, and the difference is posted."""

from __future__ import annotations

from typing import Annotated, Any

from sqlalchemy import or_

from core.api import Context, Invalid, Refused, action, arg, before, select
from plugins.inventory.actions.drafts import lines_of, note_on_lines, source_of, values_by_line
from plugins.inventory.ledger.adjusting import Difference, correct
from plugins.inventory.ledger.movement import ZERO
from plugins.inventory.models.corrections import Count, CountLine
from plugins.inventory.models.stock import Stock
from plugins.inventory.resources.documents import counts

KIND = "inventory.count"


@before(counts, "update")
def keep_what_was_counted(ctx: Context, count: Count, values: dict[str, Any]) -> None:
    """The place stays once counting has started."""
    if count.state == "counting" and values.get("location_id", count.location_id) != count.location_id:
        raise Refused("COUNT_STARTED", "The location is being counted. Cancel this count and start another.")


@action(counts, source="draft", target="counting", label="Start", icon="play")
def start(ctx: Context, count: Count) -> None:
    """Note what the books say: of the items listed, or of everything at the location when none is."""
    count.counted_on = count.counted_on or ctx.today()
    asked = {line.item_id for line in lines_of(count)}
    found = or_(Stock.on_hand != ZERO, Stock.reserved != ZERO)
    columns = select(Stock.item_id, Stock.lot_id, Stock.on_hand).where(Stock.location_id == count.location_id, found)
    if asked:
        columns = columns.where(Stock.item_id.in_(sorted(asked)))
    present = ctx.rows(columns.order_by(Stock.item_id, Stock.lot_id))
    for line in lines_of(count):
        ctx.delete(line)
    nowhere = asked - {row.item_id for row in present}
    rows = [
        *((row.item_id, row.lot_id, row.on_hand) for row in present),
        *((item, None, ZERO) for item in sorted(nowhere)),
    ]
    if not rows:
        raise Invalid({"lines": ["There is nothing on hand here. List the items you want to count."]}, code="NO_LINES")
    names = ("item_id", "lot_id", "system_quantity")
    ctx.insert(CountLine, [{"count_id": count.id, **dict(zip(names, row, strict=True))} for row in rows])
    ctx.db.expire(count, ["lines"])


@action(counts, source="counting", target="posted", label="Post", icon="check", confirm="Post the differences?")
def post(
    ctx: Context,
    count: Count,
    *,
    skip_uncounted: Annotated[bool, arg("Leave out what was not counted")] = False,
) -> None:
    """Post the differences to what the books said when the count was started.

    Moves made meanwhile stay: the difference is posted, not the counted quantity.
    """
    lines = lines_of(count)
    missing = {f"lines.{n}.counted_quantity": ["Not counted yet."] for n, line in enumerate(lines) if _open(line)}
    if missing and not skip_uncounted:
        raise Invalid(missing, code="COUNT_INCOMPLETE")
    gaps = {line.id: line.counted_quantity - (line.system_quantity or ZERO) for line in lines if not _open(line)}
    differences = [
        Difference(line.item_id, count.location_id, gaps[line.id], line.lot_id, line_id=line.id)
        for line in lines
        if gaps.get(line.id)
    ]
    day = count.counted_on or ctx.today()
    moves = correct(ctx, differences, source=source_of(count, KIND, day, reason=f"Count {count.number}"))
    changed = values_by_line(moves)
    results = ({"difference": gaps.get(line.id), "value": changed.get(line.id, (ZERO, ZERO))[1]} for line in lines)
    note_on_lines(ctx, CountLine, lines, results)
    count.total_value = sum((move.value for move in moves), ZERO)


@action(counts, source=("draft", "counting"), target="cancelled", label="Cancel", icon="ban")
def cancel(ctx: Context, count: Count) -> None:
    """Put the count aside; stock stays as the books say."""


def _open(line: CountLine) -> bool:
    return line.counted_quantity is None
