"""The tags of one record, read as text, numbers, flags and words; whatever is wrong with one becomes a remark."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar
from xml.etree.ElementTree import Element

from .records import Collection, Remark

MISSING = ("", "-")  # brewing programs write a dash where they know no value
Word = TypeVar("Word", bound=str)
_NUMBER = re.compile(r"([+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,20})?|\.[0-9]{1,20}))\s*(?:%|SG|SRM|IBU)?", re.ASCII)


class Tags:
    """One record's tags; `record` names it for a person, as in 'recipe "Porter", hop 2 "Fuggles"'."""

    def __init__(self, element: Element, record: str, collection: Collection) -> None:
        self.element = element
        self.collection = collection
        self.faulty: set[str] = set()
        name = self._squeezed("NAME")
        self.record = f'{record} "{name[:60]}"' if name else record

    def name(self, limit: int = 120) -> str:
        """Return NAME, the one tag that no record may lack."""
        name = self.text("NAME", limit)
        if not name:
            self.fault("NAME", "is missing or empty; give the record a name.")
        return name

    def text(self, tag: str, limit: int) -> str:
        """Return the text with its white space squeezed, empty where the tag is missing."""
        text = self._squeezed(tag)
        if len(text) > limit:
            self.fault(tag, f"has {len(text)} characters; {limit} are allowed. Shorten it.")
        return text[:limit]

    def number(self, tag: str, low: str = "0", high: str = "1000000", digits: int = 6) -> Decimal | None:
        """Return the number rounded half up, None where the tag is missing, empty or a dash."""
        text = self._squeezed(tag)
        if text in MISSING:
            return None
        match = _NUMBER.fullmatch(text)
        if match is None:
            self.fault(tag, f"{_quoted(text)} is no number; write it in digits with a decimal point.")
            return None
        value = Decimal(match.group(1))
        if not Decimal(low) <= value <= Decimal(high):
            self.fault(tag, f"{_quoted(text)} is not between {low} and {high}.")
            return None
        return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)

    def percent(self, tag: str) -> Decimal | None:
        """Return a number between 0 and 100 to four decimals."""
        return self.number(tag, high="100", digits=4)

    def flag(self, tag: str) -> bool:
        """Return whether the tag says TRUE; a missing one says FALSE."""
        text = self._squeezed(tag)
        if text.upper() not in {"TRUE", "FALSE", "1", "0", *MISSING}:
            self.fault(tag, f"{_quoted(text)} is neither TRUE nor FALSE.")
        return text.upper() in {"TRUE", "1"}

    def word(self, tag: str, meanings: Mapping[str, Word], default: Word) -> Word:
        """Return what the tag's word means here; a word that the standard does not know is noticed, not refused."""
        text = self._squeezed(tag)
        if text in MISSING:
            return default
        meaning = meanings.get(text.casefold())
        if meaning is None:
            self.notice(tag, f"{_quoted(text)} is not a word of the standard; read as {default or 'not said'!r}.")
            return default
        return meaning

    def fault(self, tag: str, message: str) -> None:
        """Note what must be put right before the file can be imported."""
        self.faulty.add(tag)
        self.collection.faults.append(Remark(self.record, tag, message))

    def notice(self, tag: str, message: str) -> None:
        """Note what was read otherwise than it was written."""
        self.collection.notices.append(Remark(self.record, tag, message))

    def _squeezed(self, tag: str) -> str:
        return " ".join((self.element.findtext(tag) or "").split())


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
