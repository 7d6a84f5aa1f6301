"""Selects that a module keeps: the tenant's wall is in them, lists go along as one value, rows are as ever."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actions.models import StoredAnswer
from core.api import prepared
from core.db.door import WallError
from plugins.inventory.models import Category, Item, Unit
from tests.kernel.test_bulk import ODD

NAMES = sa.bindparam("names", expanding=True)
NAMED = prepared(sa.select(Category.id, Category.name).where(Category.name.in_(NAMES)).order_by(Category.name))
OTHERS = prepared(sa.select(Category.name).where(Category.name.not_in(NAMES)).order_by(Category.name))
PAIRS = prepared(
    sa.select(Category.name).where(
        sa.tuple_(Category.name, Category.description).in_(sa.bindparam("pairs", expanding=True))
    )
)
OF_UNITS = prepared(
    sa.select(Item.code, Unit.code).join(Unit, sa.and_(Unit.tenant_id == Item.tenant_id, Unit.id == Item.base_unit_id))
    .where(Unit.id.in_(sa.select(Unit.id).where(Unit.code == sa.bindparam("code"))))
)  # fmt: skip


@pytest.fixture
def categories(unit, kernel, other_tenant):
    with kernel.unit(other_tenant.id) as ctx:
        ctx.insert(Category, [{"name": "Salts", "description": "theirs"}])
    with unit() as ctx:
        ctx.insert(Category, [{"name": "Salts", "description": "white"}, {"name": "Oils", "description": "clear"}])


@pytest.mark.parametrize("readonly", [True, False])
def test_a_list_finds_the_rows_of_one_tenant(unit, categories, readonly):
    with unit(readonly=readonly) as ctx:
        assert [row[1] for row in ctx.rows(NAMED, names=["Salts", "Oils", "Waxes"])] == ["Oils", "Salts"]
        assert ctx.rows(NAMED, names=[]) == []
        assert ctx.rows(OTHERS, names=["Oils"]) == [("Salts",)]
        assert ctx.rows(OTHERS, names=[]) == [("Oils",), ("Salts",)]
        assert ctx.rows(PAIRS, pairs=[("Salts", "white"), ("Salts", "theirs"), ("Oils", "white")]) == [("Salts",)]
        assert ctx.rows(PAIRS, pairs=[]) == []


def test_every_model_in_a_statement_stands_behind_the_wall(unit, kernel, other_tenant):
    with kernel.unit(other_tenant.id) as ctx:
        gram = ctx.scalar(sa.select(Unit.id).where(Unit.code == "g"))
        ctx.create(Item, code="OAK", name="Oak", base_unit_id=gram)
    with unit() as ctx:
        gram = ctx.scalar(sa.select(Unit.id).where(Unit.code == "g"))
        ctx.create(Item, code="LYE", name="Lye", base_unit_id=gram)
        assert ctx.rows(OF_UNITS, code="g") == [("LYE", "g")]
        text = str(OF_UNITS.statement.compile(dialect=kernel.engine.dialect))
    assert text.count("tenant_id = ") == 4, text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
                                                     max_size=60), unique=True, max_size=5))  # fmt: skip
def test_whatever_a_list_holds_is_found_and_nothing_else(unit, names):
    with unit() as ctx:
        ctx.insert(Category, [{"name": name} for name in names])
        assert {row[1] for row in ctx.rows(NAMED, names=names)} == set(names)
        assert {row[0] for row in ctx.rows(PAIRS, pairs=[(name, "x") for name in names])} == set()
        for row in ctx.all(sa.select(Category)):
            ctx.delete(row)


def test_what_is_given_must_be_what_is_asked_for(unit):
    with unit() as ctx:
        for given_ in ({}, {"name": ["Salts"]}, {"names": ["Salts"], "own_tenant": 1}):
            with pytest.raises(TypeError, match="takes names"):
                ctx.rows(NAMED, **given_)


@pytest.mark.parametrize("statement", [
    sa.select(Category), sa.select(Category.__table__.c.id), sa.select(sa.text("1")),
    sa.select(Category.id, StoredAnswer.__table__.c.body), sa.select(Category.id).where(sa.text("1 = 1")),
], ids=["records", "bare table", "text", "beside a bare table", "text in it"])  # fmt: skip
def test_what_no_wall_would_reach_is_refused(unit, statement):
    with unit() as ctx, pytest.raises(WallError):
        ctx.rows(prepared(statement))


def test_locked_records_are_those_of_the_session(unit, categories):
    with unit() as ctx:
        found = ctx.find(Category, name="Salts")
        [locked] = ctx.lock(Category, [found.id])
        assert locked is found
        locked.custom["x_grade"] = "A"
        locked.name = "Alkalis"
    with unit() as ctx:
        [locked] = ctx.lock(Category, [found.id])
        assert (locked.name, locked.custom, locked.version) == ("Alkalis", {"x_grade": "A"}, 2)
        ctx.update_rows(Category, [{"id": locked.id, "name": "Caustics"}])
        assert ctx.lock(Category, [locked.id]) == [locked]
        assert locked.name == "Caustics"
        assert ctx.get(Category, locked.id) is locked
