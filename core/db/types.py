"""Column types that keep numbers exact and times aware on every database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC as utc_zone
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.errors import Invalid


class Dec(TypeDecorator[Decimal]):
    """An exact decimal: NUMERIC on servers, an integer scaled by 10**scale on SQLite, whose own NUMERIC is a float.

    Two Dec columns are never multiplied in SQL: on SQLite the scale would be applied twice.
    """

    impl = sa.Numeric
    cache_ok = True

    def __init__(self, precision: int = 18, scale: int = 6) -> None:
        super().__init__(precision, scale)
        self.precision, self.scale = precision, scale
        self.quantum = Decimal(1).scaleb(-scale)
        self.limit = Decimal(10) ** (precision - scale)
        self.factor = 10**scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.BigInteger())
        return dialect.type_descriptor(sa.Numeric(self.precision, self.scale))

    def check(self, value: Decimal | int) -> Decimal:
        """Return the value as an exact Decimal of this scale; Invalid when it does not fit."""
        number = value if isinstance(value, Decimal) else Decimal(value)
        if not number.is_finite():
            raise Invalid({"value": ["Must be a finite number."]})
        if abs(number) >= self.limit:
            raise Invalid({"value": [f"Must be smaller than {self.limit:f}."]})
        if number != (fitted := number.quantize(self.quantum)):
            raise Invalid({"value": [f"{number:f} has more than {self.scale} decimals."]})
        return fitted

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        number = self.check(value)
        return int(number.scaleb(self.scale)) if dialect.name == "sqlite" else number

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return Decimal(value).scaleb(-self.scale)
        return value if isinstance(value, Decimal) else Decimal(value)

    def process_literal_param(self, value: Decimal | None, dialect: Dialect) -> str:
        return str(self.process_bind_param(value, dialect))


class Quantity(Dec):
    """An amount in some unit, 6 decimals."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(18, 6)


class UnitCost(Dec):
    """A cost per unit in the tenant's currency, 6 decimals."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(18, 6)


class Money(Dec):
    """An amount in the tenant's currency; documents round to its digits, ledgers keep 6 decimals."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(18, 6)


class Percent(Dec):
    """A percentage, 4 decimals."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(9, 4)


class Factor(Dec):
    """A dimensionless factor such as a scale or a density, 6 decimals."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(18, 6)


class UTC(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; naive values are refused."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Return how a moment is given to the driver; SQLite's texts are written here, digit by digit is slow."""
        return _sqlite_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=utc_zone) if value.tzinfo is None else value.astimezone(utc_zone)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return value.astimezone(utc_zone)


def _sqlite_text(value: datetime | None) -> str | None:
    # Without the offset, which stands behind the microseconds.
    return None if value is None else _in_utc(value).isoformat(" ", "microseconds")[:26]


class Choice(TypeDecorator[str]):
    """One of a few fixed words; checked by the schema and by a CHECK constraint."""

    impl = sa.String
    cache_ok = True

    def __init__(self, *choices: str, length: int = 40) -> None:
        super().__init__(length)
        self.choices: tuple[str, ...] = tuple(choices)


class State(Choice):
    """The state of a document; only actions change it."""

    cache_ok = True


class JsonType(TypeDecorator[Any]):
    """A JSON value, JSONB on PostgreSQL."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(sa.JSON(none_as_null=True))


Json = JsonType()


def choice(*choices: str) -> Choice:
    """Return a column type that holds one of the words given."""
    return Choice(*choices)


def states(*names: str) -> State:
    """Return the type of a state column; the first state is the one a new record starts in."""
    return State(*names)


def choices_of(column_type: TypeEngine[Any]) -> Sequence[str]:
    """Return the words a column accepts, empty for other types."""
    return column_type.choices if isinstance(column_type, Choice) else ()
