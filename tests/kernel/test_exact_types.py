"""Numbers stay exact and times aware on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import types
from core.errors import Invalid
from tests.kernel.scratch import opened

TABLE = sa.Table(
    "exact", sa.MetaData(),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("amount", types.Quantity()),
    sa.Column("moment", types.UTC()),
    sa.Column("extra", types.Json),
)  # fmt: skip
REUSED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request, tmp_path):
    with opened(TABLE, request, tmp_path) as made:
        yield made


def _stored(connection, **values):
    connection.execute(sa.delete(TABLE))
    connection.execute(sa.insert(TABLE).values(n=1, **values))
    return connection.execute(sa.select(TABLE)).one()


def test_ten_tenths_are_one(connection):
    connection.execute(sa.insert(TABLE), [{"n": n, "amount": Decimal("0.1")} for n in range(10)])
    total = connection.execute(sa.select(sa.func.sum(TABLE.c.amount, type_=types.Quantity()))).scalar_one()
    assert total == 1


@REUSED
@given(amount=st.decimals(min_value=-(10**12) + 1, max_value=10**12 - 1, places=6, allow_nan=False))
def test_amounts_come_back_to_the_last_digit(connection, amount):
    assert _stored(connection, amount=amount).amount == amount


@pytest.mark.parametrize("word", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+12", "0.0000001", "1E+400"])
def test_what_does_not_fit_is_refused(word):
    with pytest.raises(Invalid):
        types.Quantity().check(Decimal(word))


def test_comparison_happens_in_the_same_scale(connection):
    _stored(connection, amount=Decimal("2.5"))
    assert connection.execute(sa.select(TABLE.c.n).where(TABLE.c.amount > Decimal("2.499999"))).scalar() == 1
    assert connection.execute(sa.select(TABLE.c.n).where(TABLE.c.amount > Decimal("2.5"))).scalar() is None


@REUSED
@given(moment=st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001
       hours=st.integers(-12, 14))  # fmt: skip
def test_moments_keep_their_instant(connection, moment, hours):
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    found = _stored(connection, moment=aware).moment
    assert found == aware
    assert found.tzinfo == UTC


def test_a_moment_without_zone_is_refused(connection):
    with pytest.raises(sa.exc.StatementError, match="time zone"):
        _stored(connection, moment=datetime(2026, 1, 1))  # noqa: DTZ001


def test_json_keeps_null_apart_from_nothing(connection):
    assert _stored(connection, extra={"a": None}).extra == {"a": None}
    assert _stored(connection, extra=None).extra is None
