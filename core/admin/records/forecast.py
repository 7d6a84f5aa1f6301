"""What an action would do, in the words of the pages: what changes in the record, what is made, what is booked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.actions.context import Context
from core.actions.forecasting import Forecast, Touched
from core.admin.display.cells import Cell
from core.admin.display.words import NUMERIC_KINDS
from core.admin.records.history import Change, ChangeDescriber, LineChange, Pairs
from core.plugins.declarations import Resource
from core.resources.shape import Field, LineShape

MOST_ROWS = 12
MOST_COLUMNS = 6
UNTOLD = frozenset({"id", "position"})
VERBS = {"create": "added", "update": "changed", "delete": "removed"}


@dataclass
class Block:
    """One kind of thing that would happen: changes of values, or rows of a table."""

    title: str
    changes: list[Change] = field(default_factory=list)
    lines: list[LineChange] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    more: int = 0


def forecast_blocks(ctx: Context, forecast: Forecast, ids: Sequence[int], resource: Resource) -> list[Block]:
    """Return a forecast as blocks: the record that was asked about first, then what else is touched, then ledgers."""
    own = [item for item in forecast.touched if item.resource is resource and item.record_id in ids]
    found = [block for item in own for block in _changed(ctx, item, len(ids) > 1)]
    groups: dict[tuple[Resource, str], list[Touched]] = {}
    for item in forecast.touched:
        if item not in own:
            groups.setdefault((item.resource, str(item.changes.get("verb", "update"))), []).append(item)
    for (other, verb), items in groups.items():
        found.append(_made(ctx, other, items) if verb == "create" else _listed(ctx, other, items, verb))
    for booked in forecast.booked:
        pairs = [{name: [None, value] for name, value in row.items()} for row in booked.rows]
        found.append(_table(ctx, booked.resource, pairs, "booked"))
    return [block for block in found if block.changes or block.lines or block.rows]


def _changed(ctx: Context, item: Touched, several: bool) -> list[Block]:
    shape = ctx.shape(item.resource)
    describer = ChangeDescriber(ctx, shape, [item.changes])
    parts = item.changes.get("lines", ())
    lines = describer.line_changes([part for part in parts if part["verb"] != "create"])
    first = Block(item.label if several else "", describer.changes(item.changes.get("fields", {})), lines[:MOST_ROWS],
                  more=max(len(lines) - MOST_ROWS, 0))  # fmt: skip
    added = {name: [part["fields"] for part in parts if part["verb"] == "create" and part["table"] == table]
             for name, table in ((line, shape.lines[line].model.__tablename__) for line in shape.lines)}  # fmt: skip
    return [first, *(_lines(describer, shape.lines[name], rows) for name, rows in added.items() if rows)]


def _lines(describer: ChangeDescriber, line: LineShape, rows: Sequence[Pairs]) -> Block:
    title = f"{line.title}: {len(rows)} added"
    told = _told_names(line.fields, rows)
    return _rows(title, [line.fields[name] for name in told], rows, lambda row: describer.values_of(line, row))


def _made(ctx: Context, resource: Resource, items: Sequence[Touched]) -> Block:
    return _table(ctx, resource, [item.changes.get("fields", {}) for item in items], "added")


def _listed(ctx: Context, resource: Resource, items: Sequence[Touched], verb: str) -> Block:
    describer = ChangeDescriber(ctx, ctx.shape(resource), [item.changes for item in items[:MOST_ROWS]])
    rows = [
        [Cell(item.label or resource.singular), Cell("; ".join(map(_sentence, _told(describer, item))), wide=True)]
        for item in items[:MOST_ROWS]
    ]
    columns = [{"label": resource.singular, "numeric": False}, {"label": "What changes", "numeric": False}]
    return Block(_title(resource, len(items), VERBS.get(verb, verb)), columns=columns, rows=rows,
                 more=max(len(items) - MOST_ROWS, 0))  # fmt: skip


def _told(describer: ChangeDescriber, item: Touched) -> list[Change]:
    lines = describer.line_changes(item.changes.get("lines", ()))
    own = [change for change in describer.changes(item.changes.get("fields", {})) if change.before or change.after]
    return own + [Change(f"{line.title} {line.verb}", "", "") for line in lines]


def _sentence(change: Change) -> str:
    if not change.before and not change.after:
        return change.label
    before = f"{change.before} → " if change.before else ""
    return f"{change.label}: {before}{change.after or 'empty'}"


def _table(ctx: Context, resource: Resource, rows: Sequence[Pairs], word: str) -> Block:
    shape = ctx.shape(resource)
    describer = ChangeDescriber(ctx, shape, [{"fields": row} for row in rows[:MOST_ROWS]])
    items = [shape.fields[name] for name in _told_names(shape.list_names, rows)]
    return _rows(_title(resource, len(rows), word), items, rows, describer.changes)


def _told_names(names: Iterable[str], rows: Sequence[Pairs]) -> list[str]:
    """Return the names, in their order, of which the first rows tell anything."""
    told = {name for row in rows[:MOST_ROWS] for name, pair in row.items() if pair[1] not in (None, "")}
    return [name for name in names if name in told and name not in UNTOLD][:MOST_COLUMNS]


def _rows(title: str, items: Sequence[Field], rows: Sequence[Pairs], tell: Callable[[Pairs], list[Change]]) -> Block:
    numeric = [item.kind.name in NUMERIC_KINDS for item in items]
    columns = [{"label": item.label, "numeric": number} for item, number in zip(items, numeric, strict=True)]
    cells = [
        [Cell(_after(tell, row, item), numeric=number) for item, number in zip(items, numeric, strict=True)]
        for row in rows[:MOST_ROWS]
    ]
    return Block(title, columns=columns, rows=cells, more=max(len(rows) - MOST_ROWS, 0))


def _after(tell: Callable[[Pairs], list[Change]], row: Pairs, item: Field) -> str:
    return tell({item.name: row[item.name]})[0].after if item.name in row else ""


def _title(resource: Resource, count: int, word: str) -> str:
    name = resource.singular if count == 1 else resource.title
    return f"{count} {name.lower()} {word}"
