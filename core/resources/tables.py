"""Tables in and out of files: CSV and XLSX, streamed, bounded, safe for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any, NamedTuple

from core.errors import Invalid, TooLarge
from core.resources.workbooks import read_workbook
from core.services.files import UNKNOWN, ZIP, media_type_of

MOST_ROWS = 100_000
MOST_COLUMNS = 500
MOST_IN_CELL, MOST_IN_SHEET = 32_767, 1_048_575
FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


class Table(NamedTuple):
    """A table that was read: its header, its rows, and where each row stands in the file, whose header is row 1."""

    header: list[str]
    rows: list[list[Any]]
    numbers: list[int]


def safe_text(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(value, str) or not value.lstrip("'").startswith(FORMULA_START) or _is_number(value):
        return value
    return f"'{value}"


def plain_text(value: str) -> str:
    """Undo safe_text()."""
    return value[1:] if value.startswith("'") and value.lstrip("'").startswith(FORMULA_START) else value


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except ArithmeticError:
        return False


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield CSV text in pieces."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe_text(name) for name in header])
    for number, row in enumerate(rows, 1):
        writer.writerow([safe_text(value) for value in row])
        if number % 500 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def write_xlsx(target: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write an XLSX file row by row in flat memory; text is typed as text, so that no formula can hide in it.

    Raises TooLarge for what no workbook can hold: the writer would leave it out.
    """
    import xlsxwriter

    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    try:
        _fill(book, header, rows)
    finally:
        # What was written is in a file of its own until then.
        book.close()


def _fill(book: Any, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.add_worksheet("Data")
    bold = book.add_format({"bold": True})
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if value is not None and _write(sheet, number, column, value):
                raise TooLarge(
                    f"Row {number} does not fit into a workbook, which holds {MOST_IN_CELL} characters in a cell and "
                    f"{MOST_IN_SHEET} rows; take it as CSV."
                )


def _write(sheet: Any, number: int, column: int, value: Any) -> int:
    """Write a cell; returns what the writer says of it, 0 where all of it is there."""
    if isinstance(value, bool):
        return int(sheet.write_boolean(number, column, value))
    if isinstance(value, int):
        return int(sheet.write_number(number, column, value))
    # Decimals go as text: a spreadsheet's numbers are floats and would lose the last digits.
    return int(sheet.write_string(number, column, str(value)))


def read_table(name: str, content: bytes) -> Table:
    """Return header and rows of a CSV or XLSX file; blank rows are left out, and counted.

    Raises Invalid when it cannot be read, TooLarge when it holds more than can be taken at once.
    """
    kind = media_type_of(content[:16])
    if kind not in (ZIP, UNKNOWN):
        raise Invalid({"file": [f"{name or 'The file'} is no table but {kind}; choose a CSV or XLSX file."]})
    rows = read_workbook(content, MOST_ROWS + 1, MOST_COLUMNS) if kind == ZIP else _read_csv(name, content)
    header = [str(cell).strip() for cell in (rows[0] if rows else [])]
    if not any(header):
        raise Invalid({"file": ["The first row must hold the names of the columns."]})
    if len(header) > MOST_COLUMNS:
        raise TooLarge(f"The file has more than {MOST_COLUMNS} columns.")
    kept = [(number, row) for number, row in enumerate(rows[1:], 2) if any(cell not in ("", None) for cell in row)]
    return Table(header, [row for _, row in kept], [number for number, _ in kept])


def _read_csv(name: str, content: bytes) -> list[list[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid({"file": [f"{name or 'The file'} is not UTF-8 text; save it as CSV UTF-8 or XLSX."]}) from None
    if "\x00" in text:
        raise Invalid({"file": ["The file holds NUL characters; it is neither CSV nor XLSX."]})
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows: list[list[Any]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append([plain_text(cell) for cell in row])
            if len(rows) > MOST_ROWS + 1:
                raise TooLarge(f"The file has more than {MOST_ROWS} rows; split it.")
    except csv.Error as error:
        raise Invalid({"file": [f"Line {len(rows) + 1} cannot be read: {error}."]}) from None
    return rows
