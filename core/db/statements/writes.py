"""Writes that need not be answered at once: they wait and go along with the next statement, in one round trip."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_NAMED = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Write:
    """A statement that changes rows: its text with $1, $2, … for PostgreSQL, and its values in their order.

    With `rows` it must change so many: fewer mean that somebody else took one away.
    """

    text: str
    values: tuple[Any, ...]
    rows: int | None = None


@lru_cache(maxsize=2000)
def numbered(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a statement with $1, $2, … for its named values, as PostgreSQL itself prepares it, and their names."""
    names = tuple(dict.fromkeys(_NAMED.findall(text)))
    return _NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", text).replace("%%", "%"), names
