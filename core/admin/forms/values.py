"""Between what a person types and what the API is sent: text of a control to a JSON value, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from core.admin.forms.controls import ControlInfo
from core.admin.forms.numbers import Unclear, read_number

EMPTY: Mapping[str, Any] = {"text": "", "long_text": "", "words": []}


def as_typed(infos: Sequence[ControlInfo], values: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Return the values of a record as a person would have typed them."""
    return {info.name: typed(info, values.get(info.name), zone) for info in infos}


def typed(info: ControlInfo, value: Any, zone: ZoneInfo) -> Any:
    """Return a JSON value as a person would have typed it."""
    if value is None:
        return None
    if info.kind == "moment":
        return datetime.fromisoformat(str(value)).astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")
    if info.multiple:
        return [str(item) for item in value] if isinstance(value, list) else [str(value)]
    if info.kind == "words" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    if info.kind in ("json", "words"):
        return json.dumps(value, indent=1, ensure_ascii=False)
    if info.numeric and info.kind != "integer":
        return plain_number(str(value), 2 if info.kind == "money" else 0)
    return value if info.check else str(value)


def plain_number(text: str, places: int = 0) -> str:
    """Return a decimal without the zeros that only its column's scale gave it."""
    if not places:
        return text.rstrip("0").rstrip(".") if "." in text else text
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole


@dataclass
class Still:
    """An input that nobody has typed into: what the page would show in it."""

    info: ControlInfo
    data: Any
    hidden: bool = False
    closed: bool = False
    unit: str = ""
    doubt: str = ""
    known: Mapping[str, str] = field(default_factory=dict)


def body_of(form: Iterable[Any], zone: ZoneInfo, creating: bool) -> dict[str, Any]:
    """Return what the API would be sent for these inputs; what does not apply or is closed is left as it is."""
    body: dict[str, Any] = {}
    for control in form:
        info: ControlInfo = control.info
        data = control.data
        if info.readonly or control.hidden or control.closed:
            continue
        if info.check or info.multiple:
            body[info.name] = bool(data) if info.check else list(data or ())
            continue
        text = str(data or "")
        if text.strip():
            body[info.name] = _sent(control, text, zone)
        elif info.kind in EMPTY and (info.kind == "words" or not info.nullable):
            body[info.name] = EMPTY[info.kind]
        elif info.nullable or info.required or not creating:
            body[info.name] = None
    return body


def _sent(control: Any, text: str, zone: ZoneInfo) -> Any:
    info: ControlInfo = control.info
    if info.numeric:
        return _number(control, text)
    if info.kind == "moment":
        return _moment(text, zone)
    if info.kind == "words" and not text.lstrip().startswith("["):
        return [line.strip() for line in text.splitlines() if line.strip()]
    if info.kind in ("json", "words"):
        return _json(text)
    return text if info.multiline else text.strip()


def _number(control: Any, text: str) -> str:
    info: ControlInfo = control.info
    units = ["%"] if info.kind == "percent" else [part.strip() for part in str(control.unit).split("/") if part.strip()]
    try:
        number = read_number(text, whole=info.kind == "integer", units=units)
    except Unclear as unclear:
        # The schema refuses the text, and the form then says why.
        control.doubt = str(unclear)
        return text.strip()
    is_decimal = info.kind != "integer" and number.lstrip("-").replace(".", "", 1).isdecimal()
    return plain_number(number, 2 if info.kind == "money" else 0) if is_decimal else number.strip()


def _moment(text: str, zone: ZoneInfo) -> str:
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return text


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        # Not JSON: a plain word is what most people mean by it, and the schema has the last word.
        return text
