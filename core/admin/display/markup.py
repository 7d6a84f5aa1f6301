"""Markup that Python fills in: what a template draws the same each time is drawn once, and keeps holes for the rest.

A page holds hundreds of values. Drawing each by a template takes longer than all else together.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from markupsafe import Markup, escape

from core.admin.display.cells import Cell

# Nobody who names a field or a record can write a hole: they do not know the mark of this process.
_MARK = secrets.token_hex(6)
_HOLE = re.compile(f"\ue000{_MARK}(\\d+)\ue001")
_BREAK = re.compile(r">\s*\n\s*<")
_BETWEEN = "\ue002"
MOST_KEPT = 32


def escaped(texts: Sequence[str]) -> list[str]:
    """Return texts as markup: everything that Python writes into a page is escaped here, all of it at once."""
    together = _BETWEEN.join(texts)
    markup = str(escape(together))
    # Escaping only ever lengthens: most often there is nothing to escape.
    if len(markup) == len(together):
        return [*texts]
    found = markup.split(_BETWEEN)
    return found if len(found) == len(texts) else [str(escape(text)) for text in texts]


def hole(place: int) -> str:
    """Return what a template is given in place of a value."""
    return f"\ue000{_MARK}{place}\ue001"


class Pattern:
    """What a template drew around holes."""

    def __init__(self, markup: Any) -> None:
        pieces = _HOLE.split(_BREAK.sub(">\n<", str(markup)))
        self._places = [int(place) for place in pieces[1::2]]
        self._first, self._last = pieces[0], pieces[-1]
        # Behind the last text of one copy stands the first of the next.
        self._copy = [*pieces[1:-1], self._last + self._first]

    def filled(self, fills: Sequence[str]) -> str:
        """Return the markup with its holes filled; what fills them was escaped before."""
        return self.repeated([(text,) for text in fills], 1)

    def repeated(self, columns: Sequence[Sequence[str]], count: int) -> str:
        """Return so many copies of the markup; each hole has a column of texts that fill it, copy by copy."""
        if not self._places:
            return self._first * count
        pieces, step = [self._first, *self._copy * count], len(self._copy)
        for n, place in enumerate(self._places):
            pieces[1 + 2 * n :: step] = columns[place]
        pieces[-1] = self._last
        return "".join(pieces)


class Kept:
    """What was made before, by all that it depends on; forgotten with whatever holds it, or when there is too much."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most, self._known = most, dict[Hashable, Any]()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what belongs to a key, made by the first who asks."""
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= self._most:
                self._known.clear()
            found = self._known[key] = make()
        return found


def shown_markup(cell: Cell, text: str, *, linked: bool = False) -> str:
    """Return a value, whose text is escaped already, as `shown` of parts.html draws it."""
    if not text:
        return '<span class="empty-value" aria-label="empty">&ndash;</span>'
    if cell.tone is not None:
        return f'<span class="pill {escape(cell.tone)}">{text}</span>'
    return f'<a class="link" href="{escape(cell.url)}">{text}</a>' if linked and cell.url else text


def table_markup(rows: Sequence[Sequence[Cell]]) -> Markup:
    """Return the rows of a table."""
    told = iter(escaped([cell.text for row in rows for cell in row]))
    return drawn(
        "<tr>" + "".join(
            f'<td class="{"num" if cell.numeric else ""}">{shown_markup(cell, next(told), linked=True)}</td>'
            for cell in row
        ) + "</tr>"
        for row in rows
    )  # fmt: skip


def drawn(parts: Iterable[str]) -> Markup:
    """Return drawn parts as markup: whatever people wrote in them came through `escaped`."""
    return Markup("".join(parts))  # noqa: S704
