"""The page of a declared report or query: its parameters, its rows or whatever it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.datastructures import MultiDict

from core.actions.arguments import check_arguments, parameters_of
from core.actions.context import Context
from core.actions.run import check_argument_references
from core.admin.display.answers import blocks_of
from core.admin.forms.generated import BoundForm
from core.admin.forms.pickers import TYPED, find_typed, may_read, names_of, offer_choices
from core.admin.forms.plans import argument_plan
from core.admin.frame.visit import Crumb, Visit, frame, show
from core.admin.lists.toolbar import Link
from core.admin.records.pages import crumb, said
from core.admin.views.graphs.pages import answered_graph, is_graph
from core.admin.views.report_tables import MOST_ROWS, OWN_NAMES, Reading, table_of
from core.desk.preferences import own_zone
from core.errors import Forbidden, Invalid, NotFound, Problem
from core.plugins.declarations import Query
from core.web.endpoints import ID


def query_page(visit: Visit, query: Query, ids: Sequence[int] = ()) -> Response:
    """Show a report or query; it runs as soon as its required parameters are there."""
    with visit.reading() as ctx:
        if not ctx.can(query.permission):
            raise Forbidden(f"You need the permission {query.permission}.", permission=query.permission)
        parameters = parameters_of(query.function)
        asked = any(name not in OWN_NAMES for name in request.args)
        values = {item.name: item.default for item in parameters if item.default not in (None, "")}
        form = BoundForm(argument_plan(ctx, parameters), own_zone(ctx), values=values,
                         posted=request.args if asked else None)  # fmt: skip
        ready = asked or all(not item.required for item in parameters)
        answer, problem = _run(ctx, query, form, ids) if ready else (None, None)
        offer_choices(ctx, form)
        page = frame(visit, ctx, query.title, *_crumbs(ctx, query, ids))
        try:
            view = _view(ctx, query, form, answer, request.args)
        except Invalid as error:
            problem, view = error, _view(ctx, query, form, answer, MultiDict(_parameters(query)))
            form.show(error.errors)
    status = problem.status if problem else 200
    return show(page, "views/report.html", status, view=view, problem=_told(problem), summary=form.faults)


def _told(problem: Problem | None) -> dict[str, Any] | None:
    """Return what was wrong with what was asked; a report never saves anything."""
    told = said(problem)
    if told is None or problem is None or not isinstance(problem, Invalid):
        return told
    own = all(name in OWN_NAMES for name in problem.errors)
    return {**told, "detail": "Shown without it." if own else "Nothing is shown until this is right."}


def _parameters(query: Query) -> list[tuple[str, str]]:
    """Return what was asked of the report itself, not of its table or chart."""
    names = {item.name for item in parameters_of(query.function)}
    return [(name, value) for name, value in request.args.items(multi=True) if value and name in names]


def _crumbs(ctx: Context, query: Query, ids: Sequence[int]) -> list[Crumb]:
    resource = next((item for item in ctx.registry.resources.values() if query.path.startswith(f"{item.path}/")), None)
    if resource is None or not may_read(ctx, resource):
        return []
    found = [crumb(resource)]
    if ids and query.path.startswith(f"{resource.path}/{ID}/"):
        name = names_of(ctx, resource, ids[:1]).get(ids[0], f"#{ids[0]}")
        found.append(Crumb(name, f"/{resource.path}/{ids[0]}"))
    return found


def _run(ctx: Context, query: Query, form: BoundForm, ids: Sequence[int]) -> tuple[Any, Problem | None]:
    try:
        if errors := _unasked(query, form) | find_typed(ctx, form, request.args):
            raise Invalid(errors)
        body = form.body(creating=True)
        required = {item.name for item in parameters_of(query.function) if item.required}
        given = {name: value for name, value in body.items() if name in required or value not in (None, "", [])}
        arguments = check_arguments(query.function, given)
        check_argument_references(ctx, query.function, arguments)
        answer = query.function(ctx, *ids, **arguments)
        return list(answer) if query.columns else answer, None
    except NotFound:
        raise
    except Problem as problem:
        form.show(problem.errors)
        return None, problem


def _unasked(query: Query, form: BoundForm) -> dict[str, list[str]]:
    """Return the faults of what nobody asks for: a misspelt parameter would show more than was wanted."""
    names = [item.name for item in parameters_of(query.function)]
    known = {*OWN_NAMES, *names, *(f"{name}{TYPED}" for name in names)}
    text = f"There is no such parameter here; use {', '.join(names)}." if names else "There are no parameters here."
    rows = tuple(f"{name}-" for name in form.grids)
    return {name: [text] for name in request.args if name not in known and not name.startswith(rows)}


def _view(ctx: Context, query: Query, form: BoundForm, answer: Any, args: MultiDict[str, str]) -> dict[str, Any]:
    table, blocks, drawing = None, [], None
    if is_graph(answer):
        drawing = answered_graph(ctx, answer)
    elif answer is not None and query.columns:
        table = table_of(query, answer, args, request.path, Reading(own_zone(ctx), ctx.tenant.currency))
    elif answer is not None:
        blocks = blocks_of(ctx, answer)
    own = [(name, value) for name, value in args.items(multi=True) if value and name in OWN_NAMES]
    return {
        "help": _help(query), "url": request.path, "blocks": blocks, "fields": form.top.controls(), "table": table,
        "files": _files(query) if table is not None and table.rows else [], "answered": answer is not None,
        "drawing": drawing, "kept": own, "most": MOST_ROWS,
    }  # fmt: skip


def _files(query: Query) -> list[Link]:
    """Return the report as files: by the API, for the same parameters."""
    return [Link(kind.upper(), f"/api/v1{request.path}?{urlencode([*_parameters(query), ('format', kind)])}")
            for kind in ("csv", "xlsx")]  # fmt: skip


def _help(query: Query) -> str:
    """Return the first sentence of the author's docstring, which says what a call returns, as a page says it."""
    text = (query.function.__doc__ or "").strip().split("\n")[0]
    text = re.sub(r"^(Return|Answer|Yield) ", "", text)
    return text[:1].upper() + text[1:]
