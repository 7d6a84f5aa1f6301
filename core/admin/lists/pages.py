"""Handlers of the list: the page itself, and the rows of a group as they are opened."""

from __future__ import annotations

from flask import Response, request
from werkzeug.datastructures import MultiDict

from core.admin.forms.generated import Fault
from core.admin.frame.visit import Visit, frame, go
from core.admin.frame.visit import show as show_page
from core.admin.lists.address import ListAddress
from core.admin.lists.columns import shown_columns
from core.admin.lists.filters import is_untidy, with_found
from core.admin.lists.markup import ListedRows
from core.admin.lists.page import bulk_actions, list_view, may_write
from core.admin.lists.rows import GroupRow, group_rows, rows_of, wanted_fields
from core.admin.lists.saved import open_address
from core.admin.lists.whence import remember_list
from core.admin.records.beside import bare_frame
from core.admin.records.pages import said
from core.admin.views.table import show_view
from core.desk.preferences import preference_questions
from core.desk.saved_views import saved_views_question
from core.errors import Invalid, Problem
from core.plugins.declarations import Resource
from core.resources.reading import read_page

DEEPEST_LEVEL = 4


def show(visit: Visit, resource: Resource) -> Response:
    """Show a resource as its address says: as a list, or in the view that it names."""
    problem: Problem | None = None
    with visit.reading() as ctx:
        ctx.db.prefetch(saved_views_question(ctx, resource), *preference_questions(ctx))
        address = open_address(ctx, resource, request.args)
        if not address.view:
            try:
                if is_untidy(request.args):
                    return go(with_found(ctx, ctx.shape(resource), address).url)
                view = list_view(ctx, resource, address)
                if view.nearest:
                    return go(view.nearest)
            except Invalid as error:
                problem = error
                view = list_view(ctx, resource, ListAddress(resource.path))
                view.toolbar = view.toolbar.searching(address.search)
            shown = frame(visit, ctx, resource.title)
    if address.view:
        return remember_list(show_view(visit, resource, address), address)
    if problem is None:
        return remember_list(show_page(shown, "lists/list.html", view=view), address)
    summary = [Fault("", name, text) for name, texts in problem.errors.items() for text in texts]
    told = {**(said(problem) or {}), "detail": "All of them are shown."}
    return show_page(shown, "lists/list.html", problem.status, view=view, problem=told, summary=summary)


def show_group(visit: Visit, resource: Resource) -> Response:
    """Answer the rows of a group: the groups in it, or its records, so many at a time."""
    query = MultiDict(request.args)
    text = query.pop("level", "1")
    level = int(text) if text in tuple("1234"[:DEEPEST_LEVEL]) else 1
    with visit.reading() as ctx:
        shape = ctx.shape(resource)
        address = ListAddress.read(resource.path, query)
        shown = shown_columns(ctx, shape, address)
        groups, rows, more_url = list[GroupRow](), ListedRows(), ""
        if address.group:
            groups = group_rows(ctx, shape, address, shown, level)
        else:
            page = read_page(ctx, shape, address.request(wanted_fields(shape, shown)))
            rows = rows_of(ctx, shape, shown, page.items)
            _, _, tail = address.behind(page.next).url.partition("?") if page.next else ("", "", "")
            more_url = f"/{resource.path}/group?level={level}&{tail}" if tail else ""
        view = {
            "groups": groups, "rows": rows, "more_url": more_url, "all_url": address.url, "level": level,
            "columns": [{"name": column.field.name} for column in shown],
            "bulk_actions": bulk_actions(ctx, resource), "edit_url": may_write(ctx, resource, "update"),
        }  # fmt: skip
        return show_page(bare_frame(visit, ctx), "lists/group.html", view=view)
