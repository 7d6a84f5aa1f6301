"""Snapshots: a plan as plain data that never changes, and what makes a change of it show."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from plugins.recipes.planning.lines import PlanLine

_KEPT = (
    "kind", "item_id", "item", "quantity", "unit_id", "unit", "base_qty", "base_unit_id", "base_unit", "capacity",
    "cost", "note",
)  # fmt: skip
_NUMBERS = ("quantity", "base_qty", "capacity", "cost")


def freeze(line: PlanLine) -> dict[str, Any]:
    """Return what a snapshot keeps of a line: what is wanted, not what stock said at that moment."""
    values = asdict(line)
    return {name: plain(values[name]) for name in _KEPT}


def thaw_lines(snapshot: dict[str, Any]) -> list[PlanLine]:
    """Return the lines of a snapshot, yet to be checked against stock."""
    return [PlanLine(**{name: _number(name, value) for name, value in line.items()}) for line in snapshot["lines"]]


def fingerprint(snapshot: dict[str, Any]) -> str:
    """Return the SHA-256 of a snapshot, the same whatever order a database gives its keys back in."""
    text = json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    """Return a number as text without exponent, anything else as it is."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def _number(name: str, value: Any) -> Any:
    return Decimal(value) if name in _NUMBERS and value is not None else value
