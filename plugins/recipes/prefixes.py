"""Label prefixes: the short letters that every batch label of a recipe begins with."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import count

FALLBACK = "RCP"
LONGEST = 12

_APOSTROPHES = re.compile("['`\u2019]")
_WORD = re.compile(r"[^\W_]+")


def words(name: str) -> list[str]:
    """Return the words of a name in upper case; an apostrophe does not part a word."""
    return _WORD.findall(_APOSTROPHES.sub("", name).upper())


def choices(name: str) -> tuple[str, ...]:
    """Return the prefixes a name suggests, the best first."""
    match words(name):
        case []:
            return (FALLBACK,)
        case [word]:
            return _distinct(word[:3], word[:4])
        case [first, second]:
            return _distinct(first[:2] + second[:1], first[:1] + second[:2])
        case [first, second, third, *_]:
            return _distinct(first[0] + second[0] + third[0], first[0] + second[:2] + third[0])
    raise AssertionError("every list of words is one of the four cases")


def propose(name: str, taken: Collection[str]) -> str:
    """Return the first suggestion nobody uses; when all are used, the best one with a number behind it."""
    suggestions = choices(name)
    for suggestion in suggestions:
        if suggestion not in taken:
            return suggestion
    return next(numbered for number in count(1) if (numbered := f"{suggestions[0]}{number}") not in taken)


def clean(prefix: str) -> str:
    """Return a typed prefix as labels carry it: upper case, letters and digits only."""
    return "".join(words(prefix))[:LONGEST]


def _distinct(*prefixes: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(prefixes))
