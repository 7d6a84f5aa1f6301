"""Fields that depend on other fields: when one may be given at all, and when it is closed. The one place of the rule.

A condition looks at what the record becomes by the write, as the form does while somebody types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.db.fields import Condition
from core.errors import Invalid
from core.resources.shape import Field, LineShape, Shape

Look = Callable[[str], Any]
Refusals = dict[str, tuple[str, str]]
CLOSED, HIDDEN = "READ_ONLY", "NOT_APPLICABLE"


def conditional(fields: Mapping[str, Field]) -> dict[str, Field]:
    """Return the fields that depend on others."""
    return {name: item for name, item in fields.items() if item.visible_when or item.readonly_when}


def asks_for(shape: Shape, values: Mapping[str, Any]) -> bool:
    """Whether values name a field that depends on others: most writes do not."""
    own: Mapping[str, Any] = shape.memo("conditional", lambda: conditional(shape.fields))
    if not own.keys().isdisjoint(values):
        return True
    inner: Mapping[str, Any] = shape.memo(
        "conditional lines", lambda: {name: conditional(line.fields) for name, line in shape.lines.items()}
    )
    return any(inner[name] and values.get(name) for name in inner)


def holds(condition: Condition, look: Look) -> bool:
    """Whether every field that a condition names has one of the values it asks for."""
    return all(look(name) in allowed for name, allowed in condition)


def is_closed(item: Field, look: Look) -> bool:
    """Whether a field cannot be changed as long as other fields are as they are."""
    return bool(item.readonly_when) and holds(item.readonly_when, look)


def refusals(fields: Mapping[str, Field], given: Mapping[str, Any], before: Look, after: Look) -> Refusals:
    """Return which of the given values may not be written: the code and the sentence by field.

    A value that stays as it is may always be sent, and what no longer applies may be emptied.
    """
    found: Refusals = {}
    for name, item in conditional({key: fields[key] for key in given if key in fields}).items():
        if given[name] == before(name):
            continue
        if item.visible_when and not holds(item.visible_when, after):
            if given[name] not in (None, False, ""):
                found[name] = (HIDDEN, f"Can be given only when {told(item.visible_when, fields)}.")
        elif is_closed(item, after):
            found[name] = (CLOSED, f"Cannot be changed while {told(item.readonly_when, fields)}.")
    return found


def refuse(found: Refusals) -> None:
    """Refuse a write that gives values which may not be written, naming each."""
    if not found:
        return
    codes = {code for code, _ in found.values()}
    code = codes.pop() if len(codes) == 1 else Invalid.code
    raise Invalid({name: [text] for name, (_, text) in found.items()}, code=code)


def told(condition: Condition, fields: Mapping[str, Field]) -> str:
    """Return a condition in words: `Costing is standard and Lots is optional or required`."""
    return " and ".join(f"{_label(name, fields)} is {' or '.join(map(_word, allowed))}" for name, allowed in condition)


def described(item: Field, fields: Mapping[str, Field]) -> str:
    """Return the help of a field with its conditions."""
    parts = [item.help.strip()]
    if item.visible_when:
        parts.append(f"Can be given only when {told(item.visible_when, fields)}.")
    if item.readonly_when:
        parts.append(f"Cannot be changed while {told(item.readonly_when, fields)}.")
    return " ".join(part for part in parts if part)


def document_field(line: LineShape, name: str) -> str:
    """Return the field of the document that a condition of its lines names as `receipt.receipt_type`, else nothing."""
    head, _, rest = name.partition(".")
    return rest if rest and head == line.parent_column.removesuffix("_id") else ""


def _label(name: str, fields: Mapping[str, Field]) -> str:
    item = fields.get(name)
    return item.label if item is not None else name.rpartition(".")[2].replace("_", " ")


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "empty" if value is None else str(value).replace("_", " ")
