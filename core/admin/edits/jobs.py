"""An edit that jobs do, as a page: what it is about to change, how far it is, what was refused and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response

from core.actions.context import Context
from core.actions.editing import Edited
from core.actions.unit import Answer, perform
from core.admin.edits.bulk import STATES, PreviewRow, preview_row
from core.admin.frame.visit import Note, Visit, frame, go, show
from core.admin.lists.page import cell_of
from core.admin.records.pages import crumb, said
from core.desk import edits as editing
from core.desk.conditions import has_conditions
from core.desk.models import BulkEdit
from core.errors import NotFound, Problem
from core.plugins.declarations import Resource
from core.resources.shape import Shape
from core.web.answering import respond
from core.web.edits import refusals_csv

SHOWN = 100
Step = Callable[[Context, BulkEdit], None]


@dataclass(frozen=True)
class JobView:
    """An edit as its page shows it."""

    url: str
    list_url: str
    records_url: str
    count: str
    title: str
    singular: str
    state: str
    word: str
    tone: str
    problem: str
    asked: list[tuple[str, str]]
    total: int
    done: int
    changed: int
    unchanged: int
    refused: int
    restored: int
    kept: int
    progress: int
    columns: list[str]
    rows: list[PreviewRow]
    refusals: list[dict[str, Any]]
    stays: list[dict[str, Any]]
    can_undo: bool


def show_edit(visit: Visit, resource: Resource, edit_id: int) -> Response:
    """Show an edit at its step: the preview, the work, or what came of it."""
    return _page(visit, resource, edit_id)


def run_edit(visit: Visit, resource: Resource, edit_id: int) -> Response:
    """Start an edit, or go on with one that was stopped."""
    return _do(visit, resource, edit_id, editing.run)


def cancel_edit(visit: Visit, resource: Resource, edit_id: int) -> Response:
    """Stop an edit behind the part at hand."""
    return _do(visit, resource, edit_id, editing.cancel)


def undo_edit(visit: Visit, resource: Resource, edit_id: int) -> Response:
    """Take an edit back."""
    return _do(visit, resource, edit_id, editing.undo)


def remove_edit(visit: Visit, resource: Resource, edit_id: int) -> Response:
    """Forget an edit."""
    note = Note("The edit is forgotten; the records stay as they are.")
    return _do(visit, resource, edit_id, editing.remove, go(f"/{resource.path}", note))


def edit_progress(visit: Visit, resource: Resource, edit_id: int) -> Response:
    """Answer how far an edit is; once it is over, the whole page is to be read again."""
    with visit.reading() as ctx:
        view = _view(ctx, resource, _find(ctx, resource, edit_id))
        page = frame(visit, ctx, view.count)
    response = show(page, "edits/progress.html", view=view)
    if view.state not in editing.AT_WORK:
        response.headers["HX-Refresh"] = "true"
    return response


def refused_records(visit: Visit, resource: Resource, edit_id: int) -> Response:
    """Answer the records that were not changed as a file, each with its reason."""
    with visit.reading() as ctx:
        return respond(refusals_csv(ctx, _find(ctx, resource, edit_id), f"{resource.path.replace('/', '-')}-refused"))


def _find(ctx: Context, resource: Resource, edit_id: int, *, lock: bool = False) -> BulkEdit:
    editing.editable(ctx, resource.key)
    row = editing.find_edit(ctx, edit_id, lock=lock)
    if row.resource != resource.key:
        raise NotFound("There is no such edit.")
    return row


def _do(visit: Visit, resource: Resource, edit_id: int, step: Step, then: Response | None = None) -> Response:
    def work(ctx: Context) -> Answer:
        step(ctx, _find(ctx, resource, edit_id, lock=True))
        return Answer(200, "")

    try:
        perform(visit.kernel, visit.actor, work)
    except Problem as problem:
        return _page(visit, resource, edit_id, problem)
    return then or go(f"/{resource.path}/edits/{edit_id}")


def _page(visit: Visit, resource: Resource, edit_id: int, problem: Problem | None = None) -> Response:
    with visit.reading() as ctx:
        view = _view(ctx, resource, _find(ctx, resource, edit_id))
        page = frame(visit, ctx, f"Edit {view.count}", crumb(resource))
    page.pickers = False
    return show(page, "edits/job.html", problem.status if problem else 200, view=view, problem=said(problem))


def _view(ctx: Context, resource: Resource, row: BulkEdit) -> JobView:
    shape = ctx.shape(resource)
    state, problem = editing.status(ctx, row)
    counts, foreseen = editing.counts_of(ctx, row), editing.foreseen(row)
    names = [name for name in (*row.asked["values"], *row.asked["adjust"]) if name in shape.fields]
    word, tone = STATES[state]
    noun = (resource.title if row.total != 1 else resource.singular).lower()
    return JobView(
        url=f"/{resource.path}/edits/{row.id}", list_url=_list_url(resource, row),
        records_url=f"/{resource.path}", count=f"{row.total:,} {noun}",
        title=resource.title, singular=resource.singular, state=state, word=word, tone=tone, problem=problem,
        asked=_asked(ctx, shape, row, names, foreseen), total=row.total, **counts,
        progress=editing.progress_of(row, counts), columns=[shape.fields[name].label for name in names],
        rows=[preview_row(ctx, shape, names, told) for told in foreseen] if state == "ready" else [],
        refusals=editing.refusals_of(ctx, row, SHOWN) if state not in ("ready", "undone") else [],
        stays=editing.kept_of(ctx, row, SHOWN), can_undo=editing.can_undo(ctx, row),
    )  # fmt: skip


def _list_url(resource: Resource, row: BulkEdit) -> str:
    where = row.asked["where"] or {"search": "", "filters": {}}
    words = where["search"]
    # A word with a colon is only a word where it stands in quotes.
    pairs = [("search", f'"{words}"' if has_conditions(words) else words)] if words else []
    pairs += [(name, text) for name, texts in where["filters"].items() for text in texts]
    return f"/{resource.path}" + (f"?{urlencode(pairs)}" if pairs else "")


def _asked(
    ctx: Context, shape: Shape, row: BulkEdit, names: list[str], foreseen: list[Edited]
) -> list[tuple[str, str]]:  # fmt: skip
    """Return what becomes of each field, in words."""
    told = []
    for name in names:
        item = shape.fields[name]
        for how, by in row.asked["adjust"].get(name, {}).items():
            told.append((item.label, f"raise by {by} %" if how == "percent" else f"raise by {by}"))
        if name in row.asked["values"]:
            value = row.asked["values"][name]
            # A record that took it knows what a reference is called.
            after = next((one.after for one in foreseen if name in one.fields), {name: value})
            text = cell_of(ctx, shape, item, after, shape.model, exact=True).text
            told.append((item.label, f"set to {text}" if text else "clear"))
    return told
