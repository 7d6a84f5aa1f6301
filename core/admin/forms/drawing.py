"""Inputs drawn from patterns: a template draws inputs once with holes, and for each record the holes are filled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, groupby
from typing import Any
from zoneinfo import ZoneInfo

from core.admin.display.markup import Pattern, escaped, hole
from core.admin.forms.controls import ControlInfo, GeneratedForm, first_options, options_markup, shown_text
from core.admin.forms.depending import settle
from core.admin.forms.inputs import NOBODY_NAMED, Controls, Inputs, Named, Values, label_of, unit_of
from core.admin.forms.values import plain_number, typed

LineRow = Callable[..., Any]
_BETWEEN = re.compile(r">\s+<")
NOBODY = '<option value=""></option>'


class Openings:
    """The holes of inputs: first one for the value of each, then one for each unit; and how records fill them."""

    def __init__(self, controls: Controls) -> None:
        self._infos = controls.infos
        self._writers = [_writer(info) for info in controls.infos]
        open_to = [(place, info) for place, info in enumerate(self._infos) if not info.readonly]
        self._finders = [(place, info) for place, info in open_to if info.finder]
        self._ticks = [place for place, info in open_to if info.check]
        self._choices = [(place, _choices(info)) for place, info in open_to if info.choices and not info.check]
        self._measured = [(place, info) for place, info in enumerate(self._infos) if info.unit_beside]
        self.count = len(self._infos) + len(self._measured)
        # A choice of several records shows a list of its own.
        self.reach = not any(info.multiple for info in self._infos)

    def leave_open(self, form: GeneratedForm) -> None:
        """Draw holes in place of what inputs show."""
        controls = form.controls()
        for place, control in enumerate(controls):
            control.hole = control.data = hole(place)
        for unit, (place, _) in enumerate(self._measured, len(self._infos)):
            controls[place].unit = hole(unit)

    def columns(
        self, rows: Sequence[Values], zone: ZoneInfo, currency: str, named: Named = NOBODY_NAMED
    ) -> list[list[str]]:
        """Return for each hole what fills it for each of some records, all escaped at once."""
        columns = [write(rows, zone, currency) for write in self._writers]
        columns += [[unit_of(info, row, currency) for row in rows] for _, info in self._measured]
        columns += [_labels(info, rows, named) for _, info in self._finders]
        told, high = escaped(list(chain.from_iterable(columns))), len(rows)
        columns = [told[n * high : (n + 1) * high] for n in range(len(columns))]
        for (place, _), labels in zip(self._finders, columns[self.count :], strict=True):
            columns[place] = _options(columns[place], labels)
        for place in self._ticks:
            columns[place] = ["checked" if text else "" for text in columns[place]]
        for place, drawn in self._choices:
            columns[place] = [drawn(text) for text in columns[place]]
        return columns[: self.count]


def _labels(info: ControlInfo, rows: Sequence[Values], named: Named) -> list[str]:
    name = info.label_name
    return [row.get(name) or label_of(info, row, named) for row in rows]


def _options(values: Sequence[str], labels: Sequence[str]) -> list[str]:
    return [
        f'{NOBODY}<option value="{value}" selected>{label}</option>' if value else NOBODY
        for value, label in zip(values, labels, strict=True)
    ]


def _writer(info: ControlInfo) -> Callable[[Sequence[Values], ZoneInfo, str], list[str]]:
    """Return how the texts of an input are told from the values of records."""
    name, places = info.name, 2 if info.kind == "money" else 0

    def plain(rows: Sequence[Values], zone: ZoneInfo, currency: str) -> list[str]:
        return ["" if (value := row.get(name)) is None else str(value) for row in rows]

    def number(rows: Sequence[Values], zone: ZoneInfo, currency: str) -> list[str]:
        return ["" if (value := row.get(name)) is None else plain_number(str(value), places) for row in rows]

    def tick(rows: Sequence[Values], zone: ZoneInfo, currency: str) -> list[str]:
        return ["true" if row.get(name) else "" for row in rows]

    def other(rows: Sequence[Values], zone: ZoneInfo, currency: str) -> list[str]:
        found = [typed(info, row.get(name), zone) for row in rows]
        return ["" if value is None else str(value) for value in found]

    if info.readonly:
        return lambda rows, zone, currency: [shown_text(info, row, currency) for row in rows]
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


def drawn_rows(grid: Any, line_row: LineRow) -> Iterator[str]:
    """Yield the markup of rows; the template's macro draws each kind of row once, and each row that is typed into."""
    openings: Openings = grid.plan.openings
    if not (grid.is_still and openings.reach):
        for row in grid.rows:
            yield str(line_row(row.form, row.index, row.index + 1, grid, row.id))
        return
    above: Inputs = grid.above
    ids, places = [str(line.get("id") or "") for line in grid.lines], range(len(grid.lines))
    columns = openings.columns(grid.lines, above.zone, above.currency)
    columns += [[str(n) for n in places], [str(n + 1) for n in places], ids]
    kinds = [(line_row, bool(row_id), judged) for row_id, judged in zip(ids, grid.judged(), strict=True)]
    # Rows that look alike, most often all of them, are filled at once.
    for kind, alike in groupby(places, key=kinds.__getitem__):
        first, *others = alike
        pattern, end = grid.plan.kept.get(kind, partial(_pattern, grid, first, line_row)), first + len(others) + 1
        yield pattern.repeated([column[first:end] for column in columns], end - first)


def _pattern(grid: Any, place: int, line_row: LineRow) -> Pattern:
    count, row = grid.plan.openings.count, grid.row_of(place, grid.lines[place])
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
