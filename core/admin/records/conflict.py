"""Two people changed one record: what each of them changed, side by side, and the version that comes of choosing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.actions.context import Context
from core.actions.history import entries_after
from core.actions.models import AuditEntry
from core.admin.forms.generated import BoundForm
from core.admin.records.history import Change, ChangeDescriber
from core.admin.records.view import bind_form
from core.resources.shape import Shape
from core.services.words import moment_text

Body = dict[str, Any]
Row = Mapping[str, Any]
THEIRS, MINE = "theirs", "mine"


@dataclass(frozen=True)
class Choice:
    """A field, or a line, in which both versions differ."""

    name: str
    title: str
    note: str
    take: str
    changes: list[Change]


@dataclass(frozen=True)
class LineChoices:
    """The lines of one list in which both versions differ."""

    title: str
    choices: list[Choice]


@dataclass(frozen=True)
class Conflict:
    """Everything in which what was typed differs from what was saved meanwhile, and who saved it when."""

    fields: list[Choice]
    lines: list[LineChoices]
    who: str
    when: str


@dataclass
class Versions:
    """The three versions of a record, as the API would be sent them: before both, theirs, mine."""

    base: Body | None
    theirs: Body
    mine: Body
    entries: Sequence[AuditEntry] = field(default_factory=list)

    def take_of(self, base: Any, theirs: Any, mine: Any) -> str:
        """Return whose value stands without anybody choosing: mine where only I have changed it."""
        return MINE if self.base is not None and mine != base and theirs == base else THEIRS

    def note_of(self, base: Any, theirs: Any, mine: Any) -> str:
        """Return in words who changed something."""
        if self.base is None:
            return ""
        if mine != base and theirs != base:
            return "Both changed it"
        return f"{_verb(base, mine)} by you" if mine != base else f"{_verb(base, theirs)} by {self.who}"

    @property
    def who(self) -> str:
        """Who saved last."""
        return self.entries[-1].username if self.entries else "somebody else"


def versions_of(ctx: Context, shape: Shape, row: Row, form: BoundForm, seen: int | None) -> Versions:
    """Return the versions of a record; `seen` is where its trail ended when the form was opened."""
    entries = [] if seen is None else entries_after(ctx, shape.resource, row["id"], seen)
    base = None if seen is None else bind_form(ctx, shape, undone(shape, row, entries)).body(creating=False)
    theirs = bind_form(ctx, shape, row).body(creating=False)
    return Versions(base, theirs, form.body(creating=False), entries)


def undone(shape: Shape, row: Row, entries: Sequence[AuditEntry]) -> Body:
    """Return a record as it was before what the trail tells of it."""
    found: Body = dict(row)
    lists = {line.model.__tablename__: name for name, line in shape.lines.items()}
    lines = {name: {line["id"]: dict(line) for line in row.get(name) or ()} for name in shape.lines}
    for entry in reversed(entries):
        found |= {name: pair[0] for name, pair in entry.changes.get("fields", {}).items() if name in shape.fields}
        for part in entry.changes.get("lines", ()):
            if part["table"] in lists:
                _undo_line(lines[lists[part["table"]]], part)
    return found | {name: list(known.values()) for name, known in lines.items()}


def _undo_line(lines: dict[int, Body], part: Mapping[str, Any]) -> None:
    before = {name: pair[0] for name, pair in part["fields"].items()}
    if part["verb"] == "create":
        lines.pop(part["id"], None)
    else:
        lines[part["id"]] = {**lines.get(part["id"], {"id": part["id"]}), **before}


def conflict_of(ctx: Context, shape: Shape, row: Row, versions: Versions) -> Conflict:
    """Return what has to be chosen between."""
    plain = [name for name in versions.mine if name in shape.fields and _differs(versions, name)]
    grids = [name for name in versions.mine if name in shape.lines]
    told = [{"fields": {name: _pair(versions, name) for name in plain},
             "lines": [part for name in grids for part in _told_lines(shape, versions, name)]}]  # fmt: skip
    describer = ChangeDescriber(ctx, shape, told, row)
    fields = [_field_choice(describer, versions, name) for name in plain]
    lines = [LineChoices(shape.lines[name].title, made) for name in grids
             if (made := list(_line_choices(describer, versions, name)))]  # fmt: skip
    last = versions.entries[-1] if versions.entries else None
    return Conflict(
        fields, lines, last.username if last else "", moment_text(last.created_at, describer.zone) if last else ""
    )


def merged(versions: Versions, shape: Shape, taken: Mapping[str, str]) -> Body:
    """Return the version that was chosen, field by field and line by line."""
    found: Body = {}
    for name, mine in versions.mine.items():
        if name in shape.lines:
            found[name] = [line for key, theirs, own, _ in _lines(versions, name)
                           if (line := own if _taken(taken, f"{name}.{key}") else theirs) is not None]  # fmt: skip
        else:
            found[name] = mine if _taken(taken, name) else versions.theirs.get(name)
    return found


def _taken(taken: Mapping[str, str], name: str) -> bool:
    return taken.get(f"_take:{name}") == MINE


def _differs(versions: Versions, name: str) -> bool:
    return bool(versions.mine[name] != versions.theirs.get(name))


def _pair(versions: Versions, name: str) -> list[Any]:
    return [_plain(versions.theirs.get(name)), _plain(versions.mine[name])]


def _plain(value: Any) -> Any:
    """Return an id that was typed as the number it is, so that it is told by the name of its record."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16 else value


def _field_choice(describer: ChangeDescriber, versions: Versions, name: str) -> Choice:
    pair = (
        _pair(versions, name)
        if describer.shape.fields[name].reference
        else [versions.theirs.get(name), versions.mine[name]]
    )
    [change] = describer.changes({name: pair})
    three = ((versions.base or {}).get(name), versions.theirs.get(name), versions.mine[name])
    return Choice(name, change.label, versions.note_of(*three), versions.take_of(*three), [change])


def _lines(versions: Versions, name: str) -> Iterator[tuple[str, Body | None, Body | None, Body | None]]:
    """Yield the lines of all versions under one key: key, theirs, mine, before both."""
    base = {line["id"]: line for line in (versions.base or {}).get(name) or ()}
    theirs = {line["id"]: line for line in versions.theirs.get(name) or ()}
    mine = {line.get("id") or f"new{number}": line for number, line in enumerate(versions.mine.get(name) or ())}
    for key in dict.fromkeys([*theirs, *mine]):
        # What they added is not in mine because I never saw it.
        yield key, theirs.get(key), mine.get(key), base.get(key)


def _told_lines(shape: Shape, versions: Versions, name: str) -> Iterator[dict[str, Any]]:
    table = shape.lines[name].model.__tablename__
    for _, theirs, mine, _ in _lines(versions, name):
        yield {"table": table, "fields": _line_pairs(theirs, mine)}


def _line_pairs(theirs: Body | None, mine: Body | None) -> dict[str, list[Any]]:
    names = [name for name in dict.fromkeys([*(theirs or {}), *(mine or {})]) if name != "id"]
    pairs = {name: [_plain((theirs or {}).get(name)), _plain((mine or {}).get(name))] for name in names}
    return {name: pair for name, pair in pairs.items() if theirs is None or mine is None or pair[0] != pair[1]}


def _line_choices(describer: ChangeDescriber, versions: Versions, name: str) -> Iterator[Choice]:
    line = describer.shape.lines[name]
    for key, theirs, mine, base in _lines(versions, name):
        if theirs == mine:
            continue
        values = {part: _plain(value) for part, value in (mine or theirs or {}).items()}
        changes = describer.values_of(line, _line_pairs(theirs, mine))
        filled = [change for change in changes if change.before or change.after]
        title = describer.line_title(line, values) or line.title
        take = versions.take_of(base, theirs, mine)
        yield Choice(f"{name}.{key}", title, versions.note_of(base, theirs, mine), take, filled)


def _verb(before: Any, after: Any) -> str:
    if isinstance(before, dict) or isinstance(after, dict):
        return "Added" if before is None else "Removed" if after is None else "Changed"
    return "Changed"
