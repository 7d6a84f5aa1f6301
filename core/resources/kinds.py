"""The one table that maps a column type to its schema field, its filter operators and its widget."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from decimal import Decimal
from typing import Any

import marshmallow as ma
import sqlalchemy as sa

from core.db import types

_DECIMAL = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")
_INTEGER = re.compile(r"[+-]?\d{1,18}")
LARGEST_INTEGER = 2**53 - 1
EQUAL = ("eq", "ne", "in", "isnull")
ORDERED = (*EQUAL, "gt", "gte", "lt", "lte")


class ExactDecimal(ma.fields.Field[Decimal]):
    """A finite decimal of a limited scale, read from text or a JSON number, written as text."""

    default_error_messages = {"invalid": "Must be a decimal number such as 12.5."}

    def __init__(self, places: int = 6, digits: int = 18, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.places, self.limit = places, Decimal(10) ** (digits - places)

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{value:f}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        return read_decimal(value, self.places, self.limit)


def read_decimal(value: Any, places: int, limit: Decimal) -> Decimal:
    """Return an exact Decimal; ValidationError with the remedy for everything else."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise ma.ValidationError("Must be a decimal number such as 12.5.")
    number = Decimal(value)
    # Compared and not computed with: arithmetic rounds to 28 digits and overflows beyond a million.
    if not number.is_finite() or not -limit < number < limit:
        raise ma.ValidationError(f"Must be a number smaller than {limit:f}.")
    return _fitted(number, places) if number else Decimal(0)


def _fitted(number: Decimal, places: int) -> Decimal:
    """Return a number without an exponent above zero and without decimals beyond those allowed, which must be zeros."""
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    if (beyond := -exponent - places) > 0:
        kept = max(len(digits) - beyond, 0)
        if any(digits[kept:]):
            raise ma.ValidationError(f"Use at most {places} decimals.")
        digits, exponent = digits[:kept], -places
    return Decimal((sign, digits + (0,) * max(exponent, 0), min(exponent, 0)))


class CleanText(ma.fields.String):
    """Text that every database can hold: no NUL, no lone surrogate, and one way of writing each letter.

    An accent may stand in its letter or behind it (Unicode's NFC and NFD): two codes that look the same are the same.
    """

    def __init__(self, *, multiline: bool = False, blank: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.multiline, self.blank = multiline, blank

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ma.ValidationError("Must be text.")
        text = value if self.multiline else value.strip()
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise ma.ValidationError("Holds a character that is not valid Unicode.") from None
        if "\x00" in text:
            raise ma.ValidationError("Must not hold a NUL character.")
        if not text and not self.blank:
            raise ma.ValidationError("Must not be empty.")
        return text if text.isascii() else unicodedata.normalize("NFC", text)


class WholeNumber(ma.fields.Field[int]):
    """A whole number that its column and JavaScript can hold."""

    def __init__(self, largest: int = LARGEST_INTEGER, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.largest = largest

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> int | None:
        return value

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ma.ValidationError("Must be a whole number.")
        if abs(value) > self.largest:
            raise ma.ValidationError(f"Must be between -{self.largest} and {self.largest}.")
        return value


class Truth(ma.fields.Boolean):
    """true or false, nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        word = value.strip().lower() if isinstance(value, str) else value
        if word in ("true", "1", "yes", "on"):
            return True
        if word in ("false", "0", "no", "off"):
            return False
        raise ma.ValidationError("Must be true or false.")


class CalendarDate(ma.fields.Date):
    """A date without a time, ISO 8601."""

    default_error_messages = {"invalid": "Must be a date such as 2026-03-31."}


class Moment(ma.fields.Field[datetime]):
    """An aware moment, ISO 8601 with zone."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else dump_moment(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ma.ValidationError("Needs a time zone, such as 2026-03-31T08:00:00Z.")
            moment = moment.astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            raise ma.ValidationError("Must be a moment such as 2026-03-31T08:00:00Z.") from None
        # On some clock of the world the hours around midnight lie in the year before or after.
        if not MINYEAR < moment.year < MAXYEAR:
            raise ma.ValidationError(f"Must lie between the years {MINYEAR} and {MAXYEAR}.")
        return moment


class JsonValue(ma.fields.Raw):
    """Any JSON value of bounded depth and size."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if _depth(value) > 20:
            raise ma.ValidationError("Is nested too deeply.")
        return plain_json(value)


def plain_json(value: Any) -> Any:
    """Return a JSON value as databases and clients can hold it: decimals as text, no NUL, no huge integer."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str):
        return CleanText(multiline=True).deserialize(value)
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise ma.ValidationError(f"Holds a number beyond {LARGEST_INTEGER}; write it as text.")
    if isinstance(value, dict):
        return {plain_json(str(key)): plain_json(item) for key, item in value.items()}
    return [plain_json(item) for item in value] if isinstance(value, (list, tuple)) else value


def _depth(value: Any, level: int = 0) -> int:
    if level > 20 or not isinstance(value, (dict, list)):
        return level
    items = value.values() if isinstance(value, dict) else value
    return max((_depth(item, level + 1) for item in items), default=level + 1)


def dump_moment(value: datetime) -> str:
    """Return a moment as ISO 8601 in UTC."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Kind:
    """What is the same for all columns of one type."""

    name: str
    operators: tuple[str, ...]
    widget: str
    make: Callable[..., ma.fields.Field[Any]]
    dump: Callable[[Any], Any] | None = None
    sums: bool = False


def _text(column_type: Any, **options: Any) -> ma.fields.Field[Any]:
    length = getattr(column_type, "length", None)
    return CleanText(validate=ma.validate.Length(max=length or 100_000), **options)


def _words(column_type: Any, **options: Any) -> ma.fields.Field[Any]:
    options.pop("multiline", None)
    return CleanText(validate=ma.validate.OneOf(column_type.choices), **options)


def _decimal(column_type: Any, **options: Any) -> ma.fields.Field[Any]:
    return ExactDecimal(getattr(column_type, "scale", 6), getattr(column_type, "precision", 18), **options)


def _integer(column_type: Any, **options: Any) -> ma.fields.Field[Any]:
    # SQLite would take more than 32 bits, PostgreSQL refuses it: both answer the same.
    return WholeNumber(LARGEST_INTEGER if isinstance(column_type, sa.BigInteger) else 2**31 - 1, **options)


def _date(_type: Any, **options: Any) -> ma.fields.Field[Any]:
    return CalendarDate(**options)


def _dump_decimal(value: Any) -> str:
    return f"{value:f}"


def _dump_date(value: date) -> str:
    return value.isoformat()


def _simple(field: type[ma.fields.Field[Any]]) -> Callable[..., ma.fields.Field[Any]]:
    def make(_type: Any, **options: Any) -> ma.fields.Field[Any]:
        return field(**options)

    return make


TEXT = Kind("text", (*EQUAL, "contains", "startswith"), "text", _text)
LONG_TEXT = Kind("long_text", ("contains", "isnull"), "textarea", _text)
CHOICE = Kind("choice", EQUAL, "select", _words)
STATE = Kind("state", EQUAL, "badge", _words)
INTEGER = Kind("integer", ORDERED, "integer", _integer, sums=True)
BOOLEAN = Kind("boolean", ("eq", "isnull"), "checkbox", _simple(Truth))
DATE = Kind("date", ORDERED, "date", _date, _dump_date)
MOMENT = Kind("moment", ORDERED, "moment", _simple(Moment), dump_moment)
JSON = Kind("json", ("isnull",), "json", _simple(JsonValue))
REFERENCE = Kind("reference", EQUAL, "reference", _simple(WholeNumber))
DECIMAL = Kind("decimal", ORDERED, "decimal", _decimal, _dump_decimal, sums=True)
QUANTITY = Kind("quantity", ORDERED, "quantity", _decimal, _dump_decimal, sums=True)
MONEY = Kind("money", ORDERED, "money", _decimal, _dump_decimal, sums=True)
PERCENT = Kind("percent", ORDERED, "percent", _decimal, _dump_decimal)

KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (types.State, STATE),
    (types.Choice, CHOICE),
    (types.Quantity, QUANTITY),
    (types.UnitCost, MONEY),
    (types.Money, MONEY),
    (types.Percent, PERCENT),
    (types.Dec, DECIMAL),
    (types.UTC, MOMENT),
    (types.JsonType, JSON),
    (sa.Boolean, BOOLEAN),
    (sa.Date, DATE),
    (sa.Integer, INTEGER),
    (sa.Text, LONG_TEXT),
    (sa.String, TEXT),
)

CUSTOM_KINDS: Mapping[str, tuple[Kind, Any]] = {
    "text": (TEXT, sa.String(200)),
    "integer": (INTEGER, sa.BigInteger()),
    "decimal": (DECIMAL, types.Dec(18, 6)),
    "boolean": (BOOLEAN, sa.Boolean()),
    "date": (DATE, sa.Date()),
    "choice": (CHOICE, None),
}


def kind_of(column: sa.Column[Any]) -> Kind:
    """Return the kind of a column."""
    if column.info.get("ref") is not None:
        return REFERENCE
    for column_type, kind in KINDS:
        if isinstance(column.type, column_type):
            return kind
    raise LookupError(f"{column.table.name}.{column.name}: no kind for {column.type!r}")
