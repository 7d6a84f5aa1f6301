"""Spreadsheets: what people typed, and nothing that a reader would choke on."""

import datetime
import io
import zipfile

import pytest
import xlsxwriter

from core.errors import Invalid, TooLarge
from core.resources.tables import read_table
from tests.resources.conftest import define, send_file
from tests.web.conftest import assert_problem

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>%s</sheetData></worksheet>'
TEXT = '<c r="%s" t="str"><v>%s</v></c>'


def book(sheet, name="worksheets/sheet1.xml", more=()):
    """Pack the least that is a workbook."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in (
            ("_rels/.rels", f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
                            'Target="xl/workbook.xml"/></Relationships>'),
            ("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
                                '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'),
            ("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
                                           f'Type="{OFFICE}/worksheet" Target="{name}"/></Relationships>'),
            (f"xl/{name}", sheet), *more,
        ):  # fmt: skip
            archive.writestr(path, content)
    return packed.getvalue()


def written(rows):
    """Write a workbook as a spreadsheet program does."""
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    page = made.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    made.close()
    return target.getvalue()


def test_cells_are_what_people_typed():
    rows = [
        ["number", "day", "flag", "text", "whole", "tiny"],
        [0.1, datetime.date(2026, 1, 31), True, "=not a formula", 12, 0.000001],
        [1234567.891, datetime.datetime(2026, 1, 31, 8, 30), False, "007", -3, 1e21],  # noqa: DTZ001
    ]
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "default_date_format": "d"})
    page = made.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    made.close()
    header, cells, _ = read_table("a.xlsx", target.getvalue())
    assert header == rows[0]
    assert cells == [
        ["0.1", "2026-01-31", True, "=not a formula", "12", "0.000001"],
        ["1234567.891", "2026-01-31T08:30:00", False, "007", "-3", "1000000000000000000000"],
    ]


def test_a_workbook_is_imported_with_its_types(client):
    define(client, "x_opened", "date")
    content = written([
        ["code", "name", "base_unit", "is_active", "density", "shelf_life_days", "x_opened"],
        ["A", "Alum", "g", False, 1.5, 30, datetime.date(2026, 1, 31)],
        [77, "Number as code", "g", True, None, None, None],
    ])  # fmt: skip
    assert send_file(client, "items/import", content, "a.xlsx").get_json()["created"] == 2
    found = {item["code"]: item for item in client.get("items").get_json()["items"]}
    assert set(found) == {"A", "77"}
    first = found["A"]
    assert (first["is_active"], first["density"], first["shelf_life_days"], first["x_opened"]) == (
        False, "1.500000", 30, "2026-01-31",
    )  # fmt: skip


FAR = f'<row r="1">{TEXT % ("A1", "code")}</row><row r="1048576">{TEXT % ("XFD1048576", "x")}</row>'
BLIND = '<row r="1048575"><c r="A1048575"/></row><row><c t="str"><v>x</v></c></row>'


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (book(SHEET % FAR), TooLarge),
        (book(SHEET % f'<row r="1">{TEXT % ("XFD1", "code")}</row>'), TooLarge),
        (book(SHEET % BLIND), TooLarge),
        (book(SHEET % ("<row>" + "<c/>" * 501 + "</row>")), TooLarge),
        (book(SHEET % ("<row/>" * 100_002 + "<row><c/></row>")), TooLarge),
        (book(f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{FAR.replace("<", "<x:").replace("<x:/", "</x:")}'
              "</x:sheetData></x:worksheet>"), TooLarge),
        (book(SHEET % "", more=[("xl/media/zero.png", b"\0" * (101 * 1024 * 1024))]), TooLarge),
        (book(SHEET % "", more=[(f"xl/part{n}.png", b"") for n in range(2001)]), TooLarge),
        (book(SHEET % FAR, name="media/picture.png"), Invalid),
        (book('<!DOCTYPE x [<!ENTITY a "aaaa">]>' + SHEET % FAR), Invalid),
        (book(SHEET % '<row r="1"><c r="1A"/></row>'), Invalid),
        (book(SHEET % '<row r="-1"><c r="ZZZZ1"/></row>'), Invalid),
        (book(SHEET % '<row r="x"/>'), Invalid),
        (book("<worksheet>"), Invalid),
        (book("no xml at all"), Invalid),
        (book(SHEET % FAR)[:-200], Invalid),
        (book(SHEET % "").replace(b"xl/workbook.xml", b"xl/workbook.bin"), Invalid),
        (book(SHEET % ""), Invalid),
    ],
    ids=range(18),
)  # fmt: skip
def test_what_would_choke_a_reader_is_refused(content, error):
    with pytest.raises(error):
        read_table("a.xlsx", content)


def test_a_part_that_lies_about_its_length_is_refused():
    content = bytearray(book(SHEET % "", more=[("xl/media/zero.png", b"\0" * 5_000_000)]))
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = content.rfind(mark)
        content[start + at : start + at + 4] = (16).to_bytes(4, "little")
    with pytest.raises((Invalid, TooLarge)):
        read_table("a.xlsx", bytes(content))


def test_a_bomb_is_answered_at_the_door(client):
    assert_problem(send_file(client, "items/import", book(SHEET % FAR), "a.xlsx"), 413, "TOO_LARGE")
