"""Forms made from a plan: bound to a record or to what was sent, turned into the body that the API would get."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from itertools import repeat
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from core.admin.display.markup import Kept, drawn
from core.admin.forms.controls import ControlInfo, GeneratedForm
from core.admin.forms.depending import Judgement
from core.admin.forms.drawing import LineRow, Openings, drawn_rows
from core.admin.forms.inputs import Controls, Inputs, Row, Values
from core.admin.forms.inputs import Posted as Posted
from core.admin.forms.values import body_of, plain_number

MOST_ROWS = 2000
LONG_NUMBERS = ((26, "longer"), (21, "long"))
REQUIRED_MESSAGES = frozenset({"Field may not be null.", "Missing data for required field.", "Must not be empty."})


class Plan:
    """What is made once for inputs that are declared together: the inputs, their holes, the patterns drawn of them."""

    def __init__(self, infos: Sequence[ControlInfo]) -> None:
        self.controls = Controls(infos)
        self.openings = Openings(self.controls)
        self.kept = Kept()


class GridPlan(Plan):
    """A grid of lines to fill in."""

    def __init__(
        self, name: str, title: str, columns: tuple[ControlInfo, ...], help: str = "", tab: str = "",
        ordered: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(columns)
        self.name, self.title, self.columns, self.help = name, title, columns, help
        self.tab, self.ordered = tab, ordered
        # Of a choice that must be made the browser shows the first word.
        self.shown_first = {info.name: info.choices[0][0] for info in columns if info.choices and not info.blank}


class FormPlan(Plan):
    """The inputs of a form, made once per declaration."""

    def __init__(self, fields: tuple[ControlInfo, ...], grids: tuple[GridPlan, ...] = ()) -> None:
        super().__init__(fields)
        self.grids = grids


@dataclass(frozen=True)
class Fault:
    """One entry of the summary of faults, linked to its input."""

    anchor: str
    label: str
    text: str


@dataclass
class BoundGrid:
    """A grid with the lines of a record; they become rows of inputs once somebody needs to type into them."""

    plan: GridPlan
    above: Inputs
    lines: Sequence[Values] = ()
    problem: str = ""
    kind: str = "lines"
    sent: list[int] = field(default_factory=list)
    _rows: list[Row] | None = None

    @property
    def rows(self) -> list[Row]:
        """The rows."""
        if self._rows is None:
            self._rows = [self.row_of(n, line) for n, line in enumerate(self.lines)]
        return self._rows

    @rows.setter
    def rows(self, rows: list[Row]) -> None:
        self._rows = rows

    @property
    def is_still(self) -> bool:
        """Whether nobody needed the rows yet."""
        return self._rows is None

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.lines if self._rows is None else self._rows)

    @property
    def name(self) -> str:
        """The grid's name."""
        return self.plan.name

    @property
    def title(self) -> str:
        """The grid's title."""
        return self.plan.title

    @property
    def help(self) -> str:
        """The sentence under the title."""
        return self.plan.help

    @property
    def columns(self) -> tuple[ControlInfo, ...]:
        """The columns."""
        return self.plan.columns

    @property
    def tab(self) -> str:
        """The tab that the grid stands on."""
        return self.plan.tab

    @property
    def ordered(self) -> bool:
        """Whether the order of the rows is kept."""
        return self.plan.ordered

    @property
    def faults(self) -> int:
        """How many inputs of the rows are wrong."""
        made = [row.form for row in self._rows or () if row.is_made]
        return sum(bool(control.errors) for form in made for control in form.controls()) + bool(self.problem)

    @property
    def totals(self) -> dict[str, str]:
        """The sums of the columns that are added up, as far as they are numbers."""
        return {info.name: self._total(info) for info in self.columns if info.totalled}

    def _total(self, info: ControlInfo) -> str:
        found = Decimal(0)
        for held in self._held(info.name):
            try:
                found += Decimal(str(held or "0").replace(",", ""))
            except InvalidOperation:
                continue
        return plain_number(f"{found:f}", 2 if info.kind == "money" else 0)

    def _held(self, name: str) -> list[Any]:
        if self._rows is None:
            return [line.get(name) for line in self.lines]
        return [row.find(name).data for row in self._rows]

    @property
    def widths(self) -> dict[str, str]:
        """How much room columns need for numbers that are longer than usual, such as those of lots."""
        return {info.name: width for info in self.columns if info.finder and (width := self._width(info))}

    def _width(self, info: ControlInfo) -> str:
        labels = (line.get(info.label_name) or "" for line in self.lines)
        longest = max((len(word) for label in labels for word in label.split()), default=0)
        return next((width for least, width in LONG_NUMBERS if longest > least), "")

    @property
    def too_long(self) -> str:
        """What is wrong with more rows than a page can take."""
        return f"Holds {self.count} rows; a page takes {MOST_ROWS}." if self.count > MOST_ROWS else ""

    @property
    def knows_empty_rows(self) -> bool:
        """Whether a row can be left empty: one that consists of choices which must be made always says something."""
        return len(self.plan.shown_first) < len(self.columns)

    @cached_property
    def blank_row(self) -> Row:
        """The empty row that the page copies for a new one."""
        return self._row("__index__", -1, "", {})

    @property
    def blank(self) -> GeneratedForm:
        """The inputs of the empty row."""
        return self.blank_row.form

    def judged(self) -> Iterator[tuple[Judgement, ...]]:
        """Return for each line whether the inputs that depend on others are shown and open."""
        if not self.plan.controls.depending:
            return repeat((), len(self.lines))
        return (self.row_of(n, line).judged() for n, line in enumerate(self.lines))

    def show_sent(self, posted: Posted) -> None:
        """Have a row for each that was sent."""
        known, self._rows = {str(line.get("id")): line for line in self.lines}, []
        for index in _indexes(self.name, posted):
            row_id = posted.get(f"{self.name}-{index}-id", "")
            self._rows.append(self._row(index, index, row_id, known.get(row_id, {}), posted))

    def add_row(self) -> None:
        """Append an empty row."""
        index = max([row.index for row in self.rows], default=-1) + 1
        self.rows.append(self._row(index, index, "", {}))

    def row_of(self, index: int, line: Values) -> Row:
        """Return a line as a row of inputs."""
        return self._row(index, index, str(line.get("id") or ""), line)

    def _row(self, name: object, index: int, row_id: str, line: Values, posted: Posted | None = None) -> Row:
        return Row(index, row_id, self.above, self.plan.controls, line, f"{self.name}-{name}-", posted)

    def drawn(self, line_row: LineRow) -> Markup:
        """Return the markup of all rows; `line_row` is the theme's macro for one."""
        return drawn(drawn_rows(self, line_row))


class BoundForm:
    """A form bound to values or to what was sent."""

    def __init__(
        self, plan: FormPlan, zone: ZoneInfo, *, values: Mapping[str, Any] | None = None, posted: Posted | None = None,
        currency: str = "",
    ) -> None:  # fmt: skip
        self.plan, self.zone = plan, zone
        given = values or {}
        self.inputs = Inputs(plan.controls, given, zone, currency, posted=posted)
        self.grids = {grid.name: BoundGrid(grid, self.inputs, given.get(grid.name) or ()) for grid in plan.grids}
        self.faults: list[Fault] = []
        if posted is not None:
            for grid in self.grids.values():
                grid.show_sent(posted)
            self.settle()

    @property
    def top(self) -> GeneratedForm:
        """The inputs of the form itself, as they are typed into."""
        return self.inputs.form

    @property
    def is_still(self) -> bool:
        """Whether nobody typed anything yet, so that all of it can be drawn from patterns."""
        return not self.inputs.is_made and all(grid.is_still for grid in self.grids.values())

    def begin(self) -> BoundForm:
        """Have an empty row ready to be typed into in each grid that has none; left empty, it is not sent."""
        for grid in self.grids.values():
            if not grid.lines and grid.knows_empty_rows:
                grid.lines = [{}]
        return self

    def opened(self) -> BoundForm:
        """Make all inputs as if somebody typed into them: each is then told what is chosen in it."""
        for part in (self.inputs, *(row for grid in self.grids.values() for row in grid.rows)):
            _ = part.form
        return self

    def settle(self) -> None:
        """Hide and close inputs as what is typed says."""
        self.inputs.settle()
        for grid in self.grids.values():
            for row in [*(grid.rows if not grid.is_still else ()), grid.blank_row]:
                row.settle()

    def press(self, posted: Posted) -> bool:
        """Follow the buttons that add and remove rows without JavaScript; tells whether one was pressed."""
        grid_name, (removed, _, index) = posted.get("_add", ""), posted.get("_remove", "").rpartition("-")
        if grid_name in self.grids:
            self.grids[grid_name].add_row()
            return True
        if removed in self.grids:
            grid = self.grids[removed]
            grid.rows = [row for row in grid.rows if str(row.index) != index]
            return True
        return False

    def body(self, *, creating: bool) -> dict[str, Any]:
        """Return what the API would be sent for this form."""
        self.settle()
        body = body_of(self.inputs, self.zone, creating)
        for grid in self.grids.values():
            body[grid.name] = self._lines(grid)
        return body

    def _lines(self, grid: BoundGrid) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        grid.sent = []
        empty = body_of(grid.blank_row, self.zone, creating=True) | grid.plan.shown_first
        for position, row in enumerate(grid.rows):
            line = body_of(row, self.zone, creating=not row.id)
            if row.id:
                line["id"] = row.id
            elif line == empty and grid.knows_empty_rows:
                continue
            grid.sent.append(position)
            lines.append(line)
        return lines

    def show(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Put errors beside their inputs and into the summary."""
        for name, texts in errors.items():
            control, label = self._find(name)
            said = [control.doubt] if control is not None and control.doubt else [_plainly(text) for text in texts]
            if control is not None:
                control.errors = [*control.errors, *said]
            self.faults += [Fault(control.id if control is not None else "", label, text) for text in said]

    def _find(self, name: str) -> tuple[Any, str]:
        control = self.top.find(name)
        if control is not None:
            return control, control.label.text
        grid_name, _, rest = name.partition(".")
        grid = self.grids.get(grid_name)
        position, _, column = rest.partition(".")
        if grid is not None and position.isdecimal() and int(position) < len(grid.sent):
            return _in_row(grid, grid.sent[int(position)], column)
        if grid is not None:
            return None, grid.title
        return self._find_input(name)

    def _find_input(self, name: str) -> tuple[Any, str]:
        """Return an input of a row by its own name on the page."""
        for grid in self.grids.values():
            index, _, column = name.removeprefix(f"{grid.name}-").partition("-")
            places = [place for place, row in enumerate(grid.rows) if str(row.index) == index]
            if places and name.startswith(f"{grid.name}-"):
                return _in_row(grid, places[0], column)
        return None, name

    def forms(self) -> list[GeneratedForm]:
        """Return the inputs of the form itself and of its rows, blank ones included, as far as they are made."""
        found = [self.top]
        for grid in self.grids.values():
            found += [row.form for row in grid.rows if row.is_made] + [grid.blank]
        return found

    def references(self) -> list[Any]:
        """Return every reference input of the form, blank rows included."""
        controls = [item for form in self.forms() for item in form.controls()]
        return [item for item in controls if item.info.finder and not item.info.readonly]


def _in_row(grid: BoundGrid, place: int, column: str) -> tuple[Any, str]:
    control = grid.rows[place].form.find(column)
    where = f"{grid.title}, row {place + 1}"
    return control, f"{where}, {control.label.text}" if control is not None else where


def _indexes(name: str, posted: Posted) -> list[int]:
    """Return the rows in the order in which they stood on the page: where it is kept, it is how they are ordered."""
    pattern = re.compile(rf"{re.escape(name)}-(\d{{1,6}})-")
    return list(dict.fromkeys(int(match[1]) for key in posted if (match := pattern.match(key))))


def _plainly(text: str) -> str:
    return "Fill this in." if text in REQUIRED_MESSAGES else text
