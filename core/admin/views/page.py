"""What every view of a resource shares: the page around it, the toolbar, and what happens to a bad address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from core.actions.context import Context
from core.admin.forms.generated import Fault
from core.admin.frame.visit import Visit, frame, go, show
from core.admin.lists.address import ListAddress
from core.admin.lists.filters import is_untidy, with_found
from core.admin.lists.page import may_write
from core.admin.lists.toolbar import Toolbar, states_url, toolbar_of
from core.admin.records.pages import said
from core.errors import Invalid, Problem
from core.plugins.declarations import Resource
from core.resources.shape import Shape

Make = Callable[[Context, Shape, ListAddress], Any]


@dataclass(frozen=True)
class Head:
    """What stands above a view."""

    url: str
    help: str
    singular: str
    icon: str
    new_url: str
    states_url: str
    toolbar: Toolbar
    narrowed: bool


def show_page(visit: Visit, resource: Resource, address: ListAddress, template: str, make: Make) -> Response:
    """Show a view made from an address; for one that cannot be read, the view of everything and what was wrong."""
    problem: Problem | None = None
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        try:
            if is_untidy(request.args):
                return go(with_found(ctx, shape, address).url)
            view, head = make(ctx, shape, address), _head(ctx, shape, address)
        except Invalid as error:
            problem, address = error, ListAddress(resource.path, view=address.view)
            view, head = make(ctx, shape, address), _head(ctx, shape, address)
        page = frame(visit, ctx, resource.title)
    status, summary = 200, []
    if problem is not None:
        status = problem.status
        summary = [Fault("", name, text) for name, texts in problem.errors.items() for text in texts]
    told = {**(said(problem) or {}), "detail": "All of them are shown."} if problem is not None else None
    return show(page, template, status, view=view, head=head, problem=told, summary=summary)


def _head(ctx: Context, shape: Shape, address: ListAddress) -> Head:
    resource = shape.resource
    return Head(
        url=f"/{resource.path}", help=resource.help, singular=resource.singular, icon=resource.icon,
        new_url=f"/{resource.path}/new" if may_write(ctx, resource, "create") else "",
        states_url=states_url(shape),
        toolbar=toolbar_of(ctx, shape, address), narrowed=address.narrowed,
    )  # fmt: skip
