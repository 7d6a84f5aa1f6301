"""Many rows at once: what goes in as a column comes out as it was, whatever stands in it, on both databases."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import types
from core.db.bulk import insert_many, update_many
from tests.kernel.scratch import opened

TABLE = sa.Table(
    "bulk", sa.MetaData(),
    sa.Column("tenant_id", sa.BigInteger),
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("name", sa.String(60)),
    sa.Column("notes", sa.Text),
    sa.Column("amount", types.Quantity()),
    sa.Column("moment", types.UTC()),
    sa.Column("day", sa.Date),
    sa.Column("is_active", sa.Boolean),
    sa.Column("extra", types.Json),
)  # fmt: skip
ODD = ["", " ", "NULL", "null", '"', "\\", '\\"', "{}", "{a,b}", "a,b", " sp ", "tab\tnew\nline", "Öl", "'; --", "%s",
       "%(x)s"]  # fmt: skip
MOMENT = datetime(2026, 4, 3, 14, 5, 6, 789, tzinfo=UTC)

texts = st.one_of(
    st.none(), st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)
amounts = st.decimals(min_value=-(10**12) + 1, max_value=10**12 - 1, places=6, allow_nan=False)
rows_of = st.lists(
    st.fixed_dictionaries({
        "notes": texts,
        "amount": st.none() | amounts,
        "moment": st.none() | st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        "day": st.none() | st.dates(),
        "is_active": st.none() | st.booleans(),
        "extra": st.none() | st.dictionaries(st.sampled_from(ODD), texts),
    }),
    min_size=1, max_size=4,
)  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def connection(request, tmp_path_factory):
    with opened(TABLE, request, tmp_path_factory.mktemp("bulk")) as made:
        yield made


def written(connection, rows, same=None):
    connection.execute(sa.delete(TABLE))
    numbered = [{"id": n, **row} for n, row in enumerate(rows)]
    names = sorted({name for row in numbered for name in row} | {*(same or {})})
    insert_many(connection, TABLE, names, numbered, same or {})
    return read(connection)


def read(connection):
    return [dict(row._mapping) for row in connection.execute(sa.select(TABLE).order_by(TABLE.c.id))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of)
def test_what_is_inserted_is_read_again(connection, rows):
    found = written(connection, rows)
    assert [{name: row[name] for name in rows[0]} for row in found] == rows


@pytest.mark.parametrize("count", [1, 2, 1000])
def test_what_all_rows_share_stands_in_each(connection, count):
    same = {"tenant_id": 7, "moment": MOMENT, "extra": {"a": '"\\'}}
    found = written(connection, [{"name": f"Lot {n}", "notes": None, "is_active": True} for n in range(count)], same)
    assert [row["name"] for row in found] == [f"Lot {n}" for n in range(count)]
    wanted = {**same, "notes": None, "is_active": True, "amount": None, "day": None}
    assert all({name: row[name] for name in wanted} == wanted for row in found)


@pytest.mark.parametrize("notes", [["same", "same", "same"], ODD[:3], [None, "x", None]])
def test_rows_are_changed_by_their_ids(connection, notes):
    written(connection, [{"tenant_id": 7, "name": f"Lot {n}", "day": date(2026, 4, 3)} for n in range(4)])
    changes = [{"id": n, "notes": text, "amount": Decimal(n) / 4} for n, text in enumerate(notes)]
    assert update_many(connection, TABLE, ["notes", "amount"], changes, 7) == 3
    assert [(row["notes"], row["amount"]) for row in read(connection)] == [
        *((text, Decimal(n) / 4) for n, text in enumerate(notes)), (None, None),
    ]  # fmt: skip
    assert update_many(connection, TABLE, ["notes"], [{"id": 3, "notes": "one"}], 7) == 1
    assert update_many(connection, TABLE, ["notes"], [{"id": n, "notes": "theirs"} for n in range(4)], 8) == 0
    assert read(connection)[3]["notes"] == "one"


@pytest.mark.parametrize("connection", ["postgresql"], indirect=True)
def test_a_text_that_is_too_long_is_refused_and_not_cut(connection):
    """Of PostgreSQL alone: in SQLite columns have no length, there only the schema of a record checks it."""
    with pytest.raises(sa.exc.DBAPIError, match="too long"), connection.begin_nested():
        written(connection, [{"name": "x" * 61}, {"name": "y"}])
    assert written(connection, [{"name": "y" * 60}])[0]["name"] == "y" * 60
