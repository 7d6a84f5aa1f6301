"""Reading records: pages, single records with their lines, groups. Plain columns, no ORM objects, no query per row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db.base import TenantOwned
from core.errors import Invalid, NotFound
from core.resources.filters import filter_conditions, search_condition
from core.resources.labels import READ, labels
from core.resources.paging import count_records, join_extensions, page_records
from core.resources.periods import with_days
from core.resources.shape import Field, LineShape, Shape, target_of
from core.resources.single import read_prepared
from core.resources.sorting import after_cursor, sort_keys, write_cursor

if TYPE_CHECKING:
    from core.actions.context import Context

LARGEST_PAGE = 200
COUNT_LIMIT = 1000
DEEPEST_OFFSET = 10_000


@dataclass(frozen=True)
class ListRequest:
    """What is asked of a list."""

    filters: Mapping[str, list[str]] = field(default_factory=dict)
    search: str = ""
    sort: str = ""
    page: int = 1
    page_size: int = 50
    after: str = ""
    fields: tuple[str, ...] = ()
    count: str = ""
    condition: Any = None


@dataclass
class Page:
    """A page of a list; `total` is exact up to the count limit, beyond it a lower bound."""

    items: list[dict[str, Any]]
    total: int
    total_is_exact: bool
    page: int
    page_size: int
    next: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON body."""
        return {
            "items": self.items, "total": self.total, "total_is_exact": self.total_is_exact, "page": self.page,
            "page_size": self.page_size, "pages": -(-self.total // self.page_size) if self.total else 0,
            "next": self.next,
        }  # fmt: skip


def read_page(ctx: Context, shape: Shape, request: ListRequest) -> Page:
    """Return one page of a list the actor may see."""
    names = _names(shape, request.fields)
    keys = sort_keys(ctx, shape, request.sort)
    conditions = conditions_of(ctx, shape, request)
    behind = [after_cursor(keys, request.after)] if request.after else []
    offset = _offset(request)
    rows = page_records(ctx, shape, names, keys, [*conditions, *behind], request.page_size + 1, offset)
    more = len(rows) > request.page_size
    rows = rows[: request.page_size]
    total, exact = _total(ctx, shape, request, conditions, offset + len(rows), more)
    following = write_cursor(keys, rows[-1]) if more else None
    items = _labelled(ctx, shape, names, rows)
    return Page(items, total, exact, request.page, request.page_size, following)


@dataclass(frozen=True)
class Neighbours:
    """The records before and behind one in a list, its place and how many there are, counted to a limit."""

    previous: int | None
    next: int | None
    place: int
    total: int


def read_neighbours(ctx: Context, shape: Shape, request: ListRequest, record_id: int) -> Neighbours:
    """Return what stands beside a record in a list; it need not be of the list itself."""
    keys = sort_keys(ctx, shape, request.sort)
    conditions = conditions_of(ctx, shape, request)
    own = page_records(ctx, shape, ["id"], keys, [shape.table.c.id == record_id], 1, 0)
    if not own:
        raise NotFound(f"There is no such {shape.resource.singular.lower()}.")
    cursor, turned = write_cursor(keys, own[0]), [key.turned for key in keys]
    ahead, behind = after_cursor(turned, cursor), after_cursor(keys, cursor)
    before = page_records(ctx, shape, ["id"], turned, [*conditions, ahead], 1, 0)
    after = page_records(ctx, shape, ["id"], keys, [*conditions, behind], 1, 0)
    place = count_records(ctx, shape, [*conditions, ahead], COUNT_LIMIT + 1, keys)
    total = count_records(ctx, shape, conditions, COUNT_LIMIT + 1)
    previous, following = (rows[0]["id"] if rows else None for rows in (before, after))
    return Neighbours(previous, following, place + 1, total)


def count_matching(ctx: Context, shape: Shape, request: ListRequest, most: int) -> int:
    """Return how many records of a list the actor may see, counted no further than `most`."""
    return count_records(ctx, shape, conditions_of(ctx, shape, request), most)


def read_one(ctx: Context, shape: Shape, record_id: int, permission: str = "read") -> dict[str, Any]:
    """Return one record with its lines; NotFound when it does not exist for this tenant and actor."""
    if ctx.restriction(shape.resource, permission):
        return read_many(ctx, shape, [record_id], permission)[0]
    if not ctx.db.readonly:
        ctx.db.flush()
    return read_prepared(ctx, shape, record_id)


def read_many(
    ctx: Context, shape: Shape, ids: Sequence[int], permission: str = "read", only: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return records with their lines, or `only` some fields, in the order of their ids given.

    NotFound when one is missing.
    """
    names = list(only or shape.fields)
    conditions = [shape.table.c.id.in_(ids) if len(ids) > 1 else shape.table.c.id == ids[0]]
    conditions += ctx.restriction(shape.resource, permission)
    rows = _rows(ctx, shape, names, _select(shape, names, ctx.tenant.id, conditions))
    found = {row["id"]: row for row in _finish(ctx, shape, names, rows)}
    if len(found) < len(set(ids)):
        raise NotFound(f"There is no such {shape.resource.singular.lower()}.")
    for line in shape.lines.values() if not only else ():
        _attach_lines(ctx, shape, line, found)
    return [found[record_id] for record_id in ids]


def stream_rows(ctx: Context, shape: Shape, request: ListRequest, chunk: int = 1000) -> Iterable[list[dict[str, Any]]]:
    """Yield all rows of a list in chunks, by cursor, so that memory stays flat."""
    after = request.after
    while True:
        part = ListRequest(request.filters, request.search, request.sort, 1, chunk, after, request.fields, "none",
                           request.condition)  # fmt: skip
        page = read_page(ctx, shape, part)
        if page.items:
            yield page.items
        if page.next is None:
            return
        after = page.next


def _names(shape: Shape, wanted: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(["id", *known_names(shape, wanted)])) if wanted else list(shape.fields)


def known_names(shape: Shape, wanted: Sequence[str]) -> list[str]:
    """Return the names of fields that were asked for, each once; Invalid names the first that there is not."""
    names = list(dict.fromkeys(shape.resolve(name) for name in wanted))
    if unknown := [name for name in names if name not in shape.fields]:
        raise Invalid({"fields": [f"{shape.resource.key} has no field {unknown[0]!r}."]})
    return names


def is_too_deep(request: ListRequest) -> bool:
    """Whether a page lies deeper than the database counts rows for one."""
    return not request.after and (request.page - 1) * request.page_size > DEEPEST_OFFSET


def _offset(request: ListRequest) -> int:
    if is_too_deep(request):
        raise Invalid({"page": [f"Pages reach {DEEPEST_OFFSET} rows deep; go on with `after=` and the `next` cursor."]})
    return 0 if request.after else (request.page - 1) * request.page_size


def conditions_of(ctx: Context, shape: Shape, request: ListRequest) -> list[Any]:
    """Return everything that narrows a list: filters, search, what the asker adds, record rules."""
    filters = with_days(ctx, shape, request.filters)
    found: list[Any] = filter_conditions(shape, filters, ctx.tenant.id) if filters else []
    if request.search and (condition := search_condition(shape, request.search)) is not None:
        found.append(condition)
    if request.condition is not None:
        found.append(request.condition)
    return [*found, *ctx.restriction(shape.resource, "read")]


def _tenant(shape: Shape, tenant_id: int) -> list[Any]:
    return [shape.table.c.tenant_id == tenant_id] if "tenant_id" in shape.table.c else []


def _select(shape: Shape, names: Sequence[str], tenant_id: int, conditions: Sequence[Any]) -> sa.Select[Any]:
    items = [shape.fields[name] for name in names]
    plain = [item.column for item in items if item.column is not None]
    custom = [shape.table.c.custom] if any(item.source == "custom" for item in items) else []
    joined = join_extensions(shape.table, shape.fields.values() if conditions else items)
    return sa.select(*plain, *custom).select_from(joined).where(*_tenant(shape, tenant_id), *conditions)


def _rows(ctx: Context, shape: Shape, names: Sequence[str], statement: sa.Select[Any]) -> list[dict[str, Any]]:
    own = [name for name in names if shape.fields[name].column is not None]
    custom = [name for name in names if shape.fields[name].column is None]
    result = ctx.db.execute(statement, execution_options=READ)
    if not custom:
        return [dict(zip(own, row, strict=True)) for row in result]
    return [
        {**dict(zip(own, row, strict=False)), **{name: (row[-1] or {}).get(name) for name in custom}} for row in result
    ]


def _total(
    ctx: Context, shape: Shape, request: ListRequest, conditions: list[Any], seen: int, more: bool
) -> tuple[int, bool]:
    """Return the total: known for nothing on the last page, else counted up to a limit, exactly only when asked."""
    reached = seen > (request.page - 1) * request.page_size or request.page == 1
    if not more and not request.after and reached:
        return seen, True
    if request.count == "none":
        return seen, False
    count = count_records(ctx, shape, conditions, None if request.count == "exact" else COUNT_LIMIT + 1)
    if request.count != "exact" and count > COUNT_LIMIT:
        return max(COUNT_LIMIT, seen), False
    return count, True


def _labelled(ctx: Context, shape: Shape, names: Sequence[str], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = set(names)
    extra = [name for name in rows[0] if name not in wanted] if rows else []
    for item in shape.references:
        if item.name in wanted:
            add_labels(ctx, shape, item, rows)
    for name in extra:
        for row in rows:
            del row[name]
    return rows


def _finish(ctx: Context, shape: Shape, names: Sequence[str], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_dump(shape, row) for row in _labelled(ctx, shape, names, rows)]


def add_labels(ctx: Context, shape: Shape, item: Field, rows: list[dict[str, Any]]) -> None:
    """Write beside each value of a reference what the record is called."""
    _label_rows(ctx, target_of(item, shape.model), item, rows)


def _label_rows(ctx: Context, target: Any, item: Field, rows: list[dict[str, Any]]) -> None:
    name, label = item.name, item.label_name
    ids = {row[name] for row in rows if row[name] is not None}
    texts = labels(ctx.db, ctx.tenant.id, target, ctx.registry.resource_of_model.get(target), ids)
    for row in rows:
        row[label] = texts.get(row[name])


def _dump(shape: Shape, row: dict[str, Any]) -> dict[str, Any]:
    for name, dump in shape.memo("dumps", lambda: _dumps(shape.fields)):
        if (value := row.get(name)) is not None:
            row[name] = dump(value)
    return row


def _dumps(fields: Mapping[str, Field]) -> list[tuple[str, Any]]:
    return [(item.name, item.kind.dump) for item in fields.values() if item.kind.dump and item.column is not None]


def _attach_lines(ctx: Context, shape: Shape, line: LineShape, found: dict[int, dict[str, Any]]) -> None:
    table = line.model.__table__
    parent = table.c[line.parent_column]
    columns = [item.column for item in line.fields.values() if item.column is not None]
    order = [table.c[name] for name in ("position", "id") if name in table.c]
    source = join_extensions(table, line.fields.values())
    statement = sa.select(parent, *columns).select_from(source).where(parent.in_(list(found))).order_by(*order)
    if issubclass(line.model, TenantOwned):
        statement = statement.where(table.c.tenant_id == ctx.tenant.id)
    names = ["__parent", *line.fields]
    rows = [dict(zip(names, row, strict=True)) for row in ctx.db.execute(statement, execution_options=READ)]
    for item in line.fields.values():
        if item.reference is not None:
            _label_rows(ctx, target_of(item, line.model), item, rows)
    dumps = shape.memo(("dumps", line.name), lambda: _dumps(line.fields))
    for record in found.values():
        record[line.name] = []
    for row in rows:
        owner = row.pop("__parent")
        for name, dump in dumps:
            if row[name] is not None:
                row[name] = dump(row[name])
        found[owner][line.name].append(row)
