"""One cell of a list, changed where it stands: its input as a fragment, and a save of that field alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask import Response, jsonify, request

from core.actions.context import Context
from core.actions.models import AuditEntry
from core.admin.display.cells import cell
from core.admin.edits.fields import editable_field, require_open
from core.admin.forms.generated import BoundForm, FormPlan, Posted
from core.admin.forms.pickers import find_typed, label_of_row, offer_choices
from core.admin.forms.plans import field_info
from core.admin.frame.themes import render_template
from core.admin.frame.visit import Visit, chosen_theme, outer_frame, show
from core.admin.lists.page import cell_of
from core.admin.records.pages import run
from core.desk.preferences import own_zone
from core.errors import Invalid, Problem, VersionMismatch
from core.plugins.declarations import Resource
from core.resources.reading import read_one
from core.resources.shape import Field, Shape
from core.services.words import moment_text


@dataclass(frozen=True)
class Conflict:
    """What somebody else saved in the meantime, beside what was typed."""

    who: str
    when: str
    theirs: str
    mine: str


@dataclass(frozen=True)
class CellForm:
    """The input of one cell."""

    url: str
    title: str
    field: Any
    version: int | None
    conflict: Conflict | None = None
    refusal: str = ""


def cell_form(visit: Visit, resource: Resource, record_id: int, name: str) -> Response:
    """Answer the input of one field of a record."""
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        item = editable_field(ctx, shape, shape.resolve(name))
        row = read_one(ctx, shape, record_id)
        require_open(resource, item, shape.fields, row)
        form = _bind(ctx, shape, item, row)
        return _show(visit, ctx, shape, row, form)


def save_cell(visit: Visit, resource: Resource, record_id: int, name: str) -> Response:
    """Save one field, if nobody changed the record since it was read, and answer what its row shows now."""
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        item = editable_field(ctx, shape, shape.resolve(name))
        before = read_one(ctx, shape, record_id)
        form = _bind(ctx, shape, item, before, request.form)
        errors = find_typed(ctx, form, request.form)
        body = form.body(creating=False)
        unchanged = not errors and body == _bind(ctx, shape, item, before).body(creating=False)
    version = _version()
    try:
        if errors:
            raise Invalid(errors)
        if not unchanged:
            versions = {} if version is None else {record_id: version}
            run(visit, f"{resource.key}.update", {"ids": [record_id], "arguments": body, "versions": versions})
    except Problem as problem:
        return _refused(visit, resource, record_id, item, problem)
    with visit.reading() as ctx:
        return jsonify(_row_now(ctx, ctx.shape(resource), record_id))


def _bind(ctx: Context, shape: Shape, item: Field, row: Mapping[str, Any], posted: Posted | None = None) -> BoundForm:
    plan = shape.memo(("admin.cell", item.name), lambda: FormPlan((field_info(ctx, item, shape.model),)))
    return BoundForm(plan, own_zone(ctx), values=row, posted=posted, currency=ctx.tenant.currency)


def _version() -> int | None:
    text = request.form.get("_version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _refused(visit: Visit, resource: Resource, record_id: int, item: Field, problem: Problem) -> Response:
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        row = read_one(ctx, shape, record_id)
        form = _bind(ctx, shape, item, row, request.form)
        find_typed(ctx, form, request.form)
        own = {name: texts for name, texts in problem.errors.items() if shape.resolve(name) == item.name}
        form.show({item.name: [text for texts in own.values() for text in texts]} if own else {})
        others = [text for name, texts in problem.errors.items() if name not in own for text in texts]
        refusal = " ".join(others) or ("" if own else problem.detail)
        conflict = None
        if isinstance(problem, VersionMismatch):
            refusal, conflict = "", _conflict(ctx, shape, item, row, form)
        return _show(visit, ctx, shape, row, form, problem.status, conflict, refusal)


def _conflict(ctx: Context, shape: Shape, item: Field, row: Mapping[str, Any], form: BoundForm) -> Conflict:
    told = sa.select(AuditEntry).where(AuditEntry.resource == shape.resource.key, AuditEntry.record_id == row["id"])
    latest = ctx.one(told.order_by(AuditEntry.sequence.desc()).limit(1))
    who, when = "Somebody else", ""
    if latest is not None:
        who, when = latest.username, moment_text(latest.created_at, own_zone(ctx))
    theirs = cell_of(ctx, shape, item, row, shape.model, exact=True).text
    value = form.body(creating=False).get(item.name)
    offer_choices(ctx, form)
    options = dict(getattr(form.top.controls()[0], "options", ()))
    mine = options.get(str(value)) or _typed_text(item, value, form)
    return Conflict(who, when, theirs, mine)


def _typed_text(item: Field, value: Any, form: BoundForm) -> str:
    """Return what was typed as people read it, even when it is no value of its kind."""
    try:
        return cell(item.kind.name, value, form.zone).text
    except ValueError:
        return str(value)


def _show(
    visit: Visit, ctx: Context, shape: Shape, row: Mapping[str, Any], form: BoundForm, status: int = 200,
    conflict: Conflict | None = None, refusal: str = "",
) -> Response:  # fmt: skip
    offer_choices(ctx, form)
    field = form.top.controls()[0]
    url = f"/{shape.resource.path}/cells/{row['id']}/{field.name}"
    view = CellForm(url, f"{field.label.text} of {label_of_row(shape, row)}", field, row.get("version"), conflict,
                    refusal)  # fmt: skip
    frame = replace(outer_frame(view.title), csrf=visit.csrf_token, theme=chosen_theme(ctx))
    return show(frame, "edits/cell_form.html", status, view=view)


def _row_now(ctx: Context, shape: Shape, record_id: int) -> dict[str, Any]:
    """Return every cell of a record as a list shows it: a rule may have changed others beside the one that was sent."""
    row = read_one(ctx, shape, record_id)
    theme = chosen_theme(ctx)
    cells = {name: cell_of(ctx, shape, item, row, shape.model) for name, item in shape.fields.items()}
    markup = {
        name: {"text": made.text, "html": render_template(theme, "edits/cell.html", {"cell": replace(made, url="")})}
        for name, made in cells.items()
    }
    return {"id": record_id, "version": row.get("version"), "cells": markup}
