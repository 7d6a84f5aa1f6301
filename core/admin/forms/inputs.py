"""The inputs of a form or of one of its rows: texts, until somebody needs to type into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from werkzeug.datastructures import MultiDict

from core.admin.forms.controls import ControlInfo, GeneratedForm, make_control, shown_text, unit_text
from core.admin.forms.depending import Judgement, Look, judgements, settle
from core.admin.forms.values import Still

Posted = MultiDict[str, str]


class Controls:
    """The inputs that a form or each of its rows has, made once per declaration."""

    def __init__(self, infos: Sequence[ControlInfo]) -> None:
        self.infos = tuple(infos)
        self.names = {info.name: info for info in infos}
        self.depending = [info for info in infos if info.visible_when or info.readonly_when]

    @cached_property
    def unbound(self) -> list[tuple[ControlInfo, Any]]:
        """The inputs as they are bound to what is typed."""
        return [(info, make_control(info)) for info in self.infos]


@dataclass(frozen=True)
class Bound:
    """What inputs are bound to: what they show, whose record it is, what was sent instead."""

    shown: Mapping[str, Any]
    values: Mapping[str, Any]
    prefix: str = ""
    currency: str = ""
    posted: Posted | None = None


class Inputs:
    """The inputs of a form, or of a row whose document is `above`; the typed ones are made when somebody needs them."""

    def __init__(self, controls: Controls, bound: Bound, above: Inputs | None = None) -> None:
        self.controls, self.bound, self.above = controls, bound, above
        self.named: dict[tuple[str, str], str] = {}
        """What chosen records are called whose names the record did not tell, by resource and id."""
        # What was sent is typed already.
        self._form = bind(controls, bound) if bound.posted is not None else None

    @property
    def form(self) -> GeneratedForm:
        """The inputs that can be typed into."""
        if self._form is None:
            judged = self.judged()
            self._form = bind(self.controls, self.bound)
            settle(self._form, judged)
        return self._form

    @property
    def is_made(self) -> bool:
        """Whether somebody needed the inputs."""
        return self._form is not None

    @property
    def look(self) -> Look:
        """Where conditions of these inputs find what they ask for."""
        if self.above is None:
            return Look(self.find, self.bound.values)
        return Look(self.find, {}, self.above.look)

    def find(self, name: str) -> Any:
        """Return an input, None where there is none of that name."""
        if self._form is not None:
            return self._form.find(name)
        info = self.controls.names.get(name)
        return None if info is None else Still(info, self.bound.shown.get(name))

    def judged(self) -> tuple[Judgement, ...]:
        """Return for each input that depends on others whether it is shown and open now."""
        return judgements(self.controls.depending, self.look) if self.controls.depending else ()

    def settle(self) -> None:
        """Hide and close inputs that can be typed into as what is typed says."""
        if self._form is not None:
            settle(self._form, self.judged())

    def __iter__(self) -> Iterator[Any]:
        """Yield the inputs as they are sent on: those nobody typed into as what the page would show in them."""
        if self._form is not None:
            return iter(self._form.controls())
        judged = {said.name: said for said in self.judged()}
        return iter([_still(info, self.bound.shown.get(info.name), judged) for info in self.controls.infos])

    # -- what is shown -------------------------------------------------------------------------------------------

    def text(self, info: ControlInfo) -> str:
        """Return the text that an input shows."""
        if info.readonly:
            return shown_text(info, self.bound.values)
        value = self.bound.shown.get(info.name)
        if info.check:
            return "true" if value else ""
        return "" if value is None else str(value)

    def label(self, info: ControlInfo) -> str:
        """Return what the chosen record of an input is called; its number where it has no name for the person."""
        known = self._told(info)
        if known:
            return known
        chosen = str(self.bound.shown.get(info.name) or "")
        return self.named.get((info.target, chosen)) or (f"#{chosen}" if chosen else "")

    def nameless(self) -> list[Still]:
        """Return the references to records of which the record does not tell what they are called."""
        open_to = [info for info in self.controls.infos if info.finder and not info.readonly and not self._told(info)]
        return [Still(info, chosen) for info in open_to if (chosen := self.bound.shown.get(info.name))]

    def _told(self, info: ControlInfo) -> str:
        values = self.bound.values
        return str(values.get(info.label_name) or "") if values.get(info.name) is not None else ""

    def unit(self, info: ControlInfo) -> str:
        """Return what stands behind an amount."""
        return unit_text(info, str(self.bound.values.get(f"{info.unit_of}_label") or ""), self.bound.currency)


class Row(Inputs):
    """A row of a grid: its number on the page, the line it stands for."""

    def __init__(self, index: int, row_id: str, controls: Controls, bound: Bound, above: Inputs) -> None:
        super().__init__(controls, bound, above)
        self.index, self.id = index, row_id


def bind(controls: Controls, bound: Bound) -> GeneratedForm:
    """Return inputs that can be typed into, filled."""
    form = GeneratedForm(controls.unbound, prefix=bound.prefix)
    # An empty formdata means "not sent" to WTForms, and would show the record's values again.
    posted = None if bound.posted is None else bound.posted or MultiDict({"_sent": "1"})
    form.process(posted, data=bound.shown) if posted is None else form.process(posted)
    for control in form.controls():
        control.errors = []
    form.describe(bound.values, bound.currency)
    return form


def _still(info: ControlInfo, value: Any, judged: Mapping[str, Judgement]) -> Still:
    said = judged.get(info.name)
    return Still(info, value) if said is None else Still(info, value, said.hidden, said.closed)
