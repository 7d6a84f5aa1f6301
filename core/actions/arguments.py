"""The argument schema of an action, query or job, read from its keyword-only parameters."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import marshmallow as ma

from core.errors import Invalid
from core.resources.kinds import CalendarDate, CleanText, ExactDecimal, JsonValue, Moment, Truth, WholeNumber
from core.resources.schemas import NO_LIST, Strict, flat_errors, messages_of


@dataclass(frozen=True)
class Argument:
    """What an author says of one argument."""

    label: str = ""
    help: str = ""
    ref: str = ""
    gt: Any = None
    ge: Any = None
    le: Any = None
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    multiline: bool = False
    places: int = 6
    unit: str = ""
    file: bool = False


def arg(
    label: str = "", *, help: str = "", ref: str = "", gt: Any = None, ge: Any = None, le: Any = None,
    max_length: int | None = None, choices: tuple[str, ...] | list[str] = (), multiline: bool = False,
    places: int = 6, unit: str = "", file: bool = False,
) -> Argument:  # fmt: skip
    """Describe an argument: `quantity: Annotated[Decimal, arg("Quantity", gt=0)]`.

    `ref` names the resource whose record the integer is the id of; bounds are exact; `places` limits decimals;
    `file` lets pages offer a file whose text is sent.
    """
    return Argument(label, help, ref, gt, ge, le, max_length, tuple(choices), multiline, places, unit, file)


@dataclass(frozen=True)
class Parameter:
    """One argument as forms, documents and schemas need it."""

    name: str
    said: Argument
    kind: str
    required: bool
    default: Any
    field: ma.fields.Field[Any]
    nested: tuple[Parameter, ...] = ()

    @property
    def label(self) -> str:
        """The label, made from the name where the author gave none."""
        return self.said.label or self.name.removesuffix("_id").replace("_", " ").capitalize()


@functools.cache
def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Return the keyword-only parameters of a function."""
    hints = get_type_hints(function, include_extras=True)
    found = []
    for item in inspect.signature(function).parameters.values():
        if item.kind is inspect.Parameter.KEYWORD_ONLY:
            default = ma.missing if item.default is inspect.Parameter.empty else item.default
            found.append(_parameter(item.name, hints.get(item.name, Any), default))
    return tuple(found)


@functools.cache
def schema_of(function: Callable[..., Any]) -> ma.Schema:
    """Return the schema of a function's arguments."""
    fields = {item.name: item.field for item in parameters_of(function)}
    return Strict.from_dict(fields, name=f"{function.__module__}.{function.__name__}")()


def check_arguments(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return typed arguments; Invalid names every one that is wrong, missing or unknown."""
    if not isinstance(given, Mapping):
        raise Invalid({"body": ["Must be a JSON object."]})
    try:
        loaded: dict[str, Any] = schema_of(function).load(dict(given))
    except ma.ValidationError as error:
        raise Invalid(flat_errors(messages_of(error))) from None
    return loaded


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    said = Argument()
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
        said = next((note for note in notes if isinstance(note, Argument)), said)
    optional = False
    if get_origin(hint) in (Union, types.UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        optional = len(parts) < len(get_args(hint))
        hint = parts[0] if len(parts) == 1 else Any
    options: dict[str, Any] = {"required": default is ma.missing, "allow_none": optional or default is None}
    if default is not ma.missing:
        options["load_default"] = default
    field, kind, nested = _field(hint, said, options)
    required = default is ma.missing
    return Parameter(name, said, kind, required, None if required else default, field, nested)


def _field(
    hint: Any, said: Argument, options: dict[str, Any]
) -> tuple[ma.fields.Field[Any], str, tuple[Parameter, ...]]:
    checks = _checks(said)
    if get_origin(hint) is Literal:
        words = [str(word) for word in get_args(hint)]
        return CleanText(validate=ma.validate.OneOf(words), **options), "choice", ()
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _nested(hint, options)
    if get_origin(hint) in (list, tuple):
        inner = (get_args(hint) or (Any,))[0]
        item = _parameter("item", inner, ma.missing)
        return ma.fields.List(item.field, error_messages=NO_LIST, **options), f"list:{item.kind}", item.nested
    if hint is Decimal:
        return ExactDecimal(said.places, 18, validate=checks, **options), "decimal", ()
    if hint is int:
        return WholeNumber(validate=checks, **options), "reference" if said.ref else "integer", ()
    if hint is str:
        checks += [ma.validate.Length(max=said.max_length or (5_000_000 if said.file else 10_000))]
        words = [*said.choices, *([""] if options.get("load_default") == "" else [])]
        told = f"Must be one of: {', '.join(said.choices)}."
        checks += [ma.validate.OneOf(words, error=told)] if said.choices else []
        blank = not options["required"]
        kind = "choice" if said.choices else ("long_text" if said.multiline else "text")
        return CleanText(multiline=said.multiline, blank=blank, validate=checks, **options), kind, ()
    plain: dict[Any, tuple[type[ma.fields.Field[Any]], str]] = {
        bool: (Truth, "boolean"), date: (CalendarDate, "date"), datetime: (Moment, "moment"),
    }  # fmt: skip
    made, kind = plain.get(hint, (JsonValue, "json"))
    return made(**options), kind, ()


def _nested(kind: type[Any], options: dict[str, Any]) -> tuple[ma.fields.Field[Any], str, tuple[Parameter, ...]]:
    hints = get_type_hints(kind, include_extras=True)
    parts = []
    for item in dataclasses.fields(kind):
        default: Any = item.default
        if item.default_factory is not dataclasses.MISSING:
            default = item.default_factory()
        parts.append(_parameter(item.name, hints[item.name], ma.missing if default is dataclasses.MISSING else default))

    class Made(Strict):
        @ma.post_load
        def build(self, data: dict[str, Any], **_: Any) -> Any:
            return kind(**data)

    schema = Made.from_dict({part.name: part.field for part in parts}, name=f"{kind.__module__}.{kind.__qualname__}")
    return ma.fields.Nested(schema(), **options), "object", tuple(parts)


def _checks(said: Argument) -> list[Any]:
    found: list[Any] = []
    if said.gt is not None:
        found.append(ma.validate.Range(min=Decimal(str(said.gt)), min_inclusive=False,
                                       error=f"Must be greater than {said.gt}."))  # fmt: skip
    if said.ge is not None:
        found.append(ma.validate.Range(min=Decimal(str(said.ge)), error=f"Must be {said.ge} or more."))
    if said.le is not None:
        found.append(ma.validate.Range(max=Decimal(str(said.le)), error=f"Must be {said.le} or less."))
    return found
