"""The rows of a list as markup. A page holds hundreds of cells: a template would take as long as all else together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from core.admin.display.cells import Cell
from core.admin.display.markup import Pattern, drawn, escaped, hole, shown_markup

LONG = 40
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """How a column tells its value of a record: in which words, in which colour."""

    name: str
    text: Callable[[Row], str]
    numeric: bool = False
    tone: Callable[[Row], str | None] | None = None


@dataclass
class ListedRow:
    """A record of the list; `version` is what a change of one of its cells starts from."""

    id: Any
    version: Any
    label: Any
    url: Any
    cells: Markup


class ListedRows(list[ListedRow]):
    """The records of a page; their labels are markup already."""

    def drawn(self, record_row: Callable[..., Any], columns: Sequence[Any], picks: object, level: int = 0) -> Markup:
        """Return the rows as the theme's macro draws one of them: it is asked once, for a row of holes."""
        if not self:
            return Markup()
        versioned = self[0].version is not None
        opened = ListedRow(*(drawn([hole(n)]) if n != 1 or versioned else None for n in range(5)))  # type: ignore[arg-type]
        pattern = Pattern(record_row(opened, columns, picks, level))
        return drawn(pattern.filled([str(row.id), str(row.version), row.label, row.url, row.cells]) for row in self)


def listed_rows(columns: Sequence[Told], rows: Sequence[Row], labels: Sequence[str], path: str) -> ListedRows:
    """Return records as rows; the first cell is the link to one, and links in the others would be in its way."""
    texts = escaped([column.text(row) for row in rows for column in columns])
    names, found, at = escaped(labels), ListedRows(), 0
    heads = [_head(column, place) for place, column in enumerate(columns)]
    for row, name in zip(rows, names, strict=True):
        url, told = f"{path}/{row['id']}", texts[at : at + len(columns)]
        at += len(columns)
        cells = drawn(_cells(columns, heads, row, told, f'<a href="{url}">{told[0] or name}</a>' if told else ""))
        found.append(ListedRow(row["id"], row.get("version"), drawn([name]), url, cells))
    return found


def _head(column: Told, place: int) -> str:
    look = "" if place else " key"
    return f'<td data-field="{escape(column.name)}" class="{"num" if column.numeric else ""}{look}"'


def _cells(columns: Sequence[Told], heads: Sequence[str], row: Row, told: Sequence[str], link: str) -> Iterator[str]:
    inner = link
    for column, head, text in zip(columns, heads, told, strict=True):
        title = f' title="{text}"' if len(text) > LONG else ""
        if not inner:
            tone = column.tone(row) if column.tone is not None else None
            inner = text if text and tone is None else shown_markup(Cell(text, tone=tone), text)
        yield f"{head}{title}>{inner}</td>"
        inner = ""
