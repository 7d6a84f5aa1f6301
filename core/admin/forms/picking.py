"""What pickers ask the server while somebody types: records to choose from, and whom a pasted text means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Response, jsonify, request
from werkzeug.datastructures import MultiDict

from core.actions.context import Context
from core.admin.display.cells import cell
from core.admin.display.money import currency_of
from core.admin.forms.pickers import MOST_OPTIONS, choices, ids_of, label_of_row, may_read
from core.admin.frame.visit import Visit
from core.desk.preferences import own_zone
from core.errors import Invalid
from core.plugins.declarations import Resource
from core.resources.labels import label_names
from core.resources.reading import ListRequest, read_page
from core.resources.shape import Shape

MOST_RECENT = 8
MOST_TEXTS = 4000
Pick = dict[str, Any]


def answer_choices(visit: Visit, resource: Resource) -> Response:
    """Answer what a picker may offer: what was chosen lately first, then the first that match the search."""
    query = MultiDict(request.args)
    search, recent = query.pop("search", "")[:200], query.pop("recent", "")
    with visit.reading() as ctx:
        if not may_read(ctx, resource):
            return jsonify(items=[])
        filters = {name: query.getlist(name) for name in query}
        ids = [text for text in recent.split(",")[:MOST_RECENT] if text.isascii() and text.isdecimal()]
        ids = [text for text in ids if len(text) < 16]
        found = (
            [_pick(ctx, resource, row) for row in _recent(ctx, resource, filters, ids)] if ids and not search else []
        )
        known = {pick["id"] for pick in found}
        found += [pick for pick in _picks(ctx, resource, search, filters) if pick["id"] not in known]
        return jsonify(items=found, **_doors(ctx, resource))


def _picks(ctx: Context, resource: Resource, search: str, filters: Mapping[str, list[str]]) -> list[Pick]:
    """Return the first records that may be picked, the nearest first, each with what tells it from others."""
    options = choices(ctx, resource, search=search, filters=filters)
    names = _details(ctx.shape(resource))
    if not names or not options:
        return [{"id": value, "label": label} for value, label in options]
    wanted = {"id__in": [",".join(value for value, _ in options)]}
    rows = {str(row["id"]): row for row in _rows(ctx, resource, wanted)}
    return [_pick(ctx, resource, rows[value]) for value, _ in options if value in rows]


def _recent(
    ctx: Context, resource: Resource, filters: Mapping[str, list[str]], ids: list[str]
) -> list[Mapping[str, Any]]:
    rows = {str(row["id"]): row for row in _rows(ctx, resource, {**filters, "id__in": [",".join(ids)]})}
    return [rows[value] for value in ids if value in rows]


def _rows(ctx: Context, resource: Resource, filters: Mapping[str, list[str]]) -> list[Mapping[str, Any]]:
    shape = ctx.shape(resource)
    fields = tuple(dict.fromkeys([*_labels(shape), *_details(shape)]))
    request_ = ListRequest(filters=filters, page_size=MOST_OPTIONS, fields=fields, count="none")
    return list(read_page(ctx, shape, request_).items)


def _pick(ctx: Context, resource: Resource, row: Mapping[str, Any]) -> Pick:
    shape = ctx.shape(resource)
    zone = own_zone(ctx)
    texts = [
        cell(item.kind.name, row.get(item.name), zone, label=row.get(item.label_name) if item.reference else None,
             currency=currency_of(ctx, item)).text
        for item in (shape.fields[name] for name in _details(shape))
    ]
    pick: Pick = {"id": str(row["id"]), "label": label_of_row(shape, row)}
    detail = " · ".join(text for text in texts if text)
    return {**pick, "detail": detail} if detail else pick


def _labels(shape: Shape) -> list[str]:
    return [name for name in label_names(shape.model, shape.resource) if name in shape.fields]


def _details(shape: Shape) -> list[str]:
    """Return the fields of a record's card that its label does not tell already."""
    names = [shape.resolve(name) for name in shape.resource.card]
    return [name for name in names if name in shape.fields and name not in _labels(shape)]


def _doors(ctx: Context, resource: Resource) -> dict[str, str]:
    """Return where a chosen record is opened and, for who may, where a new one is made; it ends where its name goes."""
    doors = {"open": f"/{resource.path}/"}
    shape = ctx.shape(resource)
    if "create" in resource.verbs and ctx.can(f"{resource.key}.create"):
        names = [name for name in ("name", *_labels(shape)) if name in shape.fields]
        named = next((n for n in names if shape.fields[n].kind.name == "text" and not shape.fields[n].readonly), "")
        if named:
            doors["create"] = f"/{resource.path}/new?{named}="
    return doors


def resolve(visit: Visit) -> Response:
    """Tell whom pasted texts mean: a form of `<picker address>` = text, any number of them, in one request."""
    asked: dict[str, list[str]] = {url: request.form.getlist(url) for url in request.form if url.startswith("/")}
    if sum(map(len, asked.values())) > MOST_TEXTS:
        raise Invalid({"texts": [f"Paste at most {MOST_TEXTS} names at once."]})
    with visit.reading() as ctx:
        return jsonify(found={url: _resolved(ctx, url, texts) for url, texts in asked.items()})


def _resolved(ctx: Context, url: str, texts: list[str]) -> dict[str, Pick]:
    parts = urlsplit(url)
    path = parts.path.strip("/").removesuffix("/choices")
    resource = next((item for item in ctx.registry.resources.values() if item.path == path), None)
    if resource is None or not may_read(ctx, resource):
        return {}
    known = ids_of(ctx, resource, set(texts))
    filters: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query):
        filters.setdefault(name, []).append(value)
    allowed = _labelled(ctx, resource, filters, sorted(set(known.values())))
    return {
        text: {"id": str(identity), "label": allowed[identity]}
        for text, identity in known.items()
        if identity in allowed
    }


def _labelled(ctx: Context, resource: Resource, filters: Mapping[str, list[str]], ids: list[int]) -> dict[int, str]:
    """Return what those records are called that a picker would offer."""
    shape = ctx.shape(resource)
    found: dict[int, str] = {}
    for start in range(0, len(ids), MOST_OPTIONS * 4):
        part = ",".join(map(str, ids[start : start + MOST_OPTIONS * 4]))
        wanted = ListRequest(filters={**filters, "id__in": [part]}, page_size=MOST_OPTIONS * 4,
                             fields=tuple(_labels(shape)), count="none")  # fmt: skip
        found |= {row["id"]: label_of_row(shape, row) for row in read_page(ctx, shape, wanted).items}
    return found
