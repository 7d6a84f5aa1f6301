"""The way to the record before and the one behind, in the order of the list that somebody came from."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core.admin.frame.visit import Visit, show
from core.admin.lists.address import ListAddress
from core.admin.records.beside import bare_frame
from core.errors import Invalid
from core.plugins.declarations import Resource
from core.resources.reading import COUNT_LIMIT, Neighbours, read_neighbours


def neighbours_page(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Answer the links to the neighbours; the list is given as its own query string."""
    with visit.reading() as ctx:
        address = ListAddress.read(resource.path, request.args)
        try:
            found = read_neighbours(ctx, ctx.shape(resource), address.request(()), record_id)
        except Invalid:
            # A list that no longer is one has the order that the resource declares.
            address = ListAddress(resource.path)
            found = read_neighbours(ctx, ctx.shape(resource), address.request(()), record_id)
        return show(bare_frame(visit, ctx), "records/neighbours.html", view=_view(resource, found))


def _view(resource: Resource, found: Neighbours) -> dict[str, Any]:
    def url(record_id: int | None) -> str:
        return "" if record_id is None else f"/{resource.path}/{record_id}"

    total = f"{COUNT_LIMIT:,}+" if found.total > COUNT_LIMIT else f"{found.total:,}"
    inside = found.place <= min(found.total, COUNT_LIMIT)
    return {
        "previous_url": url(found.previous), "next_url": url(found.next),
        "place": f"{found.place:,} of {total}" if inside else "",
    }  # fmt: skip
