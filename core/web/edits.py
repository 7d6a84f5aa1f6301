"""Edits of everything that a list finds, over REST: previewed, run by jobs, stopped, gone on with, as in the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from core.actions.context import Context
from core.actions.unit import Answer
from core.desk import edits as editing
from core.desk.models import BulkEdit
from core.errors import Invalid
from core.web.answering import answer_read, answer_write, csv_file, json_object, route
from core.web.bodies import write_json
from core.web.editing import BODY, read_edit
from core.web.imports import as_file, of_resource
from core.web.json_schemas import Json
from core.web.questions import one_of

edits = Blueprint("edits", __name__, url_prefix="/api/v1", description="Changes of everything that a list finds.")
MOST_NAMED = 10_000
READS: Json = {"application/json": {"schema": {"type": "object", "required": ["resource"], "properties": {
    **{name: part for name, part in BODY["properties"].items() if name != "stamp"},
    "resource": {"type": "string", "description": "Key of the resource, such as inventory.item."},
    "run": {"type": "boolean", "default": False, "description": "Start it at once."},
}}}}  # fmt: skip
PARTS = ("ids", "where", "values", "adjust", "resource", "run")
HERE = "/api/v1/edits"
Step = Callable[[Context, BulkEdit], None]


@route(edits, "GET", "/edits", asks=of_resource)
def list_edits() -> Response:
    """Return the last edits, newest first; `resource` names whose."""
    key = request.args.get("resource", "")

    def read(ctx: Context) -> Answer:
        resource = editing.editable(ctx, key) if key else None
        found = [editing.summary(ctx, row) for row in editing.latest_edits(ctx, resource)]
        return Answer(200, write_json({"items": found}))

    return answer_read(read)


@route(edits, "POST", "/edits", reads=READS, answers=(201, 202))
def prepare_edit() -> Response:
    """Keep an edit with the records it finds, and tell what would become of the first of them.

    `{"resource": "inventory.item", "where": {"filters": {…}, "search": ""}, "values": {…}, "adjust": {…}}`; up to
    10,000 `ids` instead of `where`. With `"run": true` it is started at once: 202, and its address to look at.
    """
    body = json_object()
    if unknown := sorted(set(body) - set(PARTS)):
        raise Invalid({unknown[0]: [f"There is no such part; there are {', '.join(PARTS)}."]})
    key, start = body.get("resource"), body.get("run", False)
    if not isinstance(key, str):
        raise Invalid({"resource": ["Name the resource, such as inventory.item."]})
    if not isinstance(start, bool):
        raise Invalid({"run": ["Must be true or false."]})

    def work(ctx: Context) -> Answer:
        resource = editing.editable(ctx, key)
        row = editing.prepare(ctx, resource, read_edit(ctx, resource, body, MOST_NAMED))
        if start:
            editing.run(ctx, row)
        return Answer(202 if start else 201, write_json(_whole(ctx, row)))

    return answer_write(work, at=HERE)


@route(edits, "GET", "/edits/<int:edit_id>")
def show_edit(edit_id: int) -> Response:
    """Return one edit: what it asks, its preview, its state, how far it is, what was refused or not taken back."""
    return answer_read(lambda ctx: Answer(200, write_json(_whole(ctx, editing.find_edit(ctx, edit_id)))))


@route(edits, "GET", "/edits/<int:edit_id>/refusals", asks=as_file)
def show_refusals(edit_id: int) -> Response:
    """Return every record that was not changed and why; `format=csv` as a file."""
    csv = one_of("format", "json", "csv") == "csv"

    def read(ctx: Context) -> Answer:
        row = editing.find_edit(ctx, edit_id)
        if csv:
            return refusals_csv(ctx, row, f"edit-{edit_id}-refused")
        return Answer(200, write_json({"items": editing.refusals_of(ctx, row)}))

    return answer_read(read)


@route(edits, "POST", "/edits/<int:edit_id>/run", answers=(202,))
def run_edit(edit_id: int) -> Response:
    """Start an edit, or go on with one that was stopped; read it again to see how far it is."""
    return _step(edit_id, editing.run, 202)


@route(edits, "POST", "/edits/<int:edit_id>/cancel")
def cancel_edit(edit_id: int) -> Response:
    """Stop an edit behind the part at hand; what is changed stays changed."""
    return _step(edit_id, editing.cancel)


@route(edits, "POST", "/edits/<int:edit_id>/undo", answers=(202,))
def undo_edit(edit_id: int) -> Response:
    """Take an edit back: give back the values from before; what was changed since stays and is named."""
    return _step(edit_id, editing.undo, 202)


@route(edits, "DELETE", "/edits/<int:edit_id>", answers=(204,))
def remove_edit(edit_id: int) -> Response:
    """Forget an edit; the records stay as they are."""

    def work(ctx: Context) -> Answer:
        editing.remove(ctx, editing.find_edit(ctx, edit_id, lock=True))
        return Answer(204, "")

    return answer_write(work)


def refusals_csv(ctx: Context, row: BulkEdit, name: str) -> Answer:
    """Answer the records that were not changed, each with its reason, as a file."""
    lines = ([told["id"], told["label"], told["reason"]] for told in editing.refusals_of(ctx, row))
    return csv_file(name, ["Id", "Record", "Reason"], lines)


def _whole(ctx: Context, row: BulkEdit) -> dict[str, Any]:
    return {**editing.summary(ctx, row), "preview": [item.as_dict() for item in editing.foreseen(row)]}


def _step(edit_id: int, step: Step, status: int = 200) -> Response:
    def work(ctx: Context) -> Answer:
        row = editing.find_edit(ctx, edit_id, lock=True)
        step(ctx, row)
        ctx.db.flush()
        return Answer(status, write_json(_whole(ctx, row)))

    return answer_write(work, at=HERE)
