"""Many records of a list at once: which fields, a preview of every change, then all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, request
from werkzeug.datastructures import MultiDict

from core.actions.context import Context
from core.actions.editing import MOST, Edit, Edited, EditedMany, adjustable, edit_many
from core.actions.unit import Answer, perform
from core.admin.display.cells import Cell
from core.admin.edits.fields import is_single
from core.admin.forms.controls import ControlInfo
from core.admin.forms.generated import BoundForm, FormPlan
from core.admin.forms.pickers import find_typed, offer_choices
from core.admin.forms.plans import field_info
from core.admin.forms.values import EMPTY
from core.admin.frame.visit import Note, Visit, frame, go, show
from core.admin.lists.address import ListAddress
from core.admin.lists.page import cell_of, may_write
from core.admin.records.pages import crumb, said
from core.desk.edits import counts_of, latest_edits, prepare, status
from core.desk.preferences import own_zone
from core.errors import Forbidden, Invalid, Problem
from core.plugins.declarations import Group, Resource
from core.resources.reading import ListRequest, count_matching
from core.resources.shape import Shape
from core.services.words import moment_text
from core.web.editing import read_amount

KEEP, SET, CLEAR = "", "set", "clear"
WORDS = ((KEEP, "Leave as it is"), (SET, "Set to"), (CLEAR, "Clear"), ("add", "Raise by"), ("percent", "Raise by %"))
SHOWN = 200
LAST = 5
STATES = {"ready": ("Not started", ""), "running": ("At work", "info"), "done": ("Done", "good"),
          "cancelled": ("Stopped", "warn"), "failed": ("Failed", "bad"), "undoing": ("Being taken back", "info"),
          "undone": ("Taken back", "warn")}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A field that may be changed: what to do with it, its input, by how much it is raised."""

    name: str
    label: str
    ways: list[tuple[str, str]]
    way: str
    control: Any
    by: str
    fault: str


@dataclass(frozen=True)
class Difference:
    """A value before and after."""

    before: Cell
    after: Cell
    changed: bool


@dataclass(frozen=True)
class PreviewRow:
    """A record of the preview."""

    label: str
    url: str
    refused: str
    values: list[Difference]


@dataclass(frozen=True)
class LastEdit:
    """A line of the list of edits by jobs."""

    url: str
    when: str
    told: str
    word: str
    tone: str


@dataclass(frozen=True)
class Chosen:
    """The records an edit is about: named, or found by the address of the list."""

    ids: Sequence[int] = ()
    where: str = ""
    found: ListRequest | None = None

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the next page sends along unseen."""
        if self.found is not None:
            return [("_all", "1"), ("_where", self.where)]
        return [("ids", str(number)) for number in self.ids]


def edit_selected(visit: Visit, resource: Resource) -> Response:
    """Ask what to change in the chosen records, show what that would do, do it."""
    with visit.reading() as ctx:
        if not may_write(ctx, resource, "update"):
            permission = f"{resource.key}.update"
            raise Forbidden(f"You need the permission {permission}.", permission=permission)
        chosen = _chosen(resource)
        if chosen is None:
            return go(f"/{resource.path}", Note(f"Choose 1 to {MOST:,} rows first.", "warn"))
        form = _form(ctx, ctx.shape(resource))
        step = request.form.get("_step", "")
        if step not in ("preview", "save"):
            return _ask(visit, ctx, resource, chosen, form)
        errors = find_typed(ctx, form, request.form)
        edit, faults = _edit(ctx.shape(resource), chosen, form)
        faults = {**errors, **faults}
        if faults:
            return _ask(visit, ctx, resource, chosen, form, Invalid(faults))
        many = chosen.found is not None and count_matching(ctx, ctx.shape(resource), chosen.found, MOST + 1) > MOST
    if many and step == "preview":
        return _hand_over(visit, resource, chosen, edit)
    return _foresee(visit, resource, chosen, edit) if step == "preview" else _save(visit, resource, chosen, edit)


def _hand_over(visit: Visit, resource: Resource, chosen: Chosen, edit: Edit) -> Response:
    """Keep an edit of more records than one request changes: a job does it, from a page of its own."""
    made: list[int] = []

    def work(ctx: Context) -> Answer:
        made[:] = [prepare(ctx, resource, edit).id]
        return Answer(200, "")

    try:
        perform(visit.kernel, visit.actor, work)
    except Problem as problem:
        with visit.reading() as ctx:
            return _ask(visit, ctx, resource, chosen, _form(ctx, ctx.shape(resource)), problem)
    return go(f"/{resource.path}/edits/{made[0]}")


def _chosen(resource: Resource) -> Chosen | None:
    if request.form.get("_all"):
        where = request.form.get("_where", "")[:4000]
        address = ListAddress.read(resource.path, MultiDict(parse_qsl(where)))
        return Chosen((), where, replace(address.request(("id",)), page=1, count="none", sort=""))
    texts = request.form.getlist("ids")
    ids = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 16]
    ids = list(dict.fromkeys(ids))
    return Chosen(ids) if 0 < len(ids) <= MOST else None


def _form(ctx: Context, shape: Shape) -> BoundForm:
    plan = shape.memo("admin.bulk", lambda: FormPlan(tuple(_infos(ctx, shape))))
    posted = request.form if request.form.get("_step") else None
    return BoundForm(plan, own_zone(ctx), values={}, posted=posted, currency=ctx.tenant.currency)


def _infos(ctx: Context, shape: Shape) -> list[ControlInfo]:
    """Return the inputs of the fields that can be the same in many records: no key, for it names one."""
    keys = {shape.resolve(name) for name in shape.resource.natural_key}
    names = [name for part in shape.form if isinstance(part, Group) for name in part.fields]
    items = [shape.fields[name] for name in dict.fromkeys(names) if name not in keys]
    infos = [field_info(ctx, item, shape.model) for item in items if is_single(item)]
    return [replace(info, required=False) for info in infos]


def _edit(shape: Shape, chosen: Chosen, form: BoundForm) -> tuple[Edit, dict[str, list[str]]]:
    body = form.body(creating=False)
    values: dict[str, Any] = {}
    adjust: dict[str, Any] = {}
    faults: dict[str, list[str]] = {}
    for control in form.top.controls():
        info: ControlInfo = control.info
        way = request.form.get(f"_way-{info.name}", KEEP)
        if way == CLEAR:
            values[info.name] = None if info.nullable else EMPTY.get(info.kind)
        elif way == SET and body.get(info.name) in (None, "") and not info.check:
            faults[info.name] = ["Fill this in, or choose to clear it."]
        elif way == SET:
            values[info.name] = body[info.name]
        elif way in ("add", "percent"):
            try:
                adjust[info.name] = (way, read_amount(info.name, request.form.get(f"_by-{info.name}", "")))
            except Invalid as problem:
                faults[info.name] = list(problem.errors[info.name])
    if not (values or adjust or faults):
        faults[""] = ["Choose at least one field to change."]
    return Edit(chosen.ids, chosen.found, values, adjust), faults


def _ask(
    visit: Visit, ctx: Context, resource: Resource, chosen: Chosen, form: BoundForm, problem: Problem | None = None
) -> Response:
    offer_choices(ctx, form)
    faults = problem.errors if problem is not None else {}
    fields = [_choice(ctx.shape(resource), control, " ".join(faults.get(control.name, ())))
              for control in form.top.controls()]  # fmt: skip
    view = _view(resource, chosen) | {"fields": fields, "last": last_edits(ctx, resource)}
    page = frame(visit, ctx, f"Edit {_count(chosen, resource)}", crumb(resource))
    told = said(problem)
    if told is not None:
        told["detail"] = " ".join(faults.get("", ())) or "Some values cannot be taken; they are marked below."
    return show(page, "edits/choose.html", problem.status if problem else 200, view=view, problem=told)


def last_edits(ctx: Context, resource: Resource) -> list[LastEdit]:
    """Return the last edits by jobs, so that one who left their page finds them again."""
    zone, found = own_zone(ctx), []
    for row in latest_edits(ctx, resource)[:LAST]:
        state, _ = status(ctx, row)
        done = counts_of(ctx, row)["done"]
        url, when = f"/{resource.path}/edits/{row.id}", moment_text(row.created_at, zone)
        found.append(LastEdit(url, when, f"{done:,} of {row.total:,}", *STATES[state]))
    return found


def _choice(shape: Shape, control: Any, fault: str) -> Choice:
    info: ControlInfo = control.info
    item = shape.fields[info.name]
    possible = {KEEP, SET}
    possible |= {CLEAR} if info.nullable or (info.kind in EMPTY and not item.required) else set()
    possible |= {"add", "percent"} if adjustable(item) else set()
    control.errors = [fault] if fault else []
    ways = [(way, word) for way, word in WORDS if way in possible]
    way, by = request.form.get(f"_way-{info.name}", KEEP), request.form.get(f"_by-{info.name}", "")
    return Choice(info.name, info.label, ways, way, control, by, fault)


def _count(chosen: Chosen, resource: Resource) -> str:
    if chosen.found is not None:
        return f"all {resource.title.lower()} that match"
    return f"{len(chosen.ids):,} {(resource.title if len(chosen.ids) > 1 else resource.singular).lower()}"


def _view(resource: Resource, chosen: Chosen) -> dict[str, Any]:
    back = f"/{resource.path}" + (f"?{chosen.where}" if chosen.where else "")
    return {"url": f"/{resource.path}/edit", "cancel_url": back, "hidden": chosen.hidden, "title": resource.title,
            "singular": resource.singular, "count": _count(chosen, resource)}  # fmt: skip


def _run(visit: Visit, resource: Resource, edit: Edit, *, dry_run: bool, stamp: str = "") -> EditedMany:
    done: list[EditedMany] = []

    def work(ctx: Context) -> Answer:
        done[:] = [edit_many(ctx, resource, edit, dry_run=dry_run, stamp=stamp)]
        return Answer(200, "")

    perform(visit.kernel, visit.actor, work)
    return done[0]


def _foresee(visit: Visit, resource: Resource, chosen: Chosen, edit: Edit, problem: Problem | None = None) -> Response:
    try:
        told = _run(visit, resource, edit, dry_run=True)
    except Problem as refusal:
        with visit.reading() as ctx:
            return _ask(visit, ctx, resource, chosen, _form(ctx, ctx.shape(resource)), refusal)
    names = [*edit.values, *edit.adjust]
    refused = [row.before["id"] for row in told.rows if row.refused]
    changed = sum(bool(row.fields) and not row.refused for row in told.rows)
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        ordered = sorted(told.rows, key=lambda row: (not row.refused, not row.fields))
        view = _view(resource, chosen) | {
            "columns": [shape.fields[name].label for name in names], "changed": changed, "refused": len(refused),
            "unchanged": len(told.rows) - changed - len(refused), "rows": [
                preview_row(ctx, shape, names, row) for row in ordered[:SHOWN]],
            "more": max(len(told.rows) - SHOWN, 0), "typed": _typed(names), "stamp": told.stamp,
            "others": [row.before["id"] for row in told.rows if not row.refused] if refused and changed else [],
        }  # fmt: skip
        page = frame(visit, ctx, f"Edit {_count(chosen, resource)}", crumb(resource))
    status = problem.status if problem is not None else 200
    return show(page, "edits/preview.html", status, view=view, problem=said(problem))


def _typed(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return what was chosen and typed for the fields to change."""
    wanted = {key for name in names for key in (name, f"{name}__find", f"_way-{name}", f"_by-{name}")}
    return [(key, value) for key, value in request.form.items(multi=True) if key in wanted]


def preview_row(ctx: Context, shape: Shape, names: Sequence[str], row: Edited) -> PreviewRow:
    """Return a record of a preview as a page shows it."""
    values = [
        Difference(
            cell_of(ctx, shape, shape.fields[name], row.before, shape.model, exact=True),
            cell_of(ctx, shape, shape.fields[name], row.after, shape.model, exact=True),
            name in row.fields and not row.refused,
        )
        for name in names
    ]
    return PreviewRow(row.label, f"/{shape.resource.path}/{row.before['id']}", row.refused, values)


def _save(visit: Visit, resource: Resource, chosen: Chosen, edit: Edit) -> Response:
    try:
        done = _run(visit, resource, edit, dry_run=False, stamp=request.form.get("_stamp", ""))
    except Problem as problem:
        return _foresee(visit, resource, chosen, edit, problem)
    changed = sum(bool(row.fields) for row in done.rows)
    where = f"?{chosen.where}" if chosen.where else ""
    noun = (resource.title if changed != 1 else resource.singular).lower()
    return go(f"/{resource.path}{where}", Note(f"{changed:,} {noun} changed." if changed else "Nothing was changed."))
