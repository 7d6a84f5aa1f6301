"""A file on its way in: uploaded, its columns mapped, checked, taken, perhaps taken back; any step can be resumed.

Who may import into a resource does so here; they see their own imports, and all where they may read
`kernel.file_import`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import defer

from core.actions.about import own_or_whole
from core.actions.context import Context
from core.actions.import_files import ImportFile, read_import_file, unknown_columns
from core.actions.importing import Loaded, load_rows
from core.actions.savepoints import attempt
from core.desk import undoing
from core.desk.import_columns import columns_of, guess, header_print, missing, targets
from core.desk.models import FileImport
from core.errors import Forbidden, Invalid, NotFound, Problem, Refused
from core.plugins.declarations import Resource
from core.plugins.declare import job, schedule
from core.services import files
from core.services.models import Job

MODES = ("upsert", "create", "update")
AT_ONCE = 500
MOST_KEPT = 200
SHOWN = 50
MOST_TOLD = 200
KEPT = timedelta(days=30)
SEE_ALL = "kernel.file_import.read"


# -- who may see what ----------------------------------------------------------------------------------------


def importable(ctx: Context, key: str) -> Resource:
    """Return a resource that the person may import into; NotFound or Forbidden for any other."""
    resource = ctx.registry.resources.get(key)
    if resource is None or not ctx.view.sees(resource) or "import" not in resource.verbs:
        raise NotFound(f"There is no resource {key[:80]!r} that takes files.")
    if not ctx.can(f"{key}.import"):
        raise Forbidden(f"You need the permission {key}.import.", permission=f"{key}.import")
    return resource


def find_import(ctx: Context, import_id: int, *, lock: bool = False) -> FileImport:
    """Return an import that the person may see; NotFound for any other."""
    seen = own_or_whole(ctx, FileImport, SEE_ALL)
    wanted = sa.select(FileImport).where(FileImport.id == import_id, *seen).options(defer(FileImport.undo))
    found = ctx.all(wanted.with_for_update() if lock else wanted)
    if not found:
        raise NotFound("There is no such import.")
    importable(ctx, found[0].resource)
    return found[0]  # type: ignore[no-any-return]


def latest_imports(ctx: Context, resource: Resource | None = None, limit: int = SHOWN) -> list[FileImport]:
    """Return the last imports that the person may see, newest first."""
    here = [FileImport.resource == resource.key] if resource is not None else []
    wanted = sa.select(FileImport).where(*here, *own_or_whole(ctx, FileImport, SEE_ALL)).options(defer(FileImport.undo))
    return [
        row for row in ctx.all(wanted.order_by(FileImport.id.desc()).limit(limit)) if ctx.can(f"{row.resource}.import")
    ]


# -- the steps -----------------------------------------------------------------------------------------------


def upload(ctx: Context, resource: Resource, name: str, content: IO[bytes], mode: str = "upsert") -> FileImport:
    """Keep a file, read its columns and guess what they are."""
    ctx.operation = ctx.operation or f"{resource.key}.import"
    if mode not in MODES:
        raise Invalid({"mode": [f"Must be one of: {', '.join(MODES)}."]})
    if len(ctx.rows(sa.select(FileImport.id).limit(MOST_KEPT))) >= MOST_KEPT:
        raise Refused("TOO_MANY_IMPORTS", f"{MOST_KEPT} files are kept already; remove imports that are done with.")
    title = files.plain_name(name)
    kept = files.keep(ctx.kernel.config.instance, ctx.tenant.id, content, ctx.kernel.config.max_file_bytes)
    ctx.on_rollback(lambda: _path(ctx, kept.stored_as).unlink(missing_ok=True))
    file = read_import_file(title, _path(ctx, kept.stored_as).read_bytes())
    if not len(file):
        raise Invalid({"file": ["The file holds no rows below its first one."]})
    kind = "json" if file.objects is not None else "table"
    outcome = {"sha256": kept.sha256, "size": kept.size, "kind": kind, "header": header_print(file.header),
               "columns": columns_of(file)}  # fmt: skip
    mapping = guess(ctx, ctx.shape(resource), file, kind)
    row = ctx.create(
        FileImport, resource=resource.key, name=title, stored_as=kept.stored_as, user_id=ctx.actor.user_id, mode=mode,
        mapping=mapping, rows=len(file), outcome=outcome, undo={}, state="uploaded",
    )  # fmt: skip
    ctx.db.flush()
    return row


def set_mapping(ctx: Context, row: FileImport, mapping: Mapping[str, str], mode: str = "") -> None:
    """Say which field each column is taken into; what was checked before has to be checked again."""
    _require(ctx, row, "uploaded", "checked", "failed")
    shape = ctx.shape(importable(ctx, row.resource))
    known = {item.name for item in targets(ctx, shape, row.outcome["kind"])}
    titles = [column["title"] for column in row.outcome["columns"]]
    errors: dict[str, list[str]] = {}
    chosen = {title: mapping.get(title, "") for title in titles}
    for title, name in chosen.items():
        if name and name not in known:
            errors[f"mapping.{title}"] = ["There is no such field; choose another or leave the column out."]
        elif name and [shape.resolve(other) for other in chosen.values() if other].count(shape.resolve(name)) > 1:
            errors[f"mapping.{title}"] = ["Another column is taken into the same field; leave one of them out."]
    if unknown := unknown_columns(titles, mapping):
        errors["mapping"] = [unknown]
    mode = mode or row.mode
    if mode not in MODES:
        errors["mode"] = [f"Must be one of: {', '.join(MODES)}."]
    if not errors and (lacking := missing(shape, chosen, mode)):
        errors["mapping"] = [f"No column gives {', '.join(lacking)}, which every {_row_word(mode)} needs."]
    if errors:
        raise Invalid(errors)
    _forget_faults(ctx, row)
    row.mapping, row.mode, row.state = chosen, mode, "uploaded"
    row.outcome = _told(row)


def _row_word(mode: str) -> str:
    return "row" if mode == "update" else "new record"


def check(ctx: Context, row: FileImport) -> None:
    """Do all of it and take it back; what is found wrong stands beside its row. Large files are checked by a job."""
    _require(ctx, row, "uploaded", "checked", "failed")
    if row.rows <= AT_ONCE:
        _check(ctx, row)
    else:
        _start(ctx, row, "check")


def run(ctx: Context, row: FileImport) -> None:
    """Take the rows, by a job: all of them or none."""
    _require(ctx, row, "checked")
    if row.outcome.get("faulty"):
        raise Refused("FAULTY_ROWS", f"{row.outcome['faulty']} rows have faults; correct the file and send it again.")
    _start(ctx, row, "run")


def undo(ctx: Context, row: FileImport, *, all_or_nothing: bool = True) -> None:
    """Take an import back, by a job: delete what it made, give back what it changed and nobody touched since."""
    _require(ctx, row, "done")
    _start(ctx, row, "undo", all_or_nothing=all_or_nothing)


def remove(ctx: Context, row: FileImport) -> None:
    """Forget an import and its file; the records stay as they are."""
    _require(ctx, row, "uploaded", "checked", "failed", "done", "undone")
    ctx.operation = ctx.operation or f"{row.resource}.import"
    _drop_files(ctx, row)
    ctx.delete(row)


def twin(ctx: Context, row: FileImport) -> FileImport | None:
    """Return the latest import that took the very same file into the same list and was not undone."""
    same = FileImport.outcome["sha256"].as_string() == row.outcome["sha256"]
    wanted = sa.select(FileImport).where(FileImport.resource == row.resource, FileImport.state == "done", same,
                                         FileImport.id != row.id)  # fmt: skip
    found: FileImport | None = ctx.one(wanted.order_by(FileImport.id.desc()).limit(1))
    return found


def status(ctx: Context, row: FileImport) -> tuple[str, int, str]:
    """Return the state, how far it is, and what stopped it: a job that gave up leaves its import failed."""
    if row.state != "running":
        return row.state, 100, str(row.outcome.get("problem", ""))
    found = ctx.rows(sa.select(Job.state, Job.progress, Job.error).where(Job.id == row.job_id,
                                                                          Job.tenant_id == ctx.tenant.id))  # fmt: skip
    if not found or found[0].state == "failed":
        # An import that could not be taken back is as done as before.
        stays = "done" if row.outcome.get("step") == "undo" else "failed"
        return stays, 0, found[0].error if found else "Its job is gone; start it again."
    return "running", max(found[0].progress, ctx.kernel.progress.get(row.job_id or 0, 0)), ""


def faults_of(ctx: Context, row: FileImport) -> list[dict[str, Any]]:
    """Return every faulty row of the last check: its number in the file, its cells, its errors by field."""
    stored = row.outcome.get("faults_as")
    if not stored or not (path := _path(ctx, stored)).exists():
        return []
    found: list[dict[str, Any]] = orjson.loads(path.read_bytes())
    return found


def summary(ctx: Context, row: FileImport) -> dict[str, Any]:
    """Return an import as the API tells it."""
    state, progress, problem = status(ctx, row)
    same = twin(ctx, row)
    told = {name: row.outcome.get(name) for name in ("created", "updated", "unchanged", "faulty", "columns", "undone")}
    return {
        "id": row.id, "version": row.version, "resource": row.resource, "name": row.name, "mode": row.mode,
        "mapping": row.mapping, "rows": row.rows, "state": state, "step": row.outcome.get("step"),
        "progress": progress, "problem": problem, **told, "same_file_as": same.id if same is not None else None,
        "can_undo": state == "done", "created_at": row.created_at, "job_id": row.job_id,
    }  # fmt: skip


# -- the work ------------------------------------------------------------------------------------------------


@job("kernel.work_on_import", tries=3)
def work_on_import(ctx: Context, import_id: int, step: str, all_or_nothing: bool = True) -> dict[str, Any]:
    """Check, take or take back a file; run again after a worker died, it has its effect once."""
    row = find_import(ctx, import_id, lock=True)
    if row.state != "running" or row.outcome.get("step") != step:
        return {"state": row.state}
    if step == "check":
        _check(ctx, row)
    elif step == "run":
        _run(ctx, row)
    else:
        _take_back(ctx, row, all_or_nothing=all_or_nothing)
    return {"state": row.state}


def _start(ctx: Context, row: FileImport, step: str, **arguments: Any) -> None:
    ctx.operation = ctx.operation or f"{row.resource}.import"
    row.state, row.outcome = "running", {**row.outcome, "step": step, "problem": ""}
    ctx.db.flush()
    row.job_id = ctx.enqueue("kernel.work_on_import", import_id=row.id, step=step, **arguments)


def _check(ctx: Context, row: FileImport) -> None:
    resource, file = importable(ctx, row.resource), _file(ctx, row)
    import_id = row.id
    result = _load(ctx, resource, row, file, dry_run=True)
    row = find_import(ctx, import_id)
    _keep_faults(ctx, row, file, result.errors)
    counts = {"created": result.created, "updated": result.updated, "unchanged": result.unchanged}
    row.outcome = {**row.outcome, **counts, "faulty": len(result.errors), "step": "check", "problem": ""}
    row.state = "checked"


def _run(ctx: Context, row: FileImport) -> None:
    resource, file = importable(ctx, row.resource), _file(ctx, row)
    import_id = row.id
    ctx.operation = f"{resource.key}.import"
    try:
        with attempt(ctx):
            result = _load(ctx, resource, row, file, dry_run=False)
            ctx.db.flush()
            undo_data = undoing.note(ctx, resource, [identity for identity in result.ids if identity is not None])
    except Problem as problem:
        row = find_import(ctx, import_id)
        row.state, row.outcome = "failed", {**_told(row), "step": "run", "problem": problem.detail}
        _keep_faults(ctx, row, file, _by_row(problem))
        return
    row = find_import(ctx, import_id)
    counts = {"created": result.created, "updated": result.updated, "unchanged": result.unchanged}
    outcome = {**_told(row), **counts, "faulty": 0, "step": "run", "problem": ""}
    row.state = "done"
    ctx.db.flush()
    # Written past the audit trail, which tells of every record itself.
    ctx.update_rows(FileImport, [{"id": import_id, "outcome": outcome, "undo": undo_data}])
    ctx.db.expire(row)


def _take_back(ctx: Context, row: FileImport, *, all_or_nothing: bool) -> None:
    ctx.operation = f"{row.resource}.import"
    told = undoing.take_back(ctx, importable(ctx, row.resource), row.undo, all_or_nothing=all_or_nothing)
    row.state = "undone" if told["taken_back"] else "done"
    row.outcome = {**row.outcome, "undone": {**told, "kept": told["kept"][:MOST_TOLD]}}


def _load(ctx: Context, resource: Resource, row: FileImport, file: ImportFile, *, dry_run: bool) -> Loaded:
    rows = file.rows(ctx.shape(resource), row.mapping)
    return load_rows(ctx, resource, rows, dry_run=dry_run, mode=row.mode, trusted=False, numbers=file.numbers)


def _file(ctx: Context, row: FileImport) -> ImportFile:
    path = _path(ctx, row.stored_as)
    if not path.exists():
        raise Refused("FILE_GONE", "The file is not kept any more; send it again.")
    return read_import_file(row.name, path.read_bytes())


def _by_row(problem: Problem) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {}
    for name, texts in problem.errors.items():
        head, _, rest = name.partition(".")
        number, _, field = rest.partition(".")
        if head == "rows" and number.isdecimal():
            found.setdefault(int(number), {})[field] = texts
    return found


def _told(row: FileImport) -> dict[str, Any]:
    """Return what stays true of the file whatever becomes of it."""
    return {name: row.outcome[name] for name in ("sha256", "size", "kind", "header", "columns")}


def _require(ctx: Context, row: FileImport, *allowed: str) -> None:
    state, _, _ = status(ctx, row)
    again = state == "failed" and row.outcome.get("step") == "run" and "checked" in allowed
    if state in allowed or again:
        return
    raise Refused("INVALID_STATE", f"This import is {state}; that is possible when it is {' or '.join(allowed)}.",
                  state=state, allowed=list(allowed))  # fmt: skip


# -- files ---------------------------------------------------------------------------------------------------


def _keep_faults(ctx: Context, row: FileImport, file: ImportFile, errors: dict[int, dict[str, list[str]]]) -> None:
    _forget_faults(ctx, row)
    if not errors:
        return
    at = {number: index for index, number in enumerate(file.numbers)}
    rows = [
        {"row": number, "errors": told, "cells": file.values(at[number]) if number in at else []}
        for number, told in sorted(errors.items())
    ]
    content = orjson.dumps(rows, default=str)
    kept = files.keep(ctx.kernel.config.instance, ctx.tenant.id, io.BytesIO(content), len(content))
    ctx.on_rollback(lambda: _path(ctx, kept.stored_as).unlink(missing_ok=True))
    row.outcome = {**row.outcome, "faults_as": kept.stored_as}


def _forget_faults(ctx: Context, row: FileImport) -> None:
    if stored := row.outcome.get("faults_as"):
        ctx.after_commit(lambda: _path(ctx, stored).unlink(missing_ok=True))
        row.outcome = {name: value for name, value in row.outcome.items() if name != "faults_as"}


def _drop_files(ctx: Context, row: FileImport) -> None:
    for stored in (row.stored_as, row.outcome.get("faults_as")):
        if stored:
            ctx.after_commit(lambda stored=stored: _path(ctx, stored).unlink(missing_ok=True))


def _path(ctx: Context, stored_as: str) -> Path:
    return files.path_of(ctx.kernel.config.instance, ctx.tenant.id, stored_as)


@job("kernel.forget_imports")
def forget_imports(ctx: Context) -> dict[str, int]:
    """Forget imports older than thirty days, and their files."""
    old = ctx.all(sa.select(FileImport).where(FileImport.created_at < ctx.now() - KEPT, FileImport.state != "running"))
    for row in old:
        _drop_files(ctx, row)
        ctx.db.delete(row)
    return {"forgotten": len(old)}


schedule("kernel.forget_imports.nightly", job="kernel.forget_imports", cron="25 3 * * *")
