"""The way to the record before and the one behind, in the order of the list that somebody came from."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.datastructures import MultiDict

from core.actions.context import Context
from core.admin.frame.visit import Note, Visit, go, show
from core.admin.lists.address import ListAddress
from core.admin.lists.saved import open_address
from core.admin.lists.whence import list_state
from core.admin.records.beside import bare_frame
from core.errors import Invalid, NotFound
from core.plugins.declarations import Resource
from core.resources.reading import COUNT_LIMIT, Neighbours, read_neighbours


def neighbours_page(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Answer the links to the neighbours; the list is given as its own query string."""
    with visit.reading() as ctx:
        found = _found(ctx, resource, record_id, request.args or list_state(resource))
        return show(bare_frame(visit, ctx), "records/neighbours.html", view=_view(resource, found))


def previous_page(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Go to the record before, in the list that this browser saw last."""
    with visit.reading() as ctx:
        found = _found(ctx, resource, record_id, list_state(resource))
    return _step(resource, record_id, found.previous, "first")


def next_page(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Go to the record behind, in the list that this browser saw last."""
    with visit.reading() as ctx:
        found = _found(ctx, resource, record_id, list_state(resource))
    return _step(resource, record_id, found.next, "last")


def _step(resource: Resource, record_id: int, to: int | None, end: str) -> Response:
    notes = [] if to is not None else [Note(f"This is the {end} one of the list.", "info")]
    return go(f"/{resource.path}/{record_id if to is None else to}", *notes)


def _found(ctx: Context, resource: Resource, record_id: int, state: MultiDict[str, str]) -> Neighbours:
    shape = ctx.shape(resource)
    try:
        return read_neighbours(ctx, shape, open_address(ctx, resource, state).request(()), record_id)
    except (Invalid, NotFound):
        # A list that no longer is one has the order that the resource declares.
        return read_neighbours(ctx, shape, ListAddress(resource.path).request(()), record_id)


def _view(resource: Resource, found: Neighbours) -> dict[str, Any]:
    def url(record_id: int | None) -> str:
        return "" if record_id is None else f"/{resource.path}/{record_id}"

    total = f"{COUNT_LIMIT:,}+" if found.total > COUNT_LIMIT else f"{found.total:,}"
    inside = found.place <= min(found.total, COUNT_LIMIT)
    return {
        "previous_url": url(found.previous), "next_url": url(found.next),
        "place": f"{found.place:,} of {total}" if inside else "",
    }  # fmt: skip
