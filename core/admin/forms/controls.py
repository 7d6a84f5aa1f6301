"""One input for each kind of field. They only carry text in and out: whether a value is good, the schemas decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markupsafe import Markup
from wtforms import BooleanField, Field, PasswordField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.widgets.core import html_params

from core.admin.display.words import words_label
from core.services.words import money_text, number_text

Option = tuple[str, str]
Texts = tuple[tuple[str, tuple[str, ...]], ...]
WIDE_KINDS = frozenset({"long_text", "json", "words"})


@dataclass(frozen=True)
class ControlInfo:
    """What a template must know to place an input."""

    name: str
    label: str
    kind: str
    help: str = ""
    unit: str = ""
    unit_of: str = ""
    unit_beside: bool = False
    tells_unit: bool = False
    required: bool = False
    wide: bool = False
    numeric: bool = False
    check: bool = False
    finder: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    target: str = ""
    picker_url: str = ""
    max_length: int | None = None
    multiline: bool = False
    blank: bool = True
    multiple: bool = False
    readonly: bool = False
    nullable: bool = True
    visible_when: Texts = ()
    readonly_when: Texts = ()
    watched: bool = False
    totalled: bool = False
    price: bool = False

    @property
    def label_name(self) -> str:
        """The name under which a record tells what the chosen one is called."""
        return f"{self.name.removesuffix('_id')}_label"


class Control:
    """What every generated input has: the description that it was made from."""

    info: ControlInfo
    unit: str = ""
    known: Mapping[str, str] = {}
    hidden: bool = False
    closed: bool = False
    visible_when: str = ""
    closed_when: str = ""
    doubt: str = ""
    unit_lead: str = ""
    typed: str = ""
    hole: str = ""


class TextControl(Control, StringField):
    """A line of text, a number, a date: what is typed."""

    def __init__(self, info: ControlInfo, **options: Any) -> None:
        super().__init__(info.label, render_kw=_attributes(info), **options)
        self.info = info


class SecretControl(Control, PasswordField):
    """A password: never shown again, so never sent back to the page."""

    def __init__(self, info: ControlInfo, **options: Any) -> None:
        super().__init__(info.label, render_kw=_attributes(info) | {"autocomplete": "new-password"}, **options)
        self.info = info


class ShownControl(Control, StringField):
    """A value that stands among inputs and cannot be changed."""

    def __init__(self, info: ControlInfo, **options: Any) -> None:
        super().__init__(info.label, **options)
        self.info = info

    def __call__(self, **attributes: Any) -> Markup:
        """Return the value as text."""
        return Markup('<span class="shown">{}</span>').format(self.data or "")


class LongTextControl(Control, TextAreaField):
    """Several lines of text."""

    def __init__(self, info: ControlInfo, **options: Any) -> None:
        super().__init__(info.label, render_kw={**_attributes(info), "rows": "3"}, **options)
        self.info = info


class TruthControl(Control, BooleanField):
    """A yes or no, sent as the word that the schemas read."""

    def __init__(self, info: ControlInfo, **options: Any) -> None:
        super().__init__(info.label, render_kw={**_attributes(info), "value": "true"}, **options)
        self.info = info

    def __call__(self, **attributes: Any) -> Markup:
        """Return the markup; where its hole is, stands whether it is ticked."""
        made: Markup = super().__call__(**({self.hole: True, "checked": False} if self.hole else {}), **attributes)
        return made


def first_options(info: ControlInfo) -> list[Option]:
    """Return what a choice offers before anybody asks for more."""
    return [*([("", "")] if info.blank or info.finder else []), *info.choices]


def options_markup(options: Sequence[Option], chosen: Sequence[str]) -> str:
    """Draw options; what is chosen and not among them is added, so that the schema can refuse it by name."""
    more = [(value, f"#{value}") for value in chosen if value and value not in {known for known, _ in options}]
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value in chosen else ""}>{escape(str(label))}</option>'
        for value, label in [*options, *more]
    )


class SelectInput:
    """Draws a choice."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        """Return the markup."""
        chosen = field.data if isinstance(field.data, list) else [field.data or ""]
        inner = field.hole or options_markup(field.options, chosen)
        # A form holds hundreds of options; each was escaped as it was written.
        return Markup(f"<select {html_params(**attributes)}>{inner}</select>")  # noqa: S704


class ChoiceControl(Control, Field):
    """One of some words or records."""

    widget = SelectInput()

    def __init__(self, info: ControlInfo, **options: Any) -> None:
        super().__init__(info.label, render_kw=_attributes(info), **options)
        self.info = info
        self.options: list[Option] = first_options(info)

    def __call__(self, **attributes: Any) -> Markup:
        """Return the markup, named as the form knows it."""
        made: Markup = super().__call__(**{"id": self.id, "name": self.name, **attributes})
        return made

    def offer(self, options: Sequence[Option]) -> None:
        """Set the records to choose from."""
        self.options = [("", ""), *options]

    def process_data(self, value: Any) -> None:
        """Take the record's value."""
        self.data = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent as it is."""
        self.data = str(valuelist[-1]) if valuelist else ""


class ManyControl(ChoiceControl):
    """Several records."""

    def __call__(self, **attributes: Any) -> Markup:
        """Return the markup of a list in which several can be chosen."""
        return super().__call__(**{"multiple": True, **attributes})

    def offer(self, options: Sequence[Option]) -> None:
        """Set the records to choose from."""
        self.options = list(options)

    def process_data(self, value: Any) -> None:
        """Take the record's values."""
        self.data = [str(item) for item in value or ()]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent as it is."""
        self.data = [str(item) for item in valuelist]


def make_control(info: ControlInfo) -> Any:
    """Return the unbound input of a field."""
    if info.readonly:
        return ShownControl(info)
    if info.check:
        return TruthControl(info)
    if info.multiple:
        return ManyControl(info)
    if info.name.endswith("password"):
        return SecretControl(info)
    if info.finder or info.choices:
        return ChoiceControl(info)
    return LongTextControl(info) if info.multiline else TextControl(info)


def _attributes(info: ControlInfo) -> dict[str, Any]:
    attributes: dict[str, Any] = {"autocomplete": "off"}
    if info.required:
        attributes["aria-required"] = "true"
    if info.max_length and not info.choices:
        attributes["maxlength"] = info.max_length
    if info.picker_url:
        attributes["data-picker"] = info.picker_url
    if info.kind == "words" and not info.multiple:
        attributes["data-words"] = "1"
    if info.watched:
        attributes["data-change"] = "1"
    if info.kind == "date":
        attributes["type"] = "date"
    elif info.kind == "moment":
        attributes |= {"type": "datetime-local", "step": "1"}
    elif info.numeric:
        attributes["inputmode"] = "numeric" if info.kind == "integer" else "decimal"
    return attributes


def shown_text(info: ControlInfo, values: Mapping[str, Any], currency: str = "") -> str:
    """Return a value that is only shown."""
    value = values.get(info.label_name if info.kind == "reference" else info.name)
    if info.kind in ("state", "choice") and value:
        return words_label(str(value))
    if info.kind == "money" and currency and not info.price and value not in (None, ""):
        return money_text(value, currency)
    if info.numeric and value not in (None, ""):
        return number_text(value, info.kind)
    return "" if value is None else str(value)


def unit_text(info: ControlInfo, unit: str, currency: str) -> str:
    """Return what stands behind an amount: its unit, for money the currency and what it is the price of."""
    unit = info.unit or unit
    if info.kind == "money":
        return f"{currency} / {unit}" if currency and unit else currency
    return unit


class GeneratedForm(BaseForm):
    """A form whose inputs were made from declarations; kept in a dictionary, so that no name is reserved."""

    def __init__(self, controls: Sequence[tuple[ControlInfo, Any]], prefix: str = "") -> None:
        super().__init__([(info.name, control) for info, control in controls], prefix=prefix)
        for control in self:
            # Names of fields must not meet the page's own ids.
            control.id = f"f-{control.id}"

    def controls(self) -> list[Any]:
        """Return the inputs in the order of their declaration."""
        return list(self)

    def describe(self, values: Mapping[str, Any], currency: str = "") -> None:
        """Write beside each amount its unit, and what the chosen records are called, as the record's row says."""
        for control in self.controls():
            info: ControlInfo = control.info
            known = "" if self._is_outdated(info, values) else str(values.get(f"{info.unit_of}_label") or "")
            control.unit = unit_text(info, known, currency)
            control.unit_lead = f"{currency} / " if info.kind == "money" and currency else ""
            if info.readonly:
                control.data = shown_text(info, values, currency)
            if info.finder and values.get(info.name) is not None:
                control.known = {str(values[info.name]): str(values.get(info.label_name) or "")}

    def _is_outdated(self, info: ControlInfo, values: Mapping[str, Any]) -> bool:
        """Whether the unit of an amount is that of another record than the one that was sent."""
        near, _, far = info.unit_of.partition(".")
        chosen = self.find(f"{near}_id") if far else None
        # What is closed is not sent.
        if chosen is None or chosen.info.readonly or not chosen.data:
            return False
        return str(chosen.data) != str(values.get(chosen.info.name) or "")

    def find(self, name: str) -> Any:
        """Return an input, or None where the form has none of that name."""
        return self._fields.get(name)
