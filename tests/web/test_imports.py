"""A file comes in step by step: mapped, checked, taken, taken back; nothing is ever half done."""

import io

import pytest

from core.testing.clients import ApiClient
from core.testing.house import make_member
from tests.web.conftest import assert_problem

HEAD = "Code,Item name,Base unit,Reorder at,Remark\n"
GOOD = HEAD + "A,Alum,g,1,old\n\nB,Borax,kg,2,\n"


def upload(client, text, name="items.csv", resource="inventory.item", **form):
    data = {"file": (io.BytesIO(text.encode()), name), "resource": resource, **form}
    return client.send("POST", "imports", data=data, content_type="multipart/form-data")


def step(client, told, verb, body=None):
    answer = client.post(f"imports/{told['id']}/{verb}", body)
    assert answer.status_code == 200, answer.text
    return answer.json


def take(client, text, **form):
    """Upload, check and take a file."""
    told = upload(client, text, **form).json
    assert step(client, told, "check")["faulty"] == 0
    return step(client, told, "run")


def items(client):
    return {row["code"]: row for row in client.get("items").json["items"]}


def test_from_a_file_to_records_and_back(client):
    answer = upload(client, GOOD)
    assert answer.status_code == 201, answer.text
    told = answer.json
    assert answer.headers["Location"] == f"/api/v1/imports/{told['id']}"
    assert told["mapping"] == {"Code": "code", "Item name": "name", "Base unit": "base_unit",
                               "Reorder at": "reorder_point", "Remark": ""}  # fmt: skip
    assert told["columns"][1] == {"title": "Item name", "samples": ["Alum", "Borax"]}
    checked = step(client, told, "check")
    assert (checked["state"], checked["created"], checked["faulty"], items(client)) == ("checked", 2, 0, {})
    done = step(client, told, "run")
    assert (done["state"], done["created"], done["can_undo"]) == ("done", 2, True)
    assert [row["name"] for row in items(client).values()] == ["Alum", "Borax"]
    undone = step(client, told, "undo")
    assert (undone["state"], undone["undone"]["deleted"], items(client)) == ("undone", 2, {})
    assert client.get("imports?resource=inventory.item").json["items"][0]["state"] == "undone"


def test_every_fault_stands_beside_the_row_of_the_file(client):
    faulty = HEAD + "A,,g,1,\n\nB,Borax,stone,many,\nC,Good,g,,\n"
    told = step(client, upload(client, faulty).json, "check")
    assert (told["state"], told["faulty"]) == ("checked", 2)
    rows = client.get(f"imports/{told['id']}/faults").json["items"]
    assert [(row["row"], sorted(row["errors"])) for row in rows] == [(2, ["name"]), (4, ["base_unit", "reorder_point"])]
    assert rows[1]["cells"] == ["B", "Borax", "stone", "many", ""]
    table = client.get(f"imports/{told['id']}/faults?format=csv").text.splitlines()
    assert table[0] == "Code,Item name,Base unit,Reorder at,Remark,Row,Reason"
    assert table[2].startswith("B,Borax,stone,many,,4,")
    assert_problem(client.post(f"imports/{told['id']}/run"), 409, "FAULTY_ROWS")
    assert items(client) == {}


def test_columns_are_mapped_by_hand_and_remembered(client):
    told = upload(client, "Sort,Called,In\nA,Alum,g\n").json
    assert set(told["mapping"].values()) == {""}
    at = f"imports/{told['id']}"
    assert_problem(client.patch(at, {"mapping": {"Sort": "code"}}), 422, field="mapping")
    assert_problem(client.patch(at, {"mapping": {"Sort": "nonsense"}}), 422, field="mapping.Sort")
    assert_problem(client.patch(at, {"mapping": {"Sort": "code", "Called": "code"}}), 422, field="mapping.Sort")
    lacked = assert_problem(client.patch(at, {"mapping": {"Nonsense": "code"}}), 422, field="mapping")
    assert lacked["errors"]["mapping"] == ["The file has no column 'Nonsense'; it has 'Sort', 'Called', 'In'."]
    assert_problem(client.patch(at, {"mapping": ["code"]}), 422, field="mapping")
    assert_problem(client.patch(at, {"mode": "merge"}), 422, field="mode")
    mapping = {"Sort": "code", "Called": "name", "In": "base_unit"}
    assert client.patch(at, {"mapping": mapping}).json["mapping"] == mapping
    assert upload(client, "Sort,Called,In\nB,Borax,g\n").json["mapping"] == mapping


def test_columns_of_the_same_title_are_told_apart(client):
    told = upload(client, "Code,Name,Name,Base unit\nA,Alum,Potash alum,g\n").json
    assert [column["title"] for column in told["columns"]] == ["Code", "Name", "Name (2)", "Base unit"]
    assert (told["mapping"]["Name"], told["mapping"]["Name (2)"]) == ("name", "")
    client.patch(f"imports/{told['id']}", {"mapping": {**told["mapping"], "Name": "", "Name (2)": "name"}})
    assert step(client, told, "check")["faulty"] == 0
    step(client, told, "run")
    assert items(client)["A"]["name"] == "Potash alum"


def test_a_file_of_objects_names_the_object_that_is_wrong(client):
    rows = '[{"code": "A", "name": "Alum", "unit": "g"}, {"code": "B", "name": "", "unit": "g"}]'
    told = upload(client, rows, name="items.json").json
    assert told["mapping"] == {"code": "code", "name": "name", "unit": ""}
    client.patch(f"imports/{told['id']}", {"mapping": {**told["mapping"], "unit": "base_unit"}})
    assert step(client, told, "check")["faulty"] == 1
    [row] = client.get(f"imports/{told['id']}/faults").json["items"]
    assert (row["row"], row["cells"], list(row["errors"])) == (2, ["B", "", "g"], ["name"])


def test_a_large_file_is_checked_by_a_job(client, monkeypatch):
    monkeypatch.setattr("core.desk.imports.AT_ONCE", 1)
    told = step(client, upload(client, GOOD).json, "check")
    assert (told["state"], told["created"]) == ("checked", 2)
    assert told["job_id"] is not None
    assert client.get(f"jobs/{told['job_id']}").json["state"] == "done"


def test_the_same_file_twice_is_told_and_changes_nothing(client):
    first = take(client, GOOD)
    before = items(client)
    again = upload(client, GOOD).json
    assert again["same_file_as"] == first["id"]
    step(client, again, "check")
    second = step(client, again, "run")
    assert (second["created"], second["updated"], second["unchanged"]) == (0, 0, 2)
    assert items(client) == before


def test_what_was_changed_is_given_back(client):
    take(client, GOOD)
    before = items(client)["A"]
    changed = take(client, HEAD + "A,Potash alum,g,7,\nC,Chalk,g,,\n")
    assert (changed["created"], changed["updated"]) == (1, 1)
    assert step(client, changed, "undo")["undone"] == {
        "deleted": 1, "restored": 1, "kept": [], "kept_count": 0, "taken_back": True,
    }  # fmt: skip
    after = items(client)
    assert set(after) == {"A", "B"}
    assert {**after["A"], "version": 0, "updated_at": 0} == {**before, "version": 0, "updated_at": 0}


def test_what_somebody_changed_since_stays(client):
    done = take(client, GOOD)
    alum = items(client)["A"]
    client.patch(f"items/{alum['id']}", {"name": "My alum"}, version=alum["version"])
    kept = step(client, done, "undo")
    assert (kept["state"], kept["undone"]["kept"]) == (
        "done", [{"id": alum["id"], "label": kept["undone"]["kept"][0]["label"],
                  "reason": "Somebody changed it since."}],
    )  # fmt: skip
    assert set(items(client)) == {"A", "B"}
    rest = step(client, done, "undo", {"all_or_nothing": False})
    assert (rest["state"], rest["undone"]["deleted"], rest["undone"]["kept_count"]) == ("undone", 1, 1)
    assert set(items(client)) == {"A"}


def test_lines_of_a_document_are_given_back_too(client):
    rows = '[{"code": "A", "name": "Alum", "base_unit": "g", "conversions": [%s]}]'
    rule = '{"unit": "%s", "equal_quantity": "%s", "equal_unit": "kg"}'
    take(client, rows % (rule % ("ml", "1.5")), name="items.json")
    changed = take(client, rows % (rule % ("ml", "2") + "," + rule % ("l", "9")), name="items.json")
    assert changed["updated"] == 1
    alum = items(client)["A"]["id"]
    assert len(client.get(f"items/{alum}").json["conversions"]) == 2
    assert step(client, changed, "undo")["state"] == "undone"
    [line] = client.get(f"items/{alum}").json["conversions"]
    assert (line["unit_label"], line["equal_quantity"]) == ("ml", "1.500000")


def test_a_file_that_went_stale_between_check_and_run_leaves_nothing(client):
    told = upload(client, GOOD, mode="create").json
    step(client, told, "check")
    unit = client.get("admin/uom?code=g").json["items"][0]["id"]
    client.post("items", {"code": "B", "name": "Mine", "base_unit_id": unit})
    failed = step(client, told, "run")
    assert (failed["state"], set(items(client))) == ("failed", {"B"})
    assert [row["row"] for row in client.get(f"imports/{told['id']}/faults").json["items"]] == [4]
    assert step(client, told, "check")["faulty"] == 1


def test_steps_come_in_their_order(client):
    told = upload(client, GOOD).json
    at = f"imports/{told['id']}"
    assert_problem(client.post(f"{at}/run"), 409, "INVALID_STATE")
    assert_problem(client.post(f"{at}/undo"), 409, "INVALID_STATE")
    step(client, told, "check")
    step(client, told, "run")
    for verb in ("check", "run"):
        assert_problem(client.post(f"{at}/{verb}"), 409, "INVALID_STATE")
    assert_problem(client.patch(at, {"mode": "create"}), 409, "INVALID_STATE")
    assert client.delete(at).status_code == 204
    assert_problem(client.get(at), 404)
    assert set(items(client)) == {"A", "B"}


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [("", "a.csv", 422), (HEAD, "a.csv", 422), ("\n\n", "a.csv", 422), ("[1]", "a.json", 422), ("{", "a.json", 400),
     ("A\x00,B\n1,2\n", "a.csv", 422), (",".join(f"c{n}" for n in range(600)) + "\n1\n", "a.csv", 413)],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_and_not_kept(client, kernel, tenant, text, name, code):
    folder = kernel.config.instance / "files" / str(tenant.id)
    before = set(folder.rglob("*"))
    assert_problem(upload(client, text, name), code)
    assert {path for path in set(folder.rglob("*")) - before if path.is_file()} == set()
    assert client.get("imports").json["items"] == []


def test_an_import_belongs_to_who_may_import_there(app, kernel, tenant, client, other_client):
    told = upload(client, GOOD).json
    at = f"imports/{told['id']}"
    assert_problem(other_client.get(at), 404)
    assert_problem(other_client.post(f"{at}/check"), 404)
    clerk = ApiClient(app, make_member(kernel, tenant, ("inventory.item.read", "inventory.item.import")))
    assert_problem(clerk.get(at), 404)
    assert clerk.get("imports").json["items"] == []
    own = upload(clerk, GOOD).json
    assert step(clerk, own, "check")["created"] == 2
    assert step(clerk, own, "run")["created"] == 2
    undone = step(clerk, own, "undo")
    assert undone["state"] == "done"
    assert "inventory.item.delete" in undone["undone"]["kept"][0]["reason"]
    reader = ApiClient(app, make_member(kernel, tenant, ("inventory.item.read",)))
    assert_problem(upload(reader, GOOD), 403)
    assert_problem(upload(client, GOOD, resource="inventory.unicorn"), 404)
    assert_problem(upload(client, GOOD, resource="kernel.audit"), 404)


def test_old_imports_and_their_files_are_forgotten(client, kernel, tenant):
    from core.desk.imports import KEPT, forget_imports

    told = upload(client, HEAD + "A,,g,,\n").json
    step(client, told, "check")
    folder = kernel.config.instance / "files" / str(tenant.id)
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 2
    now, kernel.clock = kernel.clock, lambda: now() + 2 * KEPT
    try:
        with kernel.unit(tenant.id) as ctx:
            assert forget_imports(ctx) == {"forgotten": 1}
    finally:
        kernel.clock = now
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_an_import_whose_worker_died_is_taken_once(client, kernel, tenant):
    from core.desk.imports import work_on_import
    from core.desk.models import FileImport

    told = upload(client, GOOD).json
    step(client, told, "check")
    with kernel.unit(tenant.id) as ctx:
        row = ctx.get(FileImport, told["id"])
        row.state, row.outcome = "running", {**row.outcome, "step": "run"}
    for _ in range(2):
        with kernel.unit(tenant.id) as ctx:
            assert work_on_import(ctx, told["id"], "run") == {"state": "done"}
    assert set(items(client)) == {"A", "B"}
    assert client.get(f"imports/{told['id']}").json["created"] == 2
