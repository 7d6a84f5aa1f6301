"""Export and import over HTTP: streamed out, checked whole on the way in."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import marshmallow as ma
import sqlalchemy as sa
from flask import Response, request, send_file, stream_with_context

from core.actions.context import Context
from core.actions.exporting import export_cells, export_header, export_names
from core.actions.import_files import read_import_file
from core.actions.importing import load_rows, without_derived
from core.actions.unit import Answer
from core.errors import BadRequest, Invalid, TooLarge
from core.plugins.declarations import Query
from core.resources.kinds import plain_json
from core.resources.reading import ListRequest, stream_rows
from core.resources.shape import Field, Shape
from core.resources.tables import MOST_ROWS, write_csv, write_xlsx
from core.web.answering import csv_file
from core.web.bodies import parse_json, write_json
from core.web.current import kernel
from core.web.endpoints import Endpoint
from core.web.questions import flag, one_of

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MODES = ("upsert", "create", "update")


def export(ctx: Context, shape: Shape, asked: ListRequest) -> Response:
    """Answer a list as a CSV, XLSX or JSON file, rows read in chunks by cursor."""
    resource = shape.resource
    kind = one_of("format", "csv", "xlsx", "json")
    names = export_names(shape, asked.fields)
    reach = ctx.restriction(resource, "export")
    asked = replace(asked, fields=tuple(names), sort=asked.sort or "id", condition=sa.and_(*reach) if reach else None)
    # The first chunk is read at once: what is wrong with the request is answered as such, not as a broken file.
    chunks = stream_rows(ctx, shape, asked)
    name = f"{resource.path.replace('/', '-')}.{kind}"
    if kind == "xlsx":
        target = io.BytesIO()
        write_xlsx(target, export_header(shape, names), export_cells(ctx, shape, names, chunks))
        target.seek(0)
        return send_file(target, SHEET, as_attachment=True, download_name=name)
    tenant_id, actor = ctx.tenant.id, ctx.actor

    def generate() -> Iterator[str]:
        with kernel().unit(tenant_id, actor, readonly=True) as own:
            rows = stream_rows(own, own.shape(resource), asked)
            if kind == "json":
                yield from _json(rows)
            else:
                yield from write_csv(export_header(shape, names), export_cells(own, shape, names, rows))

    media = "application/json" if kind == "json" else "text/csv; charset=utf-8"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    next(iter(chunks), None)
    return Response(stream_with_context(generate()), headers=headers, content_type=media)


def _json(chunks: Any) -> Iterator[str]:
    yield "["
    first = True
    for rows in chunks:
        text = write_json(rows)[1:-1]
        yield text if first else f",{text}"
        first = False
    yield "]"


def report_csv(query: Query, rows: list[dict[str, Any]]) -> Answer:
    """Answer a report as CSV."""
    cells = ([row.get(item.name) for item in query.columns] for row in rows)
    return csv_file(query.path.rsplit("/", 1)[-1], [item.label for item in query.columns], cells)


def groups_csv(shape: Shape, keys: Sequence[Field], sums: Sequence[str], groups: Sequence[dict[str, Any]]) -> Answer:
    """Answer the groups of a list as CSV; a reference stands there by its name."""
    header = [*(item.label for item in keys), "Count", *(shape.fields[name].label for name in sums)]
    names = [*(item.label_name if item.reference is not None else item.name for item in keys), "count", *sums]
    return csv_file(
        shape.resource.path.replace("/", "-"), header, ([group.get(name) for name in names] for group in groups)
    )


def report_xlsx(query: Query, rows: list[dict[str, Any]]) -> Response:
    """Answer a report as a spreadsheet."""
    target = io.BytesIO()
    cells = ([row.get(item.name) for item in query.columns] for row in rows)
    write_xlsx(target, [item.label for item in query.columns], cells)
    target.seek(0)
    return send_file(target, SHEET, as_attachment=True, download_name=f"{query.path.rsplit('/', 1)[-1]}.xlsx")


def load(ctx: Context, endpoint: Endpoint, _ids: list[int]) -> Answer:
    """Take an uploaded file (multipart `file`), raw CSV/XLSX or JSON rows along the import road."""
    resource = endpoint.resource
    assert resource is not None
    dry_run = flag("dry_run")
    mode = request.args.get("mode", request.form.get("mode", "upsert"))
    if mode not in MODES:
        raise Invalid({"mode": [f"Must be one of: {', '.join(MODES)}."]})
    shape = ctx.shape(resource)
    rows, numbers = _rows(shape)
    result = load_rows(ctx, resource, rows, dry_run=dry_run, mode=mode, trusted=False, numbers=numbers)
    return Answer(200, write_json({**result.as_dict(), "dry_run": dry_run}))


def _mapping() -> dict[str, str]:
    text = request.form.get("mapping")
    found = parse_json(text.encode()) if text else {}
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found.values()):
        raise Invalid({"mapping": ["Must be a JSON object of column names and field names."]})
    try:
        return cast(dict[str, str], plain_json(found))
    except ma.ValidationError as error:
        raise Invalid({"mapping": [str(text) for text in error.messages]}) from None


def _rows(shape: Shape) -> tuple[list[dict[str, Any]], list[int]]:
    if request.mimetype == "application/json":
        body = parse_json(request.get_data(cache=True))
        rows = body.get("rows") if isinstance(body, dict) else body
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadRequest("Send a JSON list of objects, or {rows: [...]}.")
        if len(rows) > MOST_ROWS:
            raise TooLarge(f"The body has more than {MOST_ROWS} rows; split it.")
        return [without_derived(shape, row) for row in rows], []
    upload = request.files.get("file")
    if upload is not None:
        # An operation that is tried again reads its upload again.
        upload.seek(0)
    content = upload.read() if upload is not None else request.get_data(cache=True)
    if not content:
        raise Invalid({"file": ["Send a CSV or XLSX file."]})
    read = read_import_file((upload.filename if upload else None) or "", content)
    return read.rows(shape, _mapping()), read.numbers
