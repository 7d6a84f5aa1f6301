"""Files on their way in, over REST: uploaded, mapped, checked, taken and taken back, step by step as in the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from flask import Response, request
from flask_smorest import Blueprint

from core.actions.arguments import check_arguments
from core.actions.context import Context
from core.actions.unit import Answer
from core.desk import imports as taking
from core.desk.models import FileImport
from core.errors import Invalid
from core.web.answering import answer_read, answer_write, csv_file, json_object, route
from core.web.bodies import write_json
from core.web.json_schemas import upload
from core.web.questions import one_of

imports = Blueprint("imports", __name__, url_prefix="/api/v1", description="Files on their way in, step by step.")
FORM = upload(resource="Key of the resource, such as inventory.item.", mode="upsert, create or update.")
Step = Callable[[Context, FileImport], None]


def of_resource(*, resource: str = "") -> None:
    """Say whose imports or edits are meant; left out, all of them."""


def as_file(*, format: Literal["json", "csv"] = "json") -> None:
    """Say whether a table is to be a file."""


def mapped(*, mapping: dict[str, Any] | None = None, mode: str = "") -> None:
    """Say which field each column is taken into, and the mode."""


def taken_back(*, all_or_nothing: bool = True) -> None:
    """Say whether an import is taken back as far as it goes."""


@route(imports, "GET", "/imports", asks=of_resource)
def list_imports() -> Response:
    """Return the last imports, newest first; `resource` names whose."""
    key = request.args.get("resource", "")

    def read(ctx: Context) -> Answer:
        resource = taking.importable(ctx, key) if key else None
        found = [taking.summary(ctx, row) for row in taking.latest_imports(ctx, resource)]
        return Answer(200, write_json({"items": found}))

    return answer_read(read)


@route(imports, "POST", "/imports", reads=FORM, answers=(201,))
def upload_file() -> Response:
    """Keep a file and guess its columns: a multipart form with `file`, `resource` and perhaps `mode`."""
    if "Idempotency-Key" in request.headers:
        # Once its parts are read, the body as a whole is gone.
        request.get_data(cache=True)
    sent = request.files.get("file")
    if sent is None:
        raise Invalid({"file": ["Send a multipart form with a part named file."]})

    def work(ctx: Context) -> Answer:
        # An operation that is tried again reads its upload again.
        sent.seek(0)
        resource = taking.importable(ctx, request.form.get("resource", ""))
        row = taking.upload(ctx, resource, sent.filename or "", sent.stream, request.form.get("mode") or "upsert")
        return Answer(201, write_json(taking.summary(ctx, row)))

    return answer_write(work, at="/api/v1/imports")


@route(imports, "GET", "/imports/<int:import_id>")
def show_import(import_id: int) -> Response:
    """Return one import: its columns, its state, how far it is, what came of it."""
    return answer_read(lambda ctx: Answer(200, write_json(taking.summary(ctx, taking.find_import(ctx, import_id)))))


@route(imports, "GET", "/imports/<int:import_id>/faults", asks=as_file)
def show_faults(import_id: int) -> Response:
    """Return every faulty row of the last check; `format=csv` as a file with a column of reasons."""
    csv = one_of("format", "json", "csv") == "csv"

    def read(ctx: Context) -> Answer:
        row = taking.find_import(ctx, import_id)
        if csv:
            return faults_csv(ctx, row, f"import-{import_id}-faults")
        return Answer(200, write_json({"items": taking.faults_of(ctx, row)}))

    return answer_read(read)


@route(imports, "PATCH", "/imports/<int:import_id>", reads=mapped)
def map_columns(import_id: int) -> Response:
    """Say which field each column is taken into, and the mode: `{"mapping": {"Column": "field"}, "mode": "upsert"}`."""
    body = check_arguments(mapped, json_object())
    mapping, mode = body["mapping"], body["mode"]
    if mapping is not None and not (isinstance(mapping, dict) and all(isinstance(n, str) for n in mapping.values())):
        raise Invalid({"mapping": ["Must be an object of column names and field names."]})

    def step(ctx: Context, row: FileImport) -> None:
        taking.set_mapping(ctx, row, row.mapping if mapping is None else mapping, mode)

    return _step(import_id, step)


@route(imports, "POST", "/imports/<int:import_id>/check")
def check_import(import_id: int) -> Response:
    """Do all of it and take it back: what is found wrong is told, nothing is stored."""
    return _step(import_id, taking.check)


@route(imports, "POST", "/imports/<int:import_id>/run")
def run_import(import_id: int) -> Response:
    """Take the rows by a job, all or none; read the import again to see how far it is."""
    return _step(import_id, taking.run)


@route(imports, "POST", "/imports/<int:import_id>/undo", reads=taken_back)
def undo_import(import_id: int) -> Response:
    """Take an import back by a job; with `{"all_or_nothing": false}` as far as it goes."""
    whole = check_arguments(taken_back, json_object())["all_or_nothing"]
    return _step(import_id, lambda ctx, row: taking.undo(ctx, row, all_or_nothing=whole))


@route(imports, "DELETE", "/imports/<int:import_id>", answers=(204,))
def remove_import(import_id: int) -> Response:
    """Forget an import and its file; the records stay as they are."""

    def work(ctx: Context) -> Answer:
        taking.remove(ctx, taking.find_import(ctx, import_id, lock=True))
        return Answer(204, "")

    return answer_write(work)


def faults_csv(ctx: Context, row: FileImport, name: str) -> Answer:
    """Answer the faulty rows as they came, each with its number and what is wrong with it, as a file."""
    header = [*(column["title"] for column in row.outcome["columns"]), "Row", "Reason"]
    lines = (
        [*_padded(found["cells"], len(header) - 2), found["row"], _reason(found["errors"])]
        for found in taking.faults_of(ctx, row)
    )
    return csv_file(name, header, lines)


def _padded(cells: list[Any], width: int) -> list[Any]:
    return [*cells, *[""] * (width - len(cells))][:width]


def _reason(errors: dict[str, list[str]]) -> str:
    return " ".join(f"{name}: {' '.join(texts)}" for name, texts in errors.items())


def _step(import_id: int, step: Step) -> Response:
    def work(ctx: Context) -> Answer:
        step(ctx, taking.find_import(ctx, import_id, lock=True))
        ctx.db.flush()
        return Answer(200, "")

    answer_write(work)
    # Read anew: a job that ran at once has moved it on.
    return answer_read(lambda ctx: Answer(200, write_json(taking.summary(ctx, taking.find_import(ctx, import_id)))))
