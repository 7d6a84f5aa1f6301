"""The inputs of a form or of one of its rows: values of a record, until somebody needs to type into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from core.admin.forms.controls import ControlInfo, GeneratedForm, make_control, unit_text
from core.admin.forms.depending import Judgement, Look, judgements, settle
from core.admin.forms.values import Still, as_typed, typed

Posted = MultiDict[str, str]
Values = Mapping[str, Any]
Named = Mapping[tuple[str, str], str]
NOBODY_NAMED: Named = {}


class Controls:
    """The inputs that a form or each of its rows has, made once per declaration."""

    def __init__(self, infos: Sequence[ControlInfo]) -> None:
        self.infos = tuple(infos)
        self.names = {info.name: info for info in infos}
        self.depending = [info for info in infos if info.visible_when or info.readonly_when]

    @cached_property
    def _unbound(self) -> list[tuple[ControlInfo, Any]]:
        return [(info, make_control(info)) for info in self.infos]

    def bind(self, shown: Values, values: Values, prefix: str, currency: str, posted: Posted | None) -> GeneratedForm:
        """Return inputs that can be typed into, filled with what is to be shown or with what was sent."""
        form = GeneratedForm(self._unbound, prefix=prefix)
        # An empty formdata means "not sent" to WTForms, and would show the record's values again.
        form.process(None, data=shown) if posted is None else form.process(posted or MultiDict({"_sent": "1"}))
        for control in form.controls():
            control.errors = []
        form.describe(values, currency)
        return form


class Inputs:
    """The inputs of a form; those that can be typed into are made when somebody needs them."""

    named: Named = NOBODY_NAMED
    """What chosen records are called whose names the record did not tell, by resource and id."""

    def __init__(
        self, controls: Controls, values: Values, zone: ZoneInfo, currency: str = "", prefix: str = "",
        posted: Posted | None = None,
    ) -> None:  # fmt: skip
        self.controls, self.values, self.zone, self.currency = controls, values, zone, currency
        self._prefix = prefix
        # What was sent is typed already.
        self._form = None if posted is None else controls.bind({}, values, prefix, currency, posted)

    @property
    def form(self) -> GeneratedForm:
        """The inputs that can be typed into."""
        if self._form is None:
            shown, judged = as_typed(self.controls.infos, self.values, self.zone), self.judged()
            self._form = self.controls.bind(shown, self.values, self._prefix, self.currency, None)
            settle(self._form, judged)
        return self._form

    @property
    def is_made(self) -> bool:
        """Whether somebody needed the inputs."""
        return self._form is not None

    @property
    def look(self) -> Look:
        """Where conditions of these inputs find what they ask for."""
        return Look(self.find, self.values)

    def find(self, name: str) -> Any:
        """Return an input, None where there is none of that name."""
        if self._form is not None:
            return self._form.find(name)
        info = self.controls.names.get(name)
        return None if info is None else Still(info, typed(info, self.values.get(name), self.zone))

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
            yield from self._form.controls()
            return
        judged = {said.name: said for said in self.judged()}
        for info in self.controls.infos:
            said = judged.get(info.name, Judgement(info.name))
            yield Still(info, typed(info, self.values.get(info.name), self.zone), said.hidden, said.closed)

    # -- what is shown -------------------------------------------------------------------------------------------

    def nameless(self) -> list[Still]:
        """Return the references to records of which the record does not tell what they are called."""
        return [
            Still(info, str(chosen))
            for info in self.controls.infos
            if info.finder and not info.readonly and (chosen := self.values.get(info.name)) not in (None, "")
            and not self.values.get(info.label_name)
        ]  # fmt: skip


class Row(Inputs):
    """A row of a grid: its number on the page, the line it stands for, the inputs of its document."""

    def __init__(
        self, index: int, row_id: str, above: Inputs, controls: Controls, values: Values, prefix: str,
        posted: Posted | None = None,
    ) -> None:  # fmt: skip
        self.index, self.id, self._above = index, row_id, above
        super().__init__(controls, values, above.zone, above.currency, prefix, posted)

    @property
    def look(self) -> Look:
        """Where conditions of the row find what they ask for: among its inputs and those of its document."""
        return Look(self.find, {}, self._above.look)


def label_of(info: ControlInfo, values: Values, named: Named) -> str:
    """Return what the chosen record of an input is called; its number where it has no name for the person."""
    chosen = values.get(info.name)
    if chosen is None or chosen == "":
        return ""
    return str(values.get(info.label_name) or named.get((info.target, str(chosen))) or f"#{chosen}")


def unit_of(info: ControlInfo, values: Values, currency: str) -> str:
    """Return what stands behind an amount."""
    return unit_text(info, str(values.get(f"{info.unit_of}_label") or ""), currency)
