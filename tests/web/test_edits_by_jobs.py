"""Everything that a list finds is changed by jobs: previewed, done in parts, and what moved on meanwhile is named."""

import pytest
import sqlalchemy as sa

from core.actions.audit import broken_links
from core.actions.editing import ELSEWHERE, GONE, SINCE, Edit, edit_part
from core.desk import edits, undoing
from core.desk.models import BulkEdit
from core.identity.models import Role
from core.jobs.handler import run_job
from core.resources.reading import ListRequest
from core.services.models import Job
from core.testing.clients import ApiClient
from core.testing.house import make_member
from plugins.inventory.models.items import Item
from tests.web.conftest import assert_problem

RAISE = {"standard_cost": {"percent": "4.5"}}
RAW = {"filters": {"kind": "raw"}}


@pytest.fixture
def stock_of(kernel, tenant, gram):
    """Make raw materials M-0001 … at a standard cost of 0.333333 each, and a jar beside them."""

    def make(count):
        rows = [{"code": f"M-{number:04}", "name": f"Material {number}", "base_unit_id": gram, "kind": "raw",
                 "standard_cost": "0.333333", "maximum_stock": "100"} for number in range(1, count + 1)]  # fmt: skip
        with kernel.unit(tenant.id) as ctx:
            ids = ctx.load("inventory.item", rows).ids
            ctx.load("inventory.item", [{"code": "JAR", "name": "Jar", "base_unit_id": gram, "kind": "packaging",
                                         "standard_cost": "1"}])  # fmt: skip
        return ids

    return make


@pytest.fixture
def parts_of_two(monkeypatch):
    monkeypatch.setattr("core.desk.edits.PART", 2)


def ask(client, **body):
    return client.post("edits", {"resource": "inventory.item", **body})


def prepare(client, **body):
    answer = ask(client, **body)
    assert answer.status_code == 201, answer.text
    return answer.json


def run(client, told, verb="run"):
    answer = client.post(f"edits/{told['id']}/{verb}")
    assert answer.status_code == (200 if verb == "cancel" else 202), answer.text
    return client.get(f"edits/{told['id']}").json


def costs(kernel, tenant):
    """Return the standard cost of every item by its code."""
    with kernel.unit(tenant.id, readonly=True) as ctx:
        rows = ctx.rows(sa.select(Item.code, Item.standard_cost))
    return {row.code: f"{row.standard_cost:f}" for row in rows}


def test_a_maker_raises_the_standard_cost_of_all_raw_materials(client, kernel, tenant, stock_of):
    ids = stock_of(1200)
    told = prepare(client, where=RAW, adjust=RAISE)
    assert (told["state"], told["total"], told["done"], len(told["preview"])) == ("ready", 1200, 0, 100)
    assert told["preview"][0] == {"id": ids[0], "label": "M-0001 Material 1", "refused": None,
                                  "changes": {"standard_cost": ["0.333333", "0.348333"]}}  # fmt: skip
    assert set(costs(kernel, tenant).values()) == {"0.333333", "1.000000"}
    # Between preview and start one is repriced by hand, one is sorted elsewhere.
    assert client.patch(f"items/{ids[6]}", {"standard_cost": "9"}, version=1).status_code == 200
    assert client.patch(f"items/{ids[700]}", {"kind": "packaging"}, version=1).status_code == 200
    assert client.delete(f"items/{ids[1199]}", version=1).status_code == 204
    done = run(client, told)
    assert (done["state"], done["progress"], done["changed"], done["unchanged"], done["refused"]) == (
        "done", 100, 1197, 0, 3,
    )  # fmt: skip
    assert [(row["id"], row["label"], row["reason"]) for row in done["refusals"]] == [
        (ids[6], "M-0007 Material 7", SINCE), (ids[700], "M-0701 Material 701", SINCE),
        (ids[1199], f"#{ids[1199]}", GONE),
    ]  # fmt: skip
    # 0.333333 * 1.045 = 0.348332985, half-up at six places.
    now = costs(kernel, tenant)
    assert (now.pop("M-0007"), now.pop("M-0701"), now.pop("JAR")) == ("9.000000", "0.333333", "1.000000")
    assert (len(now), set(now.values())) == (1197, {"0.348333"})
    trail = client.get("audit?action=inventory.item.update&resource=inventory.item&count=exact").json
    assert trail["total"] == 1197 + 2
    assert client.get(f"items/{ids[0]}").json["version"] == 2
    with kernel.unit(tenant.id, readonly=True) as ctx:
        assert list(broken_links(ctx)) == []


def test_who_a_rule_refuses_is_named_and_the_others_are_done(client, stock_of, parts_of_two):
    ids = stock_of(5)
    client.patch(f"items/{ids[1]}", {"maximum_stock": "3"}, version=1)
    told = prepare(client, where=RAW, values={"minimum_stock": "50"})
    assert [bool(row["refused"]) for row in told["preview"]] == [False, True, False, False, False]
    done = run(client, told)
    assert (done["changed"], done["refused"], done["state"]) == (4, 1, "done")
    reason = "Maximum: Must be 50, the minimum, or more."
    assert done["refusals"] == [{"id": ids[1], "label": "M-0002 Material 2", "reason": reason}]
    assert client.get("items?minimum_stock=50").json["total"] == 4
    assert client.get(f"edits/{told['id']}/refusals").json["items"] == done["refusals"]
    assert reason in client.get(f"edits/{told['id']}/refusals?format=csv").text
    assert_problem(client.post(f"edits/{told['id']}/run"), 409, "INVALID_STATE")


def test_what_the_filter_finds_no_more_is_named(kernel, tenant, stock_of):
    ids = stock_of(2)
    with kernel.unit(tenant.id) as ctx:
        resource = ctx.registry.resources["inventory.item"]
        first = ListRequest({"code": ["M-0001"]}, fields=("id",))
        rows = edit_part(ctx, resource, Edit(found=first, values={"name": "Lye"}), {ids[0]: 1, ids[1]: 1, 999: 1})
    assert [(row.label, row.fields, row.refused) for row in rows] == [
        ("M-0001 Material 1", ("name",), ""), ("M-0002 Material 2", (), ELSEWHERE), ("#999", (), GONE),
    ]  # fmt: skip


def test_a_crash_repeats_nothing_and_an_edit_goes_on(client, kernel, tenant, stock_of, parts_of_two, monkeypatch):
    ids = stock_of(5)
    told = prepare(client, where=RAW, adjust=RAISE)
    monkeypatch.setattr(kernel, "listeners", [])
    job = run(client, told)["job_id"]
    assert run_job(kernel, job) is None
    half = client.get(f"edits/{told['id']}").json
    assert (half["state"], half["done"], half["changed"], half["progress"]) == ("running", 2, 2, 40)
    with monkeypatch.context() as patch:
        patch.setattr(edits, "_settle", _die)
        assert isinstance(run_job(kernel, half["job_id"]), SystemError)
    # The part that was at work is as it was before.
    assert sorted(costs(kernel, tenant).values()) == ["0.333333"] * 3 + ["0.348333"] * 2 + ["1.000000"]
    assert run(client, told, "cancel")["state"] == "cancelled"
    job = run(client, told)["job_id"]
    for _ in range(2):
        assert run_job(kernel, job) is None
        job = client.get(f"edits/{told['id']}").json["job_id"]
    done = client.get(f"edits/{told['id']}").json
    assert (done["state"], done["changed"], done["refused"]) == ("done", 5, 0)
    assert {client.get(f"items/{number}").json["version"] for number in ids} == {2}


def _die(*_args, **_options):
    raise SystemError("the worker died")


def test_a_cancelled_edit_changes_nothing_more(client, kernel, tenant, stock_of, parts_of_two, monkeypatch):
    stock_of(5)
    told = prepare(client, where=RAW, values={"name": "Lye"})
    assert_problem(client.post(f"edits/{told['id']}/cancel"), 409, "INVALID_STATE")
    with monkeypatch.context() as patch:
        patch.setattr(kernel, "listeners", [])
        assert run_job(kernel, run(client, told)["job_id"]) is None
        assert run(client, told, "cancel")["done"] == 2
        assert_problem(client.post(f"edits/{told['id']}/cancel"), 409, "INVALID_STATE")
        assert run_job(kernel, client.get(f"edits/{told['id']}").json["job_id"]) is None
    assert client.get("items?name=Lye").json["total"] == 2
    assert run(client, told)["changed"] == 5
    assert client.send("DELETE", f"edits/{told['id']}").status_code == 204
    assert_problem(client.get(f"edits/{told['id']}"), 404)
    assert client.get("items?name=Lye").json["total"] == 5


def test_a_finished_edit_is_taken_back_part_by_part(client, kernel, tenant, stock_of, parts_of_two, monkeypatch):
    ids = stock_of(5)
    told = run(client, prepare(client, where=RAW, adjust=RAISE))
    assert (told["changed"], told["can_undo"]) == (5, True)
    # Since then one was repriced by hand and one is gone.
    assert client.patch(f"items/{ids[1]}", {"standard_cost": "9"}, version=2).status_code == 200
    assert client.delete(f"items/{ids[4]}", version=2).status_code == 204
    monkeypatch.setattr(kernel, "listeners", [])
    assert run(client, told, "undo")["state"] == "undoing"
    assert run_job(kernel, client.get(f"edits/{told['id']}").json["job_id"]) is None
    half = client.get(f"edits/{told['id']}").json
    assert (half["state"], half["restored"], half["kept"], half["progress"]) == ("undoing", 1, 1, 40)
    with monkeypatch.context() as patch:
        patch.setattr("core.desk.undoing.take_back", _die)
        assert isinstance(run_job(kernel, half["job_id"]), SystemError)
    # The worker that died took nothing back; once its job is given up, somebody goes on where it stood.
    with kernel.platform() as db:
        db.get(Job, half["job_id"]).state = "failed"
    assert client.get(f"edits/{told['id']}").json["state"] == "failed"
    run(client, half)
    for _ in range(2):
        assert run_job(kernel, client.get(f"edits/{told['id']}").json["job_id"]) is None
    done = client.get(f"edits/{told['id']}").json
    assert (done["state"], done["restored"], done["kept"], done["can_undo"]) == ("undone", 3, 2, False)
    assert [(row["id"], row["label"], row["reason"]) for row in done["not_taken_back"]] == [
        (ids[1], "M-0002 Material 2", undoing.SINCE), (ids[4], f"#{ids[4]}", undoing.GONE),
    ]  # fmt: skip
    now = costs(kernel, tenant)
    assert (now.pop("M-0002"), now.pop("JAR"), set(now.values())) == ("9.000000", "1.000000", {"0.333333"})
    with kernel.unit(tenant.id, readonly=True) as ctx:
        assert list(broken_links(ctx)) == []


def test_what_is_changed_while_it_is_taken_back_is_not_overwritten(client, kernel, tenant, stock_of, monkeypatch):
    ids = stock_of(2)
    told = run(client, prepare(client, where=RAW, adjust=RAISE))
    assert client.patch(f"items/{ids[0]}", {"standard_cost": "9"}, version=2).status_code == 200
    # As if it had been looked at just before that.
    monkeypatch.setattr("core.desk.undoing._versions", lambda *_args: dict.fromkeys(ids, 2))
    run(client, told, "undo")
    done = client.get(f"edits/{told['id']}").json
    assert [(row["id"], row["reason"]) for row in done["not_taken_back"]] == [(ids[0], undoing.SINCE)]
    now = costs(kernel, tenant)
    assert (now["M-0001"], now["M-0002"]) == ("9.000000", "0.333333")


def test_an_edit_that_changed_nothing_has_nothing_to_take_back(client, stock_of):
    stock_of(2)
    told = run(client, prepare(client, where=RAW, values={"maximum_stock": "100"}))
    assert (told["unchanged"], told["can_undo"]) == (2, False)
    assert_problem(client.post(f"edits/{told['id']}/undo"), 409, "NOTHING_TO_UNDO")


def test_its_search_reads_conditions_as_a_list_does(client, kernel, tenant, stock_of):
    stock_of(3)
    told = prepare(client, where={"search": "kind:raw code:M-0002*"}, adjust=RAISE)
    assert (told["total"], told["where"]["search"]) == (1, "")
    assert_problem(ask(client, where={"search": "colour:red"}, adjust=RAISE), 422, field="search")
    assert_problem(ask(client, where={"search": '"kind:raw"'}, adjust=RAISE), 422, field="ids")
    # The same words, changed by one request.
    body = {"where": {"search": "kind:packaging"}, "adjust": RAISE}
    assert client.send("PATCH", "items", body).json["changed"] == 1
    assert costs(kernel, tenant)["JAR"] == "1.045000"


def test_one_request_prepares_and_starts(client, stock_of):
    ids = stock_of(3)
    answer = ask(client, ids=ids, values={"name": "Lye"}, run=True)
    assert answer.status_code == 202
    address = answer.headers["Location"]
    done = client.get(address.removeprefix("/api/v1/")).json
    assert (done["state"], done["changed"], done["where"]) == ("done", 3, None)
    assert [row["id"] for row in client.get("edits?resource=inventory.item").json["items"]] == [done["id"]]
    again = ask(client, ids=ids, values={"name": "Lye"}, run=True).json
    assert client.get(f"edits/{again['id']}").json["unchanged"] == 3


def test_whoever_lost_the_right_meanwhile_changes_nothing(app, kernel, tenant, stock_of, monkeypatch):
    stock_of(2)
    member = make_member(kernel, tenant, ("inventory.item.read", "inventory.item.update"))
    own = ApiClient(app, member)
    told = prepare(own, where=RAW, values={"name": "Lye"})
    monkeypatch.setattr(kernel, "listeners", [])
    job = run(own, told)["job_id"]
    with kernel.platform() as db:
        role = db.query(Role).filter(Role.tenant_id == tenant.id, Role.key == f"own.{member.username}").one()
        role.permissions = ["inventory.item.read"]
    assert getattr(run_job(kernel, job), "status", None) == 403
    with kernel.unit(tenant.id, readonly=True) as ctx:
        state, problem = edits.status(ctx, ctx.get(BulkEdit, told["id"]))
    assert state == "failed"
    assert "inventory.item.update" in problem


def test_others_neither_see_nor_reach_it(client, other_client, app, kernel, tenant, stock_of):
    ids = stock_of(2)
    body = {"ids": ids, "values": {"name": "Mine"}}
    assert_problem(ask(other_client, **body), 404)
    assert_problem(ask(other_client, where=RAW, values={"name": "Mine"}), 422, field="ids")
    reader = ApiClient(app, make_member(kernel, tenant, ("inventory.item.read",)))
    assert_problem(ask(reader, **body), 403)
    told = prepare(client, **body)
    colleague = ApiClient(app, make_member(kernel, tenant, ("inventory.item.read", "inventory.item.update")))
    for stranger in (other_client, colleague):
        assert_problem(stranger.get(f"edits/{told['id']}"), 404)
        assert_problem(stranger.post(f"edits/{told['id']}/undo"), 404)
        assert_problem(stranger.post(f"edits/{told['id']}/run"), 404)
        assert_problem(stranger.get(f"edits/{told['id']}/refusals"), 404)
        assert_problem(stranger.send("DELETE", f"edits/{told['id']}"), 404)
        assert stranger.get("edits").json["items"] == []
    assert client.get("items?name=Mine").json["total"] == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [({"values": {"name": "X"}}, "ids"), ({"where": {}, "values": {}}, "values"), ({"where": {}, "ids": [1]}, "ids"),
     ({"where": {}, "values": {"nonsense": 1}}, "nonsense"), ({"where": {}, "values": {"name": ""}}, "name"),
     ({"where": {}, "values": {"category_id": 987654}}, "category_id"), ({"where": {}, "colour": 1}, "colour"),
     ({"where": {}, "adjust": {"standard_cost": {"percent": "NaN"}}}, "standard_cost"),
     ({"where": {}, "values": {"name": "X"}, "run": "yes"}, "run"), ({"resource": 5, "where": {}}, "resource"),
     ({"ids": [0], "values": {"name": "X"}}, "ids"), ({"where": {"filters": {"nonsense": "1"}}}, "values"),
     ({"where": {"filters": {"nonsense": "1"}}, "values": {"name": "X"}}, "nonsense")],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_by_name(standing, body, field):
    assert_problem(ask(standing.client, **body), 422, field=field)


def test_a_resource_that_nobody_changes_is_none(standing):
    for key in ("kernel.audit", "nonsense", "inventory.move"):
        assert_problem(standing.client.post("edits", {"resource": key, "where": {}, "values": {}}), 404)


def test_too_many_are_refused_by_number(client, stock_of, monkeypatch):
    ids = stock_of(3)
    monkeypatch.setattr("core.desk.edits.MOST", 2)
    found = assert_problem(ask(client, where=RAW, values={"name": "X"}), 422, field="where")
    assert "At most 2 records" in found["detail"]
    monkeypatch.setattr("core.desk.edits.MOST_KEPT", 1)
    prepare(client, ids=ids[:1], values={"name": "X"})
    assert_problem(ask(client, ids=ids[:1], values={"name": "X"}), 409, "TOO_MANY_EDITS")


def test_amounts_beyond_every_column_are_refused_record_by_record(client, stock_of):
    stock_of(1)
    told = prepare(client, where=RAW, adjust={"standard_cost": {"add": "999999999999.999999"}})
    assert "standard" in told["preview"][0]["refused"].lower()
    done = run(client, told)
    assert (done["changed"], done["refused"]) == (0, 1)
