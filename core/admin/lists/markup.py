"""The cells of a row as markup. A page holds hundreds of them: a template would take as long as all else together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from markupsafe import Markup

from core.admin.display.cells import Cell

LONG = 40


def cells_markup(names: Sequence[str], cells: Iterable[Cell], url: str, label: str) -> Markup:
    """Return the cells of a record's row; the first is the link to it, and links in the others would be in its way."""
    parts = []
    for place, (name, cell) in enumerate(zip(names, cells, strict=True)):
        text = escape(cell.text)
        title = f' title="{text}"' if len(cell.text) > LONG else ""
        if not place:
            inner, look = f'<a href="{escape(url)}">{text or escape(label)}</a>', " key"
        else:
            inner, look = shown_markup(cell, text), ""
        parts.append(
            f'<td data-field="{escape(name)}" class="{"num" if cell.numeric else ""}{look}"{title}>{inner}</td>'
        )
    # Every value in it was escaped above.
    return Markup("".join(parts))  # noqa: S704


def shown_markup(cell: Cell, text: str) -> str:
    """Return a value, escaped by the caller, as `shown` of parts.html writes it."""
    if not text:
        return '<span class="empty-value" aria-label="empty">&ndash;</span>'
    return text if cell.tone is None else f'<span class="pill {escape(cell.tone)}">{text}</span>'
