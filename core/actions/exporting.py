"""Lists as tables of cells that an import can take again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.resources.labels import labels
from core.resources.reading import known_names
from core.resources.shape import Shape, target_of

if TYPE_CHECKING:
    from core.actions.context import Context


def export_names(shape: Shape, wanted: Sequence[str] = ()) -> list[str]:
    """Return the `wanted` fields of an export; where none is named all that an import can take again, the id first."""
    if wanted:
        return known_names(shape, wanted)
    return ["id", *(name for name, item in shape.fields.items() if not item.readonly and item.kind.name != "json")]


def export_header(shape: Shape, names: Sequence[str]) -> list[str]:
    """Return the column titles under which an import finds the fields again."""
    return [name.removesuffix("_id") if shape.fields[name].reference is not None else name for name in names]


def export_cells(ctx: Context, shape: Shape, names: Sequence[str], chunks: Any) -> Iterator[list[Any]]:
    """Yield the cells of each row; references by the natural key that an import finds them again by."""
    references = [shape.fields[name] for name in names if shape.fields[name].reference is not None]
    for rows in chunks:
        for item in references:
            target = target_of(item, shape.model)
            known = ctx.registry.resource_of_model.get(target)
            if known is not None and len(known.natural_key) == 1:
                known = replace(known, label=known.natural_key)
            ids = {row[item.name] for row in rows if row[item.name] is not None}
            texts = labels(ctx.db, ctx.tenant.id, target, known, ids)
            for row in rows:
                row[item.name] = texts.get(row[item.name])
        for row in rows:
            yield [row.get(name) for name in names]
