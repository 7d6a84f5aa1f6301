"""What an imported row changes of the record that is there: fields, extensions, the tenant's own fields, lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.resources.shape import Field, LineShape, Shape

if TYPE_CHECKING:
    from core.actions.context import Context

CHUNK = 500
Row = dict[str, Any]


def changes(shape: Shape, record: Any, values: Row, lines: Any, extensions: Any) -> Row:
    """Return those values of a row that differ from what the record holds."""
    changed: Row = {}
    for name, value in values.items():
        item = shape.fields.get(name)
        if name in shape.lines:
            if not _same_lines(shape.lines[name], lines[name].get(record.id, []), value, extensions):
                changed[name] = value
            continue
        if item is None:
            continue
        plain = item.kind.dump(value) if item.source == "custom" and item.kind.dump and value is not None else value
        if plain != _before(item, record, extensions):
            changed[name] = value
    return changed


def lines_before(ctx: Context, shape: Shape, records: list[Any]) -> dict[str, dict[int, list[Any]]]:
    """Return the lines of records: list name -> record's id -> lines in their order."""
    found: dict[str, dict[int, list[Any]]] = {}
    for name, line in shape.lines.items():
        parent = getattr(line.model, line.parent_column)
        order = [getattr(line.model, key) for key in ("position", "id") if hasattr(line.model, key)]
        ids = [record.id for record in records]
        found[name] = {}
        for part in _parts(ids):
            for row in ctx.all(sa.select(line.model).where(parent.in_(part)).order_by(*order)):
                found[name].setdefault(getattr(row, line.parent_column), []).append(row)
    return found


def extensions_before(
    ctx: Context, shape: Shape, records: list[Any], lines: dict[str, dict[int, list[Any]]]
) -> dict[tuple[str, int], Any]:
    """Return the extension rows of records and of their lines by (table, id)."""
    wanted = [(item, [record.id for record in records]) for item in shape.extensions]
    for name, line in shape.lines.items():
        ids = [row.id for rows in lines.get(name, {}).values() for row in rows]
        wanted += [(item, ids) for item in line.extensions]
    return {
        (item.model.__tablename__, row.id): row
        for item, ids in wanted
        for part in _parts(ids)
        for row in ctx.all(sa.select(item.model).where(item.model.id.in_(part)))
    }


def _parts(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _before(item: Field, row: Any, extensions: Mapping[tuple[str, int], Any]) -> Any:
    """Return what a field held: in the record, in its extension row, or among the tenant's own fields."""
    if item.source == "custom":
        return row.custom.get(item.name)
    if item.source == "extension" and item.column is not None:
        return getattr(extensions.get((item.column.table.name, row.id)), item.column.name, None)
    return getattr(row, item.name)


def _same_lines(line: LineShape, before: list[Any], given: list[Row], extensions: Any) -> bool:
    if len(before) != len(given):
        return False
    return all(
        _before(line.fields[name], row, extensions) == value
        for row, values in zip(before, given, strict=True)
        for name, value in values.items()
        if name != "id"
    )
