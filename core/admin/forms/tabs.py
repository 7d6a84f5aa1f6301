"""How the parts of a form stand: above the tabs, on them, and below; a tab tells how many of its inputs are wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tab:
    """The parts behind one word."""

    title: str
    parts: list[Any] = field(default_factory=list)
    open: bool = False

    @property
    def anchor(self) -> str:
        """The name of the tab in the address."""
        return "tab-" + (re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") or "more")

    @property
    def faults(self) -> int:
        """How many inputs of the tab are wrong."""
        return sum(faults_of(part) for part in self.parts)


@dataclass
class Layout:
    """A form from top to bottom."""

    above: list[Any] = field(default_factory=list)
    tabs: list[Tab] = field(default_factory=list)
    below: list[Any] = field(default_factory=list)


def arranged(parts: Sequence[Any]) -> Layout:
    """Return the layout of parts: those of one tab stand together where the first of them stands."""
    layout, tabs = Layout(), dict[str, Tab]()
    for part in parts:
        if part.tab:
            tabs.setdefault(part.tab, Tab(part.tab)).parts.append(part)
        else:
            (layout.below if tabs else layout.above).append(part)
    layout.tabs = list(tabs.values())
    if layout.tabs:
        next((tab for tab in layout.tabs if tab.faults), layout.tabs[0]).open = True
    return layout


def faults_of(part: Any) -> int:
    """Return how many inputs of a part are wrong."""
    items = [item.field for item in getattr(part, "items", ()) if getattr(item, "field", None) is not None]
    return sum(bool(control.errors) for control in items) + int(getattr(part, "faults", 0))
