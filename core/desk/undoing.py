"""Taking an import or an edit back: what it made goes, what it changed is given back, unless it was touched since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from core.actions.context import Context
from core.actions.each import run_on_each
from core.actions.run import Call, find_action
from core.actions.savepoints import attempt
from core.errors import Problem, VersionMismatch
from core.plugins.declarations import Resource
from core.resources.kinds import plain_json
from core.resources.labels import labels
from core.resources.shape import Field, LineShape, Shape

CHUNK = 1000
SINCE = "Somebody changed it since."
GONE = "It was deleted since."
Undo = dict[str, Any]


class _NotAll(Exception):
    """Something cannot be taken back, and all or nothing was asked."""


def note(ctx: Context, resource: Resource, ids: Sequence[int]) -> Undo:
    """Return what it takes to undo what this work's journal holds: ids that were made, values before of the others."""
    shape = ctx.kernel.shape(ctx, resource)
    table, own = shape.table.name, set(ids)
    created: list[int] = []
    before: dict[int, dict[str, Any]] = {}
    for (name, record_id), change in ctx.journal.changes.items():
        if name != table or record_id not in own:
            continue
        if change["verb"] == "create":
            created.append(record_id)
        else:
            before[record_id] = _values(shape.fields, {key: old for key, (old, _) in change["fields"].items()})
    for record_id, lines in _lines_before(ctx, shape, own - set(created)).items():
        before.setdefault(record_id, {}).update(lines)
    versions = _versions(ctx, resource, [*created, *before])
    made = {str(identity): versions[identity] for identity in created if versions.get(identity) != 1}
    changed = [{"id": identity, "version": versions.get(identity), "values": plain_json(values)}
               for identity, values in before.items() if values]  # fmt: skip
    return {"created": created, "versions": made, "changed": changed}


def take_back(ctx: Context, resource: Resource, undo: Undo, *, all_or_nothing: bool) -> dict[str, Any]:
    """Undo what was noted, as the person who asks may; returns what was taken back and what was kept, and why."""
    kept: list[tuple[int, str]] = []
    counts = {"deleted": 0, "restored": 0}
    names = _names(ctx, resource, undo)
    try:
        with attempt(ctx):
            _restore(ctx, resource, undo, counts, kept)
            ctx.progress(50)
            _delete(ctx, resource, undo, counts, kept)
            if kept and all_or_nothing:
                raise _NotAll
    except _NotAll:
        counts = {"deleted": 0, "restored": 0}
    told = [{"id": identity, "label": names.get(identity, f"#{identity}"), "reason": text} for identity, text in kept]
    return {**counts, "kept": told, "kept_count": len(kept), "taken_back": not (kept and all_or_nothing)}


def _restore(ctx: Context, resource: Resource, undo: Undo, counts: dict[str, int], kept: list[tuple[int, str]]) -> None:
    changed = {item["id"]: item for item in undo.get("changed", ())}
    now = _versions(ctx, resource, changed)
    stays = {record_id: text for record_id, item in changed.items()
             if (text := _untouched(now.get(record_id), item["version"]))}  # fmt: skip
    open_ids = [record_id for record_id in changed if record_id not in stays]
    for index, part in enumerate(_parts(open_ids)):
        ctx.progress(50 * index * CHUNK // len(open_ids))
        rows = [changed[record_id]["values"] for record_id in part]
        # Said again, for between looking and locking somebody may have changed one.
        then = {record_id: changed[record_id]["version"] for record_id in part}
        refused = run_on_each(ctx, Call(find_action(ctx, f"{resource.key}.update"), part, versions=then, rows=rows))
        stays |= {record_id: _said(problem) for record_id, problem in refused.items()}
    kept += [(record_id, stays[record_id]) for record_id in changed if record_id in stays]
    counts["restored"] += len(changed) - len(stays)


def _delete(ctx: Context, resource: Resource, undo: Undo, counts: dict[str, int], kept: list[tuple[int, str]]) -> None:
    created = sorted(undo.get("created", ()), reverse=True)
    versions, now = undo.get("versions", {}), _versions(ctx, resource, created)
    open_ids = []
    for record_id in created:
        if text := _untouched(now.get(record_id), versions.get(str(record_id), 1)):
            kept.append((record_id, text))
        else:
            open_ids.append(record_id)
    if open_ids and "delete" not in resource.verbs:
        kept += [(record_id, f"A {resource.singular.lower()} cannot be deleted.") for record_id in open_ids]
        return
    for index, part in enumerate(_parts(open_ids)):
        ctx.progress(50 + 50 * index * CHUNK // len(open_ids))
        then = {record_id: versions.get(str(record_id), 1) for record_id in part}
        call = Call(find_action(ctx, f"{resource.key}.delete"), part, versions=then)
        refused = run_on_each(ctx, call)
        if 0 < len(refused) < len(part):
            # What stood in the way of one may have gone with the others.
            refused = run_on_each(ctx, call.only(list(refused)))
        counts["deleted"] += len(part) - len(refused)
        kept += [(record_id, _said(refused[record_id])) for record_id in part if record_id in refused]


def _said(problem: Problem) -> str:
    return SINCE if isinstance(problem, VersionMismatch) else problem.detail


def _untouched(now: int | None, then: int | None) -> str:
    if now is None:
        return GONE
    return SINCE if now != then else ""


def _versions(ctx: Context, resource: Resource, ids: Any) -> dict[int, int]:
    model = resource.model
    found: dict[int, int] = {}
    for part in _parts(list(ids)):
        found |= {row.id: row.version for row in ctx.rows(sa.select(model.id, model.version).where(model.id.in_(part)))}
    return found


def _names(ctx: Context, resource: Resource, undo: Undo) -> dict[int, str]:
    ids = [*(item["id"] for item in undo.get("changed", ())), *undo.get("created", ())]
    return labels(ctx.db, ctx.tenant.id, resource.model, resource, ids)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


# -- what was before -----------------------------------------------------------------------------------------


def _values(fields: dict[str, Field], old: dict[str, Any]) -> dict[str, Any]:
    """Return values from before as a person would send them."""
    found: dict[str, Any] = {}
    for name, value in old.items():
        item = fields.get(name)
        if item is None or item.readonly or item.kind.name == "state":
            continue
        dumps = item.kind.dump is not None and value is not None and item.source != "custom"
        found[name] = item.kind.dump(value) if dumps and item.kind.dump else value
    return found


def _lines_before(ctx: Context, shape: Shape, ids: set[int]) -> dict[int, dict[str, Any]]:
    """Return the lines that records had, where they were changed."""
    found: dict[int, dict[str, Any]] = {}
    for name, line in shape.lines.items():
        touched: dict[int, dict[int, Any]] = {}
        for (table, row_id), change in ctx.journal.changes.items():
            parent = change["parent"]
            if table == line.model.__tablename__ and parent is not None and parent[1] in ids:
                touched.setdefault(parent[1], {})[row_id] = change
        for parent_id, changes in touched.items():
            found.setdefault(parent_id, {})[name] = _rebuilt(ctx, line, parent_id, changes)
    return found


def _rebuilt(ctx: Context, line: LineShape, parent_id: int, changes: dict[int, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    here = sa.select(line.model).where(getattr(line.model, line.parent_column) == parent_id)
    for row in ctx.all(here):
        change = changes.get(row.id)
        if change is not None and change["verb"] == "create":
            continue
        now = {name: getattr(row, name) for name, item in line.fields.items() if item.source == "own"}
        old = {name: pair[0] for name, pair in (change["fields"] if change else {}).items()}
        rows.append({**_values(line.fields, {**now, **old}), "id": row.id})
    for change in changes.values():
        if change["verb"] == "delete":
            rows.append(_values(line.fields, {name: pair[0] for name, pair in change["fields"].items()}))
    return sorted(rows, key=lambda row: (row.get("position") or 0, row.get("id") or 0))
