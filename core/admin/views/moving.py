"""Moving a record in a view: to another column, another day, another parent. The one road decides whether it may go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, jsonify, request

from core.actions.arguments import parameters_of
from core.actions.context import Context
from core.admin.display.words import words_label
from core.admin.forms.pickers import label_of_row
from core.admin.frame.visit import Note, Visit, go
from core.admin.lists.page import open_actions
from core.admin.records.pages import run
from core.errors import Forbidden, Invalid, Problem, Refused
from core.plugins.declarations import Action, Resource
from core.resources.kinds import dump_moment
from core.resources.reading import read_one
from core.resources.shape import Field, Shape
from core.web.problems import wants_page


def steps_from(ctx: Context, resource: Resource, state: Any) -> dict[str, list[Action]]:
    """Return the states that the person's actions lead to from a state, with the actions that lead there."""
    found: dict[str, list[Action]] = {}
    for item in open_actions(ctx, resource, "record"):
        if item.target is not None and item.target != state and (not item.source or state in item.source):
            found.setdefault(item.target, []).append(item)
    return found


def move_record(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Move a record to where somebody dropped it, or say why it stays where it is."""
    back = request.form.get("back", f"/{resource.path}")
    try:
        return _move(visit, resource, record_id, back)
    except Problem as problem:
        if not wants_page():
            raise
        return go(back, Note(_told(problem), "bad"))


def _told(problem: Problem) -> str:
    return " ".join(text for texts in problem.errors.values() for text in texts) or problem.detail


def _move(visit: Visit, resource: Resource, record_id: int, back: str) -> Response:
    to = request.form.get("to", "")
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        item = _field(shape, request.form.get("field", ""))
        row = read_one(ctx, shape, record_id)
        label = label_of_row(shape, row)
        if item.kind.name == "state":
            actions = _steps_to(ctx, shape, row, to)
            if len(actions) > 1 or not _is_direct(actions[0]):
                return _ask(f"/{resource.path}/{record_id}", actions)
            key, arguments = actions[0].key, {}
        else:
            key, arguments = f"{resource.key}.update", _changes(ctx, shape, item, row, to)
    run(visit, key, {"ids": [record_id], "arguments": arguments})
    told = f"{label} {'changed' if item is _period(shape)[1] else 'moved'}."
    return jsonify(done=True, text=told) if not wants_page() else go(back, Note(told))


def _field(shape: Shape, name: str) -> Field:
    """Return the field that a view of the resource moves records by; nothing else is written here."""
    said = shape.resource
    movable = [shape.resolve(part) for part in (said.kanban, *said.calendar, said.tree) if part]
    if name not in movable or name not in shape.fields:
        raise Invalid({"field": [f"{said.title} are moved by {', '.join(movable) or 'nothing'}."]})
    return shape.fields[name]


def _is_direct(action: Action) -> bool:
    return not action.confirm and not parameters_of(action.function)


def _ask(url: str, actions: list[Action]) -> Response:
    """Leave the rest to the action's own page: it has arguments, a confirmation, or there is a choice."""
    links = [{"label": item.label, "url": f"{url}/do/{item.verb}"} for item in actions]
    if not wants_page():
        return jsonify(ask=links)
    return go(links[0]["url"] if len(links) == 1 else url)


def _steps_to(ctx: Context, shape: Shape, row: Mapping[str, Any], to: str) -> list[Action]:
    """Return the actions that lead a record to a state; Refused or Forbidden with the reason where none does."""
    resource, state = shape.resource, row["state"]
    found = steps_from(ctx, resource, state).get(to, [])
    if found:
        return found
    one, known = resource.singular.lower(), ctx.registry.actions_of.get(resource.key, [])
    declared = [item for item in known if item.target == to and item.scope == "record" and ctx.view.sees(item)]
    fitting = [item for item in declared if not item.source or state in item.source]
    if fitting and state != to:
        raise Forbidden(f"You may not use {fitting[0].label}; ask for the permission {fitting[0].permission}.",
                        permission=fitting[0].permission)  # fmt: skip
    if state == to:
        raise Refused("INVALID_STATE", f"This {one} is {_word(to)} already.")
    if not declared:
        raise Refused("INVALID_STATE", f"Nobody moves a {one} to {words_label(to)} by hand.")
    sources = " or ".join(dict.fromkeys(_word(source) for item in declared for source in item.source))
    labels = " or ".join(dict.fromkeys(item.label for item in declared))
    raise Refused("INVALID_STATE", f"Only a {sources} {one} can move to {words_label(to)} ({labels}); "
                  f"this one is {_word(state)}.")  # fmt: skip


def _word(state: str) -> str:
    return state.replace("_", " ")


def _period(shape: Shape) -> tuple[Field | None, Field | None]:
    """Return the fields that say from when until when an entry of the calendar lasts."""
    start, end = (*shape.resource.calendar, "", "")[:2]
    return shape.fields.get(shape.resolve(start)), shape.fields.get(shape.resolve(end))


def _changes(ctx: Context, shape: Shape, item: Field, row: Mapping[str, Any], to: str) -> dict[str, Any]:
    """Return what a drop changes; an entry with an end keeps its length, unless it is its end that is dropped."""
    if item.kind.name not in ("date", "moment"):
        chosen = int(to) if item.reference is not None and to.isdecimal() and len(to) < 17 else to
        return {item.name: chosen or None}
    zone, wanted, (start, end) = ctx.zone, _wanted(item, to), _period(shape)
    begins = row.get(start.name) if start is not None and item is end and start.kind is item.kind else None
    now = row.get(item.name) or begins
    if now is None:
        return {item.name: to if item.kind.name == "date" else dump_moment(wanted.replace(tzinfo=zone))}
    shift = wanted - _clock(item, now, zone, whole_day=len(to) <= len("2026-03-31"))
    changes = {item.name: _shifted(item, now, shift, zone)}
    if begins is not None:
        _require_length(item, begins, changes[item.name])
    elif item is not end and end is not None and row.get(end.name) and not end.readonly:
        changes[end.name] = _shifted(end, row[end.name], shift, zone)
    return changes


def _require_length(item: Field, start: str, end: str) -> None:
    """Refuse an end that does not lie behind the start; a day may be both."""
    begins, ends = datetime.fromisoformat(start), datetime.fromisoformat(end)
    if ends < begins or (ends == begins and item.kind.name == "moment"):
        raise Invalid({"to": [f"{item.label} would lie before it begins."]})


def _wanted(item: Field, to: str) -> datetime:
    """Return where an entry was dropped: on a day, or at a time of it on the organisation's clock."""
    try:
        wanted = datetime.fromisoformat(to) if item.kind.name == "moment" else None
        wanted = wanted or datetime.combine(date.fromisoformat(to), time())
    except ValueError:
        wanted = None
    if wanted is None or wanted.tzinfo is not None:
        also = ", or a time such as 2026-03-31T09:30" if item.kind.name == "moment" else ""
        raise Invalid({"to": [f"Must be a date such as 2026-03-31{also}."]})
    return wanted


def _clock(item: Field, value: str, zone: ZoneInfo, *, whole_day: bool) -> datetime:
    """Return where an entry stands now; moved by whole days it keeps its time."""
    if item.kind.name == "date":
        return datetime.combine(date.fromisoformat(value), time())
    moment = datetime.fromisoformat(value).astimezone(zone).replace(tzinfo=None)
    return datetime.combine(moment, time()) if whole_day else moment


def _shifted(item: Field, value: str, shift: timedelta, zone: ZoneInfo) -> str:
    """Return a value so many days later, at the same time on the clock even where the clocks changed between."""
    try:
        if item.kind.name == "date":
            return (date.fromisoformat(value) + shift).isoformat()
        return dump_moment(datetime.fromisoformat(value).astimezone(zone) + shift)
    except OverflowError:
        raise Invalid({"to": ["Lies too far away."]}) from None
