"""The frozen description of a plugin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

KERNEL_API = "1.0"
_RANGES = 'a mapping such as {"inventory": ">=1,<2"}'
_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")


class ManifestFault(ValueError):
    """A manifest says what it cannot say; the message is the sentence people read."""


@dataclass(frozen=True, eq=False)
class Plugin:
    """What a distribution says of its plugin; `plugin.py` holds exactly one and imports no model.

    `kernel`, `requires` and `optional` are PEP 440 version ranges; required plugins are loaded first and must be
    there, optional ones are loaded first where they are there. Compared and hashed by identity, as the hook bus needs.
    """

    name: str
    version: str
    title: str
    summary: str = ""
    kernel: str = ">=1,<2"
    requires: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, str] = field(default_factory=dict)
    category: str = "Operations"
    icon: str = "puzzle"

    def __post_init__(self) -> None:
        for word in ("name", "version", "title", "summary", "kernel", "category", "icon"):
            if not isinstance(getattr(self, word), str):
                raise ManifestFault(f"Its manifest says {word}={getattr(self, word)!r}, which must be a text.")
        if not _NAME.fullmatch(self.name):
            raise ManifestFault(f"Plugin name {self.name!r} must be 2 to 31 lower-case letters, digits or underscores.")
        if not self.title.strip():
            raise ManifestFault("Its manifest has no title.")
        for word in ("requires", "optional"):
            _check_ranges(word, getattr(self, word))


def _check_ranges(word: str, ranges: object) -> None:
    """Plugins that a manifest names are names with ranges of versions; a list of names says no versions."""
    pairs = list(ranges.items()) if isinstance(ranges, Mapping) else [(ranges, None)]
    if not all(isinstance(part, str) for pair in pairs for part in pair):
        raise ManifestFault(f"Its manifest says {word}={ranges!r}, which must be {_RANGES}.")
