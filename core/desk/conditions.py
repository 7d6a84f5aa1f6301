"""What people type into a search, in a page or over REST.

Words, and conditions such as `kind:raw`, `price:>5`, `name:"olive oil"`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from core.actions.context import Context
from core.desk.naming import choices, ids_of, may_read
from core.errors import Invalid
from core.resources import periods
from core.resources.reading import ListRequest
from core.resources.shape import Field, Shape, target_of

_NAME = r'"[^":]{1,80}"|[A-Za-z_][\w.]{0,80}'
_CONDITION = re.compile(rf'(?<!\S)({_NAME}):(>=|<=|>|<|!|=|)("[^"]*"|[^\s"]\S*)')
_PHRASE = re.compile(r'(?<!\S)"[^"]*"(?!\S)')
_QUOTED = re.compile(r'"([^"]*)"')
_SIGNS = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt", "!": "ne", "=": "eq"}
_WORDS = {"eq": "=", "ne": "!", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
MERGED = ("eq", "in")


@dataclass(frozen=True)
class Condition:
    """One condition as it was typed."""

    name: str
    sign: str
    text: str


def has_conditions(search: str) -> bool:
    """Whether a search holds more than words."""
    return bool(_typed(search)[1])


def _typed(search: str) -> tuple[str, list[Condition]]:
    """Return the plain words of a search, and its conditions; a phrase in quotes is only words."""
    found: list[Condition] = []

    def take(match: re.Match[str]) -> str:
        name, sign, text = match.groups()
        found.append(Condition(name.strip('"'), sign, text.strip('"')))
        return " "

    if ":" not in search:
        return search, found
    phrases: list[str] = []

    def keep(match: re.Match[str]) -> str:
        phrases.append(match[0])
        return f"\x00{len(phrases) - 1}\x00"

    rest = _CONDITION.sub(take, _PHRASE.sub(keep, search))
    rest = re.sub("\x00(\\d+)\x00", lambda match: phrases[int(match[1])], rest)
    return " ".join(rest.split()), found


def read_conditions(
    ctx: Context, shape: Shape, search: str, filters: Mapping[str, Sequence[str]], reserved: Collection[str] = ()
) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Return the plain words of a search, and the filters with its conditions added to them.

    A filter on a field whose name is `reserved` is said in full, as `<name>__eq`. Invalid tells in words what cannot
    be read.
    """
    found = {name: tuple(texts) for name, texts in filters.items()}
    if "\x00" in search:
        return search, found
    rest, conditions = _typed(search)
    for condition in conditions:
        name, operator, text = _filter_of(ctx, shape, condition)
        _add(shape, found, name if operator == "eq" and name not in reserved else f"{name}__{operator}", text, reserved)
    return rest, found


def typed_request(ctx: Context, shape: Shape, asked: ListRequest) -> ListRequest:
    """Return what is asked of a list with the conditions in its search as filters, as the search box of a page does."""
    if ":" not in asked.search and '"' not in asked.search:
        return asked
    rest, filters = read_conditions(ctx, shape, asked.search, asked.filters)
    return replace(asked, search=unquoted(rest), filters={name: list(texts) for name, texts in filters.items()})


def unquoted(text: str) -> str:
    """Return words without quotes: they say that a word with a colon is only a word, and are not searched for."""
    return _QUOTED.sub(r"\1", text)


def _add(shape: Shape, filters: dict[str, tuple[str, ...]], name: str, text: str, reserved: Collection[str]) -> None:
    """Two values of one field are alternatives; two parts of a name must both occur."""
    field_name, _, operator = name.partition("__")
    item = shape.fields[shape.resolve(field_name)]
    together = [key for key in (field_name, f"{field_name}__eq", f"{field_name}__in") if key in filters]
    if (operator or "eq") not in MERGED or "in" not in item.kind.operators or periods.said(text) != text:
        filters[name] = tuple(dict.fromkeys([*filters.get(name, ()), text]))
        return
    values = [part for key in together for value in filters.pop(key) for part in value.split(",")]
    values = list(dict.fromkeys([*values, *text.split(",")]))
    plain = f"{field_name}__eq" if field_name in reserved else field_name
    key = plain if len(values) == 1 else f"{field_name}__in"
    filters[key] = (",".join(values),)


def _filter_of(ctx: Context, shape: Shape, condition: Condition) -> tuple[str, str, str]:
    item = _find_field(shape, condition.name)
    if item is None:
        known = ", ".join(_short(found) for found in list(shape.fields.values())[:12])
        raise Invalid({"search": [
            f"{shape.resource.title} have no field {condition.name!r}. Use one of {known}; "
            f"or put “{condition.name}:{condition.sign}{condition.text}” in quotes to search for it as a word."
        ]})  # fmt: skip
    operator = _operator(item, condition)
    if operator not in item.kind.operators:
        signs = ", ".join(_WORDS[name] for name in item.kind.operators if name in _WORDS)
        raise Invalid({"search": [f"{item.label} knows no {condition.sign or ':'}; use one of {signs or 'no sign'}."]})
    text = condition.text
    if operator in ("contains", "startswith"):
        return item.name, operator, text.removesuffix("*")
    parts = [_value(ctx, shape, item, part) for part in _alternatives(item, text)]
    if len(parts) > 1 and operator == "eq" and "in" in item.kind.operators:
        operator = "in"
    return item.name, operator, ",".join(parts)


def _short(item: Field) -> str:
    return item.name.removesuffix("_id") if item.reference is not None else item.name


def _find_field(shape: Shape, name: str) -> Field | None:
    """Return the field that somebody means by its name or label, in whatever case."""
    wanted = name.casefold().replace("_", " ")
    for item in shape.fields.values():
        if wanted in (item.name.casefold().replace("_", " "), item.label.casefold(), _short(item).replace("_", " ")):
            return item
    return None


def _operator(item: Field, condition: Condition) -> str:
    if condition.sign:
        return _SIGNS[condition.sign]
    if "startswith" in item.kind.operators and condition.text.endswith("*"):
        return "startswith"
    return "contains" if "contains" in item.kind.operators else "eq"


def _alternatives(item: Field, text: str) -> list[str]:
    several = item.kind.name in ("choice", "state", "reference") or (item.kind.name == "integer")
    return [part.strip() for part in text.split(",") if part.strip()] if several else [text]


def _value(ctx: Context, shape: Shape, item: Field, text: str) -> str:
    if item.choices:
        return _choice(item, text)
    if item.reference is not None:
        return _record(ctx, shape, item, text)
    if item.kind.name in ("date", "moment"):
        word = text.casefold().replace(" ", "_").removeprefix("the_")
        return word if periods.said(word) != word else text
    return text


def _choice(item: Field, text: str) -> str:
    wanted = text.casefold()
    for word in item.choices:
        if wanted in (word.casefold(), word.casefold().replace("_", " ")):
            return word
    said = ", ".join(word.replace("_", " ") for word in item.choices)
    raise Invalid({"search": [f"{item.label} is never {text!r}; it is one of {said}."]})


def _record(ctx: Context, shape: Shape, item: Field, text: str) -> str:
    target = ctx.registry.resource_of_model.get(target_of(item, shape.model))
    if target is None or not may_read(ctx, target):
        return text
    if (found := ids_of(ctx, target, [text]).get(text)) is not None:
        return str(found)
    options = choices(ctx, target, search=text)
    if len(options) != 1:
        why = "No" if not options else "More than one"
        raise Invalid({"search": [f"{why} {target.singular.lower()} is called {text!r}; type its code or full name."]})
    return options[0][0]
