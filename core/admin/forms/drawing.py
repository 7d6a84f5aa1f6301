"""Rows of a grid drawn from patterns: rows that differ only in their texts are rendered once and then filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from core.admin.forms.controls import ControlInfo, GeneratedForm

BEGIN, END = "\ue000", "\ue001"
_TOKEN = re.compile(f"{BEGIN}(\\w+){END}")
_BETWEEN = re.compile(r">\s+<")
LineRow = Callable[..., Any]
MakeForm = Callable[[Mapping[str, Any], str], GeneratedForm]


def _token(name: str) -> str:
    return f"{BEGIN}{name}{END}"


@dataclass(frozen=True)
class Text:
    """What a row shows in one column: the text of its input, and what a chosen record is called."""

    value: Any
    label: str = ""


class Patterns:
    """Draws rows that nobody has typed into yet; the template's macro is asked once for each kind of row."""

    def __init__(self, grid: Any, columns: Sequence[ControlInfo], make: MakeForm, line_row: LineRow) -> None:
        self._grid, self._columns, self._make, self._line_row = grid, columns, make, line_row
        self._known: dict[tuple[Any, ...], list[str]] = {}

    def draw(self, index: int, row_id: str, texts: Sequence[Text]) -> str:
        """Return the markup of a row."""
        kind = (bool(row_id), *(self._kind(info, text) for info, text in zip(self._columns, texts, strict=True)))
        parts = self._known.get(kind)
        if parts is None:
            parts = self._known[kind] = self._pattern(kind)
        fills = {"i": str(index), "n": str(index + 1), "d": row_id}
        for place, text in enumerate(texts):
            fills[f"v{place}"] = escape("" if text.value is None else text.value)
            fills[f"l{place}"] = escape(text.label)
        return "".join([part if place % 2 == 0 else fills[part] for place, part in enumerate(parts)])

    def _kind(self, info: ControlInfo, text: Text) -> Any:
        """Return what of a value decides how its cell is drawn, beyond its text."""
        if info.check or info.choices:
            return text.value
        return bool(text.value) if info.finder else None

    def _pattern(self, kind: tuple[Any, ...]) -> list[str]:
        values: dict[str, Any] = {}
        for place, (info, said) in enumerate(zip(self._columns, kind[1:], strict=True)):
            fixed = bool(info.check or info.choices) and not info.readonly
            empty = info.finder and not info.readonly and not said
            values[info.name] = said if fixed else None if empty else _token(f"v{place}")
        form = self._make(values, f"{self._grid.name}-{_token('i')}-")
        for place, control in enumerate(form.controls()):
            if control.info.finder and not control.info.readonly:
                chosen = values[control.info.name]
                control.offer([(chosen, _token(f"l{place}"))] if chosen else [])
        made = self._line_row(form, _token("i"), _token("n"), self._grid, _token("d") if kind[0] else "")
        return _TOKEN.split(_BETWEEN.sub("><", str(made)))


def joined(rows: Sequence[str]) -> Markup:
    """Return drawn rows as markup: every text in them was escaped when it was filled in."""
    return Markup("".join(rows))  # noqa: S704
