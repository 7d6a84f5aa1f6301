"""Filters of a list in words: the chips that say what is set, each with the list without it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from core.actions.context import Context
from core.admin.display.cells import cell
from core.admin.forms.pickers import choices, ids_of, may_read, names_of
from core.admin.forms.plans import target_resource
from core.admin.lists.address import OWN_NAMES, ListAddress, filter_name
from core.desk.conditions import has_conditions, read_conditions
from core.desk.preferences import own_zone
from core.errors import Invalid
from core.resources import periods
from core.resources.filters import fields_of
from core.resources.shape import Field, Shape

SAID = {
    "eq": "is", "ne": "is not", "in": "is", "contains": "has", "startswith": "starts with",
    "gt": "over", "gte": "from", "lt": "under", "lte": "to",
}  # fmt: skip
DATES_SAID = {**SAID, "gt": "after", "lt": "before"}
TRUE = ("true", "1", "yes", "on")
FIND = "__find"


@dataclass(frozen=True)
class Chip:
    """A filter that is set, with the address of the list without it."""

    text: str
    url: str


def is_untidy(query: MultiDict[str, str]) -> bool:
    """Whether an address is to be written shorter: empty inputs of a form, names instead of ids, typed conditions."""
    if any(value == "" or name.endswith(FIND) for name, value in query.items(multi=True)):
        return True
    return has_conditions(query.get("search", ""))


def with_found(ctx: Context, shape: Shape, address: ListAddress) -> ListAddress:
    """Return the address as people keep it: typed conditions as filters, records in place of their names."""
    if has_conditions(address.search) and "\x00" not in address.search:
        rest, filters_typed = read_conditions(ctx, shape, address.search, address.filters, OWN_NAMES)
        address = replace(address.filtered(filters_typed), search=rest)
    typed = {name: texts[0] for name, texts in address.filters.items() if name.endswith(FIND)}
    errors: dict[str, list[str]] = {}
    filters = {name: texts for name, texts in address.filters.items() if name not in typed}
    for name, text in typed.items():
        stem = name.removesuffix(FIND)
        found = find_record(ctx, shape, shape.fields.get(stem), text)
        if found is None:
            errors[stem] = [f"Nothing is called {text!r}; type a code or a full name."]
        else:
            filters[filter_name(stem)] = (str(found),)
    if errors:
        raise Invalid(errors)
    return address.filtered(filters) if typed else address


def find_record(ctx: Context, shape: Shape, item: Field | None, text: str) -> int | None:
    """Return the record that somebody means by a code or name, None where it is none or not only one."""
    target = target_resource(ctx, item, shape.model) if item is not None else None
    if target is None or not may_read(ctx, target):
        return None
    if (found := ids_of(ctx, target, [text]).get(text)) is not None:
        return found
    options = choices(ctx, target, search=text)
    return int(options[0][0]) if len(options) == 1 else None


def chips_of(ctx: Context, shape: Shape, address: ListAddress) -> list[Chip]:
    """Return the filters that are set, in words; what records are called is asked once for each kind of record."""
    names = _names(ctx, shape, address.filters.items())
    return [
        Chip(_said(ctx, shape, name, text, names), address.without(name, text).url)
        for name, texts in address.filters.items()
        for text in texts
    ]


def field_of(shape: Shape, name: str) -> tuple[Field | None, str]:
    """Return the field and the operator of a filter's name."""
    field_name, _, operator = name.partition("__")
    return shape.fields.get(shape.resolve(field_name)), operator or "eq"


def _field_said(shape: Shape, name: str) -> tuple[Field | None, str]:
    """Return what `field_of` does, and for `lines.item_id` the field of the lines."""
    item, operator = field_of(shape, name)
    list_name, _, inner = name.partition("__")[0].partition(".")
    if item is None and list_name in shape.lines:
        item = shape.lines[list_name].fields.get(inner)
    return item, operator


def _names(ctx: Context, shape: Shape, filters: Iterable[tuple[str, tuple[str, ...]]]) -> dict[tuple[str, int], str]:
    wanted: dict[str, tuple[Any, set[int]]] = {}
    for name, texts in filters:
        item, _ = _field_said(shape, name)
        target = target_resource(ctx, item, shape.model) if item is not None else None
        if target is not None and may_read(ctx, target):
            ids = {int(part) for text in texts for part in text.split(",") if part.isdecimal() and len(part) < 16}
            wanted.setdefault(target.key, (target, set()))[1].update(ids)
    return {
        (key, identity): label
        for key, (target, ids) in wanted.items()
        for identity, label in names_of(ctx, target, ids).items()
    }


def _said(ctx: Context, shape: Shape, name: str, text: str, names: dict[tuple[str, int], str]) -> str:
    asked, operator = fields_of(name)
    items = [found for part in asked if (found := _field_said(shape, part)[0]) is not None]
    if len(items) < len(asked):
        return f"{name} {text}"
    item = items[0] if len(items) == 1 else replace(items[0], label=either([part.label for part in items]))
    if operator == "isnull":
        return f"{item.label} is {'' if text.lower() in TRUE else 'not '}empty"
    dated = item.kind.name in ("date", "moment")
    if dated and operator == "eq" and not periods.is_day(text):
        return f"{item.label} in {periods.said(text)}"
    word = (DATES_SAID if dated else SAID).get(operator, operator)
    return f"{item.label} {word} {_value_said(ctx, shape, item, operator, text, names)}"


def _value_said(
    ctx: Context, shape: Shape, item: Field, operator: str, text: str, names: dict[tuple[str, int], str]
) -> str:
    parts = text.split(",") if operator == "in" else [text]
    if item.reference is not None:
        target = target_resource(ctx, item, shape.model)
        key = target.key if target is not None else ""
        known = [names.get((key, int(part)), f"#{part}") if part.isdecimal() and len(part) < 16 else part
                 for part in parts]  # fmt: skip
        return either(known)
    if operator in ("contains", "startswith"):
        return f"“{text}”"
    return either([_plain(ctx, item, part) for part in parts])


def either(words: list[str]) -> str:
    """Return words as alternatives: raw, packaging or consumable."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _plain(ctx: Context, item: Field, text: str) -> str:
    if item.kind.name in ("date", "moment"):
        return periods.said(text)
    try:
        value: Any = text.lower() in TRUE if item.kind.name == "boolean" else text
        return cell(item.kind.name, value, own_zone(ctx)).text
    except ValueError:
        return text
