"""The rules of what declarations say besides names: functions that can be called, values that can be used."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.db.base import Base
from core.db.fields import meta_of
from core.db.types import choices_of
from core.identity.permissions import is_pattern
from core.plugins.declarations import (
    COLUMN_KINDS,
    SCOPES,
    WIDGET_KINDS,
    Action,
    Alert,
    Before,
    Check,
    Declaration,
    Demo,
    Observer,
    OnChange,
    Page,
    Panel,
    Query,
    Role,
    Rule,
    Schedule,
    Setting,
    Widget,
)
from core.plugins.registry import LoadedPlugin

SETTING_KINDS = (bool, int, str, Decimal, date)
# The least and the largest number of minutes, hours, days, months and days of the week.
CRON_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_PLAIN = re.compile(r"\*|(?P<step>\*/)?(?P<number>[0-9]{1,2})")
# What the kernel gives each function by position; jobs and observers get all but the context by name.
GIVEN: dict[type[Declaration], Callable[[Any], tuple[str, ...]]] = {
    Action: lambda item: ("ctx",) if item.scope == "collection" else ("ctx", "record"),
    Query: lambda item: ("ctx", "record_id") if "{id}" in item.path else ("ctx",),
    Panel: lambda item: ("ctx", "record_id") if item.slot.startswith("record.") else ("ctx",),
    Before: lambda item: ("ctx", "records", "rows") if item.many else ("ctx", "record", "values"),
    OnChange: lambda _item: ("ctx", "values", "line"),
    Rule: lambda _item: ("ctx", "resource"),
    **dict.fromkeys((Widget, Alert, Page, Demo, Check), lambda _item: ("ctx",)),
}


def unusable(plugin: LoadedPlugin) -> Iterator[str]:
    """Yield a sentence for everything that a plugin declares and nobody could use."""
    for name in plugin.tables:
        yield from _conditions(Base.metadata.tables[name])
    for item in plugin.declared.items:
        yield from chain(_kind(item), _function(item), _permission(item))
        if isinstance(item, Setting):
            yield from _setting(item)
        elif isinstance(item, Schedule):
            yield from _schedule(item)
        elif isinstance(item, Role):
            yield from _role(item)
        elif isinstance(item, (Page, Panel)):
            yield from _template(plugin, item)
        elif isinstance(item, Before) and item.verb.rpartition(".")[2] not in ("create", "update", "delete"):
            yield f"Its rule {item.key!r} is asked before {item.verb!r}; there are create, update and delete."


def _conditions(table: sa.Table) -> Iterator[str]:
    """Conditions on other fields of the record; what follows a reference to its document is looked up there."""
    for column in table.columns:
        meta = meta_of(column)
        for name, values in (*meta.visible_when, *meta.readonly_when):
            other = table.c.get(name, table.c.get(f"{name}_id"))
            if other is None and "." not in name:
                yield f"{table.name}.{column.name} goes by the field {name!r}, which the table does not have."
            words = choices_of(other.type) if other is not None else ()
            for value in values if words else ():
                if value is not None and value not in words:
                    yield f"{table.name}.{column.name} goes by {name}={value!r}, which is none of {', '.join(words)}."


def _function(item: Declaration) -> Iterator[str]:
    function: Any = getattr(item, "function", None)
    given = GIVEN.get(type(item))
    if function is None or given is None or getattr(item, "built_in", False):
        return
    names = given(item)
    taken = [part for part in inspect.signature(function).parameters.values() if part.kind is not part.KEYWORD_ONLY]
    if any(part.kind is part.VAR_POSITIONAL for part in taken):
        return
    needed = [part for part in taken if part.default is part.empty and part.kind is not part.VAR_KEYWORD]
    if not len(needed) <= len(names) <= len(taken):
        kind = type(item).__name__.lower()
        yield (f"Its {kind} {item.key!r} is called with ({', '.join(names)}), which {function.__name__} does not take; "
               "arguments of its own stand behind a bare *.")  # fmt: skip


def _kind(item: Declaration) -> Iterator[str]:
    if isinstance(item, Action) and item.scope not in SCOPES:
        yield f"Its action {item.key!r} says scope={item.scope!r}; it is one of {', '.join(SCOPES)}."
    if isinstance(item, Widget) and item.kind not in WIDGET_KINDS:
        yield f"Its widget {item.key!r} says kind={item.kind!r}; it is one of {', '.join(WIDGET_KINDS)}."
    for column in item.columns if isinstance(item, Query) else ():
        if column.kind not in COLUMN_KINDS:
            kinds = ", ".join(COLUMN_KINDS)
            yield f"The column {column.name!r} of {item.key!r} says kind={column.kind!r}; it is one of {kinds}."


def _permission(item: Declaration) -> Iterator[str]:
    if not isinstance(item, (Action, Query, Widget, Alert, Page, Panel)):
        return
    if item.permission.count(".") != 2 or "*" in item.permission or not is_pattern(item.permission):
        yield f"{item.key!r} needs a permission <plugin>.<resource>.<verb>, not {item.permission!r}."


def _setting(item: Setting) -> Iterator[str]:
    said = f"Its setting {item.key!r}"
    if item.kind not in SETTING_KINDS:
        yield f"{said} is a {item.kind!r}; kinds are {', '.join(kind.__name__ for kind in SETTING_KINDS)}."
    elif type(item.default) is not item.kind and not (item.kind is date and item.default is None):
        yield f"{said} is a {item.kind.__name__}, and its default {item.default!r} is none."
    elif item.choices and item.default not in item.choices:
        yield f"{said} has the default {item.default!r}, which is none of its choices."
    elif item.minimum is not None and item.default is not None and item.default < item.minimum:
        yield f"{said} has the default {item.default!r}, less than its minimum {item.minimum!r}."
    elif item.maximum is not None and item.default is not None and item.default > item.maximum:
        yield f"{said} has the default {item.default!r}, more than its maximum {item.maximum!r}."


def _schedule(item: Schedule) -> Iterator[str]:
    if not _is_plain_cron(item.cron):
        from croniter import croniter  # costs as much as all other checks, so only what is unusual asks it

        # Six fields would be seconds, which nobody ticks.
        if len(item.cron.split()) != 5 or not croniter.is_valid(item.cron):
            yield f"Its schedule {item.key!r} says cron={item.cron!r}; write five fields such as '5 0 * * *'."


def _is_plain_cron(text: str) -> bool:
    """Whether each of the five fields is a star, a number that it may hold, or a star with such a step."""
    parts = [_PLAIN.fullmatch(part) for part in text.split(" ")]
    return len(parts) == len(CRON_FIELDS) and all(
        part is not None and (not part["number"] or max(low, bool(part["step"])) <= int(part["number"]) <= high)
        for part, (low, high) in zip(parts, CRON_FIELDS, strict=True)
    )


def _role(item: Role) -> Iterator[str]:
    for pattern in item.allow:
        if not is_pattern(pattern):
            yield f"Its role {item.key!r} allows {pattern!r}; write patterns such as ['inventory.*.read']."


def strangers(plugin: LoadedPlugin, keys: set[str], present: set[str]) -> Iterator[str]:
    """Yield a sentence for what is followed or carried and nobody declares; one that is absent declares none."""
    for item in plugin.declared.items:
        if isinstance(item, Observer) and item.action.partition(".")[0] in present and item.action not in keys:
            yield f"Its observer {item.key!r} follows {item.action!r}, which nobody declares."
        for name in item.rules if isinstance(item, Role) else ():
            if name.partition(".")[0] in present and name not in keys:
                yield f"Its role {item.key!r} carries the record rule {name!r}, which nobody declares."


def _template(plugin: LoadedPlugin, item: Page | Panel) -> Iterator[str]:
    spec = find_spec(plugin.package)
    folders = [Path(place) / "templates" for place in (spec.submodule_search_locations if spec else None) or ()]
    if item.template and not any((folder / item.template).is_file() for folder in folders):
        kind = type(item).__name__.lower()
        yield f"Its {kind} {item.key!r} shows {item.template!r}, which is not in its templates (package_data?)."
