"""Pages of one record: new, open, save, delete. They call the same operations as the API and hold no rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from core.actions.context import Context
from core.actions.history import mark_questions
from core.actions.run import Call, Outcome, find_action, run_action
from core.actions.unit import Answer, perform
from core.admin.display.answers import blocks_of
from core.admin.forms.far_units import name_units_behind
from core.admin.forms.generated import BoundForm, Posted
from core.admin.forms.pickers import find_typed, label_of_row
from core.admin.frame.visit import Crumb, Note, Visit, frame, go, show
from core.admin.lists.page import may_change, may_write
from core.admin.lists.whence import list_url
from core.admin.records.beside import Beside, beside_of
from core.admin.records.conflict import conflict_of, merged, versions_of
from core.admin.records.copying import Copy, copy_of
from core.admin.records.quick import answer_made, in_sheet, show_in_sheet
from core.admin.records.view import RecordView, bind_form, new_values, new_view, read_record, record_view
from core.desk.preferences import preference_questions
from core.errors import Forbidden, Invalid, Problem, VersionMismatch
from core.plugins.declarations import Resource
from core.resources.reading import read_one
from core.resources.shape import Shape
from core.resources.single import record_questions
from core.resources.units import with_far_units
from core.web.questions import whole_number


def crumb(resource: Resource) -> Crumb:
    """Return the step that leads back to the list, as it was left."""
    return Crumb(resource.title, list_url(resource))


def run(visit: Visit, key: str, call: Mapping[str, Any]) -> Outcome:
    """Run an action in a unit of its own, as the API does, and return what it did."""
    done: list[Outcome] = []

    def work(ctx: Context) -> Answer:
        done[:] = [run_action(ctx, Call(find_action(ctx, key), **call))]
        return Answer(200, "")

    perform(visit.kernel, visit.actor, work)
    return done[0]


def new_record(visit: Visit, resource: Resource) -> Response:
    """Show the empty form, or one filled from another record."""
    with visit.reading() as ctx:
        _require(ctx, f"{resource.key}.create", may_write(ctx, resource, "create"))
        shape = ctx.shape(resource)
        zone, source = ctx.zone, whole_number("from")
        values = new_values(shape, request.args.to_dict(), zone)
        copied = copy_of(ctx, shape, source) if source is not None else None
        values |= copied.values if copied is not None else {}
        form = bind_form(ctx, shape, with_far_units(ctx, shape, values))
        return show_new(visit, ctx, resource, form.begin(), copied=copied)


def show_new(
    visit: Visit, ctx: Context, resource: Resource, form: BoundForm, problem: Problem | None = None,
    copied: Copy | None = None,
) -> Response:  # fmt: skip
    """Show the form of a new record, with what was wrong."""
    view = new_view(ctx, resource, form, copied)
    return _show(visit, ctx, resource, view, problem, form)


def create_record(visit: Visit, resource: Resource) -> Response:
    """Create a record from what was sent."""
    with visit.reading() as ctx:
        _require(ctx, f"{resource.key}.create", may_write(ctx, resource, "create"))
        shape = ctx.shape(resource)
        form = bind_form(ctx, shape, {}, request.form)
        errors = find_typed(ctx, form, request.form)
        if form.press(request.form):
            name_units_behind(ctx, shape, form)
            return show_new(visit, ctx, resource, form)
        sent = form.body(creating=True)
        # A grid that nobody typed into asks for nothing: the lines that come by themselves stay.
        body = {name: value for name, value in sent.items() if name not in form.grids or value}
    try:
        _refuse(errors)
        outcome = run(visit, f"{resource.key}.create", {"arguments": body})
    except Problem as problem:
        form.show(problem.errors)
        with visit.reading() as ctx:
            name_units_behind(ctx, ctx.shape(resource), form)
            return show_new(visit, ctx, resource, form, problem)
    made = outcome.records[0].id
    if in_sheet():
        return answer_made(visit, resource, made)
    return go(f"/{resource.path}/{made}", Note(f"{resource.singular} created."))


def open_record(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Show a record."""
    with visit.reading() as ctx:
        _require(ctx, f"{resource.key}.read")
        shape = ctx.shape(resource)
        ctx.db.prefetch(*record_questions(ctx, shape, record_id), *mark_questions(ctx, resource, record_id),
                          *preference_questions(ctx))  # fmt: skip
        row = read_record(ctx, shape, record_id)
        tab = request.args.get("beside", "")
        beside = beside_of(ctx, resource, row, tab) if tab else None
        form = bind_form(ctx, shape, row) if may_change(ctx, resource, row, "update") else None
        return show_record(visit, ctx, resource, Opened(row, form, beside))


@dataclass(frozen=True)
class Opened:
    """A record that a page shows: its row, its form if it may be changed, what is open beside it."""

    row: Mapping[str, Any]
    form: BoundForm | None
    beside: Beside | None = None


def show_record(
    visit: Visit, ctx: Context, resource: Resource, opened: Opened, problem: Problem | None = None
) -> Response:
    """Show a record, with what was wrong."""
    view = record_view(ctx, resource, opened.row, opened.form, opened.beside)
    return _show(visit, ctx, resource, view, problem, opened.form)


def _show(
    visit: Visit, ctx: Context, resource: Resource, view: RecordView, problem: Problem | None, form: BoundForm | None
) -> Response:
    status = problem.status if problem else 200
    told = {"problem": said(problem, ctx), "summary": form.faults if form is not None else []}
    if in_sheet() and not view.version:
        return show_in_sheet(visit, ctx, view, status, **told)
    page = frame(visit, ctx, view.heading, crumb(resource))
    return show(page, "records/record.html", status, view=view, **told)


def said(problem: Problem | None, ctx: Context | None = None) -> dict[str, Any] | None:
    """Return a problem as a page tells it; what it lists, such as short lines, becomes a table.

    The faults of single fields are listed by the form itself.
    """
    if problem is None:
        return None
    detail = "Nothing was saved." if isinstance(problem, Invalid) else problem.detail
    code = "" if isinstance(problem, Invalid) and problem.code == "INVALID" else problem.code
    blocks = blocks_of(ctx, problem.extra) if ctx is not None else []
    tables = [block for block in blocks if block.columns]
    return {"title": problem.title, "detail": detail, "code": code, "tables": tables}


def told_faults(errors: Mapping[str, Sequence[str]], labels: Mapping[str, str], at: str = "f") -> list[dict[str, str]]:
    """Return the faults of a form that is no record's, each with the label and the anchor of its input."""
    return [
        {"anchor": f"{at}-{name}", "label": labels.get(name) or name.replace("_", " ").capitalize(), "text": text}
        for name, texts in errors.items()
        for text in texts
    ]


def save_record(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Save what was changed in a record's form, or what was chosen of two versions of it."""
    with visit.reading() as ctx:
        _require(ctx, f"{resource.key}.update", may_write(ctx, resource, "update"))
        shape = ctx.shape(resource)
        row = read_record(ctx, shape, record_id)
        form = bind_form(ctx, shape, row, request.form)
        errors = find_typed(ctx, form, request.form)
        if request.form.get("_merge"):
            form = _merged_form(ctx, shape, row, form)
        if form.press(request.form) or request.form.get("_edit"):
            name_units_behind(ctx, shape, form)
            return show_record(visit, ctx, resource, Opened(row, form))
        changed = _changed(form, bind_form(ctx, shape, row))
    try:
        _refuse(errors)
        _save(visit, resource, record_id, changed, sent_number(request.form, "_version"))
    except VersionMismatch as problem:
        return _show_conflict(visit, resource, record_id, problem)
    except Problem as problem:
        form.show(problem.errors)
        with visit.reading() as ctx:
            name_units_behind(ctx, ctx.shape(resource), form)
            return show_record(visit, ctx, resource, Opened(row, form), problem)
    return go(f"/{resource.path}/{record_id}", Note("Saved." if changed else "Nothing was changed."))


def _merged_form(ctx: Context, shape: Shape, row: Mapping[str, Any], form: BoundForm) -> BoundForm:
    """Return the form as it is after choosing; what cannot be read is shown as it was typed."""
    seen = sent_number(request.form, "_seen")
    chosen = merged(versions_of(ctx, shape, row, form, seen), shape, request.form)
    # The labels that were read are of what the record holds, not of what was chosen.
    outdated = {item.label_name for item in shape.references if item.name in chosen}
    told = {name: value for name, value in row.items() if name not in outdated} | chosen
    try:
        return bind_form(ctx, shape, with_far_units(ctx, shape, told)).opened()
    except ValueError:
        return form


def _save(visit: Visit, resource: Resource, record_id: int, changed: dict[str, Any], version: int | None) -> None:
    versions = {} if version is None else {record_id: version}
    run(visit, f"{resource.key}.update", {"ids": [record_id], "arguments": changed, "versions": versions})


def _changed(form: BoundForm, before: BoundForm) -> dict[str, Any]:
    """Return the fields that differ from the record: what nobody touched is nobody's business to check."""
    old = before.body(creating=False)
    return {name: value for name, value in form.body(creating=False).items() if old.get(name) != value}


def sent_number(posted: Posted, name: str) -> int | None:
    """Return a number that a form carried along, None where it is none."""
    text = posted.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _show_conflict(visit: Visit, resource: Resource, record_id: int, problem: Problem) -> Response:
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        row = read_one(ctx, shape, record_id)
        form = bind_form(ctx, shape, row, request.form)
        find_typed(ctx, form, request.form)
        versions = versions_of(ctx, shape, row, form, sent_number(request.form, "_seen"))
        conflict = conflict_of(ctx, shape, row, versions)
        page = frame(visit, ctx, f"{label_of_row(shape, row)} was changed meanwhile", crumb(resource))
    own = ("csrf_token", "_version", "_edit", "_merge")
    typed = [(name, value) for name, value in request.form.items(multi=True)
             if name not in own and not name.startswith("_take:")]  # fmt: skip
    view = {
        "conflict": conflict, "typed": typed, "version": row.get("version"), "singular": resource.singular,
        "url": f"/{resource.path}/{record_id}", "who": versions.who,
    }  # fmt: skip
    return show(page, "records/conflict.html", problem.status, view=view)


def confirm_delete(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Ask before a record is deleted."""
    with visit.reading() as ctx:
        return show_delete(visit, ctx, resource, record_id)


def show_delete(
    visit: Visit, ctx: Context, resource: Resource, record_id: int, problem: Problem | None = None
) -> Response:
    """Show the page that asks before a record is deleted."""
    _require(ctx, f"{resource.key}.delete", may_write(ctx, resource, "delete"))
    shape = ctx.shape(resource)
    name = label_of_row(shape, read_one(ctx, shape, record_id))
    url = f"/{resource.path}/{record_id}"
    view = {
        "help": "", "url": f"{url}/delete", "subject": f"{resource.singular} {name} and its lines will be deleted.",
        "confirm": "This cannot be undone.", "hidden": [], "fields": [], "grids": [], "danger": True,
        "icon": "trash-2", "label": "Delete", "cancel_url": url, "answer": [], "leads_to": "", "has_forecast": False,
        "forecast_at_once": False, "told": None,
    }  # fmt: skip
    page = frame(visit, ctx, f"Delete {name}", crumb(resource))
    return show(page, "records/action.html", problem.status if problem else 200, view=view, problem=said(problem, ctx))


def delete_record(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Delete a record."""
    try:
        run(visit, f"{resource.key}.delete", {"ids": [record_id]})
    except Problem as problem:
        with visit.reading() as ctx:
            return show_delete(visit, ctx, resource, record_id, problem)
    return go(list_url(resource), Note(f"{resource.singular} deleted."))


def _require(ctx: Context, permission: str, possible: bool = True) -> None:
    if not ctx.can(permission):
        raise Forbidden(f"You need the permission {permission}.", permission=permission)
    if not possible:
        raise Forbidden("This cannot be changed here; what may change it are its actions.", code="READ_ONLY")


def _refuse(errors: dict[str, list[str]]) -> None:
    if errors:
        raise Invalid(errors)
