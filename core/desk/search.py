"""Search over everything: all resources of enabled modules that the person may read, a few bounded questions each.

How a record begins to be called is looked up in an index, over all records. Any other text is looked for among the
newest ones, and among the older ones only where nothing was found at all: no question reads a very large table while
there is something to show.
"""

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
MOST_WORDS = 8
MOST_ASKED = 40
LONGEST = 100
BUDGET_SECONDS = 0.6
NEWEST = 5_000
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


@dataclass(frozen=True)
class _Asked:
    """A resource that is searched; `older` is the newest of its old records, None where it has none."""

    shape: Shape
    older: int | None

    @property
    def among_newest(self) -> list[sa.ColumnElement[bool]]:
        return [] if self.older is None else [self.shape.table.c.id > self.older]

    @property
    def among_oldest(self) -> list[sa.ColumnElement[bool]]:
        return [self.shape.table.c.id <= self.older]


def search(ctx: Context, text: str) -> Found:
    """Return records by the start of what they are called, then by any text that their resource is searched by.

    Found is complete where every record was looked at.
    """
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
    asked = _newest_of(ctx, [ctx.shape(item) for item in searchable(ctx)[:MOST_ASKED]])
    for one in asked:
        if time.monotonic() > until or len(groups) == MOST_GROUPS:
            return False
        rank, group = _ask(ctx, one, text)
        groups += [(rank, group)] if group.hits else []
    large = [one for one in asked if one.older is not None]
    if groups:
        return not large
    for one in large:
        if time.monotonic() > until:
            return False
        group = _ask_older(ctx, one, text)
        groups += [(1, group)] if group.hits else []
    return True


def _newest_of(ctx: Context, shapes: Sequence[Shape]) -> list[_Asked]:
    """Find where the newest records of each resource begin, in one question for all of them."""
    if not shapes:
        return []
    ends = [
        sa.select(shape.table.c.id).where(*_own(ctx, shape)).order_by(shape.table.c.id.desc()).offset(NEWEST).limit(1)
        for shape in shapes
    ]
    row = ctx.db.execute(sa.select(*(end.scalar_subquery() for end in ends)), execution_options=READ).one()
    return [_Asked(shape, older) for shape, older in zip(shapes, row, strict=True)]


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


def _ask(ctx: Context, asked: _Asked, text: str) -> tuple[int, Group]:
    shape = asked.shape
    names = [name for name in label_names(shape.model, shape.resource) if _is_text(shape, name)]
    begins = sa.or_(*(like(shape.fields[name].column, text, prefix=True) for name in names)) if names else None
    anywhere = _anywhere(shape, names, text)
    if asked.older is None:
        return _ask_all(ctx, shape, begins, anywhere)
    indexed = [name for name in names if _is_indexed(shape, name)]
    rows = _begin_with(ctx, shape, indexed, text) if indexed else {}
    if len(names) > len(indexed) and len(rows) < MOST_HITS and begins is not None:
        rows |= _rows(ctx, shape, [*asked.among_newest, begins], MOST_HITS - len(rows), list(rows))
    rank = 0 if rows else 1
    if len(rows) < MOST_HITS and anywhere is not None:
        rows |= _rows(ctx, shape, [*asked.among_newest, anywhere], MOST_HITS - len(rows), list(rows))
    return rank, _group(shape, rows)


def _ask_all(ctx: Context, shape: Shape, begins: Any, anywhere: Any) -> tuple[int, Group]:
    """Ask a table that is small enough to be read at once: what begins so first, in one question."""
    conditions = [condition for condition in (begins, anywhere) if condition is not None]
    if not conditions:
        return 1, _group(shape, {})
    rank = (sa.literal(1) if begins is None else sa.case((begins, 0), else_=1)).label("rank")
    statement = _statement(ctx, shape, [sa.or_(*conditions)], MOST_HITS, rank).order_by(rank, shape.table.c.id)
    rows = ctx.db.execute(statement, execution_options=READ).all()
    return (rows[0].rank if rows else 1), _group(shape, {row[0]: _told(row[0], row[2:]) for row in rows})


def _ask_older(ctx: Context, asked: _Asked, text: str) -> Group:
    shape = asked.shape
    names = [name for name in label_names(shape.model, shape.resource) if _is_text(shape, name)]
    anywhere = _anywhere(shape, names, text)
    rows = _rows(ctx, shape, [*asked.among_oldest, anywhere], MOST_HITS, []) if anywhere is not None else {}
    return _group(shape, rows)


def _group(shape: Shape, rows: dict[int, str]) -> Group:
    resource = shape.resource
    hits = [Hit(identity, label, f"/{resource.path}/{identity}") for identity, label in rows.items()]
    return Group(resource.key, resource.title, resource.icon, f"/{resource.path}", hits)


def _anywhere(shape: Shape, names: Sequence[str], text: str) -> sa.ColumnElement[bool] | None:
    words = text.split()[:MOST_WORDS]
    found = search_condition(shape, " ".join(words))
    if found is not None or not names:
        return found
    return sa.and_(*(
        sa.or_(*(like(shape.fields[name].column, word) for name in names)) for word in words
    ))  # fmt: skip


def _begin_with(ctx: Context, shape: Shape, names: Sequence[str], text: str) -> dict[int, str]:
    """Look up in the indexes what begins with a text, in the ways in which people write small and large letters.

    A range can be looked up where a pattern cannot: row-level security lets PostgreSQL use no operator in an index
    that might tell of a row it must not show.
    """
    spelled = list(dict.fromkeys((text, text.upper(), text.lower(), text.capitalize(), text.title())))
    columns: list[Any] = [shape.fields[name].column for name in names]
    within = [*_own(ctx, shape), *ctx.restriction(shape.resource, "read")]
    parts = [
        sa.select(shape.table.c.id)
        .where(*within, column >= start, column < _beyond(start), like(column, text, prefix=True))
        .limit(MOST_HITS)
        .subquery()
        for column in columns for start in spelled
    ]  # fmt: skip
    found = sa.union_all(*(sa.select(part.c.id) for part in parts))
    ids = list(dict.fromkeys(ctx.db.execute(found, execution_options=READ).scalars()))[:MOST_HITS]
    return _rows(ctx, shape, [shape.table.c.id.in_(ids)], MOST_HITS, []) if ids else {}


def _beyond(start: str) -> str:
    """Return the first text after all that begin so."""
    after = ord(start[-1]) + 1
    # Between the planes of letters lie numbers that are none.
    return start[:-1] + chr(0xE000 if after == 0xD800 else min(after, 0x10FFFF))


def _is_indexed(shape: Shape, name: str) -> bool:
    """Whether what begins with a text can be looked up: an index of the tenant and then this column."""
    table = shape.table
    leads = ["tenant_id", name] if "tenant_id" in table.c else [name]
    keys: list[Any] = [*table.indexes, *(item for item in table.constraints if isinstance(item, sa.UniqueConstraint))]
    return any([part.name for part in key.columns][: len(leads)] == leads and _is_whole(key) for key in keys)


def _is_whole(key: Any) -> bool:
    return all(key.dialect_options[name].get("where") is None for name in ("sqlite", "postgresql")
               if isinstance(key, sa.Index))  # fmt: skip


def _is_text(shape: Shape, name: str) -> bool:
    # What the person's shape lacks is sensitive: not even a guess at it may be confirmed by a hit.
    item = shape.fields.get(name)
    return item is not None and item.column is not None and isinstance(item.column.type, (sa.String, sa.Text))


def _own(ctx: Context, shape: Shape) -> list[sa.ColumnElement[bool]]:
    return [shape.table.c.tenant_id == ctx.tenant.id] if "tenant_id" in shape.table.c else []


def _rows(
    ctx: Context, shape: Shape, conditions: Sequence[sa.ColumnElement[bool]], most: int, known: Sequence[int]
) -> dict[int, str]:
    new = [shape.table.c.id.not_in(known)] if known else []
    found = ctx.db.execute(_statement(ctx, shape, [*conditions, *new], most), execution_options=READ)
    return {row[0]: _told(row[0], row[1:]) for row in found}


def _statement(
    ctx: Context, shape: Shape, conditions: Sequence[sa.ColumnElement[bool]], most: int, *more: Any
) -> sa.Select[Any]:
    table = shape.table
    source = join_extensions(table, [item for item in shape.fields.values() if item.search])
    statement = sa.select(table.c.id, *more, *_label(shape)).select_from(source)
    own, rules = _own(ctx, shape), ctx.restriction(shape.resource, "read")
    return statement.where(*own, *conditions, *rules).limit(most)


def _told(identity: int, parts: Sequence[Any]) -> str:
    return label_text(parts) or f"#{identity}"


def _label(shape: Shape) -> list[Any]:
    names = label_names(shape.model, shape.resource)
    columns = label_columns(shape.model, shape.resource)
    return [column for name, column in zip(names, columns, strict=True) if name in shape.fields]


def check_text(text: str) -> str:
    """Return what is searched for; Invalid for nothing or too much."""
    if not text.strip() or len(text) > LONGEST:
        raise Invalid({"q": [f"Give 1 to {LONGEST} characters to search for."]})
    return text
