"""The page that puts a record of a tree elsewhere: for whoever does not drag, and without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, request

from core.actions.context import Context
from core.admin.forms.generated import BoundForm, FormPlan
from core.admin.forms.pickers import find_typed, label_of_row, offer_choices
from core.admin.forms.plans import field_info
from core.admin.frame.visit import Note, Visit, frame, go, show
from core.admin.lists.page import may_change
from core.admin.lists.whence import list_state, list_url
from core.admin.records.pages import crumb, run, said
from core.desk.preferences import own_zone
from core.errors import Forbidden, Invalid, NotFound, Problem
from core.plugins.declarations import Resource
from core.resources.reading import read_one


def place_record(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Ask where in its tree a record shall stand, and put it there."""
    with visit.reading() as ctx:
        row = read_one(ctx, ctx.shape(resource), record_id)
        form = _form(ctx, resource, row)
        if request.method == "GET":
            return _show(visit, ctx, resource, row, form)
        errors, label = find_typed(ctx, form, request.form), label_of_row(ctx.shape(resource), row)
    try:
        if errors:
            raise Invalid(errors)
        run(visit, f"{resource.key}.update", {"ids": [record_id], "arguments": form.body(creating=False)})
    except Problem as problem:
        form.show(problem.errors)
        with visit.reading() as ctx:
            return _show(visit, ctx, resource, row, form, problem)
    return go(_tree_url(resource), Note(f"{label} moved."))


def _form(ctx: Context, resource: Resource, row: Mapping[str, Any]) -> BoundForm:
    """Return a form of one input, the record that another stands in."""
    shape = ctx.shape(resource)
    parent = shape.fields.get(shape.resolve(resource.tree)) if resource.tree else None
    if parent is None:
        raise NotFound(f"{resource.title} stand in no tree.")
    if parent.readonly or not may_change(ctx, resource, row, "update"):
        raise Forbidden(f"This {resource.singular.lower()} stays where it is: you may not change it.", code="READ_ONLY")
    info = replace(field_info(ctx, parent, shape.model), help="Empty: at the top of the tree.")
    posted = request.form if request.method == "POST" else None
    return BoundForm(FormPlan((info,)), own_zone(ctx), values=row, posted=posted)


def _show(
    visit: Visit, ctx: Context, resource: Resource, row: Mapping[str, Any], form: BoundForm,
    problem: Problem | None = None,
) -> Response:  # fmt: skip
    offer_choices(ctx, form)
    label = label_of_row(ctx.shape(resource), row)
    view = {
        "help": "", "url": f"/{resource.path}/{row['id']}/place", "subject": "", "hidden": [], "grids": [],
        "fields": form.top.controls(), "danger": False, "icon": "corner-down-right", "label": "Move", "answer": [],
        "cancel_url": _tree_url(resource), "has_forecast": False, "told": None,
    }  # fmt: skip
    page = frame(visit, ctx, f"Move {label}", crumb(resource))
    status = problem.status if problem else 200
    return show(page, "records/action.html", status, view=view, problem=said(problem, ctx), summary=form.faults)


def _tree_url(resource: Resource) -> str:
    return list_url(resource) if list_state(resource).get("view") == "tree" else f"/{resource.path}?view=tree"
