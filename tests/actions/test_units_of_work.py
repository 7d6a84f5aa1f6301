"""A unit of work: once, whole, or not at all, whoever else is in the way."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from core.actions.unit import Answer, perform
from core.db.door import WallError
from core.errors import Invalid, NotFound, Refused, Unavailable, VersionMismatch
from core.identity.actor import system_actor
from core.services.models import NumberSeries
from core.testing.clients import ApiClient
from plugins.inventory.models import Category, Item, Lot, Stock, Unit


class Fault(Exception):
    """What a driver raises."""

    def __init__(self, text, sqlstate=None):
        super().__init__(text)
        self.sqlstate = sqlstate


def busy(sqlstate):
    return sa.exc.OperationalError("UPDATE", {}, Fault("could not serialize", sqlstate))


LOCKED = sa.exc.OperationalError("BEGIN", {}, Fault("database is locked"))


def names(unit):
    with unit(readonly=True) as ctx:
        return sorted(ctx.db.scalars(sa.select(Category.name)))


def attempt(kernel, tenant, faults, told):
    """Do work that is hindered so often, and say what is told after its commit."""

    def work(ctx):
        ctx.create(Category, name="Salts")
        ctx.after_commit(lambda: told.append("committed"))
        ctx.on_rollback(lambda: told.append("undone"))
        ctx.db.flush()
        number = ctx.next_number("test.series")
        if faults:
            raise faults.pop(0)
        return Answer(200, str(number))

    return perform(kernel, system_actor(tenant.id), work)


@pytest.mark.parametrize("fault", [busy("40001"), busy("40P01"), busy("55P03"), LOCKED, StaleDataError("0 rows")])
def test_who_was_in_the_way_is_waited_for(kernel, tenant, unit, fault):
    told = []
    assert attempt(kernel, tenant, [fault, fault], told).body == "1"
    assert told == ["undone", "undone", "committed"]
    assert names(unit) == ["Salts"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [(busy("40001"), Unavailable), (LOCKED, Unavailable), (StaleDataError("0 rows"), VersionMismatch)],
)
def test_nobody_waits_for_ever(kernel, tenant, unit, fault, error):
    told = []
    with pytest.raises(error) as refused:
        attempt(kernel, tenant, [fault] * 10, told)
    assert told == ["undone"] * 4
    assert names(unit) == []
    assert error is VersionMismatch or refused.value.headers == {"Retry-After": "1"}


def test_what_is_no_ones_fault_but_ours_is_not_tried_again(kernel, tenant, unit):
    told = []
    with pytest.raises(sa.exc.ProgrammingError):
        attempt(kernel, tenant, [sa.exc.ProgrammingError("SELEKT", {}, Fault("syntax", "42601"))] * 3, told)
    assert (told, names(unit)) == (["undone"], [])


def test_numbers_have_no_gap_after_a_rollback(kernel, tenant, unit):
    with unit() as ctx:
        assert [ctx.next_number("RCP"), ctx.next_number("RCP", count=3), ctx.next_number("RCP")] == [1, 2, 5]
    with pytest.raises(Refused), unit() as ctx:
        assert ctx.next_number("RCP") == 6
        raise Refused("NO", "No.")
    with unit() as ctx:
        assert (ctx.next_number("RCP"), ctx.next_number("other")) == (6, 1)
        assert ctx.find(NumberSeries, series="RCP").next == 7


def test_documents_are_numbered_without_gap_by_eight_at_once(room, app):
    answers, start = [], threading.Barrier(8)

    def write():
        client = ApiClient(app, room.client.member)
        start.wait()
        for quantity in ("1", "0", "2"):
            body = {"location_id": room.store, "lines": [room.line(quantity)]}
            answers.append(client.post("receipts", body))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    made = sorted(answer.get_json()["number"][-4:] for answer in answers if answer.status_code == 201)
    assert made == [f"{number:04}" for number in range(1, 17)]
    assert sorted({answer.status_code for answer in answers}) == [201, 422]


def test_a_reading_unit_writes_nothing(unit):
    with unit() as ctx:
        found = ctx.create(Category, name="Salts")
    for write in (
        lambda ctx: ctx.create(Category, name="Sugars"),
        lambda ctx: ctx.update(ctx.get(Category, found.id), name="Sugars"),
        lambda ctx: ctx.delete(ctx.get(Category, found.id)),
        lambda ctx: ctx.insert(Category, [{"name": "Sugars"}]),
        lambda ctx: ctx.update_rows(Category, [{"id": found.id, "name": "Sugars"}]),
    ):
        with pytest.raises(WallError), unit(readonly=True) as ctx:
            write(ctx)
            ctx.db.flush()
    assert names(unit) == ["Salts"]


def test_upsert_finds_its_record_again(unit):
    with unit() as ctx:
        first = ctx.upsert(Category, key="test.salts", name="Salts")
    with unit() as ctx:
        again = ctx.upsert(Category, key="test.salts", name="Salts", description="White")
        assert again.id == first.id
    with unit() as ctx:
        same = ctx.upsert(Category, key="test.salts", name="Salts", description="White")
        assert (same.version, ctx.db.is_modified(same)) == (2, False)
        ctx.delete(same)
    with unit() as ctx:
        anew = ctx.upsert(Category, key="test.salts", name="Salts")
        assert anew.id != first.id
    assert names(unit) == ["Salts"]


def test_lock_reads_afresh_in_order_and_misses_nothing(unit):
    with unit() as ctx:
        ids = [ctx.create(Category, name=name).id for name in "ABC"]
    with unit() as ctx:
        assert [record.id for record in ctx.lock(Category, [ids[2], ids[0], ids[0]])] == [ids[0], ids[2]]
        with pytest.raises(NotFound, match="category"):
            ctx.lock(Category, [ids[0], 987654321])


def test_rows_are_inserted_and_changed_many_at_once(unit, tenant):
    with unit() as ctx:
        ids = ctx.insert(Category, [{"name": "A"}, {"name": "B", "description": "second"}])
        ctx.update_rows(Category, [{"id": ids[0], "name": "C"}])
        for wrong in ([{"id": ids[0], "name": "X"}, {"id": ids[1]}], [{"id": ids[0], "tenant_id": 1}]):
            with pytest.raises(WallError):
                ctx.update_rows(Category, wrong)
    with unit(readonly=True) as ctx:
        found = ctx.all(sa.select(Category).order_by(Category.id))
        assert [(row.name, row.description, row.version, row.tenant_id) for row in found] == [
            ("C", None, 1, tenant.id), ("B", "second", 1, tenant.id),
        ]  # fmt: skip


def test_rows_that_are_not_there_fail_the_unit(unit):
    with unit() as ctx:
        [there] = ctx.insert(Category, [{"name": "A"}])
    with pytest.raises(StaleDataError, match="1 found"), unit() as ctx:
        ctx.update_rows(Category, [{"id": there, "name": "C"}, {"id": 987654321, "name": "D"}])
    assert names(unit) == ["A"]


def test_rows_of_another_tenant_are_not_changed(unit, kernel, other_tenant):
    with kernel.unit(other_tenant.id) as ctx:
        theirs = ctx.create(Category, name="Theirs").id
    with pytest.raises(StaleDataError), unit() as ctx:
        ctx.update_rows(Category, [{"id": theirs, "name": "Mine"}])
    with kernel.unit(other_tenant.id, readonly=True) as ctx:
        assert ctx.get(Category, theirs).name == "Theirs"


def test_records_are_found_by_keys_of_several_columns(unit, kernel, other_tenant):
    with kernel.unit(other_tenant.id) as ctx:
        ctx.create(Category, name="Salts", description="white")
    with unit() as ctx:
        ctx.insert(Category, [
            {"name": "Salts", "description": "white"}, {"name": "Oils", "description": "golden"},
            {"name": "Acids", "description": "white"},
        ])  # fmt: skip
        few = [("Salts", "white"), ("Oils", "white"), ("Acids", "white"), ('"odd', "\\{,}")]
        for keys in (few, few + [("Salts", f"{n}") for n in range(1000)]):
            found = ctx.all(sa.select(Category).where(ctx.among((Category.name, Category.description), keys)))
            assert sorted(row.name for row in found) == ["Acids", "Salts"]
            names = [(name,) for name, _ in keys]
            assert len(ctx.all(sa.select(Category).where(ctx.among((Category.name,), names)))) == 3


def test_load_takes_the_import_road(unit):
    rows = [{"code": "A", "name": "Alum", "base_unit": "g"}, {"code": "B", "name": "Borax", "base_unit": "kg"}]
    with unit() as ctx:
        rehearsed = ctx.load("inventory.item", rows, dry_run=True)
        assert (rehearsed.created, ctx.one(sa.select(sa.func.count(Item.id)))) == (2, 0)
        loaded = ctx.load("inventory.item", rows)
        assert (loaded.created, len(loaded.ids)) == (2, 2)
        assert ctx.load("inventory.item", rows).unchanged == 2
        with pytest.raises(Invalid) as refused:
            ctx.load("inventory.item", [{**rows[0], "base_unit": "stone"}])
        assert list(refused.value.errors) == ["rows.1.base_unit"]
    with unit(readonly=True) as ctx:
        assert ctx.one(sa.select(sa.func.count(Item.id))) == 2


def test_do_runs_other_actions_with_all_their_rules(unit):
    with unit() as ctx:
        gram = ctx.find(Unit, code="g").id
        item = ctx.do("inventory.item.create", code="A", name="Alum", base_unit_id=gram)
        with pytest.raises(Invalid):
            ctx.do("inventory.item.update", item, maximum_stock="1", minimum_stock="2")
        with pytest.raises(NotFound):
            ctx.do("inventory.item.explode", item)
        copy = ctx.do("inventory.item.duplicate", item, code="B")
        assert (copy.code, copy.base_unit_id) == ("B", gram)


def test_a_posting_that_fails_half_way_leaves_nothing(room, unit, monkeypatch):
    """The second of two lines cannot be posted: neither stock nor lots nor numbers of the first stay."""
    tracked = room.make("items", code="T", name="T", base_unit_id=room.gram, lot_tracking="required")["id"]
    receipt = room.receipt(room.line("5"), room.line("5", item_id=tracked))
    assert room.client.post(f"receipts/{receipt['id']}/post").status_code == 422
    with unit(readonly=True) as ctx:
        assert (ctx.all(sa.select(Lot)), ctx.all(sa.select(Stock))) == ([], [])
