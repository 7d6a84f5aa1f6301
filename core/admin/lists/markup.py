"""The rows of a list as markup. A page holds hundreds of cells: a template would take as long as all else together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from core.admin.display.cells import Cell
from core.admin.display.markup import Pattern, drawn, escaped, hole, shown_markup

LONG = 40
EMPTY = shown_markup(Cell(""), "")
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
        told = [(str(row.id), str(row.version), row.label, row.url, row.cells) for row in self]
        return drawn([pattern.repeated(list(zip(*told, strict=True)), len(told))])


@dataclass(frozen=True)
class Lead:
    """The column whose amount a narrow screen tells beside the name: its place, and what it is called."""

    place: int
    label: str

    def said(self, text: str) -> str:
        """Return the amount with what it is, nothing where there is none."""
        return f"{self.label} {text}" if text else ""


def listed_rows(
    columns: Sequence[Told], rows: Sequence[Row], labels: Sequence[str], path: str, lead: Lead | None = None
) -> ListedRows:
    """Return records as rows; the first cell is the link to one, and links in the others would be in its way."""
    texts = escaped([column.text(row) for row in rows for column in columns])
    names, found, width = escaped(labels), ListedRows(), len(columns)
    heads, tones = [_head(column, place) for place, column in enumerate(columns)], [item.tone for item in columns[1:]]
    label = escape(lead.label) if lead is not None else ""
    for at, (row, name) in enumerate(zip(rows, names, strict=True)):
        url, told = f"{path}/{row['id']}", texts[at * width : (at + 1) * width]
        amount = f' data-lead="{label} {told[lead.place]}"' if lead is not None and told[lead.place] else ""
        cells = [_cell(heads[0] + amount, told[0], f'<a href="{url}">{told[0] or name}</a>')] if told else []
        # Most cells are plain and short: they are written here and now.
        cells += [
            f"{head}>{text or EMPTY}</td>" if tone is None and len(text) <= LONG
            else _cell(head, text, shown_markup(Cell(text, tone=tone(row) if tone is not None else None), text))
            for head, text, tone in zip(heads[1:], told[1:], tones, strict=True)
        ]  # fmt: skip
        found.append(ListedRow(row["id"], row.get("version"), drawn([name]), url, drawn(cells)))
    return found


def _head(column: Told, place: int) -> str:
    look = "" if place else " key"
    return f'<td data-field="{escape(column.name)}" class="{"num" if column.numeric else ""}{look}"'


def _cell(head: str, text: str, inner: str) -> str:
    title = f' title="{text}"' if len(text) > LONG else ""
    return f"{head}{title}>{inner}</td>"
