"""Files of an import: CSV, XLSX or JSON, read into rows that keep the number they have in their file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.actions.importing import refuse_twice, rows_of_table, without_derived
from core.errors import Invalid, TooLarge
from core.resources.json_text import parse_json
from core.resources.shape import Shape
from core.resources.tables import MOST_COLUMNS, MOST_ROWS, read_table

JSON_START = (b"[", b"{")
MOST_TOLD = 30


@dataclass(frozen=True)
class ImportFile:
    """What stands in a file: its columns, its rows of cells or, from JSON, of named values, and their numbers."""

    header: list[str]
    numbers: list[int]
    cells: list[list[Any]]
    objects: list[dict[str, Any]] | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    def values(self, index: int) -> list[Any]:
        """Return a row's cells in the order of the header."""
        if self.objects is None:
            return self.cells[index]
        return [self.objects[index].get(name) for name in self.header]

    def rows(self, shape: Shape, mapping: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return rows by field name; `mapping` names the field of a column, nothing leaves the column out."""
        if unknown := unknown_columns(self.header, mapping):
            raise Invalid({"mapping": [unknown]})
        if self.objects is None:
            return rows_of_table(shape, self.header, self.cells, dict(mapping))
        wanted = {name: mapping.get(name, name) for name in self.header}
        refuse_twice(list(wanted.values()))
        named = [{wanted[name]: value for name, value in row.items() if wanted[name]} for row in self.objects]
        return [without_derived(shape, row) for row in named]


def unknown_columns(header: Sequence[str], mapping: Mapping[str, str]) -> str:
    """Return what is wrong with a mapping of columns that a file lacks, nothing where it has them all."""
    unknown = sorted(set(mapping) - set(header))
    if not unknown:
        return ""
    return f"The file has no column {_listed(unknown)}; it has {_listed(header) or 'none'}."


def _listed(titles: Sequence[str]) -> str:
    said = ", ".join(repr(title[:60]) for title in titles[:MOST_TOLD])
    return f"{said} and {len(titles) - MOST_TOLD} more" if len(titles) > MOST_TOLD else said


def read_import_file(name: str, content: bytes) -> ImportFile:
    """Read a file; Invalid when it is none of the three kinds, TooLarge when it holds more than can be taken."""
    if not content:
        raise Invalid({"file": ["The file is empty."]})
    if name.lower().endswith(".json") or (content.lstrip()[:1] in JSON_START and not name.lower().endswith(".csv")):
        return _of_objects(parse_json(content, "The file"))
    header, cells, numbers = read_table(name, content)
    return ImportFile(_told_apart(header), numbers, cells)


def _told_apart(header: list[str]) -> list[str]:
    """Return titles of which none stands twice: a column is mapped by its title."""
    found: list[str] = []
    for title in header:
        number, name = 2, title
        while title and name in found:
            number, name = number + 1, f"{title} ({number})"
        found.append(name)
    return found


def _of_objects(body: Any) -> ImportFile:
    rows = body.get("rows") if isinstance(body, dict) else body
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid({"file": ["A JSON file must hold a list of objects, or {rows: [...]}."]})
    if len(rows) > MOST_ROWS:
        raise TooLarge(f"The file has more than {MOST_ROWS} rows; split it.")
    header = list(dict.fromkeys(name for row in rows for name in row))
    if len(header) > MOST_COLUMNS:
        raise TooLarge(f"The file has more than {MOST_COLUMNS} columns.")
    return ImportFile(header, list(range(1, len(rows) + 1)), [], rows)
