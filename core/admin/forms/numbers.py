"""Numbers as people type them: 1 200,5 or 1.200,50 kg or 3*250. Exact; what has two readings is refused with both."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction

LONGEST = 80
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "Fr.", "JPY": "¥"}
# Minus and multiplication signs, thin spaces and curly apostrophes are what telephones and word processors write.
_SAME = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00d7": "*", "\u00b7": "*", "\u00f7": "/", "\u00a0": " ",
                       "\u202f": " ", "\u2009": " ", "\u2019": "'", "_": " "})  # fmt: skip
_PART = re.compile(r"\s*(?:(\d[\d.,' ]*\d|\d[.,]?|[.,]\d+)|([-+*/()]))", re.ASCII)
_SUFFIX = re.compile(r"^(.*[\d.)])\s*(?![eE]\d)([^\W\d_][^\s]{0,11}|%|[€$£¥])$", re.DOTALL)
_TIMES = re.compile(r"(?<=\d)\s*x\s*(?=\d)", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}([.,' ])\d{3}(?:\1\d{3})*")


class Unclear(Exception):
    """What was typed has no one meaning here; the message says what to type instead."""


class _NoNumber(Exception):
    """What was typed is no number at all."""


def read_number(text: str, *, whole: bool = False, units: Collection[str] = ()) -> str:
    """Return a typed number as the API writes it; text that is no number comes back as it is.

    `units` may stand behind it. Raises Unclear where the text has two readings, another unit or no exact value.
    """
    said = text.strip().translate(_SAME)
    if not said or len(said) > LONGEST or said[:2].lower() == "0x":
        return text
    said = _TIMES.sub("*", said)
    try:
        return _read(_without_unit(said, units), whole)
    except _NoNumber:
        return text


def _without_unit(said: str, units: Collection[str]) -> str:
    known = {*units, *(SIGNS[unit] for unit in units if unit in SIGNS)}
    for unit in sorted(filter(None, known), key=len, reverse=True):
        folded = said.casefold()
        if folded.endswith(unit.casefold()) and not (unit[0].isalpha() and folded[: -len(unit)][-1:].isalpha()):
            return said[: len(said) - len(unit)].strip()
        if unit in SIGNS.values() or unit in SIGNS:
            said = said[len(unit) :].strip() if folded.startswith(unit.casefold()) else said
    other = _SUFFIX.match(said)
    if other is None:
        return said
    try:
        number = _read(other[1], False)
    except _NoNumber:
        return said
    here = f"; the amount is in {' or '.join(sorted(units))}" if units else ""
    raise Unclear(f"{other[2]} is not the unit here{here}. Type the number alone, such as {number}.")


def _read(said: str, whole: bool) -> str:
    parts = _parts(said)
    sign = parts.pop(0) if len(parts) == 2 and parts[0] in ("-", "+") else ""
    if len(parts) == 1 and parts[0] not in "-+*/()":
        return sign.replace("+", "") + _literal(parts[0], whole)
    if any(re.match(r"0\d", part) for part in parts):
        # A date or an article number, and no sum.
        raise _NoNumber
    value = _Sum([part if part in "-+*/()" else _literal(part, whole) for part in parts]).value()
    return _exact(value, said)


def _parts(said: str) -> list[str]:
    found, at = [], 0
    while at < len(said):
        match = _PART.match(said, at)
        if match is None:
            raise _NoNumber
        found.append(match[1] or match[2])
        at = match.end()
    if not found:
        raise _NoNumber
    return found


def _literal(said: str, whole: bool) -> str:
    """Return one number with a point before its decimals."""
    marks = re.sub(r"\d", "", said)
    if not marks:
        return said
    last = marks[-1]
    if marks.count(last) > 1 or last in "' ":
        return _ungrouped(said)
    before, _, decimals = said.rpartition(last)
    if len(marks) == 1 and _GROUPED.fullmatch(said) and not before.startswith("0"):
        if whole:
            return before + decimals
        # The point is how every number is shown, so it is never in doubt.
        if last == ",":
            short = decimals.rstrip("0")
            small = f"{before}.{short}" if short else before
            raise Unclear(f"{said} can mean {before}{decimals} or {small}. Type the one that you mean.")
    whole_part = _ungrouped(before) if len(marks) > 1 else before
    return f"{whole_part or '0'}.{decimals}" if decimals else whole_part


def _ungrouped(said: str) -> str:
    if not _GROUPED.fullmatch(said):
        raise _NoNumber
    return re.sub(r"\D", "", said)


def _exact(value: Fraction, said: str) -> str:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        near = Decimal(round(value * 10**6)).scaleb(-6)
        raise Unclear(f"{said} has no exact value. Type a rounded one, such as {near:f}.")
    scale = 0
    while (value * 10**scale).denominator != 1:
        scale += 1
    digits = str(abs(int(value * 10**scale))).rjust(scale + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else sign + digits


class _Sum:
    """A plain calculation: plus, minus, times, divided by, brackets; read from left to right, exact."""

    def __init__(self, parts: list[str]) -> None:
        self._parts = parts[::-1]

    def value(self) -> Fraction:
        """Return the result."""
        found = self._added()
        if self._parts:
            raise _NoNumber
        return found

    def _next(self, *wanted: str) -> str:
        return self._parts.pop() if self._parts and self._parts[-1] in wanted else ""

    def _added(self) -> Fraction:
        found = self._multiplied()
        while sign := self._next("+", "-"):
            found += self._multiplied() * (1 if sign == "+" else -1)
        return found

    def _multiplied(self) -> Fraction:
        found = self._one()
        while sign := self._next("*", "/"):
            other = self._one()
            if sign == "/" and not other:
                raise Unclear("Nothing can be divided by 0.")
            found = found * other if sign == "*" else found / other
        return found

    def _one(self) -> Fraction:
        if sign := self._next("-", "+"):
            return self._one() * (-1 if sign == "-" else 1)
        if self._next("("):
            found = self._added()
            if not self._next(")"):
                raise _NoNumber
            return found
        if not self._parts or self._parts[-1] in "+-*/()":
            raise _NoNumber
        return Fraction(self._parts.pop())
