"""Addresses below a record: what stands beside it, and the forms there."""

from __future__ import annotations

from flask import Response, request

from core.admin.frame.visit import Visit, go
from core.admin.records import talking
from core.admin.records.beside import beside_page
from core.admin.records.neighbours import neighbours_page, next_page, previous_page
from core.admin.records.related import related_page
from core.plugins.declarations import Resource

PARTS = {"related": related_page, "neighbours": neighbours_page, "previous": previous_page, "next": next_page}


def beside_record(visit: Visit, resource: Resource, record_id: int, part: str) -> Response:
    """Answer a part of a record's page; whoever comes without scripts is shown the page with it."""
    if part in PARTS:
        return PARTS[part](visit, resource, record_id)
    if not request.headers.get("HX-Request"):
        return go(f"/{resource.path}/{record_id}?beside={part}")
    return beside_page(visit, resource, record_id, part)


ROUTES = (
    ("/<path:path>/<int:record_id>/beside/<part>", "GET", beside_record),
    ("/<path:path>/<int:record_id>/comments", "POST", talking.add_comment),
    ("/<path:path>/<int:record_id>/comments/<int:comment_id>", "POST", talking.change_comment),
    ("/<path:path>/<int:record_id>/files", "POST", talking.add_files),
    ("/<path:path>/<int:record_id>/files/<int:file_id>/remove", "POST", talking.remove_file),
)
