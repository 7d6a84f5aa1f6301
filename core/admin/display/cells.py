"""Values as people read them: grouped digits, dates in words, states with a colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.admin.display.words import NUMERIC_KINDS, words_label
from core.services.words import day_text, moment_text, money_text, number_text

LONGEST_CELL = 400
TONES: Mapping[str, str] = {
    word: tone
    for tone, words in {
        "good": "active available approved posted done finished complete received passed paid delivered ok",
        "info": "in_progress started released confirmed planned open running issued in_transit locked reserved",
        "warn": "pending quarantine low partial expiring waiting on_hold hold requested needed counting late",
        "bad": "failed expired recalled rejected broken blocked scrapped lost refused",
    }.items()
    for word in words.split()
}


@dataclass(frozen=True)
class Cell:
    """A value to show; `tone` is None for plain text, a colour's name for a pill."""

    text: str
    numeric: bool = False
    tone: str | None = None
    url: str = ""
    wide: bool = False


def cell(
    kind: str, value: Any, zone: ZoneInfo, *, unit: str = "", label: str | None = None, url: str = "",
    currency: str = "",
) -> Cell:  # fmt: skip
    """Return the cell of a JSON value of a kind; `label` is what a reference is called.

    An amount of money whose `currency` is told is rounded to its digits.
    """
    if kind == "reference":
        return Cell(label or ("" if value is None else f"#{value}"), url=url if value is not None else "")
    if value is None or value == "":
        return Cell("", numeric=kind in NUMERIC_KINDS)
    text = said(kind, value, zone, unit, currency)
    if kind in ("state", "choice"):
        return Cell(text, tone=tone_of(kind, value))
    return Cell(text, numeric=kind in NUMERIC_KINDS, wide=kind in ("long_text", "json"))


def said(kind: str, value: Any, zone: ZoneInfo, unit: str = "", currency: str = "") -> str:
    """Return a JSON value of a kind, other than a reference, as people read it."""
    if value is None or value == "":
        return ""
    if kind in ("state", "choice"):
        return words_label(str(value))
    if kind == "money" and currency:
        return money_text(value, currency)
    if kind in NUMERIC_KINDS:
        text = number_text(value, kind)
        return f"{text} {unit}" if unit and kind != "money" else text
    return _text(kind, value, zone)


def tone_of(kind: str, value: Any) -> str | None:
    """Return the colour of a state's pill, None for what is no state."""
    return TONES.get(str(value), "") if kind == "state" and value not in (None, "") else None


def _text(kind: str, value: Any, zone: ZoneInfo) -> str:
    if kind == "boolean" or isinstance(value, bool):
        return "Yes" if value else "No"
    if kind == "date":
        return day_text(date.fromisoformat(str(value)))
    if kind == "moment":
        return moment_text(datetime.fromisoformat(str(value)), zone)
    if isinstance(value, (dict, list)):
        text = _in_words(value)
        return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"
    return str(value)


def _in_words(value: Any) -> str:
    """Return a structured value in one line: {"scent": "Lavender", "size": "60 ml"} as Scent: Lavender; Size: 60 ml."""
    if isinstance(value, dict):
        return "; ".join(f"{words_label(str(key))}: {_in_words(item)}" for key, item in value.items())
    if isinstance(value, list):
        parts = [f"({_in_words(item)})" if isinstance(item, (dict, list)) else _in_words(item) for item in value]
        return ", ".join(parts)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "empty" if value in (None, "") else str(value)
