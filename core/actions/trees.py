"""Trees: no record may come to stand inside itself, whichever road leads there."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.errors import Invalid, Problem
from core.plugins.declarations import Resource

if TYPE_CHECKING:
    from core.actions.context import Context

_LOCK = 7_310_021


def tree_column(resource: Resource) -> sa.Column[Any] | None:
    """Return the column that says under which other record a record stands, None for what is no tree."""
    columns = resource.model.__table__.c
    return columns.get(resource.tree, columns.get(f"{resource.tree}_id")) if resource.tree else None


def circles(
    ctx: Context, resource: Resource, records: Sequence[Any], rows: Sequence[Mapping[str, Any]]
) -> dict[int, Problem]:
    """Return what stands against moving records to where their new values put them: together, in one query."""
    column = tree_column(resource)
    if column is None:
        return {}
    name = column.key
    moved = {record.id: row[name] for record, row in zip(records, rows, strict=True)
             if row.get(name) is not None and row[name] != getattr(record, name)}  # fmt: skip
    if not moved:
        return {}
    _wait_for_other_moves(ctx, column.table)
    parents = {**_chains(ctx, column, set(moved.values())), **moved}
    text = f"It cannot lie inside itself, nor inside what lies in it. Pick another {resource.singular.lower()}."
    return {record_id: Invalid({name: [text]}, code="CIRCLE") for record_id in moved if in_circle(record_id, parents)}


def in_circle(record_id: int, parents: Mapping[int, int | None]) -> bool:
    """Whether a record is reached again on the way up from it."""
    seen, above = set[int](), parents.get(record_id)
    while above is not None and above != record_id and above not in seen:
        seen.add(above)
        above = parents.get(above)
    return above == record_id


def _chains(ctx: Context, column: sa.Column[Any], ids: set[int]) -> dict[int, int | None]:
    """Return records and all they stand in, each with its parent; UNION ends where a circle closes."""
    table, own = column.table, column.table.c.tenant_id == ctx.tenant.id
    above = sa.select(table.c.id, column.label("parent")).where(own, table.c.id.in_(sorted(ids))).cte(recursive=True)
    above = above.union(sa.select(table.c.id, column).join(above, table.c.id == above.c.parent).where(own))
    ctx.db.flush()
    found = ctx.db.execute(sa.select(above.c.id, above.c.parent), execution_options={"unscoped": "a tree, upwards"})
    return {row[0]: row[1] for row in found}


def _wait_for_other_moves(ctx: Context, table: Any) -> None:
    """Two moves at once, each fine by itself, can make a circle: in one tree they go one after the other."""
    # SQLite's writers stand in line already.
    if ctx.db.get_bind().dialect.name == "postgresql":
        tree = zlib.crc32(f"{ctx.tenant.id} {table.name}".encode()) - 2**31
        lock = sa.text("SELECT pg_advisory_xact_lock(:house, :tree)").bindparams(house=_LOCK, tree=tree)
        ctx.db.execute(lock, execution_options={"unscoped": "one move in a tree at a time"})
