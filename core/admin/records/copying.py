"""A new record that starts as a copy of another: what may be written is taken over, what must be its own is emptied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.actions.context import Context
from core.admin.forms.pickers import label_of_row
from core.resources.reading import read_one
from core.resources.shape import STAMPS, Field, Shape


@dataclass(frozen=True)
class Copy:
    """What the form of the new record starts with, whose copy it is, and what was left out of it."""

    values: dict[str, Any]
    source: str
    url: str
    emptied: list[str]


def copy_of(ctx: Context, shape: Shape, record_id: int) -> Copy:
    """Return a copy of a record that the person may read; nothing is stored until it is saved."""
    row = read_one(ctx, shape, record_id)
    open_fields = [item for item in shape.fields.values() if not item.readonly and item.name not in STAMPS]
    own = [item for item in open_fields if _is_own(shape, item)]
    values = {item.name: row.get(item.name) for item in open_fields if item not in own}
    values |= {item.label_name: row.get(item.label_name) for item in open_fields if item.reference is not None}
    lines = {name: [_line(line.fields, given) for given in row.get(name) or ()]
             for name, line in shape.lines.items() if not line.readonly}  # fmt: skip
    emptied = [item.label for item in own if row.get(item.name) not in (None, "")]
    return Copy({**values, **lines}, label_of_row(shape, row), f"/{shape.resource.path}/{record_id}", emptied)


def _is_own(shape: Shape, item: Field) -> bool:
    """Whether no two records may hold the same value of a field."""
    keys = [shape.resolve(name) for name in shape.resource.natural_key]
    return keys == [item.name] or bool(item.column is not None and item.column.info.get("unique"))


def _line(fields: Mapping[str, Field], given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in given.items() if name != "id" and not (name in fields and fields[name].readonly)
    }
