"""Create, update and delete: the actions every writable resource has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from core.actions import attachments
from core.actions.conditions import check_conditions
from core.actions.many import MANY, can_hold, can_write_changed, hold, made, write_changed
from core.actions.trees import circles
from core.db.base import Record
from core.db.fields import default_of
from core.errors import Invalid, Problem, refuse_each
from core.plugins.declarations import Action, Extends, Resource
from core.plugins.registry import Registry
from core.resources.conditions import asks_for
from core.resources.labels import labels
from core.resources.shape import Field, LineShape, Shape, target_of

if TYPE_CHECKING:
    from core.actions.context import Context

LABELS = {"create": "New", "update": "Save", "delete": "Delete"}
Values = dict[str, Any]
Rows = Mapping[tuple[str, int], Any]

GOES_ALONG: list[Callable[[Context, Resource, Sequence[int]], None]] = [attachments.detach_all]
"""What stands beside records under their ids, without a reference, and goes when they go."""


def built_in(registry: Registry, resource: Resource, verb: str) -> Action | None:
    """Return the create, update or delete action of a resource, None where it has none."""
    if verb not in LABELS or verb not in resource.verbs:
        return None
    key = f"{resource.key}.{verb}"
    functions: dict[str, Callable[..., Any]] = {"create": create, "update": update, "delete": delete}
    return Action(
        key=key,
        resource=resource.key,
        verb=verb,
        function=functions[verb],
        label=LABELS[verb],
        permission=key,
        path="",
        scope="collection" if verb == "create" else "record",
        source=() if verb == "create" else resource.editable,
        target=None,
        icon="",
        built_in=True,
        confirm="This cannot be undone." if verb == "delete" else "",
    )


def create(ctx: Context, shape: Shape, rows: Sequence[Values]) -> Sequence[Any]:
    """Create records, each with its lines."""
    check_references(ctx, shape, rows)
    ctx.db.reserve_ids(len(rows))
    together = _can_write_together(shape, rows)
    records = _create_all(ctx, shape, rows, hold if together else _add)
    ctx.db.flush()
    if together:
        return made(ctx, records)
    if shape.lines:
        for record, values in zip(records, rows, strict=True):
            _write_lines(ctx, shape, record, values)
        ctx.db.flush()
    return records


def update(ctx: Context, shape: Shape, records: Sequence[Any], rows: Sequence[Values]) -> Sequence[Any]:
    """Change the fields that each record's values name, together; a list of lines replaces the lines there are."""
    _check_references_of_each(ctx, shape, records, rows)
    there = _extensions_there(ctx, shape, records, rows)
    refused = {
        **circles(ctx, shape.resource, records, rows),
        **_run_before_many(ctx, shape, "update", records, rows),
    }
    for record, values in zip(records, rows, strict=True):
        if record.id not in refused:
            try:
                _update_one(ctx, shape, record, values, there)
            except Problem as problem:
                refused[record.id] = problem
    refuse_each(refused)
    if can_write_changed(shape.model):
        write_changed(ctx, records)
    ctx.db.flush()
    return records


def _update_one(ctx: Context, shape: Shape, record: Any, values: Values, there: Rows | None) -> None:
    _check_lines(ctx, shape, record, values)
    if asks_for(shape, values):
        check_conditions(ctx, shape, record, values)
    _run_before(ctx, shape, "update", record, values)
    own, extra, custom = _split(shape.fields, values)
    for name, value in own.items():
        setattr(record, name, value)
    if custom:
        # A new dictionary: the audit trail tells it from the one before.
        record.custom = {**record.custom, **custom}
    _write_extensions(ctx, shape.extensions, record, extra, there)
    lines = any(name in values for name in shape.lines)
    # What lies in other tables is part of the document: its version must move even when no field of its own did.
    if extra or lines:
        flag_modified(record, "updated_at")
    if lines:
        ctx.db.flush()
        _write_lines(ctx, shape, record, values)
        ctx.db.flush()


def delete(ctx: Context, shape: Shape, records: Sequence[Any]) -> None:
    """Delete records and their lines, together unless one of them may hang on another."""
    parts = [records] if can_hold(shape.model) else [[record] for record in records]
    for part in parts:
        _delete_part(ctx, shape, part)


def _delete_part(ctx: Context, shape: Shape, records: Sequence[Any]) -> None:
    refused = _run_before_many(ctx, shape, "delete", records, [{}] * len(records))
    for record in records:
        if record.id not in refused:
            try:
                _run_before(ctx, shape, "delete", record, {})
            except Problem as problem:
                refused[record.id] = problem
    refuse_each(refused)
    ids = [record.id for record in records]
    for go_along in GOES_ALONG:
        go_along(ctx, shape.resource, ids)
    for record in records:
        ctx.db.delete(record)
    ctx.db.flush()


def _can_write_together(shape: Shape, rows: Sequence[Values]) -> bool:
    """Whether rows are many and nothing but a row each: no lines, nothing in another plugin's table."""
    if len(rows) < MANY or not can_hold(shape.model):
        return False
    beside = {*shape.lines, *(name for name, item in shape.fields.items() if item.source == "extension")}
    return not any(values.get(name) for values in rows for name in values.keys() & beside)


def _add(ctx: Context, record: Any) -> None:
    ctx.add(record)


def _create_all(ctx: Context, shape: Shape, rows: Sequence[Values], add: Callable[[Context, Any], None]) -> list[Any]:
    records, errors = [], {}
    for number, values in enumerate(rows):
        try:
            records.append(_create_one(ctx, shape, values, add))
        except Invalid as error:
            # Whoever sends many rows wants to know all that is wrong, and where.
            if len(rows) == 1:
                raise
            errors.update({f"{number}.{name}": texts for name, texts in error.errors.items()})
    if errors:
        raise Invalid(errors)
    return records


def _create_one(ctx: Context, shape: Shape, values: Values, add: Callable[[Context, Any], None]) -> Any:
    own, extra, custom = _split(shape.fields, values)
    if issubclass(shape.model, Record):
        own["custom"] = custom
    # The owner's rule may complete the record, so it runs before the row is written.
    record = shape.model(**{**own, **ctx.db.stamps(shape.model)})
    _check_lines(ctx, shape, record, values)
    if asks_for(shape, values):
        check_conditions(ctx, shape, None, values)
    _run_before(ctx, shape, "create", record, values)
    add(ctx, record)
    if extra:
        ctx.db.flush()
        _write_extensions(ctx, shape.extensions, record, extra)
    return record


def _run_before(ctx: Context, shape: Shape, verb: str, record: Any, values: Values) -> None:
    for item in ctx.registry.before.get(f"{shape.resource.key}.{verb}", ()):
        if not item.many:
            item.function(ctx, record, values)


def _run_before_many(
    ctx: Context, shape: Shape, verb: str, records: Sequence[Any], rows: Sequence[Values]
) -> dict[int, Problem]:
    """Ask the rules that look at all records at once; returns what stands against each."""
    refused: dict[int, Problem] = {}
    for item in ctx.registry.before.get(f"{shape.resource.key}.{verb}", ()):
        if item.many:
            refused = {**(item.function(ctx, records, rows) or {}), **refused}
    return refused


def _split(fields: dict[str, Field], values: Values) -> tuple[Values, dict[str, Values], Values]:
    own: Values = {}
    extra: dict[str, Values] = {}
    custom: Values = {}
    for name, value in values.items():
        item = fields.get(name)
        if item is None:
            continue
        if item.source == "custom":
            custom[name] = item.kind.dump(value) if item.kind.dump and value is not None else value
        elif item.column is not None and item.source == "extension":
            extra.setdefault(item.extension, {})[item.column.name] = value
        else:
            own[name] = value
    return own, extra, custom


def _extensions_there(ctx: Context, shape: Shape, records: Sequence[Any], rows: Sequence[Values]) -> Rows | None:
    """Return the extension rows of many records that are about to be written, read at once; None for a single one."""
    if len(records) == 1:
        return None
    named = {shape.fields[name].extension for values in rows for name in values.keys() & shape.fields.keys()}
    asked = [item for item in shape.extensions if item.plugin in named]
    return {
        (item.model.__tablename__, row_id): row
        for item in asked for row_id, row in ctx.extension(item.model, records).items()
    }  # fmt: skip


def _write_extensions(
    ctx: Context, extensions: Iterable[Extends], record: Any, extra: dict[str, Values], there: Rows | None = None
) -> None:
    for item in extensions:
        values = {key: value for key, value in extra.get(item.plugin, {}).items() if key in item.model.__table__.c}
        if not values:
            continue
        if there is None:
            row = ctx.db.get(item.model, (ctx.tenant.id, record.id))
        else:
            row = there.get((item.model.__tablename__, record.id))
        if row is None and all(value is None for value in values.values()):
            continue
        for column in item.model.__table__.columns:
            if values.get(column.name, column) is None and not column.nullable:
                values[column.name] = default_of(column)
        if row is None:
            row = item.model(id=record.id, **values)
            row.tenant_id = ctx.tenant.id
            ctx.db.add(row)
        for name, value in values.items():
            setattr(row, name, value)


def _write_lines(ctx: Context, shape: Shape, record: Any, values: Values) -> None:
    for name, line in shape.lines.items():
        if name not in values:
            continue
        present = {
            row.id: row
            for row in ctx.all(sa.select(line.model).where(getattr(line.model, line.parent_column) == record.id))
        }
        rows = values[name] or ()
        # What goes must be gone before what comes: a new line may be unique in the same value.
        kept = {given.get("id") for given in rows}
        for row_id, row in present.items():
            if row_id not in kept:
                ctx.db.delete(row)
        ctx.db.flush()
        for index, given in enumerate(rows):
            _write_line(ctx, line, record, present.get(given.get("id")), given, index)
        ctx.db.expire(record, [name])


def _check_lines(ctx: Context, shape: Shape, record: Any, values: Values) -> None:
    """Refuse ids of other records' lines before the owner's rules look at the lines as if they were its own."""
    for name, line in shape.lines.items():
        rows = values.get(name) or ()
        if any(given.get("id") is not None for given in rows):
            own = sa.select(line.model.id).where(getattr(line.model, line.parent_column) == record.id)
            _check_line_ids(name, rows, set(ctx.db.scalars(own)))


def _check_line_ids(name: str, rows: Sequence[Values], present: Collection[int]) -> None:
    errors: dict[str, list[str]] = {}
    seen: set[int] = set()
    for index, given in enumerate(rows):
        line_id = given.get("id")
        if line_id is None:
            continue
        if line_id not in present:
            errors[f"{name}.{index}.id"] = ["Is not a line of this record."]
        elif line_id in seen:
            errors[f"{name}.{index}.id"] = ["Stands here twice."]
        seen.add(line_id)
    if errors:
        raise Invalid(errors)


def _write_line(ctx: Context, line: LineShape, record: Any, row: Any, given: Values, index: int) -> None:
    own, extra, _ = _split(line.fields, {key: value for key, value in given.items() if key != "id"})
    if "position" in line.model.__table__.c:
        own.setdefault("position", index + 1)
    if row is None:
        row = ctx.create(line.model, **{line.parent_column: record.id}, **own)
        if extra:
            ctx.db.flush()
    else:
        for name, value in own.items():
            setattr(row, name, value)
    _write_extensions(ctx, line.extensions, row, extra)


def _check_references_of_each(ctx: Context, shape: Shape, records: Sequence[Any], rows: Sequence[Values]) -> None:
    """Refuse references that lead nowhere: of all records where they share their values, else naming which."""
    if all(values is rows[0] for values in rows):
        check_references(ctx, shape, rows[:1])
        return
    try:
        check_references(ctx, shape, rows)
    except Invalid as problem:
        faults: dict[int, dict[str, list[str]]] = {}
        for name, texts in problem.errors.items():
            at, _, rest = name.partition(".")
            faults.setdefault(records[int(at)].id, {})[rest] = texts
        refuse_each({record_id: Invalid(errors) for record_id, errors in faults.items()})


def check_references(ctx: Context, shape: Shape, rows: Sequence[Values]) -> None:
    """Refuse references to records that this tenant does not have, naming each field; one query per model."""
    asked: dict[Any, list[tuple[str, int]]] = {}
    for number, values in enumerate(rows):
        prefix = f"{number}." if len(rows) > 1 else ""
        _collect(asked, shape.fields, shape.model, values, prefix)
        for name, line in shape.lines.items():
            for index, row in enumerate(values.get(name) or ()):
                _collect(asked, line.fields, line.model, row, f"{prefix}{name}.{index}.")
    errors: dict[str, list[str]] = {}
    for model, wanted in asked.items():
        known = labels(ctx.db, ctx.tenant.id, model, None, {identity for _, identity in wanted})
        errors |= {name: ["There is no such record."] for name, identity in wanted if identity not in known}
    if errors:
        raise Invalid(errors)


def _collect(
    asked: dict[Any, list[tuple[str, int]]], fields: dict[str, Field], owner: Any, values: Values, at: str
) -> None:
    for name, value in values.items():
        item = fields.get(name)
        if item is not None and item.reference is not None and value is not None:
            asked.setdefault(target_of(item, owner), []).append((f"{at}{name}", value))
