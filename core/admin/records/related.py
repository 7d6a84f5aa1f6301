"""What refers to a record, counted and a click away: found in the declarations, so that nobody has to say it twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response

from core.actions.context import Context
from core.actions.journal import parent_of
from core.admin.forms.pickers import may_read
from core.admin.frame.visit import Visit, show
from core.admin.records.beside import bare_frame
from core.db.base import Record
from core.desk.models import Comment
from core.plugins.declarations import Resource
from core.resources.filters import opening_filters
from core.resources.reading import ListRequest, count_matching, read_one
from core.resources.shape import Shape, target_of
from core.services.models import StoredFile

MOST_LINKS = 8
MOST_COUNTED = 100


@dataclass(frozen=True)
class Relation:
    """A field through which records of another resource, or their lines, refer to this one."""

    resource: Resource
    filter: str
    label: str


@dataclass(frozen=True)
class Related:
    """Records that refer to the one shown."""

    title: str
    detail: str
    icon: str
    count: str
    url: str


def related_page(visit: Visit, resource: Resource, record_id: int) -> Response:
    """Answer the links to what refers to a record, and how much stands beside it."""
    with visit.reading() as ctx:
        read_one(ctx, ctx.shape(resource), record_id)
        view = {"links": related_to(ctx, resource, record_id), "beside": _beside(ctx, resource, record_id)}
        return show(bare_frame(visit, ctx), "records/related.html", view=view)


def related_to(ctx: Context, resource: Resource, record_id: int) -> list[Related]:
    """Return what refers to a record and the person may see, the most used first; each counted to a limit."""
    found = []
    relations = list(relations_of(ctx, resource))
    for item in relations:
        shape = ctx.shape(item.resource)
        opening = {name: list(texts) for name, texts in opening_filters(shape).items()}
        request = ListRequest({**opening, item.filter: [str(record_id)]})
        count = count_matching(ctx, shape, request, MOST_COUNTED)
        if count:
            twice = sum(other.resource is item.resource for other in relations) > 1
            found.append((count, item, item.label if twice else "", request.filters))
    found.sort(key=lambda entry: -entry[0])
    return [
        Related(item.resource.title, detail, item.resource.icon, said(count),
                f"/{item.resource.path}?{urlencode(filters, doseq=True)}")
        for count, item, detail, filters in found[:MOST_LINKS]
    ]  # fmt: skip


def relations_of(ctx: Context, resource: Resource) -> Iterator[Relation]:
    """Yield the fields of readable resources that refer to records of this one; lines count as their document."""
    for other in ctx.view.only(ctx.registry.resources):
        # A line is counted as its document, even where it can be looked at by itself.
        if may_read(ctx, other) and parent_of(other.model) is None:
            shape = ctx.shape(other)
            for name, label in shape.memo(("referring", resource), lambda shape=shape: _fields(shape, resource.model)):
                yield Relation(other, name, label)


def _fields(shape: Shape, model: type) -> list[tuple[str, str]]:
    own = [(item.name, item.label) for item in shape.references if target_of(item, shape.model) is model]
    lines = [
        (f"{line.name}.{item.name}", item.label)
        for line in shape.lines.values()
        for item in line.fields.values()
        if item.reference is not None and item.source == "own" and target_of(item, line.model) is model
    ]
    return own + lines


def _beside(ctx: Context, resource: Resource, record_id: int) -> list[tuple[str, str]]:
    if not issubclass(resource.model, Record):
        return []
    tables = (("comments", Comment), ("files", StoredFile))
    return [(name, said(_count(ctx, model, resource, record_id))) for name, model in tables]


def _count(ctx: Context, model: type[Comment | StoredFile], resource: Resource, record_id: int) -> int:
    own = sa.select(model.id).where(model.resource == resource.key, model.record_id == record_id)
    return len(ctx.rows(own.limit(MOST_COUNTED)))


def said(count: int) -> str:
    """Return a count as it is shown: what lies beyond the limit is not counted."""
    return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count)
