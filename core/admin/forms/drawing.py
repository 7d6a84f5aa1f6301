"""Inputs drawn from patterns: a template draws inputs once with holes, and for each record the holes are filled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from core.admin.display.markup import Pattern, escaped, hole
from core.admin.forms.controls import ControlInfo, GeneratedForm, first_options, options_markup, shown_text
from core.admin.forms.depending import settle
from core.admin.forms.inputs import Controls, Inputs, Row, Values
from core.admin.forms.values import plain_number, typed

LineRow = Callable[..., Any]
_BETWEEN = re.compile(r">\s+<")
NOBODY = '<option value=""></option>'


class Openings:
    """The holes of inputs: first one for the value of each, then one for each unit; and how a record fills them."""

    def __init__(self, controls: Controls, *, units: bool = True) -> None:
        self._infos = controls.infos
        self._writers = [_writer(info) for info in controls.infos]
        open_to = [(place, info) for place, info in enumerate(self._infos) if not info.readonly]
        self._finders = [place for place, info in open_to if info.finder]
        self._ticks = [place for place, info in open_to if info.check]
        self._choices = [(place, _choices(info)) for place, info in open_to if info.choices and not info.check]
        self._measured = [place for place, info in open_to if info.unit_of] if units else []
        self._first_unit = len(self._infos)
        self._first_label = self.count = self._first_unit + len(self._measured)
        self.width = self._first_label + len(self._finders)
        # A choice of several records shows a list of its own.
        self.reach = not any(info.multiple for info in self._infos)

    def leave_open(self, form: GeneratedForm) -> None:
        """Draw holes in place of what inputs show."""
        controls = form.controls()
        for place, control in enumerate(controls):
            control.hole = control.data = hole(place)
        for unit, place in enumerate(self._measured, self._first_unit):
            controls[place].unit = hole(unit)

    def texts(self, inputs: Inputs) -> list[str]:
        """Return what is to be escaped: values, units, and what the chosen records are called."""
        infos, values, zone = self._infos, inputs.values, inputs.zone
        found = [write(values, zone) for write in self._writers]
        found += [inputs.unit(infos[place]) for place in self._measured]
        found += [inputs.label(infos[place]) for place in self._finders]
        return found

    def fills(self, told: Sequence[str]) -> list[str]:
        """Return what fills the holes, from the escaped texts."""
        found = list(told[: self.count])
        for place, label in zip(self._finders, told[self._first_label : self.width], strict=True):
            value = found[place]
            found[place] = f'{NOBODY}<option value="{value}" selected>{label}</option>' if value else NOBODY
        for place in self._ticks:
            found[place] = "checked" if found[place] else ""
        for place, drawn in self._choices:
            found[place] = drawn(found[place])
        return found


def _writer(info: ControlInfo) -> Callable[[Values, ZoneInfo], str]:
    """Return how the text of an input is told from the values of a record."""
    name, places = info.name, 2 if info.kind == "money" else 0

    def plain(values: Values, zone: ZoneInfo) -> str:
        value = values.get(name)
        return value if type(value) is str else "" if value is None else str(value)

    def number(values: Values, zone: ZoneInfo) -> str:
        value = values.get(name)
        return "" if value is None else plain_number(str(value), places)

    def tick(values: Values, zone: ZoneInfo) -> str:
        return "true" if values.get(name) else ""

    def other(values: Values, zone: ZoneInfo) -> str:
        value = typed(info, values.get(name), zone)
        return "" if value is None else str(value)

    if info.readonly:
        return lambda values, zone: shown_text(info, values)
    if info.check:
        return tick
    if info.numeric and info.kind != "integer":
        return number
    return other if info.kind in ("moment", "json", "words") else plain


def _choices(info: ControlInfo) -> Callable[[str], str]:
    """Return how the options of a choice are drawn; they are few, and the same for every record."""
    options = first_options(info)
    words = [word for word, _ in options]
    known = {text: options_markup(options, [word]) for word, text in zip(words, escaped(words), strict=True)}
    unchosen = known.setdefault("", options_markup(options, []))

    def drawn(text: str) -> str:
        # A word that is not offered any more is still what the record says.
        return known.get(text) or f'{unchosen}<option value="{text}" selected>#{text}</option>'

    return drawn


def drawn_rows(rows: Sequence[Row], grid: Any, line_row: LineRow) -> Iterator[str]:
    """Yield the markup of rows; the template's macro draws each kind of row once, and each row that is typed into."""
    openings: Openings = grid.plan.openings
    still = [row for row in rows if not row.is_made and openings.reach]
    told = escaped([text for row in still for text in openings.texts(row)])
    width = openings.width
    fills = {row.index: openings.fills(told[n * width : (n + 1) * width]) for n, row in enumerate(still)}
    for row in rows:
        if row.index not in fills:
            yield str(line_row(row.form, row.index, row.index + 1, grid, row.id))
            continue
        kind = (line_row, bool(row.id), row.judged())
        pattern = grid.plan.kept.get(kind, partial(_pattern, row, grid, line_row))
        yield pattern.filled([*fills[row.index], str(row.index), str(row.index + 1), row.id])


def _pattern(row: Row, grid: Any, line_row: LineRow) -> Pattern:
    count = grid.plan.openings.count
    index, number, row_id = (hole(count + n) for n in range(3))
    form = open_form(grid.plan.openings, row, f"{grid.name}-{index}-")
    made = str(line_row(form, index, number, grid, row_id if row.id else ""))
    return Pattern(_BETWEEN.sub("><", made))


def open_form(openings: Openings, inputs: Inputs, prefix: str = "") -> GeneratedForm:
    """Return inputs with holes in place of their values, hidden and closed as those of a record are."""
    form = inputs.controls.bind({}, {}, prefix, inputs.currency, None)
    openings.leave_open(form)
    settle(form, inputs.judged())
    return form
