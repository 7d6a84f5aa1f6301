"""JSON text that others send: exact numbers, nothing ambiguous accepted."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from core.errors import BadRequest

LONGEST_NUMBER = 400
LARGEST_EXPONENT = 400


def parse_json(raw: bytes, what: str = "The body") -> Any:
    """Return the value of a JSON text in UTF-8, numbers with a point as Decimal; BadRequest says what is wrong."""
    try:
        return json.loads(
            raw.decode("utf-8"), parse_float=_decimal, parse_constant=_refuse, parse_int=_integer,
            object_pairs_hook=_object,
        )  # fmt: skip
    except UnicodeDecodeError:
        raise BadRequest(f"{what} is not UTF-8.", code="BAD_JSON") from None
    except RecursionError:
        raise BadRequest(f"{what} is nested too deeply.", code="BAD_JSON") from None
    except ValueError as error:
        raise BadRequest(f"{what} is not JSON: {str(error)[:200]}.", code="BAD_JSON") from None


def _decimal(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise ValueError("a number is too large") from None
    # Written out, an exponent of nine digits is a gigabyte of zeros.
    if abs(number.adjusted()) > LARGEST_EXPONENT:
        raise ValueError("a number is too large or too small")
    return number


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return int(text)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object holds a key twice")
    # Names of fields go into answers, so each must be text that can be sent.
    if any("\ud800" <= sign <= "\udfff" for key in found if not key.isascii() for sign in key):
        raise ValueError("a key is not valid Unicode")
    return found
