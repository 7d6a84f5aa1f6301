"""Saved views over REST: the person's own, and those shared with them."""

from __future__ import annotations

from typing import Any, Literal

from flask import Response, request
from flask_smorest import Blueprint

from core.actions.context import Context
from core.desk.saved_views import (
    all_saved_views,
    change_saved_view,
    create_saved_view,
    find_saved_view,
    remove_saved_view,
    saved_views,
    view_row,
)
from core.errors import Invalid
from core.web.answering import answer_read, answer_write, json_object, route

Audience = Literal["me", "role", "everyone"]
views = Blueprint("saved_views", __name__, url_prefix="/api/v1", description="Views of lists that people keep.")


def of_list(*, resource: str = "") -> None:
    """Say whose views are meant; left out, those of all lists."""


def new_view(
    *, resource: str, name: str, query: str = "", columns: list[Any] | None = None, density: str = "",
    is_default: bool = False, audience: Audience = "me", role: str = "",
) -> None:  # fmt: skip
    """Say what a view is made of."""


def changed_view(
    *, version: int | None = None, name: str = "", query: str = "", columns: list[Any] | None = None, density: str = "",
    is_default: bool = False, audience: Audience = "me", role: str = "",
) -> None:  # fmt: skip
    """Say what of a view can be changed."""


@route(views, "GET", "/saved-views", asks=of_list)
def list_saved_views() -> Response:
    """Return the views that the person may open; `resource=inventory.item` for those of one list."""
    key = request.args.get("resource", "")

    def work(ctx: Context) -> dict[str, Any]:
        resource = ctx.registry.resources.get(key)
        if key and (resource is None or not ctx.view.sees(resource) or not ctx.can(f"{key}.read")):
            raise Invalid({"resource": [f"There is no list {key[:80]!r} that you may read."]})
        rows = saved_views(ctx, resource) if resource is not None else all_saved_views(ctx)
        return {"items": [view_row(ctx, row) for row in rows]}

    return answer_read(work)


@route(views, "POST", "/saved-views", reads=new_view, answers=(201,))
def keep_saved_view() -> Response:
    """Keep a view: resource, name, query, columns, density, is_default; audience me, role or everyone."""
    body = json_object()
    resource = body.pop("resource", None)

    def work(ctx: Context) -> dict[str, Any]:
        return view_row(ctx, create_saved_view(ctx, resource, body))

    return answer_write(work, 201, at="/api/v1/saved-views")


@route(views, "GET", "/saved-views/<int:view_id>")
def show_saved_view(view_id: int) -> Response:
    """Return one view."""
    return answer_read(lambda ctx: view_row(ctx, find_saved_view(ctx, view_id)))


@route(views, "PATCH", "/saved-views/<int:view_id>", reads=changed_view)
def update_saved_view(view_id: int) -> Response:
    """Change a view; `version` in the body, where it is sent, must be the one that was read."""
    body = json_object()
    version = body.pop("version", None)
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise Invalid({"version": ["Must be the version that you read."]})
    return answer_write(lambda ctx: view_row(ctx, change_saved_view(ctx, view_id, body, version)))


@route(views, "DELETE", "/saved-views/<int:view_id>", answers=(204,))
def delete_saved_view(view_id: int) -> Response:
    """Delete a view."""

    return answer_write(lambda ctx: remove_saved_view(ctx, view_id), 204)
