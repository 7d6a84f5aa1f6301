"""The rules every plugin's declarations keep: names of its own, no duplicates, everything they refer to exists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import sqlalchemy as sa

from core.db.base import Extension, Shared, TenantOwned, children_of
from core.plugins.declarations import (
    SLOTS,
    Action,
    Declaration,
    Extends,
    Lines,
    Menu,
    OnChange,
    Page,
    Panel,
    Query,
    Resource,
    Rule,
    Schedule,
    opening_names,
)
from core.plugins.registry import LoadedPlugin
from core.plugins.values import strangers, unusable

_WORD = r"(?:[a-z0-9]+(?:[-_][a-z0-9]+)*|\{id\})"
PATH = re.compile(rf"{_WORD}(?:/{_WORD})*")


def check_plugin(plugin: LoadedPlugin, loaded: Mapping[str, LoadedPlugin]) -> str:
    """Return the first sentence that says what is wrong with a plugin, or an empty string."""
    found = chain(
        _names(plugin, loaded), _paths(plugin), _tables(plugin), unusable(plugin), _references(plugin, loaded)
    )
    return next(found, "")


def _names(plugin: LoadedPlugin, loaded: Mapping[str, LoadedPlugin]) -> Iterator[str]:
    taken = {item.key: name for name, other in loaded.items() for item in other.declared.items}
    paths = {item.path: item.key for other in loaded.values() for item in _placed(other)}
    for item in plugin.declared.items:
        if isinstance(item, (Extends, Menu)):
            continue
        if not item.key.startswith(f"{plugin.name}."):
            yield f"Its {type(item).__name__.lower()} key {item.key!r} must start with {plugin.name!r} and a dot."
        if item.key in taken:
            yield f"Its {type(item).__name__.lower()} {item.key!r} is already declared by {taken[item.key]!r}."
        taken[item.key] = plugin.name
        if isinstance(item, (Resource, Page)):
            kind = type(item).__name__.lower()
            if item.path in paths:
                yield f"Its {kind} {item.key!r} takes the path {item.path!r} of {paths[item.path]!r}."
            paths[item.path] = item.key


def _paths(plugin: LoadedPlugin) -> Iterator[str]:
    placed = [*_placed(plugin), *plugin.declared.of(Query), *(item for item in plugin.declared.of(Action) if item.path)]
    for item in placed:
        if not PATH.fullmatch(item.path):
            kind = type(item).__name__.lower()
            yield f"Its {kind} {item.key!r} has the path {item.path!r}; write words such as 'scales/due-soon'."


def _placed(plugin: LoadedPlugin) -> list[Resource | Page]:
    return [*plugin.declared.of(Resource), *plugin.declared.of(Page)]


def _tables(plugin: LoadedPlugin) -> Iterator[str]:
    for name in plugin.tables:
        if not name.startswith(f"{plugin.name}_"):
            yield f"Its table {name!r} must start with {plugin.name + '_'!r}."
    for item in plugin.declared.of(Resource):
        if not issubclass(item.model, (TenantOwned, Shared)):
            yield f"The model of {item.key!r} must be a Record, an Entry or shared data."
    for item in plugin.declared.of(Extends):
        if not issubclass(item.model, Extension):
            yield f"{item.model.__name__} extends {item.target.__name__} but is not an Extension."


def _references(plugin: LoadedPlugin, loaded: Mapping[str, LoadedPlugin]) -> Iterator[str]:
    everything = [*chain.from_iterable(other.declared.items for other in loaded.values()), *plugin.declared.items]
    keys = {item.key for item in everything}
    yield from strangers(plugin, keys, {*loaded, plugin.name})
    for item in plugin.declared.of(Resource):
        yield from _fields(item)
        yield from _editable(item)
        yield from _views(item, keys)
    for action in plugin.declared.of(Action):
        if action.resource not in keys:
            yield f"Its action {action.key!r} belongs to {action.resource!r}, which nobody declares."
        yield from _states(action, everything)
    for menu in plugin.declared.of(Menu):
        if menu.target not in keys:
            yield f"Its menu {menu.path!r} leads to {menu.target!r}, which nobody declares."
    for schedule in plugin.declared.of(Schedule):
        if schedule.job not in keys:
            yield f"Its schedule {schedule.key!r} runs {schedule.job!r}, which nobody declares."
    for panel in plugin.declared.of(Panel):
        yield from _panel(panel, keys)
    for rule in plugin.declared.of(Rule):
        if rule.assigned is not None and rule.assigns not in keys:
            yield f"Its record rule {rule.key!r} assigns {rule.assigns!r}, which nobody declares."
    for change in plugin.declared.of(OnChange):
        if change.resource not in keys:
            yield f"Its on_change of {change.field!r} belongs to {change.resource!r}, which nobody declares."
    for query in plugin.declared.of(Query):
        for name in query.chart:
            if name not in {item.name for item in query.columns}:
                yield f"{query.key!r} says chart={name!r}, a column that it does not have."


def _panel(panel: Panel, keys: set[str]) -> Iterator[str]:
    if panel.slot not in SLOTS:
        yield f"Its panel {panel.key!r} stands in {panel.slot!r}; the slots are {', '.join(SLOTS)}."
    elif panel.slot != "home" and panel.resource not in keys:
        yield f"Its panel {panel.key!r} belongs to {panel.resource!r}, which nobody declares."


def _fields(item: Resource) -> Iterator[str]:
    names = set(sa.inspect(item.model).column_attrs.keys())
    names |= {name.removesuffix("_id") for name in names if name.endswith("_id")}
    children = children_of(item.model)
    for name in (*item.list, *item.label, *item.natural_key, *(part.strip("-") for part in item.sort.split(","))):
        if name not in names and "." not in name:
            yield f"{item.key!r} names the field {name!r}, which {item.model.__name__} does not have."
    for part in item.form:
        if isinstance(part, Lines):
            if part.name not in children:
                yield f"{item.key!r} shows the lines {part.name!r}, which no model gives {item.model.__name__}."
            else:
                yield from _line_fields(item, part, children[part.name][0])
            continue
        for name in part.fields:
            if name not in names and "." not in name:
                yield f"{item.key!r} names the field {name!r}, which {item.model.__name__} does not have."


def _line_fields(item: Resource, part: Lines, line: Any) -> Iterator[str]:
    for name in (*part.fields, *part.totals):
        if name not in line.__table__.c and f"{name}_id" not in line.__table__.c and "." not in name:
            yield f"{item.key!r} names the field {name!r} of {part.name!r}, which {line.__name__} does not have."


def _views(item: Resource, keys: set[str]) -> Iterator[str]:
    table = item.model.__table__
    said = {"kanban": (item.kanban,), "calendar": item.calendar, "chart": item.chart, "tree": (item.tree,),
            "card": item.card, "opens": opening_names(item)}  # fmt: skip
    for word, names in said.items():
        for name in names:
            if name and "." not in name and name not in table.c and f"{name}_id" not in table.c:
                yield f"{item.key!r} says {word}={name!r}, a field that {item.model.__name__} does not have."
    parent = table.c.get(item.tree, table.c.get(f"{item.tree}_id")) if item.tree else None
    reference = parent.info.get("ref") if parent is not None else None
    if parent is not None and (reference is None or reference.resolve(item.model) is not item.model):
        yield f"{item.key!r} says tree={item.tree!r}, which does not refer to {item.model.__name__} itself."
    if item.graph and item.graph not in keys:
        yield f"{item.key!r} says graph={item.graph!r}, a query that nobody declares."


def _editable(item: Resource) -> Iterator[str]:
    column = item.model.__table__.c.get("state")
    known = getattr(getattr(column, "type", None), "choices", ())
    for name in item.editable:
        if name not in known:
            yield f"{item.key!r} is editable in the state {name!r}, which {item.model.__name__} does not have."


def _states(action: Action, everything: list[Declaration]) -> Iterator[str]:
    owner: Any = next((item for item in everything if item.key == action.resource), None)
    if owner is None or not (action.source or action.target):
        return
    column = owner.model.__table__.c.get("state")
    known = getattr(getattr(column, "type", None), "choices", ())
    for name in (*action.source, *([action.target] if action.target else ())):
        if name not in known:
            yield f"Its action {action.key!r} names the state {name!r}, which {owner.model.__name__} does not have."
