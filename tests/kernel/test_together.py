"""What goes to PostgreSQL together: it is refused, taken back and found again as if it had gone one by one."""

from datetime import time
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from core.actions.savepoints import attempt
from core.actions.unit import Answer, perform
from core.api import prepared
from core.db.bulk import insertion
from core.db.faults import problem_of
from core.db.statements.writes import Write
from core.db.trips.lookups import send_together
from core.db.trips.round_trip import KNOWN, MOST_KNOWN
from core.errors import Duplicate, Unavailable
from core.identity.actor import system_actor
from plugins.inventory.models import Category
from tests.kernel.scratch import opened
from tests.kernel.test_bulk import MOMENT, ODD, TABLE, read
from tests.kernel.trips import counted_trips

pytestmark = pytest.mark.only_on("postgresql")
ALL = prepared(sa.select(Category.name).order_by(Category.name))
ID = prepared(sa.select(Category.id).where(Category.name == sa.bindparam("name")))


def names(ctx):
    return [row[0] for row in ctx.rows(ALL)]


@pytest.fixture
def trips(kernel):
    with counted_trips() as counted:
        yield counted


def test_writes_wait_for_the_next_question_and_the_end(unit, trips):
    with unit() as ctx:
        # A block of ids is taken now, and the connection with it.
        ctx.db.take_ids(1)
        trips.clear()
        ctx.insert(Category, [{"name": "Oils"}])
        ctx.insert(Category, [{"name": "Salts"}])
        assert len(trips) == 0
        assert names(ctx) == ["Oils", "Salts"]
        assert len(trips) == 1
        ctx.insert(Category, [{"name": "Waxes"}])
    with unit(readonly=True) as ctx:
        assert names(ctx) == ["Oils", "Salts", "Waxes"]


def test_what_the_database_refuses_is_told_at_the_next_question_and_nothing_is_kept(unit):
    def twice(ctx):
        ctx.insert(Category, [{"name": "Oils"}])
        [known] = ctx.insert(Category, [{"name": "Salts"}])
        ctx.insert(Category, [{"id": known, "name": "Salts again"}])

    with pytest.raises(IntegrityError), unit() as ctx:
        twice(ctx)
        names(ctx)
    with pytest.raises(IntegrityError), unit() as ctx:
        twice(ctx)
    with unit(readonly=True) as ctx:
        assert names(ctx) == []


def test_a_savepoint_takes_back_what_was_written_in_it_and_nothing_else(unit):
    with unit() as ctx:
        [oils] = ctx.insert(Category, [{"name": "Oils"}])
        with pytest.raises(Duplicate), attempt(ctx):
            ctx.insert(Category, [{"name": "Salts"}])
            ctx.insert(Category, [{"id": oils, "name": "Oils again"}])
        with attempt(ctx):
            ctx.insert(Category, [{"name": "Waxes"}])
        with pytest.raises(RuntimeError), attempt(ctx):
            ctx.insert(Category, [{"name": "Zinc"}])
            raise RuntimeError("no")
    with unit(readonly=True) as ctx:
        assert names(ctx) == ["Oils", "Waxes"]


def test_a_statement_of_the_session_finds_what_waits(unit):
    with unit() as ctx:
        [oils] = ctx.insert(Category, [{"name": "Oils"}])
        assert ctx.find(Category, name="Oils").id == oils
        ctx.update_rows(Category, [{"id": oils, "name": "Fats"}])
        changed = sa.update(Category).where(Category.name == "Fats").values(description="solid")
        ctx.db.execute(changed)
        ctx.get(Category, oils).name = "Butters"
    with unit(readonly=True) as ctx:
        found = ctx.get(Category, oils)
        assert (found.name, found.description) == ("Butters", "solid")


def test_a_statement_of_the_session_finds_what_was_held_for_the_next_flush(unit):
    with unit() as ctx:
        for name in ("Oils", "Salts"):
            ctx.db.hold(Category, ctx.db.stamps(Category) | {"name": name, "version": 1, "custom": {}})
        assert sorted(ctx.rows(sa.select(Category.name))) == [("Oils",), ("Salts",)]


def test_what_was_asked_early_is_told_once_and_not_after_a_write(unit, trips):
    with unit() as ctx:
        [oils] = ctx.insert(Category, [{"name": "Oils"}])
        ctx.expect(ALL)
        assert ctx.rows(ID, name="Oils") == [(oils,)]
        trips.clear()
        assert names(ctx) == ["Oils"]
        assert len(trips) == 0
        assert names(ctx) == ["Oils"]
        assert len(trips) == 1
        for write in (lambda: ctx.insert(Category, [{"name": "Salts"}]), lambda: ctx.create(Category, name="Waxes")):
            ctx.expect(ALL)
            ctx.rows(ID, name="Oils")
            before = names_there(ctx)
            write()
            assert len(names(ctx)) == before + 1


def names_there(ctx):
    return ctx.scalar(sa.select(sa.func.count(Category.id)))


def test_prepared_statements_are_found_again_after_a_rollback(unit, kernel):
    with unit() as ctx:
        names(ctx)
    for _ in range(3):
        with pytest.raises(RuntimeError), unit() as ctx:
            ctx.insert(Category, [{"name": "Oils"}])
            names(ctx)
            raise RuntimeError("no")
        with unit() as ctx:
            assert names(ctx) == []
    with kernel.engine.connect() as connection:
        there = connection.execute(sa.text("SELECT count(*) FROM pg_prepared_statements")).scalar()
        assert there < MOST_KNOWN


def test_statements_lost_in_the_middle_of_a_unit_have_it_tried_again(kernel, tenant):
    lost = []

    def work(ctx):
        ctx.insert(Category, [{"name": "Oils"}])
        names(ctx)
        if not lost:
            lost.append(ctx.db.connection().connection.driver_connection.execute("DEALLOCATE ALL"))
        return Answer(200, ",".join(names(ctx)))

    assert perform(kernel, system_actor(tenant.id), work).body == "Oils"
    assert len(lost) == 1


def test_a_row_that_is_gone_ends_the_unit(unit):
    with pytest.raises(StaleDataError, match="1 rows to change, 0 found"), unit() as ctx:
        ctx.insert(Category, [{"name": "Oils"}])
        ctx.update_rows(Category, [{"id": 987654321, "name": "Nothing"}])
    with unit(readonly=True) as ctx:
        assert names(ctx) == []


@pytest.fixture
def connection(request, tmp_path):
    request.param = "postgresql"
    with opened(TABLE, request, tmp_path) as made:
        yield made


def test_values_written_into_the_text_are_read_again(connection):
    texts = [*ODD, "x" * 5000, "E'\\''", "$1", "$$", ";", "Ω" * 40]
    rows = [{"id": n, "name": text[:60], "notes": text, "moment": MOMENT, "is_active": n > 3, "extra": {text: text}}
            for n, text in enumerate(texts)]  # fmt: skip
    for row in rows:
        write = insertion(connection.dialect, TABLE, tuple(row), [row], {})
        send_together(connection, [write])
    send_together(connection, [insertion(connection.dialect, TABLE, tuple(rows[0]),
                                         [{**row, "id": row["id"] + 100} for row in rows], {})])  # fmt: skip
    found = [{name: row[name] for name in rows[0]} for row in read(connection)]
    assert found == [*rows, *({**row, "id": row["id"] + 100} for row in rows)]


def test_whatever_else_a_column_may_hold_is_written(connection):
    kinds = {"id": sa.BigInteger, "picture": sa.LargeBinary, "weight": sa.Float, "begins": sa.Time, "key": sa.Uuid}
    other = sa.Table("other", sa.MetaData(), *(sa.Column(name, kind) for name, kind in kinds.items()))
    other.create(connection)
    row = {"id": 1, "picture": b"a\x00'\\", "weight": 1.5, "begins": time(8, 30), "key": UUID(int=7)}
    send_together(connection, [insertion(connection.dialect, other, tuple(row), [row], {})])
    assert dict(connection.execute(sa.select(other)).one()._mapping) == row


def test_a_zero_byte_and_half_a_character_are_refused_as_values(connection):
    for text in ("a\0b", "a\ud800b"):
        write = insertion(connection.dialect, TABLE, ("id", "name"), [{"id": 1, "name": text}], {})
        with pytest.raises(sa.exc.DataError), connection.begin_nested():
            send_together(connection, [write])


def test_a_connection_keeps_so_many_statements_and_no_more(connection):
    known = connection.connection.info.setdefault(KNOWN, {})
    for n in range(MOST_KNOWN + 20):
        send_together(connection, [Write(f"UPDATE bulk SET notes = $1 WHERE id = {n}", ("x",))])
    own = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'openmill%'"
    there = connection.execute(sa.text(own)).scalar()
    assert len(known) == there <= MOST_KNOWN + 1
    send_together(connection, [Write("UPDATE bulk SET notes = $1 WHERE id = 0", ("x",))])


def test_a_connection_that_died_is_given_to_nobody_again(unit, kernel):
    with pytest.raises(sa.exc.OperationalError) as raised, unit() as ctx:
        ctx.insert(Category, [{"name": "Oils"}])
        backend = ctx.db.connection().connection.driver_connection.info.backend_pid
        with kernel.engine.connect() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})
        names(ctx)
    assert isinstance(problem_of(raised.value), Unavailable)
    for _ in range(3):
        with unit() as ctx:
            assert names(ctx) == []


def test_what_is_expected_twice_or_asked_at_once_is_asked_once(unit, monkeypatch):
    asked = []

    def noted(connection, steps):
        asked.append(len(steps))
        return send_together(connection, steps)

    monkeypatch.setattr("core.db.trips.together.send_together", noted)
    with unit() as ctx:
        for statement, given in ((ALL, {}), (ALL, {}), (ID, {"name": "Oils"})):
            ctx.expect(statement, **given)
        assert ctx.rows(ID, name="Oils") == []
        ctx.expect(ALL)
        assert names(ctx) == []
        assert asked == [2]
