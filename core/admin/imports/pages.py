"""An import as pages: send a file, name its columns, see every fault, take it, take it back. One page a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from core.actions.context import Context
from core.actions.exporting import export_names
from core.actions.unit import Answer, perform
from core.admin.frame.visit import Crumb, Note, Visit, frame, go, show
from core.admin.imports.view import LastImport, chosen_fields, import_view, last_imports
from core.admin.records.pages import crumb, said
from core.desk import imports as taking
from core.desk.models import FileImport
from core.errors import Invalid, NotFound, Problem
from core.plugins.declarations import Resource
from core.web.answering import respond
from core.web.imports import faults_csv

MODES = (
    ("upsert", "Add new records and change known ones"),
    ("create", "Only add new records; a known one is a fault"),
    ("update", "Only change known records; an unknown one is a fault"),
)
Step = Callable[[Context, FileImport], None]


def import_form(visit: Visit, resource: Resource) -> Response:
    """Show where to send a file, and the last imports."""
    return _start_page(visit, resource)


def import_file(visit: Visit, resource: Resource) -> Response:
    """Keep a file that was sent, and go on with its columns."""
    made: list[int] = []

    def work(ctx: Context) -> Answer:
        taking.importable(ctx, resource.key)
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise Invalid({"file": ["Choose a file first."]})
        # An operation that is tried again reads its upload again.
        sent.seek(0)
        made[:] = [taking.upload(ctx, resource, sent.filename, sent.stream, request.form.get("mode") or "upsert").id]
        return Answer(200, "")

    try:
        perform(visit.kernel, visit.actor, work)
    except Problem as problem:
        return _start_page(visit, resource, problem)
    return go(_url(resource, made[0]))


def show_import(visit: Visit, resource: Resource, import_id: int) -> Response:
    """Show the step that an import stands at; `?step=columns` leads back to its columns."""
    return _step_page(visit, resource, import_id)


def map_columns(visit: Visit, resource: Resource, import_id: int) -> Response:
    """Keep what the columns are, and check the file."""

    def step(ctx: Context, row: FileImport) -> None:
        taking.set_mapping(ctx, row, chosen_fields(row), request.form.get("mode", ""))
        taking.check(ctx, row)

    return _do(visit, resource, import_id, step)


def check_import(visit: Visit, resource: Resource, import_id: int) -> Response:
    """Check a file again."""
    return _do(visit, resource, import_id, taking.check)


def run_import(visit: Visit, resource: Resource, import_id: int) -> Response:
    """Take a file that was checked."""
    return _do(visit, resource, import_id, taking.run)


def undo_import(visit: Visit, resource: Resource, import_id: int) -> Response:
    """Take an import back."""
    whole = request.form.get("how", "all") != "possible"
    return _do(visit, resource, import_id, lambda ctx, row: taking.undo(ctx, row, all_or_nothing=whole))


def remove_import(visit: Visit, resource: Resource, import_id: int) -> Response:
    """Forget an import and its file."""

    def work(ctx: Context) -> Answer:
        taking.remove(ctx, _find(ctx, resource, import_id))
        return Answer(200, "")

    try:
        perform(visit.kernel, visit.actor, work)
    except Problem as problem:
        return _step_page(visit, resource, import_id, problem)
    return go(f"/{resource.path}/import", Note("The import and its file are forgotten; the records stay."))


def import_progress(visit: Visit, resource: Resource, import_id: int) -> Response:
    """Answer how far an import is; once it is over, the whole page is to be read again."""
    with visit.reading() as ctx:
        row = _find(ctx, resource, import_id)
        view = import_view(ctx, resource, row)
        page = frame(visit, ctx, row.name)
    response = show(page, "imports/progress.html", view=view)
    if view.state != "running":
        response.headers["HX-Refresh"] = "true"
    return response


def faulty_rows(visit: Visit, resource: Resource, import_id: int) -> Response:
    """Answer the faulty rows as a file to correct, with what is wrong in a column of its own."""
    with visit.reading() as ctx:
        return respond(faults_csv(ctx, _find(ctx, resource, import_id), f"{resource.path.replace('/', '-')}-faults"))


def _do(visit: Visit, resource: Resource, import_id: int, step: Step) -> Response:
    def work(ctx: Context) -> Answer:
        step(ctx, _find(ctx, resource, import_id, lock=True))
        return Answer(200, "")

    try:
        perform(visit.kernel, visit.actor, work)
    except Problem as problem:
        return _step_page(visit, resource, import_id, problem)
    return go(_url(resource, import_id))


def _find(ctx: Context, resource: Resource, import_id: int, *, lock: bool = False) -> FileImport:
    taking.importable(ctx, resource.key)
    row = taking.find_import(ctx, import_id, lock=lock)
    if row.resource != resource.key:
        raise NotFound("There is no such import.")
    return row


def _url(resource: Resource, import_id: int) -> str:
    return f"/{resource.path}/import/{import_id}"


def _start_page(visit: Visit, resource: Resource, problem: Problem | None = None) -> Response:
    with visit.reading() as ctx:
        taking.importable(ctx, resource.key)
        shape = ctx.shape(resource)
        page = frame(visit, ctx, f"Import {resource.title.lower()}", crumb(resource))
        last: list[LastImport] = last_imports(ctx, resource)
    page.pickers = False
    names = [name.removesuffix("_id") if shape.fields[name].reference else name for name in export_names(shape)]
    view: dict[str, Any] = {
        "url": f"/{resource.path}/import", "cancel_url": f"/{resource.path}", "columns": names, "last": last,
        "modes": MODES, "mode": request.form.get("mode", "upsert"), "title": resource.title,
        "sample_url": f"/api/v1/{resource.path}/export?format=csv",
        "fault": " ".join(text for texts in problem.errors.values() for text in texts) if problem else "",
    }  # fmt: skip
    status = problem.status if problem else 200
    return show(page, "imports/start.html", status, view=view, problem=_said(problem))


def _step_page(visit: Visit, resource: Resource, import_id: int, problem: Problem | None = None) -> Response:
    with visit.reading() as ctx:
        row = _find(ctx, resource, import_id)
        view = import_view(ctx, resource, row, problem)
        page = frame(visit, ctx, row.name, crumb(resource), Crumb("Import", f"/{resource.path}/import"))
    page.pickers = False
    status = problem.status if problem else 200
    return show(page, f"imports/{view.page}.html", status, view=view, modes=MODES, problem=_said(problem))


def _said(problem: Problem | None) -> dict[str, Any] | None:
    told = said(problem)
    if told is not None and isinstance(problem, Invalid):
        told["detail"] = " ".join(text for texts in problem.errors.values() for text in texts)
    return told
