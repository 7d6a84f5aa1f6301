"""The form of a record drawn from a pattern: the theme draws it once with holes, and each record fills them.

A pattern is shared by all records of its kind, so nothing of a record may get into it but holes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any

from markupsafe import Markup

from core.admin.display.cells import Cell
from core.admin.display.markup import Pattern, drawn, escaped, hole, shown_markup
from core.admin.forms.controls import ControlInfo, GeneratedForm
from core.admin.forms.drawing import LineRow, drawn_rows, open_form
from core.admin.forms.generated import BoundForm, BoundGrid
from core.admin.forms.tabs import arranged

FormLayout = Callable[..., Any]


@dataclass
class OpenGrid:
    """A grid of a pattern: its rows and sums are holes; the theme's macro for a row is kept."""

    name: str
    title: str
    help: str
    columns: tuple[ControlInfo, ...]
    ordered: bool
    tab: str
    count: int
    blank: GeneratedForm
    body: Markup
    totals: dict[str, str]
    widths: dict[str, str]
    line_row: LineRow | None = None
    problem: str = ""
    kind: str = "lines"
    faults: int = 0

    def drawn(self, line_row: LineRow) -> Markup:
        """Return the hole for the rows."""
        self.line_row = line_row
        return self.body


@dataclass(frozen=True)
class FormPattern:
    """A drawn form, and the macro that draws the rows of each grid."""

    pattern: Pattern
    line_rows: dict[str, Any]


def drawn_form(parts: Sequence[Any], form: BoundForm, form_layout: FormLayout) -> Markup:
    """Return the parts of a form that nobody has typed into, as the theme's macro draws them."""
    cells = [item.cell for part in parts if part.kind == "group" for item in part.items if item.cell is not None]
    tables = [part for part in parts if part.kind == "line-table"]
    grids: list[BoundGrid] = [part for part in parts if part.kind == "lines"]
    totals = [grid.totals for grid in grids]
    kind = (
        form_layout, form.inputs.currency, form.inputs.judged(), tuple(cell.wide for cell in cells),
        tuple(tuple(item.label for item in part.items) for part in parts if part.kind == "group"),
        tuple(bool(table.table) for table in tables),
        tuple((bool(grid.count), grid.blank_row.judged(), tuple(grid.widths.items()), *said)
              for grid, said in zip(grids, totals, strict=True)),
    )  # fmt: skip
    known: FormPattern = form.plan.kept.get(kind, partial(_pattern, parts, form, form_layout))
    inputs = form.inputs
    columns = form.plan.openings.columns([inputs.values], inputs.zone, inputs.currency, inputs.named)
    fills = [text for (text,) in columns]
    shown = zip(cells, escaped([cell.text for cell in cells]), strict=True)
    fills += [shown_markup(cell, text, linked=True) for cell, text in shown]
    fills += [table.body for table in tables]
    for grid, said in zip(grids, totals, strict=True):
        fills += ["".join(drawn_rows(grid, known.line_rows[grid.name])), *said.values()]
    return drawn([known.pattern.filled(fills)])


def _pattern(parts: Sequence[Any], form: BoundForm, form_layout: FormLayout) -> FormPattern:
    top, places = open_form(form.plan.openings, form.inputs), count(form.plan.openings.count)
    groups = {n: _open_group(part, top, places) for n, part in enumerate(parts) if part.kind == "group"}
    tables = {n: replace(part, table=part.table and [[]], body=_hole(places))
              for n, part in enumerate(parts) if part.kind == "line-table"}  # fmt: skip
    grids = {n: _open_grid(part, places) for n, part in enumerate(parts) if part.kind == "lines"}
    opened = groups | tables | grids
    made = Pattern(form_layout(arranged([opened[n] for n in range(len(parts))])))
    return FormPattern(made, {grid.name: grid.line_row for grid in grids.values()})


def _open_group(part: Any, top: GeneratedForm, places: Iterator[int]) -> Any:
    items = [
        replace(item, field=top.find(item.name)) if item.cell is None
        else replace(item, cell=Cell(_hole(places), wide=item.cell.wide))
        for item in part.items
    ]  # fmt: skip
    return replace(part, items=items)


def _open_grid(grid: BoundGrid, places: Iterator[int]) -> OpenGrid:
    body = _hole(places)
    return OpenGrid(
        grid.name, grid.title, grid.help, grid.columns, grid.ordered, grid.tab, grid.count, grid.blank, body,
        {name: _hole(places) for name in grid.totals}, grid.widths,
    )  # fmt: skip


def _hole(places: Iterator[int]) -> Markup:
    return drawn([hole(next(places))])
