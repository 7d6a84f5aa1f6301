"""Tables out: streamed, exact, harmless in a spreadsheet, and such that an import takes them again."""

import csv
import io
import json

import pytest
from python_calamine import CalamineWorkbook

from tests.resources.conftest import define, send_file
from tests.web.conftest import assert_problem

NASTY = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tstart", "'=quoted", "''@twice", "'plain", 'say "hi"',
         "semi;colon, comma", "line\nbreak", "Ünï ☃", "-5", "007"]  # fmt: skip


def table(client, query=""):
    answer = client.get(f"items/export?{query}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def sheet(client, query=""):
    answer = client.get(f"items/export?format=xlsx&{query}")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


@pytest.fixture
def nasty(client, gram):
    define(client, "x_share", "decimal")
    rows = [
        {"code": f"N{n:02}", "name": "Nasty", "description": text, "base_unit_id": gram, "x_share": "0.30",
         "reorder_point": "123456789012.345678", "brand": text.strip()[:20]}
        for n, text in enumerate(NASTY)
    ]  # fmt: skip
    answer = client.post("items", rows)
    assert answer.status_code == 201, answer.text
    return answer.get_json()["items"]


def test_no_cell_is_a_formula(client, nasty):
    for row in table(client, "fields=code,description,brand,reorder_point"):
        for value in row.values():
            assert not value.startswith(("=", "+", "@", "\t", "\r")), value
            assert not value.startswith("-") or value == "-5", value
    cells = [cell for row in sheet(client, "fields=description,reorder_point") for cell in row]
    assert "=1+1" in cells, "text is typed as text, not marked"
    assert "123456789012.345678" in cells


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_goes_out_comes_in_and_changes_nothing(client, other_client, nasty, kind):
    out = client.get(f"items/export?format={kind}").data
    again = send_file(client, "items/import", out, f"items.{kind}")
    assert again.status_code == 200, again.text
    assert again.get_json()["unchanged"] == len(NASTY), again.text
    define(other_client, "x_share", "decimal")
    assert send_file(other_client, "items/import", out, f"items.{kind}").get_json()["created"] == len(NASTY)
    copied = {item["code"]: item for item in other_client.get("items").get_json()["items"]}
    for item in nasty:
        for name in ("description", "brand", "reorder_point", "x_share", "base_unit_label"):
            assert copied[item["code"]][name] == item[name], name


def test_json_goes_round_too(client, nasty):
    answer = client.get("items/export?format=json")
    rows = json.loads(answer.text)
    assert rows[0]["reorder_point"] == "123456789012.345678"
    assert client.post("items/import", rows).get_json()["unchanged"] == len(NASTY)


def test_an_export_is_the_list_asked_for(pantry):
    found = table(pantry.client, "kind=raw&sort=-code&fields=code,base_unit,reorder_point,x_opened,brewing.alpha_acid")
    assert found[0] == {"code": "H-02", "base_unit": "g", "reorder_point": "", "x_opened": "2026-01-31",
                        "brewing.alpha_acid": "3.2000"}  # fmt: skip
    assert [row["code"] for row in found] == ["H-02", "H-01", "B-01"]
    everything = table(pantry.client)
    assert list(everything[0])[:3] == ["id", "code", "name"]
    answer = pantry.client.get("items/export?format=json&search=hops")
    assert answer.headers["Content-Disposition"] == "attachment; filename=items.json"
    assert [row["code"] for row in json.loads(answer.text)] == ["H-01", "H-02"]


@pytest.mark.parametrize("query", [
    "format=pdf", "fields=nothing", "fields=nothing&format=xlsx", "sort=nothing", "nothing=1", "code__regex=a",
])  # fmt: skip
def test_a_wrong_question_is_answered_before_the_file_begins(pantry, query):
    assert_problem(pantry.client.get(f"items/export?{query}"), 422)


def test_nothing_is_a_file_too(pantry):
    assert table(pantry.client, "code=none") == []
    assert json.loads(pantry.client.get("items/export?format=json&code=none").text) == []
    assert len(sheet(pantry.client, "code=none")) == 1


def test_many_rows_are_read_in_pieces(client, gram):
    rows = [{"code": f"R{n:04}", "name": "Row", "base_unit_id": gram} for n in range(1000)]
    for part in (rows, [{**row, "code": f"S{row['code']}"} for row in rows[:300]]):
        assert client.post("items", part).status_code == 201
    answer = client.get("items/export?fields=code&sort=code", buffered=False)
    assert answer.is_streamed
    codes = answer.text.split()
    assert (len(codes), codes[1], codes[-1], len(set(codes))) == (1301, "R0000", "SR0299", 1301)
    assert len(json.loads(client.get("items/export?format=json").text)) == 1300


def test_a_text_that_no_workbook_holds_is_not_cut_off(client, gram):
    told = "Stir. " * 6000
    item = {"code": "SALVE", "name": "Salve", "description": told, "base_unit_id": gram}
    assert client.post("items", item).status_code == 201
    answer = client.get("items/export?format=xlsx&fields=code,description")
    assert "take it as CSV" in assert_problem(answer, 413, "TOO_LARGE")["detail"]
    assert [row["description"] for row in table(client, "fields=code,description")] == [told]
