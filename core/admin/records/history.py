"""The history of a record, from the audit trail: who changed what, in the words of the form, lines included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from core.actions.context import Context
from core.actions.history import stretch_of
from core.actions.models import AuditEntry
from core.admin.display.cells import cell
from core.admin.display.money import currency_of
from core.admin.display.words import words_label
from core.desk.preferences import own_zone
from core.resources.kinds import dump_moment
from core.resources.labels import labels
from core.resources.shape import Field, LineShape, Shape, target_of
from core.services.words import moment_text

MOST_EVENTS = 30
DONE = {"create": "Created", "update": "Changed", "delete": "Deleted"}
LINE_VERBS = {"create": "added", "update": "changed", "delete": "removed"}
Pair = Sequence[Any]
Pairs = Mapping[str, Pair]
Names = dict[tuple[Any, int], str]


@dataclass(frozen=True)
class Change:
    """A value before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class LineChange:
    """A line that was added, changed or removed: which it is, and its values."""

    title: str
    verb: str
    changes: list[Change]


@dataclass(frozen=True)
class Event:
    """One operation on the record."""

    label: str
    who: str
    when: str
    stamp: str
    changes: list[Change] = field(default_factory=list)
    lines: list[LineChange] = field(default_factory=list)


@dataclass(frozen=True)
class History:
    """A part of the history, from where it goes on, and the fields that it can be narrowed to."""

    events: list[Event]
    next: int | None
    field: str
    fields: list[tuple[str, str]]


def history_of(
    ctx: Context, shape: Shape, row: Mapping[str, Any], *, before: int | None = None, field: str = ""
) -> History:
    """Return a part of the history of a record; values of fields that the person may not see are left out."""
    stretch = stretch_of(ctx, shape, row["id"], before=before, limit=MOST_EVENTS, field=field)
    describer = ChangeDescriber(ctx, shape, [entry.changes for entry in stretch.entries], row)
    options = [(name, item.label) for name, item in shape.fields.items() if not item.readonly or name == "state"]
    options += [(name, line.title) for name, line in shape.lines.items()]
    return History([_event(ctx, describer, entry) for entry in stretch.entries], stretch.next, field, options)


class ChangeDescriber:
    """Describes changes of one resource in words; what references are called is read in one query per model."""

    def __init__(
        self, ctx: Context, shape: Shape, told: Iterable[Mapping[str, Any]], row: Mapping[str, Any] | None = None
    ) -> None:
        self.shape, self.zone, self.ctx = shape, own_zone(ctx), ctx
        self.lines = {line.model.__tablename__: line for line in shape.lines.values()}
        self.present = {(line.model.__tablename__, given["id"]): given for name, line in shape.lines.items()
                        for given in (row or {}).get(name) or ()}  # fmt: skip
        self.names = self._names(ctx, list(told))

    def changes(self, pairs: Pairs) -> list[Change]:
        """Return the changes of a record's own fields."""
        return self._changes(self.shape.fields, self.shape.model, pairs)

    def line_changes(self, parts: Iterable[Mapping[str, Any]]) -> list[LineChange]:
        """Return the changes of a record's lines, each named by what it holds."""
        return [self._line(self.lines[part["table"]], part) for part in parts if part["table"] in self.lines]

    def line_title(self, line: LineShape, values: Mapping[str, Any]) -> str:
        """Return what a line is called: the first thing it refers to, else the first words in it."""
        for item in line.fields.values():
            value = values.get(item.name)
            if item.reference is not None and value is not None:
                return str(values.get(item.label_name) or self._called(item, line.model, value) or f"#{value}")
        words = [str(values[name]) for name, item in line.fields.items()
                 if item.kind.name in ("text", "choice") and values.get(name)]  # fmt: skip
        return words[0] if words else ""

    def _line(self, line: LineShape, part: Mapping[str, Any]) -> LineChange:
        pairs: Pairs = part["fields"]
        verb = LINE_VERBS.get(part["verb"], part["verb"])
        last = {name: pair[0] if part["verb"] == "delete" else pair[1] for name, pair in pairs.items()}
        values = {**last, **self.present.get((part["table"], part["id"]), {})}
        told = {} if verb == "removed" else {name: pair for name, pair in pairs.items() if name != "position"}
        title = self.line_title(line, values) or line.title
        # What gives a new line its name is said by it.
        changes = [change for change in self.values_of(line, told) if (change.before, change.after) != ("", title)]
        return LineChange(title, verb, changes)

    def values_of(self, line: LineShape, pairs: Pairs) -> list[Change]:
        """Return the changes of a line's values."""
        return self._changes(line.fields, line.model, pairs)

    def _changes(self, fields: Mapping[str, Field], owner: Any, pairs: Pairs) -> list[Change]:
        return [self._change(fields[name], owner, pair) for name, pair in pairs.items() if name in fields]

    def _change(self, item: Field, owner: Any, pair: Pair) -> Change:
        def told(currency: str) -> tuple[str, ...]:
            return tuple(said(item.kind.name, value, self._called(item, owner, value), self.zone, currency)
                         for value in pair)  # fmt: skip

        before, after = told(currency_of(self.ctx, item))
        # A change by less than the currency has digits is still one.
        before, after = told("") if before == after else (before, after)
        return Change(item.label, before, after)

    def _called(self, item: Field, owner: Any, value: Any) -> str | None:
        if item.reference is None or not isinstance(value, int):
            return None
        return self.names.get((target_of(item, owner), value))

    def _names(self, ctx: Context, told: list[Mapping[str, Any]]) -> Names:
        wanted: dict[Any, set[int]] = {}
        for changes in told:
            self._collect(wanted, self.shape.fields, self.shape.model, changes.get("fields", {}))
            for part in changes.get("lines", ()):
                if part["table"] in self.lines:
                    line = self.lines[part["table"]]
                    self._collect(wanted, line.fields, line.model, part["fields"])
        return {
            (target, record_id): text
            for target, ids in wanted.items()
            for record_id, text in labels(
                ctx.db, ctx.tenant.id, target, ctx.registry.resource_of_model.get(target), ids
            ).items()
        }

    def _collect(self, wanted: dict[Any, set[int]], fields: Mapping[str, Field], owner: Any, pairs: Pairs) -> None:
        for name, pair in pairs.items():
            item = fields.get(name)
            if item is not None and item.reference is not None:
                wanted.setdefault(target_of(item, owner), set()).update(v for v in pair if isinstance(v, int))


def said(kind: str, value: Any, label: str | None, zone: ZoneInfo, currency: str = "") -> str:
    """Return a value as people read it, even when it is not one of its kind."""
    try:
        return cell(kind, value, zone, label=label, currency=currency).text
    except ValueError:
        return str(value)


def _event(ctx: Context, describer: ChangeDescriber, entry: AuditEntry) -> Event:
    changes, lines = entry.changes.get("fields", {}), entry.changes.get("lines", ())
    return Event(
        _label(ctx, entry), entry.username, moment_text(entry.created_at, describer.zone),
        dump_moment(entry.created_at), describer.changes(changes), describer.line_changes(lines),
    )  # fmt: skip


def _label(ctx: Context, entry: AuditEntry) -> str:
    declared = ctx.registry.actions.get(entry.action)
    told = entry.changes.get("verb", "update")
    return declared.label if declared and told != "create" else DONE.get(told, words_label(told))
