"""What is asked of a list over REST: its rows, groups of them, or a file; each refuses what belongs to the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from werkzeug.datastructures import MultiDict

from core.actions.context import Context
from core.actions.unit import Answer
from core.desk.conditions import typed_request
from core.errors import Invalid
from core.resources.grouping import group_keys, read_groups, read_totals
from core.resources.reading import LARGEST_PAGE, ListRequest, read_page
from core.resources.shape import Shape
from core.web import transfer
from core.web.bodies import write_json
from core.web.endpoints import Endpoint
from core.web.questions import given_twice, one_of

PAGED = ("page", "page_size", "after", "count", "totals")
RESERVED = (*PAGED, "sort", "search", "fields", "group_by", "sum", "format")
IN_A_FILE = (*PAGED, "group_by", "sum")
IN_GROUPS = (*PAGED, "fields")
LONGEST_SEARCH = 200


def answer_list(ctx: Context, endpoint: Endpoint, _ids: list[int]) -> Answer:
    """Answer a page of a list, or its groups."""
    assert endpoint.resource is not None
    shape = ctx.shape(endpoint.resource)
    if request.args.get("group_by"):
        return _groups(ctx, shape)
    one_of("format", "json")
    _refuse(("sum",), "Say by group_by= what to add up within; totals= adds up everything.")
    asked, totals = list_request(ctx, shape, request.args), _totals(request.args.get("totals", ""))
    found = read_page(ctx, shape, asked).as_dict()
    return Answer(200, write_json({**found, "totals": read_totals(ctx, shape, asked, totals)} if totals else found))


def _groups(ctx: Context, shape: Shape) -> Answer:
    _refuse(IN_GROUPS, "Groups are answered all at once; leave this out.")
    asked, group_by = list_request(ctx, shape, request.args), request.args["group_by"]
    sums = [name for name in request.args.get("sum", "").split(",") if name]
    groups = read_groups(ctx, shape, asked, group_by, sums)
    if one_of("format", "json", "csv") == "csv":
        return transfer.groups_csv(shape, [key.field for key in group_keys(shape, group_by)], sums, groups)
    return Answer(200, write_json({"groups": groups, "is_complete": len(groups) < LARGEST_PAGE}))


def answer_file(ctx: Context, endpoint: Endpoint) -> Response:
    """Answer everything that a list is asked for as a file."""
    assert endpoint.resource is not None
    shape = ctx.shape(endpoint.resource)
    _refuse(IN_A_FILE, "A file holds every row that is found; leave this out.")
    return transfer.export(ctx, shape, list_request(ctx, shape, request.args))


def list_request(ctx: Context, shape: Shape, args: MultiDict[str, str]) -> ListRequest:
    """Read what is asked of a list; Invalid for what is asked twice or cannot be read."""
    errors = given_twice(RESERVED)
    if args.get("count", "") not in ("", "exact", "none"):
        errors["count"] = ["Must be exact or none."]
    if len(args.get("search", "")) > LONGEST_SEARCH:
        errors["search"] = [f"Use at most {LONGEST_SEARCH} characters."]
    if errors:
        raise Invalid(errors)
    return typed_request(ctx, shape, ListRequest(
        filters={name: args.getlist(name) for name in args if name not in RESERVED},
        search=args.get("search", ""), sort=args.get("sort", ""), page=_number(args, "page", 1, 10**9),
        page_size=_number(args, "page_size", 50, LARGEST_PAGE), after=args.get("after", ""),
        fields=tuple(name for name in args.get("fields", "").split(",") if name), count=args.get("count", ""),
    ))  # fmt: skip


def _refuse(names: tuple[str, ...], why: str) -> None:
    if errors := {name: [why] for name in names if request.args.get(name)}:
        raise Invalid(errors)


def _totals(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, text.split(",")):
        name, _, function = part.partition(":")
        if name in found:
            raise Invalid({"totals": [f"Name {name!r} once."]})
        found[name] = function or "sum"
    return found


def _number(args: Mapping[str, Any], name: str, default: int, largest: int) -> int:
    text = args.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= largest):
        raise Invalid({name: [f"Must be a whole number from 1 to {largest}."]})
    return int(text)
