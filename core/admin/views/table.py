"""Which function shows which view of a resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response

from core.admin.frame.visit import Visit
from core.admin.lists.address import ListAddress
from core.admin.lists.toolbar import view_names
from core.admin.views.calendar import show_calendar
from core.admin.views.chart import show_chart
from core.admin.views.kanban import show_kanban
from core.admin.views.tree import show_tree
from core.errors import NotFound
from core.plugins.declarations import Resource

Show = Callable[[Visit, Resource, ListAddress], Response]
VIEWS: Mapping[str, Show] = {"kanban": show_kanban, "calendar": show_calendar, "tree": show_tree,
                               "chart": show_chart}  # fmt: skip


def show_view(visit: Visit, resource: Resource, address: ListAddress) -> Response:
    """Show a resource in the view that the address names; NotFound for one that it does not have."""
    show = VIEWS.get(address.view)
    if show is None or address.view not in view_names(resource):
        raise NotFound(f"{resource.title} have no view {address.view!r}.")
    return show(visit, resource, address)
