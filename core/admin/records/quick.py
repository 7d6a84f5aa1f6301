"""A new record in a sheet over the page that needs it: the same form as a fragment, and what was made as its answer."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from core.actions.context import Context
from core.admin.forms.pickers import label_of_row
from core.admin.frame.visit import Visit, show
from core.admin.records.beside import bare_frame
from core.admin.records.view import RecordView
from core.plugins.declarations import Resource
from core.resources.reading import read_one


def in_sheet() -> bool:
    """Whether a sheet asks: it wants the form alone."""
    return bool(request.headers.get("X-Fragment"))


def show_in_sheet(visit: Visit, ctx: Context, view: RecordView, status: int, **said: Any) -> Response:
    """Show the form of a new record without the frame around it: what the frame reads is not read."""
    return show(bare_frame(visit, ctx), "records/quick.html", status, view=view, **said)


def answer_made(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Tell the sheet what was made, so that a picker can choose it and a note can lead to it."""
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        label = label_of_row(shape, read_one(ctx, shape, record_id))
    made = jsonify(id=str(record_id), label=label, url=f"/{resource.path}/{record_id}", kind=resource.singular)
    made.status_code = 201
    return made
