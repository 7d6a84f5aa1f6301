"""XLSX workbooks: measured before they are read, for one cell in the far corner makes a reader fill all between."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from xml.parsers import expat

from core.errors import Invalid, TooLarge

MOST_PARTS = 2000
MOST_UNPACKED = 100 * 1024 * 1024
MOST_CELLS = 3_000_000
PIECE = 256 * 1024
SHEET = b"sheetData"
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def read_workbook(content: bytes, most_rows: int, most_columns: int) -> list[list[Any]]:
    """Return the cells of the first sheet.

    Raises Invalid when it is no readable workbook, TooLarge when it would unpack or spread to more than allowed.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        _measure(content, most_rows, most_columns)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        return [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, zipfile.BadZipFile, expat.ExpatError, IndexError, NotImplementedError, OSError, RuntimeError,
            ValueError, EOFError) as error:  # fmt: skip
        raise Invalid({"file": [f"The workbook cannot be read: {str(error)[:120]}."]}) from None


def _measure(content: bytes, most_rows: int, most_columns: int) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if "xl/workbook.xml" not in {part.filename for part in parts}:
            raise Invalid({"file": ["The file is no XLSX workbook; save it as XLSX or CSV UTF-8."]})
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise TooLarge("The workbook unpacks to more than can be taken.")
        for part in parts:
            # Read to its end, each part is also as long as it says.
            with archive.open(part) as stream:
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    _Extent(most_rows, most_columns).read(stream)
                else:
                    _check_no_sheet(stream)


def _check_no_sheet(stream: IO[bytes]) -> None:
    """Refuse a sheet under a name that is not looked into."""
    before = b""
    while piece := stream.read(PIECE):
        if SHEET in before + piece:
            raise Invalid({"file": ["The workbook hides a sheet in a part that is no XML."]})
        before = piece[-len(SHEET) :]


class _Extent:
    """How far the cells of a sheet reach."""

    def __init__(self, most_rows: int, most_columns: int) -> None:
        self.most_rows, self.most_columns = most_rows, most_columns
        self.row = self.column = self.rows = self.columns = 0

    def read(self, stream: IO[bytes]) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._refuse
        while piece := stream.read(PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)

    def _refuse(self, *_: Any) -> None:
        raise Invalid({"file": ["The workbook declares a document type, which no spreadsheet program writes."]})

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif kind == "c":
            self._place(attributes.get("r"))
            self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)
            if (self.rows > self.most_rows or self.columns > self.most_columns
                    or self.rows * self.columns > MOST_CELLS):  # fmt: skip
                raise TooLarge(
                    f"The sheet is larger than {self.most_rows} rows, {self.most_columns} columns or "
                    f"{MOST_CELLS} cells; split it."
                )

    def _place(self, text: str | None) -> None:
        if text is None:
            self.column += 1
            return
        found = _PLACE.fullmatch(text)
        if found is None:
            raise ValueError(f"{text[:20]!r} is no cell")
        self.column = 0
        for letter in found[1]:
            self.column = self.column * 26 + ord(letter) - 64
        self.row = int(found[2])


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        # What people typed, not the nearest binary fraction: 0.1 is 0.1.
        text = repr(value)
        return text.removesuffix(".0") if "e" not in text and "n" not in text else f"{Decimal(text):f}"
    if isinstance(value, datetime):
        return value.date().isoformat() if (value.hour, value.minute, value.second) == (0, 0, 0) else value.isoformat()
    return value.isoformat() if isinstance(value, date) else value if isinstance(value, (bool, str)) else str(value)
