"""Inputs that depend on other inputs: whether they are shown and open now, and what the browser must watch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.admin.forms.controls import ControlInfo, GeneratedForm, Texts
from core.db.fields import Condition

ABOVE = "^"
Find = Callable[[str], Any]


def texts_of(condition: Condition, document: Callable[[str], str] = lambda name: "") -> Texts:
    """Return a condition as a form compares it, by text; a name that begins with ^ is one of the line's document."""
    return tuple(
        (f"{ABOVE}{above}" if (above := document(name)) else name, tuple(text_of(value) for value in allowed))
        for name, allowed in condition
    )


def text_of(value: Any) -> str:
    """Return a JSON value as the text of an input."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


@dataclass(frozen=True)
class Judgement:
    """Whether an input is hidden or closed now, and which conditions on inputs of the page the browser must watch."""

    name: str
    hidden: bool = False
    visible_when: str = ""
    closed: bool = False
    closed_when: str = ""


class Look:
    """Where a condition finds its fields: among a row's inputs, the form's, or the record where there is no input."""

    def __init__(self, find: Find, values: Mapping[str, Any], above: Look | None = None) -> None:
        self._find, self._values, self._above = find, values, above

    def control(self, name: str) -> Any:
        """Return the input of a name, None where the page has none that can change."""
        if name.startswith(ABOVE):
            return self._above.control(name[1:]) if self._above is not None else None
        found = self._find(name)
        return None if found is None or found.info.readonly else found

    def text(self, name: str) -> str:
        """Return the present text of a field."""
        if name.startswith(ABOVE):
            return self._above.text(name[1:]) if self._above is not None else ""
        control = self.control(name)
        if control is None:
            return text_of(self._values.get(name))
        return text_of(bool(control.data)) if control.info.check else str(control.data or "").strip()


def judgements(infos: Iterable[ControlInfo], look: Look) -> tuple[Judgement, ...]:
    """Return how inputs stand that depend on others."""
    found = []
    for info in infos:
        shown, visible_when = _judge(info.visible_when, look) if info.visible_when else (True, "")
        closed, closed_when = _judge(info.readonly_when, look) if info.readonly_when else (False, "")
        found.append(Judgement(info.name, not shown, visible_when, closed, closed_when))
    return tuple(found)


def settle(form: GeneratedForm, judged: Iterable[Judgement]) -> None:
    """Hide and close the inputs of a form as they were judged."""
    for said in judged:
        control = form.find(said.name)
        control.hidden, control.visible_when = said.hidden, said.visible_when
        control.closed, control.closed_when = said.closed, said.closed_when


def _judge(condition: Texts, look: Look) -> tuple[bool, str]:
    """Return whether a condition holds, and the part of it that inputs of the page can change, as JSON."""
    live = [(name, allowed) for name, allowed in condition if look.control(name) is not None]
    fixed = [(name, allowed) for name, allowed in condition if look.control(name) is None]
    if not all(look.text(name) in allowed for name, allowed in fixed):
        return False, ""
    return all(look.text(name) in allowed for name, allowed in live), _written(tuple(live)) if live else ""


@lru_cache(maxsize=512)
def _written(live: Texts) -> str:
    return json.dumps(live)
