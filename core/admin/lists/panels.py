"""Handlers of the panels of a list: filters, display, saved views. Each is a page, and a sheet where scripts run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl

from flask import Response, request
from werkzeug.datastructures import MultiDict

from core.actions.context import Context
from core.actions.unit import Answer, perform
from core.admin.forms.generated import Fault
from core.admin.frame.visit import Crumb, Note, Visit, frame, go
from core.admin.frame.visit import show as show_page
from core.admin.lists.address import ListAddress
from core.admin.lists.building import (
    BEFORE,
    Builder,
    builder,
    filters_of,
    is_built,
    rows_of_address,
    typed_rows,
    with_records,
)
from core.admin.lists.displaying import chosen, display, order_of
from core.admin.lists.saved import address_of, kept_of, saved_menu, views_of
from core.admin.lists.sharing import unseen_by_others
from core.admin.records.pages import said
from core.desk import saved_views
from core.errors import Invalid, NotFound, Problem
from core.plugins.declarations import Resource
from core.resources.shape import Shape

OWN = ("add", "apply", "drop", BEFORE)


def show_filters(visit: Visit, resource: Resource) -> Response:
    """Show the filter builder, or the list that it describes."""
    query, built = MultiDict(request.args), is_built(request.args)
    state = MultiDict((name, text) for name, text in query.items(multi=True) if not _is_own(name))
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        address = _address(ctx, resource, state)
        rows, rest = rows_of_address(shape, address)
        if built:
            # What has a row was sent as one.
            rows, rest = with_records(ctx, shape, typed_rows(shape, query), query), address.filters
        problem: Problem | None = None
        if query.get("apply"):
            try:
                return go(address.filtered(filters_of(ctx, shape, rows, rest)).url)
            except Invalid as error:
                problem = error
        before = query.get(BEFORE, "") if built else address.panel_query
        view = builder(ctx, shape, address, rows, rest, before, problem.errors if problem is not None else {})
        return _filters_page(visit, ctx, view, resource, problem.status if problem is not None else 200)


def _is_own(name: str) -> bool:
    """Whether a parameter is the builder's own: f0, o0, v0, w0, and what its buttons say."""
    stem = name.removesuffix("__find")
    return name in OWN or (stem[:1] in "fovw" and stem[1:].isdecimal())


def _filters_page(visit: Visit, ctx: Context, view: Builder, resource: Resource, status: int) -> Response:
    page = frame(visit, ctx, f"Filter {resource.title.lower()}", Crumb(resource.title, f"/{resource.path}"))
    return show_page(page, "lists/filters.html", status, view=view)


def _address(ctx: Context, resource: Resource, state: MultiDict[str, str]) -> ListAddress:
    """Return the address that a panel stands beside, with the saved view that it was made from."""
    address = ListAddress.read(resource.path, state)
    if not address.saved:
        return address
    row = next((row for row in views_of(ctx, resource) if row.id == address.saved), None)
    if row is None:
        raise NotFound("There is no such saved view.")
    base = address_of(ctx, resource, row)
    return replace(address, saved=base.saved, saved_state=base.saved_state)


def show_display(visit: Visit, resource: Resource) -> Response:
    """Show what a list is grouped and sorted by and which columns it has."""
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        address = _address(ctx, resource, request.args)
        return _display_page(visit, ctx, shape, address)


def _display_page(visit: Visit, ctx: Context, shape: Shape, address: ListAddress, order: bool = False) -> Response:
    resource = shape.resource
    page = frame(visit, ctx, f"Display {resource.title.lower()}", Crumb(resource.title, f"/{resource.path}"))
    moved = order_of(shape, request.form) if order else None
    return show_page(page, "lists/display.html", view=display(ctx, shape, address, moved))


def change_display(visit: Visit, resource: Resource) -> Response:
    """Keep how the list is displayed, and show it so."""
    state = MultiDict(parse_qsl(request.form.get("state", "")))
    if "up" in request.form or "down" in request.form:
        with visit.reading() as ctx:
            address = _address(ctx, resource, state)
            return _display_page(visit, ctx, ctx.shape(resource), address, order=True)
    found: list[str] = []

    def work(ctx: Context) -> Answer:
        address = _address(ctx, resource, state)
        found[:] = [chosen(ctx, ctx.shape(resource), address, request.form).url]
        return Answer(200, "")

    perform(visit.kernel, visit.actor, work)
    return go(found[0])


def show_saved(visit: Visit, resource: Resource, problem: Problem | None = None) -> Response:
    """Show the saved views of a list, and what it takes to save another one."""
    state = MultiDict(parse_qsl(request.form["state"])) if "state" in request.form else request.args
    with visit.reading() as ctx:
        address = _address(ctx, resource, state)
        page = frame(visit, ctx, f"Views of {resource.title.lower()}", Crumb(resource.title, f"/{resource.path}"))
        view = {
            "url": f"/{resource.path}/saved", "state": address.panel_query, "menu": saved_menu(ctx, resource, address),
            "roles": saved_views.roles_to_share_with(ctx), "may_share": ctx.can(saved_views.SHARE),
            "sent": request.form, "cancel_url": address.url,
        }  # fmt: skip
        status = problem.status if problem is not None else 200
        summary = [Fault("", "", text) for texts in getattr(problem, "errors", {}).values() for text in texts]
        return show_page(page, "lists/saved.html", status, view=view, problem=said(problem), summary=summary)


def keep_view(visit: Visit, resource: Resource) -> Response:
    """Save the list as it stands under a name."""

    def work(ctx: Context) -> int:
        address = _address(ctx, resource, MultiDict(parse_qsl(request.form.get("state", ""))))
        values = {**kept_of(address), **_told(), "name": request.form.get("name", "")}
        return saved_views.create_saved_view(ctx, resource.key, values).id

    return _done(visit, resource, work, "View saved.")


def change_view(visit: Visit, resource: Resource, view_id: int) -> Response:
    """Rename a saved view, take over the list as it stands, or delete it."""
    verb = request.form.get("do", "")

    def work(ctx: Context) -> int:
        row = saved_views.find_saved_view(ctx, view_id)
        if row.resource != resource.key:
            raise NotFound("There is no such saved view.")
        if verb == "delete":
            saved_views.remove_saved_view(ctx, view_id)
            return 0
        if verb == "update":
            address = _address(ctx, resource, MultiDict(parse_qsl(request.form.get("state", ""))))
            return saved_views.change_saved_view(ctx, view_id, kept_of(address)).id
        values = {"name": request.form.get("name", ""), "is_default": bool(request.form.get("is_default"))}
        return saved_views.change_saved_view(ctx, view_id, values).id

    return _done(visit, resource, work, "View deleted." if verb == "delete" else "View saved.")


def _told() -> dict[str, object]:
    audience = request.form.get("audience", "me")
    kind, _, role = audience.partition(":")
    return {"audience": kind, "role": role, "is_default": bool(request.form.get("is_default"))}


def _done(visit: Visit, resource: Resource, work: Callable[[Context], int], note: str) -> Response:
    found: list[int] = []
    lacking: list[str] = []

    def answered(ctx: Context) -> Answer:
        found[:] = [work(ctx)]
        if found[0]:
            lacking[:] = [unseen_by_others(ctx, resource, saved_views.find_saved_view(ctx, found[0]))]
        return Answer(200, "")

    try:
        perform(visit.kernel, visit.actor, answered)
    except Invalid as problem:
        return show_saved(visit, resource, problem)
    said_too = "".join(f" {text}" for text in lacking if text)
    url = f"/{resource.path}" + (f"?saved={found[0]}" if found[0] else "")
    return go(url, Note(f"{note}{said_too}", "warn" if said_too else "good"))
