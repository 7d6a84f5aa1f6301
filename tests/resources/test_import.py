"""Tables in: matched by natural key, all faults at once, all or nothing, twice is once."""

import json

import pytest

from tests.resources.conftest import define, one, send_file
from tests.web.conftest import assert_problem, send_raw

HEAD = "code,name,base_unit\n"


def items(client):
    return {item["code"]: item for item in client.get("items").get_json()["items"]}


@pytest.mark.parametrize(
    "table",
    [
        "code,name,base_unit,density\nA,Alum,g,1.5\nB,Borax,kg,\n",
        "Code;Name;Base unit;Density\r\nA;Alum;g;1.5\r\nB;Borax;kg;\r\n",
        "\ufeffCODE\tname\tBASE UNIT\tdensity\nA\tAlum\tg\t1.5\nB\tBorax\tkg\t\n",
        'code,"name","base_unit_id__text",density\nA,Alum,g,1.5\n"B","Borax","kg",""\n',
        "code,name,base_unit,density\n\nA,Alum,g,1.5\n,,,\nB,Borax,kg,\n\n",
    ],
)  # fmt: skip
def test_a_table_is_read_as_people_write_it(client, table):
    odd = "base_unit_id__text"
    answer = send_file(client, "items/import", table, mapping=json.dumps({odd: "base_unit"} if odd in table else {}))
    assert answer.status_code == 200, answer.text
    assert answer.get_json() == {"created": 2, "updated": 0, "unchanged": 0, "errors": [], "dry_run": False}
    found = items(client)
    assert [(item["name"], item["base_unit_label"], item["density"]) for item in found.values()] == [
        ("Alum", "g", "1.500000"), ("Borax", "kg", None),
    ]  # fmt: skip


def test_a_second_run_changes_nothing(client):
    table = HEAD + "A,Alum,g\nB,Borax,kg\n"
    assert send_file(client, "items/import", table).get_json()["created"] == 2
    before = items(client)
    assert send_file(client, "items/import", table).get_json()["unchanged"] == 2
    assert items(client) == before
    changed = send_file(client, "items/import", "code,name\nA,Potash alum\nB,Borax\n").get_json()
    assert (changed["updated"], changed["unchanged"]) == (1, 1)
    assert (items(client)["A"]["name"], items(client)["A"]["version"], items(client)["B"]["version"]) == (
        "Potash alum", 2, 1,
    )  # fmt: skip


FAULTY = (
    "code,name,base_unit,density,kind,shelf_life_days\n"
    "A,,g,1.5,raw,\n"
    "B,Borax,stone,NaN,rock,1.5\n"
    ",Nameless,g,,,\n"
    "A,Twice,g,,,\n"
    "C,Good,g,,,\n"
)  # fmt: skip


@pytest.mark.parametrize("dry", [True, False])
def test_all_faults_are_told_at_once_and_nothing_is_stored(client, dry):
    answer = send_file(client, f"items/import?dry_run={dry}", FAULTY)
    if dry:
        assert answer.status_code == 200
        found = {f"rows.{row['row']}.{name}" for row in answer.get_json()["errors"] for name in row["errors"]}
    else:
        found = set(assert_problem(answer, 422, "INVALID")["errors"])
    assert found == {
        "rows.2.name", "rows.3.base_unit", "rows.3.density", "rows.3.kind", "rows.3.shelf_life_days", "rows.4.code",
        "rows.5.code",
    }  # fmt: skip
    assert items(client) == {}


def test_a_dry_run_knows_what_rules_and_the_database_say(client, gram):
    table = "code,name,base_unit,minimum_stock,maximum_stock,barcode\nA,Alum,g,5,4,77\nB,Borax,g,9,8,\nC,C,g,,,\n"
    answer = send_file(client, "items/import?dry_run=yes", table).get_json()
    assert {(row["row"], name) for row in answer["errors"] for name in row["errors"]} == {
        (2, "maximum_stock"), (3, "maximum_stock"),
    }  # fmt: skip
    found = assert_problem(send_file(client, "items/import", table), 422)
    assert set(found["errors"]) == {"rows.2.maximum_stock", "rows.3.maximum_stock"}
    twins = "code,name,base_unit,barcode\nA,Alum,g,77\nB,Borax,g,77\n"
    assert send_file(client, "items/import?dry_run=1", twins).get_json()["errors"]
    assert_problem(send_file(client, "items/import", twins), 409, "DUPLICATE")
    assert items(client) == {}
    assert client.get("audit?resource=inventory.item").get_json()["total"] == 0
    good = HEAD + "A,Alum,g\n"
    rehearsed = send_file(client, "items/import?dry_run=1", good).get_json()
    assert (rehearsed["created"], rehearsed["dry_run"], items(client)) == (1, True, {})
    assert send_file(client, "items/import", good).get_json()["created"] == 1
    assert list(items(client)) == ["A"]


@pytest.mark.parametrize("word", ["maybe", "2", "nope", "tru"])
def test_a_dry_run_is_never_a_real_one_by_mistake(client, word):
    assert_problem(send_file(client, f"items/import?dry_run={word}", HEAD + "A,Alum,g\n"), 422, field="dry_run")
    assert items(client) == {}


def test_faults_name_the_row_that_the_spreadsheet_shows(client):
    table = HEAD + "\nA,Alum,g\n,,\n\nB,,g\nA,Twice,g\n"
    found = send_file(client, "items/import?dry_run=1", table).get_json()["errors"]
    assert [row["row"] for row in found] == [6, 7]
    assert found[1]["errors"]["code"] == ["Row 3 has the same key."]


def test_modes(client):
    assert_problem(send_file(client, "items/import?mode=update", HEAD + "A,Alum,g\n"), 422, field="rows.2.code")
    assert send_file(client, "items/import?mode=create", HEAD + "A,Alum,g\n").get_json()["created"] == 1
    assert_problem(send_file(client, "items/import?mode=create", HEAD + "A,Alum,g\n"), 422, field="rows.2.code")
    assert send_file(client, "items/import?mode=update", "code,name\nA,Potash\n").get_json()["updated"] == 1
    assert_problem(send_file(client, "items/import?mode=merge", HEAD), 422, field="mode")


def test_references_are_found_by_their_natural_key(client, gram):
    client.post("items/categories", {"name": "Salts"})
    table = "code,name,base_unit,category\nA,Alum,g,Salts\nB,Borax,g,\n"
    assert send_file(client, "items/import", table).get_json()["created"] == 2
    assert [item["category_label"] for item in items(client).values()] == ["Salts", None]
    assert_problem(send_file(client, "items/import", table.replace("Salts", "salts")), 422, field="rows.2.category")
    by_id = f"code,name,base_unit_id\nC,Chalk,{gram}\n"
    assert send_file(client, "items/import", by_id).get_json()["created"] == 1
    assert_problem(send_file(client, "items/import", "code,name,base_unit_id\nD,D,987654\n"), 422,
                   field="rows.2.base_unit_id")  # fmt: skip


def test_a_letter_is_the_same_whichever_way_it_is_written(client, gram):
    """The accent of é may stand in the letter or behind it."""
    whole, parted = "Caf\u00e9", "Cafe\u0301"
    shelf = client.post("items/categories", {"name": parted}).get_json()
    assert shelf["name"] == whole
    body = {"name": "Beans", "kind": "raw", "base_unit_id": gram}
    assert client.post("items", {**body, "code": parted}).get_json()["code"] == whole
    assert_problem(client.post("items", {**body, "code": whole}), 409, "DUPLICATE")
    table = f"code,name,category\n{parted},Coffee beans,{parted}\n"
    assert send_file(client, "items/import", table).get_json()["updated"] == 1
    [found] = client.get("items", query_string={"search": parted}).get_json()["items"]
    assert (found["code"], found["name"], found["category_label"]) == (whole, "Coffee beans", whole)
    assert [row["code"] for row in client.get("items", query_string={"code": parted}).get_json()["items"]] == [whole]


def test_another_tenants_record_is_no_reference(client, other_client, gram):
    foreign = other_client.post("items/categories", {"name": "Secret"}).get_json()["id"]
    for row in ({"category": "Secret"}, {"category_id": foreign}):
        body = [{"code": "A", "name": "A", "base_unit": "g", **row}]
        found = assert_problem(client.post("items/import", body), 422)
        assert next(iter(found["errors"])) in ("rows.1.category", "rows.1.category_id")
    assert items(client) == {}


def test_own_fields_and_extensions_come_in_too(client):
    define(client, "x_opened", "date", label="Opened on")
    define(client, "x_share", "decimal")
    table = "code,name,base_unit,Opened on,x_share,brewing.alpha_acid\nH,Hops,g,2026-01-31,0.30,4.5\n"
    assert send_file(client, "items/import", table).get_json()["created"] == 1
    found = items(client)["H"]
    assert (found["x_opened"], found["x_share"], found["brewing.alpha_acid"]) == ("2026-01-31", "0.30", "4.5000")
    assert send_file(client, "items/import", table).get_json()["unchanged"] == 1
    answer = send_file(client, "items/import", table.replace("2026-01-31", "31.1.2026").replace("4.5", "400"))
    assert set(assert_problem(answer, 422)["errors"]) == {"rows.2.x_opened", "rows.2.brewing.alpha_acid"}


def test_json_rows_bring_their_lines(client, gram):
    kilo = one(client, "admin/uom?code=kg")["id"]
    rule = {"unit": "ml", "equal_quantity": "1.5", "equal_unit": "kg"}
    rows = [{"code": "A", "name": "A", "base_unit": "g", "conversions": [rule]}]
    assert client.post("items/import", {"rows": rows}).get_json()["created"] == 1
    stored = client.get(f"items/{items(client)['A']['id']}").get_json()
    assert [(line["equal_unit_id"], line["equal_quantity"]) for line in stored["conversions"]] == [(kilo, "1.500000")]
    assert client.post("items/import", rows).get_json()["unchanged"] == 1
    rows[0]["conversions"] = [{**rule, "unit": "nothing"}]
    assert_problem(client.post("items/import", rows), 422, field="rows.1.conversions.0.unit")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("", "file"), ("\n\n", "file"), (HEAD.encode() + "Ä,Ä,g\n".encode("latin-1"), "file"),
        (HEAD + "A\x00,A,g\n", "file"), (HEAD + 'A,"unclosed,g\n', "file"), (HEAD + f'A,"{"x" * 140_000}",g\n', "file"),
        (b"PK\x03\x04 this is no archive", "file"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file"),
        (b"%PDF-1.4\n" + HEAD.encode() + b"A,A,g\n", "file"),
        ("code,name,nonsense\nA,A,g\n", "mapping"), ("code,code,name,base_unit\nA,B,A,g\n", "mapping"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused(client, content, field):
    answer = send_file(client, "items/import", content)
    assert_problem(answer, 422, field=field)
    assert items(client) == {}


@pytest.mark.parametrize("mapping", ["[1]", "5", '"x"', "null", '{"code": 5}', '{"code": null}', '{"code": "\\ud800"}',
                                     '{"name": "code"}'])  # fmt: skip
def test_a_mapping_is_names_for_names(client, mapping):
    assert_problem(send_file(client, "items/import", HEAD + "A,A,g\n", mapping=mapping), 422, field="mapping")
    rows = '[{"code": "A", "name": "A", "base_unit": "g"}]'
    assert_problem(send_file(client, "items/import", rows, "rows.json", mapping=mapping), 422, field="mapping")


def test_a_column_may_be_mapped_to_nothing(client):
    table = "sku,label,base_unit,comment\nA,Alum,g,ignore me\n"
    mapping = json.dumps({"sku": "code", "label": "name", "comment": ""})
    assert send_file(client, "items/import", table, mapping=mapping).get_json()["created"] == 1
    for name, content in (("items.csv", table), ("items.json", '[{"sku": "OIL", "label": "Oil", "comment": "none"}]')):
        answer = send_file(client, "items/import", content, name, mapping='{"SKU": "code", "sku": "code"}')
        told = assert_problem(answer, 422, field="mapping")["errors"]["mapping"][0]
        assert told.startswith("The file has no column 'SKU'; it has 'sku', 'label', ")
    assert items(client)["A"]["name"] == "Alum"


@pytest.mark.parametrize(
    "rows",
    ["5", '"rows"', "[1]", '{"rows": 5}', '[{"code": "A", "name": "A", "base_unit": "\\u0000"}]',
     '[{"code": "A", "name": "A", "base_unit": "\\ud800"}]', '[{"code": "\\ud800", "name": "A", "base_unit": "g"}]',
     '[{"code": ["A"], "name": "A", "base_unit": "g"}]', '[{"code": "A", "name": "A", "base_unit": {"a": 1}}]',
     '[{"code": "A", "name": "A", "base_unit": "g", "conversions": 5}]'],
)  # fmt: skip
def test_rows_of_any_form_are_no_fault_of_ours(client, rows):
    answer = send_raw(client, "POST", "items/import", rows)
    assert answer.status_code in (400, 422)
    assert_problem(answer, answer.status_code)


def test_more_than_can_be_taken_is_too_large(client):
    for kind, content in (
        ("text/csv", ",".join(f"c{n}" for n in range(1_000_000))),
        ("text/csv", HEAD + "A,A,g\n" * 100_001),
        ("application/json", "[" + "{}," * 100_000 + "{}]"),
    ):
        assert_problem(send_raw(client, "POST", "items/import", content, content_type=kind), 413, "TOO_LARGE")


def test_many_names_are_looked_up_in_parts(unit):
    """More distinct names than a statement may have parameters."""
    from core.resources.labels import ids_by_label, labels
    from plugins.inventory.models import Unit

    with unit(readonly=True) as ctx:
        found = ids_by_label(ctx.db, ctx.tenant.id, Unit, ["code"], ["g", *(f"none-{n}" for n in range(70_000))])
        assert list(found) == ["g"]
        resource = ctx.registry.resource_of_model[Unit]
        assert labels(ctx.db, ctx.tenant.id, Unit, resource, [found["g"], *range(10**9, 10**9 + 70_000)]) == {
            found["g"]: "g"
        }
