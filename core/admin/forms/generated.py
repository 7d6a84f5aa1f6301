"""Forms made from a plan: bound to a record or to what was sent, turned into the body that the API would get."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property, partial
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from core.admin.forms.controls import ControlInfo, GeneratedForm, make_control, shown_text
from core.admin.forms.depending import Look, settle
from core.admin.forms.drawing import Patterns, Text, joined
from core.admin.forms.values import Still, as_typed, body_of, plain_number

Posted = MultiDict[str, str]
MOST_ROWS = 2000
REQUIRED_MESSAGES = frozenset({"Field may not be null.", "Missing data for required field.", "Must not be empty."})


@dataclass(frozen=True)
class GridPlan:
    """A grid of lines to fill in."""

    name: str
    title: str
    columns: tuple[ControlInfo, ...]
    help: str = ""
    keeps_ids: bool = True
    tab: str = ""
    ordered: bool = False

    @cached_property
    def controls(self) -> list[tuple[ControlInfo, Any]]:
        """The unbound inputs of a row."""
        return [(info, make_control(info)) for info in self.columns]


@dataclass(frozen=True)
class FormPlan:
    """The inputs of a form, made once per declaration."""

    fields: tuple[ControlInfo, ...]
    grids: tuple[GridPlan, ...] = ()

    @cached_property
    def controls(self) -> list[tuple[ControlInfo, Any]]:
        """The unbound inputs of the form itself."""
        return [(info, make_control(info)) for info in self.fields]


@dataclass
class Row:
    """A row of a grid: its number on the page, the line it stands for; its inputs are made when somebody needs them."""

    index: int
    id: str
    make: Callable[[], GeneratedForm]
    shown: dict[str, Any] | None = None
    line: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def form(self) -> GeneratedForm:
        """The inputs."""
        return self.make()

    @property
    def is_made(self) -> bool:
        """Whether somebody needed the inputs."""
        return "form" in self.__dict__


@dataclass(frozen=True)
class Fault:
    """One entry of the summary of faults, linked to its input."""

    anchor: str
    label: str
    text: str


@dataclass
class BoundGrid:
    """A grid with its rows."""

    plan: GridPlan
    rows: list[Row]
    problem: str = ""
    kind: str = "lines"
    sent: list[int] = field(default_factory=list)

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
        made = [row.form for row in self.rows if row.is_made]
        return sum(bool(control.errors) for form in made for control in form.controls()) + bool(self.problem)

    @property
    def totals(self) -> dict[str, str]:
        """The sums of the columns that are added up, as far as they are numbers."""
        return {info.name: self._total(info) for info in self.columns if info.totalled}

    def _total(self, info: ControlInfo) -> str:
        found = Decimal(0)
        for row in self.rows:
            try:
                data = row.form.find(info.name).data if row.is_made else (row.shown or {}).get(info.name)
                found += Decimal(str(data or "0").replace(",", ""))
            except InvalidOperation:
                continue
        return plain_number(f"{found:f}", 2 if info.kind == "money" else 0)

    @property
    def too_long(self) -> str:
        """What is wrong with more rows than a page can take."""
        return f"Holds {len(self.rows)} rows; a page takes {MOST_ROWS}." if len(self.rows) > MOST_ROWS else ""

    @cached_property
    def blank(self) -> GeneratedForm:
        """The empty row that the page copies for a new one."""
        return _bind(self.plan.controls, None, {}, f"{self.name}-__index__-")

    def add_row(self) -> None:
        """Append an empty row."""
        index = max([row.index for row in self.rows], default=-1) + 1
        self.rows.append(Row(index, "", lambda: _bind(self.plan.controls, None, {}, f"{self.name}-{index}-")))

    def drawn(self, line_row: Callable[..., Any]) -> Markup:
        """Return the markup of all rows; `line_row` is the theme's macro for one."""
        patterns = Patterns(
            self, self.columns, lambda values, at: _bind(self.plan.controls, None, values, at), line_row
        )
        return joined([
            str(line_row(row.form, row.index, row.index + 1, self, row.id)) if row.is_made or row.shown is None
            else patterns.draw(row.index, row.id, self._texts(row))
            for row in self.rows
        ])  # fmt: skip

    def _texts(self, row: Row) -> list[Text]:
        shown = row.shown or {}
        return [
            Text(shown_text(info, row.line), "") if info.readonly
            else Text(shown.get(info.name), str(row.line.get(f"{info.name.removesuffix('_id')}_label") or ""))
            for info in self.columns
        ]  # fmt: skip


class BoundForm:
    """A form bound to values or to what was sent."""

    def __init__(
        self, plan: FormPlan, zone: ZoneInfo, *, values: Mapping[str, Any] | None = None, posted: Posted | None = None,
        currency: str = "",
    ) -> None:  # fmt: skip
        self.plan, self.zone, self.currency, self.values = plan, zone, currency, values or {}
        shown = as_typed(plan.fields, values or {}, zone)
        self.top = _bind(plan.controls, posted, shown, "")
        self.top.describe(values or {}, currency)
        self.grids = {grid.name: self._grid(grid, values or {}, posted) for grid in plan.grids}
        self.faults: list[Fault] = []
        self.settle()

    def settle(self) -> None:
        """Hide and close inputs as what is typed says."""
        look = Look(self.top, self.values)
        settle(self.top, look)
        for grid in self.grids.values():
            if any(info.visible_when or info.readonly_when for info in grid.columns):
                for form in [*(row.form for row in grid.rows), grid.blank]:
                    settle(form, Look(form, {}, look))

    def _grid(self, plan: GridPlan, values: Mapping[str, Any], posted: Posted | None) -> BoundGrid:
        lines = list(values.get(plan.name) or ())
        if posted is None:
            return BoundGrid(plan, [self._shown_row(plan, index, line) for index, line in enumerate(lines)])
        known = {str(line.get("id")): line for line in lines}
        rows: list[Row] = []
        for index in _indexes(plan.name, posted):
            prefix = f"{plan.name}-{index}-"
            row = Row(index, posted.get(f"{prefix}id", ""), partial(_bind, plan.controls, posted, {}, prefix))
            row.form.describe(known.get(row.id, {}), self.currency)
            rows.append(row)
        return BoundGrid(plan, rows)

    def _shown_row(self, plan: GridPlan, index: int, line: Mapping[str, Any]) -> Row:
        shown = as_typed(plan.columns, line, self.zone)

        def make() -> GeneratedForm:
            form = _bind(plan.controls, None, shown, f"{plan.name}-{index}-")
            form.describe(line, self.currency)
            for control in form.controls():
                if control.info.finder and not control.info.readonly:
                    control.offer([*control.known.items()] if control.data else [])
            return form

        return Row(index, str(line.get("id") or ""), make, shown, line)

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
        body = body_of(self.top, self.zone, creating)
        for grid in self.grids.values():
            body[grid.name] = self._lines(grid)
        return body

    def _lines(self, grid: BoundGrid) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        grid.sent = []
        for position, row in enumerate(grid.rows):
            line = self._line(grid, row)
            if row.id:
                line["id"] = row.id
            elif not any(value not in (None, "", False) for value in line.values()) and grid.columns:
                continue
            grid.sent.append(position)
            lines.append(line)
        return lines

    def _line(self, grid: BoundGrid, row: Row) -> dict[str, Any]:
        if row.is_made or row.shown is None:
            return body_of(row.form, self.zone, creating=not row.id)
        inputs = [Still(info, row.shown.get(info.name)) for info in grid.columns]
        return body_of(inputs, self.zone, creating=not row.id)

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


def _bind(
    controls: Sequence[tuple[ControlInfo, Any]], posted: Posted | None, shown: Mapping[str, Any], prefix: str
) -> GeneratedForm:
    form = GeneratedForm(controls, prefix=prefix)
    # An empty formdata means "not sent" to WTForms, and would show the record's values again.
    form.process(posted, data=shown) if posted is None else form.process(posted or MultiDict({"_sent": "1"}))
    for control in form.controls():
        control.errors = []
    return form


def _indexes(name: str, posted: Posted) -> list[int]:
    """Return the rows in the order in which they stood on the page: where it is kept, it is how they are ordered."""
    pattern = re.compile(rf"{re.escape(name)}-(\d{{1,6}})-")
    return list(dict.fromkeys(int(match[1]) for key in posted if (match := pattern.match(key))))


def _plainly(text: str) -> str:
    return "Fill this in." if text in REQUIRED_MESSAGES else text
