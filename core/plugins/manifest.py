"""The frozen description of a plugin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

KERNEL_API = "1.0"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")


@dataclass(frozen=True, eq=False)
class Plugin:
    """What a distribution says of its plugin; `plugin.py` holds exactly one and imports no model.

    `kernel`, `requires` and `optional` are PEP 440 version ranges; required plugins are loaded first and must be
    there, optional ones only decide the order. Compared and hashed by identity, as the hook bus needs.
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
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"Plugin name {self.name!r} must be 2 to 31 lower-case letters, digits or underscores.")
