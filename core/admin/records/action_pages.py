"""Actions as pages: what they ask for is generated from their arguments, and they run by the one road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from core.actions.arguments import Parameter, parameters_of
from core.actions.context import Context
from core.actions.crud import built_in
from core.actions.forecasting import Forecast, can_forecast, forecast_action
from core.actions.run import Call, Outcome
from core.admin.display.cells import cell
from core.admin.display.words import words_label
from core.admin.forms.generated import BoundForm
from core.admin.forms.pickers import find_typed, label_of_row, may_read, offer_choices
from core.admin.forms.plans import argument_plan
from core.admin.frame.visit import Note, Visit, frame, go, show
from core.admin.lists.page import open_actions
from core.admin.records.forecast import Block, forecast_blocks
from core.admin.records.pages import crumb, run, said
from core.admin.records.status import is_direct
from core.db.base import TenantOwned
from core.desk.preferences import own_zone
from core.errors import Invalid, NotFound, Problem, Refused
from core.plugins.declarations import Action, Resource
from core.resources.reading import read_many

MOST_SELECTED = 200
NAMED_SELECTED = 6
NO_FORECAST = {"leads_to": "", "has_forecast": False, "forecast_at_once": False, "told": None}


@dataclass(frozen=True)
class Asked:
    """An action that a page asks about: on which records, from which address, where to go back to."""

    resource: Resource
    action: Action
    ids: Sequence[int]
    url: str
    back: str
    hidden: Sequence[tuple[str, str]] = ()

    @property
    def parameters(self) -> Sequence[Parameter]:
        """What it asks for."""
        return () if self.action.built_in else parameters_of(self.action.function)

    @property
    def direct(self) -> bool:
        """Whether it runs without asking anything."""
        return is_direct(self.action)


@dataclass
class Told:
    """What an action would do, or why it would not."""

    blocks: list[Block] | None = None
    problem: Problem | None = None


def find_page_action(ctx: Context, resource: Resource, verb: str, scope: str) -> Action:
    """Return an action that the person may run from a page; NotFound for any other."""
    found = next((item for item in open_actions(ctx, resource, scope) if item.verb == verb), None)
    if found is None and scope == "record" and verb == "delete":
        delete = built_in(ctx.registry, resource, "delete")
        found = delete if delete is not None and ctx.can(delete.permission) else None
    if found is None:
        raise NotFound(f"There is no action {verb!r} here.")
    return found


def record_action(visit: Visit, resource: Resource, record_id: int, verb: str) -> Response:
    """Ask for, or run, an action on one record."""
    with visit.reading() as ctx:
        action = find_page_action(ctx, resource, verb, "record")
    url = f"/{resource.path}/{record_id}"
    return _ask_or_run(visit, Asked(resource, action, [record_id], f"{url}/do/{verb}", url))


def collection_action(visit: Visit, resource: Resource, verb: str) -> Response:
    """Ask for, or run, an action on the whole collection."""
    with visit.reading() as ctx:
        action = find_page_action(ctx, resource, verb, "collection")
    url = f"/{resource.path}"
    return _ask_or_run(visit, Asked(resource, action, [], f"{url}/do/{verb}", url))


def selected_action(visit: Visit, resource: Resource) -> Response:
    """Ask for, or run, an action on the rows chosen in a list."""
    texts = request.form.getlist("ids")
    ids = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 16]
    back = f"/{resource.path}"
    if not ids or len(ids) > MOST_SELECTED:
        return go(back, Note(f"Choose 1 to {MOST_SELECTED} rows first.", "warn"))
    verb = request.form.get("verb", "")
    with visit.reading() as ctx:
        action = find_page_action(ctx, resource, verb, "record")
    hidden = [("verb", verb), ("_asked", "1"), *(("ids", str(number)) for number in ids)]
    asked = Asked(resource, action, ids, f"{back}/selected", back, hidden)
    if not asked.direct and not request.form.get("_asked"):
        with visit.reading() as ctx:
            return _show(visit, ctx, asked, _form(ctx, asked, posted=False))
    return _ask_or_run(visit, asked)


def _ask_or_run(visit: Visit, asked: Asked) -> Response:
    with visit.reading() as ctx:
        form = _form(ctx, asked, posted=request.method == "POST")
        errors = find_typed(ctx, form, request.form)
        if request.method != "POST" or form.press(request.form):
            return _show(visit, ctx, asked, form)
    try:
        if errors:
            raise Invalid(errors)
        if request.form.get("_preview"):
            return _forecast(visit, asked, form)
        outcome = run(visit, asked.action.key, {"ids": asked.ids, "arguments": _arguments(form, asked)})
    except Problem as problem:
        form.show(problem.errors)
        with visit.reading() as ctx:
            return _show(visit, ctx, asked, form, problem)
    return _done(visit, asked, outcome, form)


def _forecast(visit: Visit, asked: Asked, form: BoundForm) -> Response:
    """Show the page again with what would happen, or with the refusal that the action would meet."""
    call = Call(asked.action, asked.ids, _arguments(form, asked))

    def tell(ctx: Context, forecast: Forecast) -> list[Block]:
        return forecast_blocks(ctx, forecast, asked.ids, asked.resource)

    told = Told()
    try:
        told.blocks = forecast_action(visit.kernel, visit.actor, call, tell)
    except Refused as problem:
        told.problem = problem
    with visit.reading() as ctx:
        return _show(visit, ctx, asked, form, told=told)


def _form(ctx: Context, asked: Asked, *, posted: bool) -> BoundForm:
    plan = argument_plan(ctx, asked.parameters)
    dumped = {item.name: _default(item.default) for item in asked.parameters if item.default not in (None, "")}
    values = dumped | request.args.to_dict()
    form = BoundForm(plan, own_zone(ctx), values=values, posted=request.form if posted else None)
    return form if posted else form.begin()


def _default(value: Any) -> Any:
    return value if isinstance(value, (bool, int, list, dict)) else str(value)


def _arguments(form: BoundForm, asked: Asked) -> dict[str, Any]:
    """Return the arguments that were filled in: what was left blank keeps the default of its declaration."""
    required = {item.name for item in asked.parameters if item.required}
    body = form.body(creating=True)
    return {name: value for name, value in body.items() if name in required or value not in (None, "", [])}


def _show(
    visit: Visit, ctx: Context, asked: Asked, form: BoundForm, problem: Problem | None = None, told: Told | None = None
) -> Response:
    offer_choices(ctx, form)
    action = asked.action
    asks = any(item.required for item in asked.parameters)
    view = {
        "help": action.help.partition("\n\n")[0], "url": asked.url, "subject": _subject(ctx, asked),
        "confirm": action.confirm, "leads_to": words_label(action.target) if action.target else "",
        "has_forecast": can_forecast(action), "forecast_at_once": not asks and told is None and problem is None,
        "told": told and {"blocks": told.blocks, "problem": said(told.problem, ctx)},
        "hidden": asked.hidden, "fields": form.top.controls(), "grids": list(form.grids.values()),
        "danger": action.verb == "delete", "icon": action.icon or ("trash-2" if action.built_in else "play"),
        "label": action.label, "cancel_url": asked.back, "answer": [],
    }  # fmt: skip
    page = frame(visit, ctx, action.label, crumb(asked.resource))
    status = problem.status if problem else 200
    return show(page, "records/action.html", status, view=view, problem=said(problem, ctx), summary=form.faults)


def _subject(ctx: Context, asked: Asked) -> str:
    if not asked.ids:
        return asked.action.confirm and asked.resource.title
    shape = ctx.shape(asked.resource)
    rows = read_many(ctx, shape, asked.ids[:NAMED_SELECTED])
    names = ", ".join(label_of_row(shape, row) for row in rows)
    more = len(asked.ids) - len(rows)
    return names + (f" and {more} more" if more > 0 else "")


def _done(visit: Visit, asked: Asked, outcome: Outcome, form: BoundForm) -> Response:
    count = f"{len(asked.ids)} " if len(asked.ids) > 1 else ""
    note = Note(f"{asked.action.label}: {count}done.")
    result = outcome.results[0] if len(outcome.results) == 1 else None
    with visit.reading() as ctx:
        if isinstance(result, TenantOwned):
            target = ctx.registry.resource_of_model.get(type(result))
            if may_read(ctx, target) and target is not None:
                return go(f"/{target.path}/{result.id}", note)
        if isinstance(result, dict) and asked.action.scope == "collection":
            return _show_answer(visit, ctx, asked, form, result)
    return go(asked.back, note)


def _show_answer(visit: Visit, ctx: Context, asked: Asked, form: BoundForm, result: dict[str, Any]) -> Response:
    offer_choices(ctx, form)
    zone = own_zone(ctx)
    answer = [(name.replace("_", " ").capitalize(), cell("text", value, zone).text) for name, value in result.items()]
    view = {
        **NO_FORECAST, "help": asked.action.help, "url": asked.url, "subject": "", "confirm": "",
        "hidden": asked.hidden, "fields": form.top.controls(), "grids": list(form.grids.values()), "danger": False,
        "icon": asked.action.icon or "play", "label": asked.action.label, "cancel_url": asked.back, "answer": answer,
    }  # fmt: skip
    page = frame(visit, ctx, asked.action.label, crumb(asked.resource))
    return show(page, "records/action.html", view=view)
