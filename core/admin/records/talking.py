"""Forms beside a record: a comment said, corrected, withdrawn; files added and removed. The record is not touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from core.actions.attachments import attach, detach
from core.actions.context import Context
from core.actions.unit import Answer, perform
from core.admin.frame.visit import Note, Visit, go
from core.admin.records.beside import beside_of, show_beside
from core.desk.comments import correct, say, withdraw
from core.errors import Forbidden, Invalid, Problem
from core.plugins.declarations import Resource
from core.resources.reading import read_one

MOST_FILES = 20
Work = Callable[[Context], Any]


def add_comment(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Say something about a record."""
    text = request.form.get("text", "")
    return _do(visit, resource, record_id, "comments", lambda ctx: say(ctx, resource, record_id, text), text)


def change_comment(visit: Visit, resource: Resource, record_id: int, comment_id: int) -> Response:
    """Correct a comment, or withdraw it where the button says so."""
    if request.form.get("_withdraw"):
        return _do(visit, resource, record_id, "comments", lambda ctx: withdraw(ctx, resource, record_id, comment_id))
    text = request.form.get("text", "")
    return _do(visit, resource, record_id, "comments", lambda ctx: correct(ctx, resource, record_id, comment_id, text))


def add_files(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Keep files beside a record."""
    sent = [item for item in request.files.getlist("file") if item.filename]

    def work(ctx: Context) -> None:
        _check(ctx, resource, record_id)
        if not 0 < len(sent) <= MOST_FILES:
            raise Invalid({"file": [f"Choose 1 to {MOST_FILES} files."]})
        for item in sent:
            # An operation that is tried again reads its upload again.
            item.seek(0)
            attach(ctx, resource, record_id, item.filename or "", item.stream)

    return _do(visit, resource, record_id, "files", work)


def remove_file(visit: Visit, resource: Resource, record_id: int, file_id: int) -> Response:
    """Take a file away from a record."""

    def work(ctx: Context) -> None:
        _check(ctx, resource, record_id)
        detach(ctx, resource, record_id, file_id)

    return _do(visit, resource, record_id, "files", work)


def _check(ctx: Context, resource: Resource, record_id: int) -> None:
    needed = f"{resource.key}.attach"
    if not ctx.can(needed):
        raise Forbidden(f"You need the permission {needed}.", permission=needed)
    for verb in ("read", "attach"):
        read_one(ctx, ctx.shape(resource), record_id, verb)


def _do(visit: Visit, resource: Resource, record_id: int, tab: str, work: Work, typed: str = "") -> Response:
    """Do it, and show the part again: within the page where it asked for a fragment, else with the whole page."""
    problem: Problem | None = None

    def done(ctx: Context) -> Answer:
        work(ctx)
        return Answer(200, "")

    try:
        perform(visit.kernel, visit.actor, done)
    except Problem as error:
        problem = error
    said = {"problem": problem.detail, "typed": typed} if problem is not None else {}
    if not request.headers.get("HX-Request"):
        note = [Note(problem.detail, "bad")] if problem is not None else []
        if problem is not None and problem.status in (403, 404):
            raise problem
        return go(f"/{resource.path}/{record_id}?beside={tab}", *note)
    with visit.reading() as ctx:
        row = read_one(ctx, ctx.shape(resource), record_id)
        return show_beside(visit, ctx, beside_of(ctx, resource, row, tab, **said), problem)
