"""Inputs that depend on other inputs: whether they are shown and open now, and what the browser must watch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
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


class Look:
    """Where a condition finds its fields: among a row's inputs, the form's, or the record where there is no input."""

    def __init__(self, form: GeneratedForm, values: Mapping[str, Any], above: Look | None = None) -> None:
        self._form, self._values, self._above = form, values, above

    def control(self, name: str) -> Any:
        """Return the input of a name, None where the page has none that can change."""
        if name.startswith(ABOVE):
            return self._above.control(name[1:]) if self._above is not None else None
        found = self._form.find(name)
        return None if found is None or found.info.readonly else found

    def text(self, name: str) -> str:
        """Return the present text of a field."""
        if name.startswith(ABOVE):
            return self._above.text(name[1:]) if self._above is not None else ""
        control = self.control(name)
        if control is None:
            return text_of(self._values.get(name))
        return text_of(bool(control.data)) if control.info.check else str(control.data or "").strip()


def settle(form: GeneratedForm, look: Look) -> None:
    """Hide and close the inputs of a form as its other inputs say."""
    for control in form.depending:
        info: ControlInfo = control.info
        shown, control.visible_when = _judge(info.visible_when, look) if info.visible_when else (True, "")
        closed, control.closed_when = _judge(info.readonly_when, look) if info.readonly_when else (False, "")
        control.hidden, control.closed = not shown, closed


def _judge(condition: Texts, look: Look) -> tuple[bool, str]:
    """Return whether a condition holds, and the part of it that inputs of the page can change, as JSON."""
    live = [(name, allowed) for name, allowed in condition if look.control(name) is not None]
    fixed = [(name, allowed) for name, allowed in condition if look.control(name) is None]
    if not all(look.text(name) in allowed for name, allowed in fixed):
        return False, ""
    return all(look.text(name) in allowed for name, allowed in live), json.dumps(live) if live else ""
