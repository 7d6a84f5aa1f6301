"""The history of one record: who changed what and when, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.actions.models import AuditEntry
from core.db.statements.prepared import Prepared, Question, converted
from core.errors import Invalid
from core.plugins.declarations import Resource
from core.resources.kinds import dump_moment
from core.resources.shape import Shape

if TYPE_CHECKING:
    from core.actions.context import Context

MOST = 100
FURTHEST = 500
"""How many entries behind a place are compared with what somebody typed."""


@dataclass(frozen=True)
class Stretch:
    """A part of a record's history, and the sequence before which it goes on."""

    entries: Sequence[AuditEntry]
    next: int | None


def stretch_of(
    ctx: Context, shape: Shape, record_id: int, *, before: int | None = None, limit: int = MOST, field: str = ""
) -> Stretch:
    """Return a part of a record's history, with `field` only what changed that field or list of lines.

    However far back they lie, those entries are found: the database leaves the others out, place by place.
    """
    if field and field not in shape.fields and field not in shape.lines:
        raise Invalid({"field": [f"{shape.resource.key} has no field {field!r}."]})
    telling = [_telling(shape, field)] if field else []
    found: list[AuditEntry] = []
    while len(found) <= limit:
        conditions = [*telling, *([AuditEntry.sequence < before] if before is not None else [])]
        wanted = _of_record(sa.select(AuditEntry), shape.resource, record_id, conditions)
        part = ctx.all(wanted.limit(limit + 1))
        found += [entry for entry in part if not field or _tells(shape, entry, field)]
        if len(part) <= limit:
            break
        before = part[-1].sequence
    return Stretch(found[:limit], found[limit - 1].sequence if len(found) > limit else None)


def entries_after(ctx: Context, resource: Resource, record_id: int, sequence: int) -> list[AuditEntry]:
    """Return what happened to a record behind a place in the trail, oldest first."""
    behind = [AuditEntry.sequence > sequence]
    return ctx.all(_of_record(sa.select(AuditEntry), resource, record_id, behind).limit(FURTHEST))[::-1]


@dataclass(frozen=True)
class Mark:
    """When a record was touched, by whom, and where that stands in the trail."""

    sequence: int
    username: str
    at: str


def first_and_last(ctx: Context, resource: Resource, record_id: int) -> tuple[Mark | None, Mark | None]:
    """Return who made a record and who changed it last."""
    found = [converted(fetched) for fetched in ctx.db.look_up(*mark_questions(ctx, resource, record_id))]
    made, changed = ([Mark(row[0], row[1], dump_moment(row[2])) for row in rows] for rows in found)
    return (made[0] if made else None), (changed[0] if changed else None)


def mark_questions(ctx: Context, resource: Resource, record_id: int) -> list[Question]:
    """Return the questions that `first_and_last` asks."""
    values = {"own_tenant": ctx.tenant.id, "wanted": record_id}
    return [(prepared, values) for prepared in _marks(resource.key)]


@cache
def _marks(key: str) -> tuple[Prepared, Prepared]:
    table: Any = AuditEntry.__table__
    # A declared name and no value: together with others only numbers may be asked for.
    own = (table.c.resource == sa.literal_column(f"'{key}'"),
           table.c.tenant_id == sa.bindparam("own_tenant", type_=sa.BigInteger),
           table.c.record_id == sa.bindparam("wanted", type_=sa.BigInteger))  # fmt: skip
    columns = sa.select(table.c.sequence, table.c.username, table.c.created_at).where(*own)
    ends = (table.c.sequence, table.c.sequence.desc())
    first, last = (Prepared(columns.order_by(end).limit(sa.literal_column("1"))) for end in ends)
    return first, last


def read_history(
    ctx: Context, shape: Shape, record_id: int, *, before: int | None = None, limit: int = MOST, field: str = ""
) -> dict[str, Any]:
    """Return a part of a record's history as the API answers it; fields that the actor may not see are left out."""
    stretch = stretch_of(ctx, shape, record_id, before=before, limit=limit, field=field)
    items = [
        {"sequence": entry.sequence, "at": dump_moment(entry.created_at), "username": entry.username,
         "action": entry.action, "changes": visible(shape, entry.changes)}
        for entry in stretch.entries
    ]  # fmt: skip
    return {"items": items, "next": stretch.next}


def _of_record(columns: Any, resource: Resource, record_id: int, conditions: Sequence[Any] = ()) -> Any:
    own = (AuditEntry.resource == resource.key, AuditEntry.record_id == record_id)
    return columns.where(*own, *conditions).order_by(AuditEntry.sequence.desc())


def _telling(shape: Shape, field: str) -> sa.ColumnElement[bool]:
    """Return what the database can tell of the entries that changed a field, or may have changed a list of lines."""
    if field in shape.lines:
        named = f'"{shape.lines[field].model.__tablename__}"'
        lines: sa.ColumnElement[str] = AuditEntry.changes["lines"].as_string()
        return lines.contains(named, autoescape=True)
    value: sa.ColumnElement[str] = AuditEntry.changes[("fields", field)].as_string()
    return value.is_not(None)


def _tells(shape: Shape, entry: AuditEntry, field: str) -> bool:
    if field in shape.lines:
        table = shape.lines[field].model.__tablename__
        return any(part["table"] == table for part in entry.changes.get("lines", ()))
    return field in entry.changes.get("fields", {})


def visible(shape: Shape, changes: dict[str, Any]) -> dict[str, Any]:
    """Return what the trail tells of a record without what the shape does not show."""
    found = {**changes, "fields": {n: pair for n, pair in changes.get("fields", {}).items() if n in shape.fields}}
    if "lines" in changes:
        known = {line.model.__tablename__: line for line in shape.lines.values()}
        found["lines"] = [
            {**part, "fields": {n: pair for n, pair in part["fields"].items() if n in known[part["table"]].fields}}
            for part in changes["lines"] if part["table"] in known
        ]  # fmt: skip
    return found
