"""The journal of a unit: what was created, changed and deleted, kept for the audit trail and the hooks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import PassiveFlag, UOWTransaction
from sqlalchemy.orm.attributes import get_history

from core.db.base import Entry, Extension, Record
from core.db.fields import Reference
from core.db.session import TenantSession

UNTOLD = ("tenant_id", "id", "version", "created_at", "updated_at")


class Journal:
    """Changes by (table, id), in the order they happened."""

    def __init__(self) -> None:
        self.changes: dict[tuple[str, int], dict[str, Any]] = {}
        self.models: dict[str, type[Any]] = {}
        # Ledger rows are their own trail; only a forecast, which leaves none, collects them.
        self.ledger: list[tuple[type[Any], dict[str, Any]]] | None = None

    def note(self, model: type[Any], record_id: int, verb: str, fields: dict[str, Any], parent: Any = None) -> None:
        """Note what happened to one record; `fields` maps names to [before, after]."""
        table: str = model.__tablename__
        self.models[table] = model
        known = self.changes.get((table, record_id))
        if known is None:
            self.changes[(table, record_id)] = {"verb": verb, "fields": fields, "parent": parent}
            return
        for name, (old, new) in fields.items():
            first = known["fields"].get(name, [old])[0]
            known["fields"][name] = [first, new]
        if verb == "delete":
            known["verb"] = verb

    def note_inserted(self, model: type[Any], rows: Sequence[dict[str, Any]], ids: Sequence[int]) -> None:
        """Note rows inserted in bulk; ledger rows are their own trail."""
        if self.ledger is not None and issubclass(model, Entry):
            self.ledger += [(model, dict(row)) for row in rows]
        if not issubclass(model, Record):
            return
        parent = parent_of(cast(Any, model))
        for row, record_id in zip(rows, ids, strict=True):
            told = {name: [None, value] for name, value in row.items() if value is not None}
            self.note(model, record_id, "create", told, _parent_id(parent, row.get))


@cache
def parent_of(model: type[Any]) -> tuple[str, type[Any]] | None:
    """Return the column and model that a line belongs to, None for other records."""
    for column in model.__table__.columns:
        reference: Reference | None = column.info.get("ref")
        if reference is not None and reference.parent:
            return column.name, reference.resolve(model)
    return None


def _parent_id(parent: tuple[str, type[Any]] | None, read: Any) -> Any:
    return None if parent is None else (parent[1], read(parent[0]))


@sa.event.listens_for(TenantSession, "before_flush")
def _note_changes(session: TenantSession, _context: UOWTransaction, _objects: Any) -> None:
    journal: Journal | None = session.info.get("journal")
    if journal is None:
        return
    for verb, records in (("create", session.new), ("update", session.dirty), ("delete", session.deleted)):
        for record in records:
            if isinstance(record, (Record, Extension)):
                _note_record(journal, record, verb)
            elif journal.ledger is not None and isinstance(record, Entry):
                journal.ledger.append(
                    (type(record), {name: getattr(record, name) for name in _told_fields(type(record))})
                )


@cache
def _told_fields(model: type[Any]) -> tuple[str, ...]:
    return tuple(attribute.key for attribute in sa.inspect(model).column_attrs if attribute.key not in UNTOLD)


def _custom_fields(before: Any, after: Any) -> dict[str, Any]:
    """Tell the tenant's own fields one by one, as all others are."""
    old, new = before or {}, after or {}
    return {name: [old.get(name), new.get(name)] for name in {**old, **new} if old.get(name) != new.get(name)}


def _tells(value: Any) -> bool:
    return value is not None and not isinstance(value, (dict, list))


def note_changed(journal: Journal, record: Any) -> None:
    """Note a record whose changes are written without the session."""
    _note_record(journal, record, "update")


def note_created(journal: Journal, record: Any) -> None:
    """Note a record that is written without the session."""
    _note_record(journal, record, "create")


def _note_record(journal: Journal, record: Any, verb: str) -> None:
    model: Any = type(record)
    state = sa.inspect(record)
    values = state.dict
    names = _told_fields(model)
    if verb == "create":
        fields = {name: [None, value] for name in names if (value := values.get(name)) or _tells(value)}
    elif verb == "delete":
        fields = {name: [value, None] for name in names if (value := getattr(record, name)) is not None}
    else:
        # What was set holds its value from before; all else has no history to look for.
        changed = ((name, get_history(record, name, PassiveFlag.PASSIVE_NO_INITIALIZE)) for name in names
                   if name in state.committed_state)  # fmt: skip
        fields = {
            name: [history.deleted[0] if history.deleted else None, values.get(name)]
            for name, history in changed
            if history.has_changes()
        }
    if "custom" in fields:
        fields |= _custom_fields(*fields.pop("custom"))
    if not fields and verb == "update":
        return
    if issubclass(model, Extension):
        table = cast(sa.Table, model.__table__)
        prefix = str(table.info.get("plugin", model.__tablename__))
        fields = {f"{prefix}.{name}": pair for name, pair in fields.items()}
        target = next(iter(table.foreign_keys)).column.table
        owner = next(mapper.class_ for mapper in model.registry.mappers if mapper.local_table is target)
        journal.note(owner, record.id, "update", fields)
        return
    journal.note(model, record.id, verb, fields, _parent_id(parent_of(model), lambda name: getattr(record, name)))
