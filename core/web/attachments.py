"""Files over HTTP: multipart in, always a download out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, request, send_file

from core.actions.attachments import attach, attachment, attachments_of, detach, viewable
from core.actions.context import Context
from core.actions.unit import Answer
from core.errors import Invalid
from core.resources.reading import read_one
from core.services.files import PDF
from core.web.bodies import write_json
from core.web.endpoints import Endpoint

SEALED = "sandbox; default-src 'none'; frame-ancestors 'none'"
# A browser that shows a picture by itself wraps it into a page with a style of its own.
PICTURE = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
# Browsers show a PDF with a viewer of their own, whose buttons need scripts; the sandbox lets it have those and nothing
# else: an origin of its own, no way out of its frame. As an attribute of the frame no sandbox lets any viewer in.
FRAMED = (
    "sandbox allow-scripts; default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)


def show(ctx: Context, endpoint: Endpoint, ids: list[int]) -> Answer:
    """List the files of a record that the actor may read."""
    assert endpoint.resource is not None
    read_one(ctx, ctx.shape(endpoint.resource), ids[0])
    return Answer(200, write_json({"items": attachments_of(ctx, endpoint.resource, ids[0])}))


def download(ctx: Context, endpoint: Endpoint, ids: list[int]) -> Response:
    """Answer a file as a download that no browser runs."""
    assert endpoint.resource is not None
    read_one(ctx, ctx.shape(endpoint.resource), ids[0])
    row, path = attachment(ctx, endpoint.resource, ids[0], ids[1])
    response = send_file(path.absolute(), row.media_type, as_attachment=True, download_name=row.name, etag=row.sha256)
    return _kept_in(response, SEALED)


def preview(ctx: Context, endpoint: Endpoint, ids: list[int]) -> Response:
    """Answer a picture or a PDF as something that a page of ours shows, and that nothing can run in."""
    assert endpoint.resource is not None
    read_one(ctx, ctx.shape(endpoint.resource), ids[0])
    row, path = viewable(ctx, endpoint.resource, ids[0], ids[1])
    response = send_file(path.absolute(), row.media_type, download_name=row.name, etag=row.sha256)
    return _kept_in(response, FRAMED if row.media_type == PDF else PICTURE)


def _kept_in(response: Response, policy: str) -> Response:
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


FILES: Mapping[str, Callable[[Context, Endpoint, list[int]], Response]] = {"file": download, "files.preview": preview}


def upload(ctx: Context, endpoint: Endpoint, ids: list[int]) -> Answer:
    """Keep the multipart part `file` beside a record."""
    assert endpoint.resource is not None
    _check_record(ctx, endpoint, ids[0])
    sent = request.files.get("file")
    if sent is None:
        raise Invalid({"file": ["Send a multipart form with a part named file."]})
    # An operation that is tried again reads its upload again.
    sent.seek(0)
    row = attach(ctx, endpoint.resource, ids[0], sent.filename or "", sent.stream)
    ctx.db.flush()
    found = [item for item in attachments_of(ctx, endpoint.resource, ids[0]) if item["id"] == row.id]
    return Answer(201, write_json(found[0]))


def remove(ctx: Context, endpoint: Endpoint, ids: list[int]) -> Answer:
    """Take a file away from a record."""
    assert endpoint.resource is not None
    _check_record(ctx, endpoint, ids[0])
    detach(ctx, endpoint.resource, ids[0], ids[1])
    return Answer(204, "")


def _check_record(ctx: Context, endpoint: Endpoint, record_id: int) -> None:
    assert endpoint.resource is not None
    for verb in ("read", "attach"):
        read_one(ctx, ctx.shape(endpoint.resource), record_id, verb)
