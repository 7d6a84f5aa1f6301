"""PATCH on a collection: many records changed at once, first only foreseen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import request

from core.actions.context import Context
from core.actions.editing import ADJUSTMENTS, MOST, Edit, edit_many
from core.actions.unit import Answer
from core.desk.conditions import typed_request
from core.errors import BadRequest, Invalid
from core.plugins.declarations import Resource
from core.resources.kinds import LARGEST_INTEGER, read_decimal
from core.resources.reading import ListRequest
from core.web.bodies import read_json, write_json
from core.web.endpoints import Endpoint
from core.web.questions import flag

LIMIT = Decimal(10) ** 12
BODY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "ids": {"type": "array", "items": {"type": "integer"}, "maxItems": MOST},
        "where": {"type": "object", "description": "Instead of ids: what a list would be asked.", "properties": {
            "search": {"type": "string", "description": "Words and conditions, as in a list."},
            "filters": {"type": "object", "additionalProperties": True}}},
        "values": {"type": "object", "description": "Field and new value; null clears."},
        "adjust": {"type": "object", "description": "Field and {\"add\": n} or {\"percent\": n}."},
        "stamp": {"type": "string", "description": "Of the preview: 412 when a record was changed since."},
    },
}  # fmt: skip


def edit(ctx: Context, endpoint: Endpoint, _ids: list[int]) -> Answer:
    """Change the records that the body names or finds; `?dry_run=true` only tells what that would do."""
    assert endpoint.resource is not None
    body = read_json(request)
    if not isinstance(body, dict):
        raise BadRequest("Send a JSON object.")
    if unknown := set(body) - set(BODY["properties"]):
        raise Invalid({sorted(unknown)[0]: ["There is no such part; see the description of this path."]})
    stamp = body.get("stamp", "")
    if not isinstance(stamp, str):
        raise Invalid({"stamp": ["Must be the stamp of a preview."]})
    asked = read_edit(ctx, endpoint.resource, body, MOST)
    done = edit_many(ctx, endpoint.resource, asked, dry_run=flag("dry_run"), stamp=stamp)
    return Answer(200, write_json(done.as_dict()))


def read_edit(ctx: Context, resource: Resource, body: dict[str, Any], most: int) -> Edit:
    """Return what a body asks: of which records, at most so many by their ids, and what becomes of them."""
    ids, where = body.get("ids"), body.get("where")
    if (ids is None) == (where is None):
        raise Invalid({"ids": ["Name ids, or say where; one of them."]})
    if ids is not None and not (isinstance(ids, list) and 0 < len(ids) <= most and all(map(_is_id, ids))):
        raise Invalid({"ids": [f"Must be a list of 1 to {most} record ids."]})
    values = body.get("values", {})
    if not isinstance(values, dict):
        raise Invalid({"values": ["Must be an object of fields and values."]})
    found = typed_request(ctx, ctx.shape(resource), _found(where)) if where is not None else None
    return Edit(ids or (), found, values, _adjust(body.get("adjust", {})))


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 < value <= LARGEST_INTEGER


def _found(where: Any) -> ListRequest:
    if not isinstance(where, dict) or set(where) - {"search", "filters"}:
        raise Invalid({"where": ["Must be an object with search and filters."]})
    search, filters = where.get("search", ""), where.get("filters", {})
    if not isinstance(search, str) or not isinstance(filters, dict):
        raise Invalid({"where": ["search is a text, filters is an object of what a list would be asked."]})
    texts = {name: [_text(part) for part in (value if isinstance(value, list) else [value])]
             for name, value in filters.items()}  # fmt: skip
    return ListRequest(texts, search[:200], fields=("id",), count="none")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, Decimal)):
        raise Invalid({"where": ["The values of filters are texts, numbers or lists of them."]})
    return str(value)


def _adjust(given: Any) -> dict[str, tuple[str, Decimal]]:
    if not isinstance(given, dict):
        raise Invalid({"adjust": ["Must be an object of fields."]})
    found: dict[str, tuple[str, Decimal]] = {}
    for name, said in given.items():
        if not isinstance(said, dict) or len(said) != 1 or next(iter(said)) not in ADJUSTMENTS:
            raise Invalid({name: [f"Must be an object with one of: {', '.join(ADJUSTMENTS)}."]})
        [(how, by)] = said.items()
        found[name] = (how, read_amount(name, by))
    return found


def read_amount(name: str, value: Any) -> Decimal:
    """Return by how much a field is raised; Invalid names the field."""
    import marshmallow as ma

    try:
        return read_decimal(value, 6, LIMIT)
    except ma.ValidationError as error:
        raise Invalid({name: [str(message) for message in error.messages]}) from None
