"""Edits of everything that a list finds: previewed, then done by jobs, so many records in each transaction, and
perhaps taken back in the same parts.

The records and their versions are kept when the edit is previewed. Each part is changed and marked as done in one
transaction, and asks for the next: a crash repeats nothing, and what is no longer as it was is named, not overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer

from core.actions.about import own_or_whole
from core.actions.context import Context
from core.actions.editing import Edit, Edited, check_edit, edit_many, edit_part, find_versions
from core.db.base import Record
from core.desk import undoing
from core.desk.models import BulkEdit, BulkEditPart
from core.errors import Forbidden, NotFound, Refused
from core.plugins.declarations import Resource
from core.plugins.declare import job, schedule
from core.resources.kinds import plain_json
from core.resources.reading import ListRequest
from core.services.models import Job

MOST = 1_000_000
PART = 500
FORESEEN = 100
MOST_TOLD = 200
SHOWN = 50
MOST_KEPT = 200
KEPT = timedelta(days=30)
SEE_ALL = "kernel.bulk_edit.read"
AT_WORK = {"running": "done", "undoing": "undone"}
"""The states in which jobs go through the parts, each with the one that follows."""


# -- who may see what ----------------------------------------------------------------------------------------


def editable(ctx: Context, key: str) -> Resource:
    """Return a resource whose records the person may change; NotFound or Forbidden for any other."""
    resource = ctx.registry.resources.get(key)
    usable = resource is not None and "update" in resource.verbs and issubclass(resource.model, Record)
    if resource is None or not usable or not ctx.view.sees(resource):
        raise NotFound(f"There is no resource {key[:80]!r} whose records can be changed.")
    if not ctx.can(f"{key}.update"):
        raise Forbidden(f"You need the permission {key}.update.", permission=f"{key}.update")
    return resource


def find_edit(ctx: Context, edit_id: int, *, lock: bool = False) -> BulkEdit:
    """Return an edit that the person may see; NotFound for any other."""
    wanted = sa.select(BulkEdit).where(BulkEdit.id == edit_id, *own_or_whole(ctx, BulkEdit, SEE_ALL))
    found = ctx.all(wanted.with_for_update() if lock else wanted)
    if not found:
        raise NotFound("There is no such edit.")
    editable(ctx, found[0].resource)
    return found[0]  # type: ignore[no-any-return]


def latest_edits(ctx: Context, resource: Resource | None = None) -> list[BulkEdit]:
    """Return the last edits that the person may see, newest first."""
    here = [BulkEdit.resource == resource.key] if resource is not None else []
    wanted = sa.select(BulkEdit).where(*here, *own_or_whole(ctx, BulkEdit, SEE_ALL)).options(defer(BulkEdit.preview))
    found = ctx.all(wanted.order_by(BulkEdit.id.desc()).limit(SHOWN))
    return [row for row in found if ctx.can(f"{row.resource}.update")]


# -- the steps -----------------------------------------------------------------------------------------------


def prepare(ctx: Context, resource: Resource, edit: Edit) -> BulkEdit:
    """Keep what is asked with the records it is about, and show what would become of the first of them."""
    editable(ctx, resource.key)
    ctx.operation = ctx.operation or f"{resource.key}.update"
    if len(ctx.rows(sa.select(BulkEdit.id).limit(MOST_KEPT))) >= MOST_KEPT:
        raise Refused("TOO_MANY_EDITS", f"{MOST_KEPT} edits are kept already; remove those that are done with.")
    check_edit(ctx, resource, edit)
    versions = find_versions(ctx, resource, edit, MOST)
    first = list(versions)[:FORESEEN]
    told = edit_many(ctx, resource, replace(edit, ids=first, found=None), dry_run=True)
    row = ctx.create(BulkEdit, resource=resource.key, user_id=ctx.actor.user_id, asked=_asked(edit),
                     total=len(versions), state="ready")  # fmt: skip
    ctx.db.flush()
    _past_the_trail(ctx, row, preview=[_foreseen(item) for item in told.rows])
    _keep_parts(ctx, row, list(versions.items()))
    return row


def _keep_parts(ctx: Context, row: BulkEdit, pairs: list[tuple[int, int]]) -> None:
    parts = (pairs[start : start + PART] for start in range(0, len(pairs), PART))
    ctx.db.insert_rows(BulkEditPart, [
        {"edit_id": row.id, "position": position, "size": len(part), "records": part}
        for position, part in enumerate(parts)
    ])  # fmt: skip


def _past_the_trail(ctx: Context, row: BulkEdit, **values: Any) -> None:
    """Write what the audit trail need not tell: of the records themselves it tells everything."""
    ctx.update_rows(BulkEdit, [{"id": row.id, **values}])
    ctx.db.expire(row, list(values))


def run(ctx: Context, row: BulkEdit) -> None:
    """Do an edit by jobs, or go on with one that was stopped."""
    _require(ctx, row, "ready", "cancelled", "failed")
    _start(ctx, row, "undoing" if row.state == "undoing" else "running")


def undo(ctx: Context, row: BulkEdit) -> None:
    """Take an edit back, by jobs: give back what it changed and nobody touched since."""
    _require(ctx, row, "done", "cancelled", "failed")
    if not can_undo(ctx, row):
        raise Refused("NOTHING_TO_UNDO", "This edit has changed nothing that could be taken back.")
    _start(ctx, row, "undoing")


def can_undo(ctx: Context, row: BulkEdit) -> bool:
    """Whether an edit at rest has changed what is not given back yet."""
    state, _ = status(ctx, row)
    waiting = sa.select(BulkEditPart.id).where(BulkEditPart.edit_id == row.id, BulkEditPart.undo.is_not(None)).limit(1)
    return state in ("done", "cancelled", "failed") and bool(ctx.rows(waiting))


def _start(ctx: Context, row: BulkEdit, state: str) -> None:
    ctx.operation = ctx.operation or f"{row.resource}.update"
    row.state = state
    ctx.db.flush()
    _go_on(ctx, row)


def cancel(ctx: Context, row: BulkEdit) -> None:
    """Stop an edit behind the part at hand; what is changed stays changed."""
    _require(ctx, row, "running", "failed")
    ctx.operation = ctx.operation or f"{row.resource}.update"
    row.state = "cancelled"


def remove(ctx: Context, row: BulkEdit) -> None:
    """Forget an edit; the records stay as they are."""
    _require(ctx, row, "ready", "done", "cancelled", "failed", "undone")
    ctx.operation = ctx.operation or f"{row.resource}.update"
    ctx.delete(row)


def status(ctx: Context, row: BulkEdit) -> tuple[str, str]:
    """Return the state and what stopped it: a job that gave up leaves its edit failed."""
    if row.state not in AT_WORK:
        return row.state, ""
    found = ctx.rows(sa.select(Job.state, Job.error).where(Job.id == row.job_id, Job.tenant_id == ctx.tenant.id))
    if not found or found[0].state == "failed":
        return "failed", found[0].error if found else "Its job is gone; start it again."
    return row.state, ""


def counts_of(ctx: Context, row: BulkEdit) -> dict[str, int]:
    """Return how many records are done, changed, unchanged and refused so far, and how many given back or kept."""
    part = BulkEditPart
    done = sa.case((part.is_done, part.size), else_=0)
    given_back = sa.case((part.undo.is_(None), part.changed), else_=0)
    sums = (sa.func.sum(value) for value in (done, part.changed, part.refused, part.restored, given_back))
    found = ctx.rows(sa.select(*sums).where(part.edit_id == row.id))[0]
    reached, changed, refused, restored, undone = (int(value or 0) for value in found)
    return {"done": reached, "changed": changed, "unchanged": reached - changed - refused, "refused": refused,
            "restored": restored, "kept": undone - restored}  # fmt: skip


def refusals_of(ctx: Context, row: BulkEdit, most: int | None = None) -> list[dict[str, Any]]:
    """Return the records that were not changed and why, all of them or the first ones."""
    return _told(ctx, row, BulkEditPart.refusals, BulkEditPart.refused > 0, most)


def kept_of(ctx: Context, row: BulkEdit, most: int | None = None) -> list[dict[str, Any]]:
    """Return the records whose values were not given back and why, all of them or the first ones."""
    changed = BulkEditPart.changed > BulkEditPart.restored
    return _told(ctx, row, BulkEditPart.kept, sa.and_(BulkEditPart.undo.is_(None), changed), most)


def _told(ctx: Context, row: BulkEdit, reasons: Any, where: Any, most: int | None) -> list[dict[str, Any]]:
    wanted = sa.select(reasons).where(BulkEditPart.edit_id == row.id, where)
    parts = ctx.rows(wanted.order_by(BulkEditPart.position).limit(most))
    return [told for [part] in parts for told in part][:most]


def summary(ctx: Context, row: BulkEdit) -> dict[str, Any]:
    """Return an edit as the API tells it."""
    state, problem = status(ctx, row)
    counts = counts_of(ctx, row)
    return {
        "id": row.id, "version": row.version, "resource": row.resource, "state": state, "problem": problem,
        **row.asked, "total": row.total, **counts, "progress": progress_of(row, counts),
        "refusals": refusals_of(ctx, row, MOST_TOLD), "not_taken_back": kept_of(ctx, row, MOST_TOLD),
        "can_undo": can_undo(ctx, row), "created_at": row.created_at, "job_id": row.job_id,
    }  # fmt: skip


def progress_of(row: BulkEdit, counts: Mapping[str, int]) -> int:
    """Return how far the work at hand is, in percent."""
    if row.state == "undoing":
        return 100 * (counts["restored"] + counts["kept"]) // max(counts["changed"], 1)
    return 100 * counts["done"] // row.total


def foreseen(row: BulkEdit) -> list[Edited]:
    """Return the first records of an edit as they were previewed."""
    return [Edited(told["before"], told["after"], told["label"], tuple(told["fields"]), told["refused"])
            for told in row.preview]  # fmt: skip


def edit_of(row: BulkEdit) -> Edit:
    """Return what an edit asks."""
    where = row.asked["where"]
    found = None
    if where is not None:
        found = ListRequest(where["filters"], where["search"], fields=("id",), count="none")
    adjust = {name: (how, Decimal(by)) for name, said in row.asked["adjust"].items() for how, by in said.items()}
    return Edit((), found, row.asked["values"], adjust)


def _asked(edit: Edit) -> dict[str, Any]:
    where = None
    if edit.found is not None:
        filters = {name: list(texts) for name, texts in edit.found.filters.items()}
        where = {"search": edit.found.search, "filters": filters}
    adjust = {name: {how: f"{by:f}"} for name, (how, by) in edit.adjust.items()}
    return {"where": where, "values": plain_json(dict(edit.values)), "adjust": adjust}


def _foreseen(item: Edited) -> dict[str, Any]:
    said = {"label": item.label, "fields": item.fields, "refused": item.refused}
    return {**said, "before": plain_json(dict(item.before)), "after": plain_json(dict(item.after))}


def _require(ctx: Context, row: BulkEdit, *allowed: str) -> None:
    state, _ = status(ctx, row)
    if state not in allowed:
        raise Refused("INVALID_STATE", f"This edit is {state}; that is possible when it is {' or '.join(allowed)}.",
                      state=state, allowed=list(allowed))  # fmt: skip


# -- the work ------------------------------------------------------------------------------------------------


@job("kernel.work_on_edit")
def work_on_edit(ctx: Context, edit_id: int) -> dict[str, Any]:
    """Change the next part of an edit's records, or give it back, and ask for the part behind it."""
    # Whoever cancels waits for this lock: behind it nothing more is changed.
    row = find_edit(ctx, edit_id, lock=True)
    if row.state not in AT_WORK:
        return {"state": row.state}
    resource = editable(ctx, row.resource)
    ctx.operation = f"{resource.key}.update"
    part = _next_part(ctx, row)
    if part is not None:
        (_give_back if row.state == "undoing" else _change)(ctx, resource, row, part)
    if _next_part(ctx, row) is None:
        row.state = AT_WORK[row.state]
    else:
        _go_on(ctx, row)
    return {"state": row.state}


def _next_part(ctx: Context, row: BulkEdit) -> Any:
    waits = BulkEditPart.undo.is_not(None) if row.state == "undoing" else BulkEditPart.is_done.is_(False)
    wanted = sa.select(BulkEditPart.id, BulkEditPart.records, BulkEditPart.undo)
    wanted = wanted.where(BulkEditPart.edit_id == row.id, waits)
    return next(iter(ctx.rows(wanted.order_by(BulkEditPart.position).limit(1))), None)


def _change(ctx: Context, resource: Resource, row: BulkEdit, part: Any) -> None:
    rows = edit_part(ctx, resource, edit_of(row), dict(part.records))
    ctx.db.flush()
    noted = undoing.note(ctx, resource, [record_id for record_id, _ in part.records])
    _settle(ctx, part, rows, noted if noted["changed"] else None)


def _give_back(ctx: Context, resource: Resource, row: BulkEdit, part: Any) -> None:
    told = undoing.take_back(ctx, resource, part.undo, all_or_nothing=False)
    settled = {"id": part.id, "undo": None, "restored": told["restored"], "kept": told["kept"]}
    ctx.update_rows(BulkEditPart, [settled])


def _settle(ctx: Context, part: Any, rows: Sequence[Edited], undo_data: dict[str, Any] | None) -> None:
    refusals = [{"id": row.before["id"], "label": row.label, "reason": row.refused} for row in rows if row.refused]
    changed = sum(bool(row.fields) and not row.refused for row in rows)
    told = {"id": part.id, "is_done": True, "changed": changed, "refused": len(refusals), "refusals": refusals,
            "undo": undo_data}  # fmt: skip
    ctx.update_rows(BulkEditPart, [told])


def _go_on(ctx: Context, row: BulkEdit) -> None:
    _past_the_trail(ctx, row, job_id=ctx.enqueue("kernel.work_on_edit", edit_id=row.id))


@job("kernel.forget_edits")
def forget_edits(ctx: Context) -> dict[str, int]:
    """Forget edits older than thirty days."""
    old = ctx.all(sa.select(BulkEdit).where(BulkEdit.created_at < ctx.now() - KEPT, BulkEdit.state.not_in(AT_WORK)))
    for row in old:
        ctx.db.delete(row)
    return {"forgotten": len(old)}


schedule("kernel.forget_edits.nightly", job="kernel.forget_edits", cron="35 3 * * *")
