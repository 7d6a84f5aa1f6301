"""Search over everything: all resources of enabled modules that the person may read, a few bounded questions each."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.actions.context import Context
from core.db.base import Derived, Entry, Extension
from core.errors import Invalid
from core.plugins.declarations import Menu, Resource
from core.resources.filters import like, search_condition
from core.resources.labels import READ, label_columns, label_names, label_text
from core.resources.paging import join_extensions
from core.resources.shape import Shape

log = logging.getLogger(__name__)
MOST_GROUPS = 12
MOST_HITS = 5
MOST_ASKED = 40
LONGEST = 100
BUDGET_SECONDS = 0.6
SET_UP_ONCE = ("settings", "administration")


@dataclass(frozen=True)
class Hit:
    """A record that was found."""

    id: int
    label: str
    url: str


@dataclass(frozen=True)
class Group:
    """The hits of one resource."""

    resource: str
    title: str
    icon: str
    url: str
    hits: list[Hit]


@dataclass(frozen=True)
class Found:
    """What a search found; `complete` is False where the time did not reach every resource."""

    groups: list[Group]
    complete: bool


def search(ctx: Context, text: str) -> Found:
    """Return records by the start of what they are called, then by any text that their resource is searched by."""
    wanted = " ".join(text.split())[:LONGEST]
    if not wanted or "\x00" in wanted:
        return Found([], complete=True)
    groups: list[tuple[int, Group]] = []
    with _limited(ctx) as limit:
        limit.complete = _gather(ctx, wanted, groups)
    # Sorting is stable: what matches equally well stays in the order of the menu.
    return Found([group for _rank, group in sorted(groups, key=lambda pair: pair[0])], limit.complete)


def _gather(ctx: Context, text: str, groups: list[tuple[int, Group]]) -> bool:
    until = time.monotonic() + BUDGET_SECONDS
    for resource in searchable(ctx)[:MOST_ASKED]:
        if time.monotonic() > until or len(groups) == MOST_GROUPS:
            return False
        rank, group = _ask(ctx, resource, text)
        groups += [(rank, group)] if group.hits else []
    return True


@dataclass
class _Limit:
    complete: bool = False


@contextmanager
def _limited(ctx: Context) -> Iterator[_Limit]:
    """Have PostgreSQL stop a question that takes too long; what was found until then is kept."""
    limit = _Limit()
    if ctx.db.get_bind().dialect.name != "postgresql":
        yield limit
        return
    inner = ctx.db.begin_nested()
    try:
        milliseconds = str(int(BUDGET_SECONDS * 1000))
        ctx.db.execute(sa.select(sa.func.set_config("statement_timeout", milliseconds, True)), execution_options=READ)
        yield limit
    except sa.exc.OperationalError:
        log.warning("a search was stopped because it took too long")
    finally:
        # Nothing was written: going back only takes back the limit.
        inner.rollback()


def searchable(ctx: Context) -> list[Resource]:
    """Return the resources of documents and master data that the person may read, those of every day first."""
    place = {menu.target: _place(menu) for menu in ctx.view.only(ctx.registry.menus)}
    found = [
        item
        for item in ctx.view.only(ctx.registry.resources)
        if not issubclass(item.model, (Derived, Entry, Extension)) and ctx.can(f"{item.key}.read")
    ]
    return sorted(found, key=lambda item: place.get(item.key, (2, 0)))


def _place(menu: Menu) -> tuple[int, int]:
    return (1 if menu.path.partition("/")[0] in SET_UP_ONCE else 0, menu.sequence)


def _ask(ctx: Context, resource: Resource, text: str) -> tuple[int, Group]:
    shape = ctx.shape(resource)
    rows: dict[int, str] = {}
    rank = 1
    for step, condition in enumerate(_conditions(shape, text)):
        found = _rows(ctx, shape, condition, MOST_HITS - len(rows), list(rows))
        if step == 0 and found:
            rank = 0
        rows.update(found)
        if len(rows) >= MOST_HITS:
            break
    hits = [Hit(identity, label, f"/{resource.path}/{identity}") for identity, label in rows.items()]
    return rank, Group(resource.key, resource.title, resource.icon, f"/{resource.path}", hits)


def _conditions(shape: Shape, text: str) -> Iterator[sa.ColumnElement[bool]]:
    names = [name for name in label_names(shape.model, shape.resource) if _is_text(shape, name)]
    if names:
        yield sa.or_(*(like(shape.fields[name].column, text, prefix=True) for name in names))
    anywhere = search_condition(shape, text)
    if anywhere is not None:
        yield anywhere
    elif names:
        yield sa.and_(*(
            sa.or_(*(like(shape.fields[name].column, word) for name in names)) for word in text.split()[:8]
        ))  # fmt: skip


def _is_text(shape: Shape, name: str) -> bool:
    # What the person's shape lacks is sensitive: not even a guess at it may be confirmed by a hit.
    item = shape.fields.get(name)
    return item is not None and item.column is not None and isinstance(item.column.type, (sa.String, sa.Text))


def _rows(
    ctx: Context, shape: Shape, condition: sa.ColumnElement[bool], most: int, known: Sequence[int]
) -> dict[int, str]:
    table = shape.table
    own = [table.c.tenant_id == ctx.tenant.id] if "tenant_id" in table.c else []
    new = [table.c.id.not_in(known)] if known else []
    source = join_extensions(table, [item for item in shape.fields.values() if item.search])
    statement = sa.select(table.c.id, *_label(shape)).select_from(source)
    statement = statement.where(*own, condition, *new, *ctx.restriction(shape.resource, "read")).limit(most)
    return {row[0]: label_text(row[1:]) or f"#{row[0]}" for row in ctx.db.execute(statement, execution_options=READ)}


def _label(shape: Shape) -> list[Any]:
    names = label_names(shape.model, shape.resource)
    columns = label_columns(shape.model, shape.resource)
    return [column for name, column in zip(names, columns, strict=True) if name in shape.fields]


def check_text(text: str) -> str:
    """Return what is searched for; Invalid for nothing or too much."""
    if not text.strip() or len(text) > LONGEST:
        raise Invalid({"q": [f"Give 1 to {LONGEST} characters to search for."]})
    return text
