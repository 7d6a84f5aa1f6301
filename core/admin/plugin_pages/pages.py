"""A page of a plugin's own: its template, filled by its function, inside the frame that every page has."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core.actions.arguments import check_arguments, parameters_of
from core.actions.context import Context
from core.actions.run import check_argument_references
from core.admin.frame.themes import plugin_template
from core.admin.frame.visit import Visit, frame, show
from core.errors import Forbidden
from core.plugins.declarations import Page


def find_own_page(visit: Visit, path: str) -> Page | None:
    """Return the page that a plugin declares at an address, None where nobody does or its module is off."""
    found = next((item for item in visit.kernel.registry.pages.values() if item.path == path), None)
    return found if found is not None and visit.view.sees(found) else None


def own_page(visit: Visit, page: Page) -> Response:
    """Show a plugin's page; Forbidden without its permission, Invalid for an argument that is none."""
    with visit.reading() as ctx:
        if not ctx.can(page.permission):
            raise Forbidden(f"You need the permission {page.permission}.", permission=page.permission)
        values = page.function(ctx, **_arguments(ctx, page))
        shown = frame(visit, ctx, page.title)
        return show(shown, plugin_template(page.plugin, page.template), view=values)


def _arguments(ctx: Context, page: Page) -> dict[str, Any]:
    lists = {item.name for item in parameters_of(page.function) if item.kind.startswith("list:")}
    given = {name: request.args.getlist(name) if name in lists else text for name, text in request.args.items() if text}
    arguments = check_arguments(page.function, given)
    check_argument_references(ctx, page.function, arguments)
    return arguments
