"""Columns of a file and fields of a resource: what may be chosen, and what a column most likely is."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.actions.context import Context
from core.actions.import_files import ImportFile
from core.desk.models import FileImport
from core.plugins.declarations import Resource
from core.resources.shape import Field, Shape

MOST_SAMPLES = 3
LONGEST_SAMPLE = 80
_PLAIN = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Target:
    """A field that a column may be taken into; `by_id` says that the cells hold internal ids."""

    name: str
    label: str
    help: str = ""
    required: bool = False
    by_id: bool = False


def targets(ctx: Context, shape: Shape, kind: str = "table") -> list[Target]:
    """Return the fields that a column may be taken into: what the person may write, references by name or by id."""
    found: list[Target] = []
    for name, item in shape.fields.items():
        if item.readonly or (item.kind.name == "json" and kind != "json"):
            continue
        short = name.removesuffix("_id") if item.reference is not None else name
        found.append(Target(short, item.label, item.help, item.required))
    found += [Target(name, f"{item.label} (internal ID)", by_id=True) for name, item in shape.fields.items()
              if item.reference is not None and not item.readonly]  # fmt: skip
    lines = shape.lines.values() if kind == "json" else ()
    return found + [Target(line.name, line.title) for line in lines if not line.readonly]


def columns_of(file: ImportFile) -> list[dict[str, Any]]:
    """Return the columns of a file with their first few values."""
    samples: list[list[str]] = [[] for _ in file.header]
    for index in range(len(file)):
        for found, value in zip(samples, file.values(index), strict=False):
            if value not in (None, "", [], {}) and len(found) < MOST_SAMPLES:
                found.append(_sample(value))
        if all(len(found) == MOST_SAMPLES for found in samples) or index > 1000:
            break
    return [{"title": title, "samples": found} for title, found in zip(file.header, samples, strict=True)]


def guess(ctx: Context, shape: Shape, file: ImportFile, kind: str) -> dict[str, str]:
    """Return the field of each column: as it was mapped the last time, else by name or label; nothing where unsure."""
    known = earlier_mapping(ctx, shape.resource, file.header)
    possible = targets(ctx, shape, kind)
    by_word = {word: item.name for item in reversed(possible) for word in _words(shape, item)}
    taken: set[str] = set()
    found: dict[str, str] = {}
    singular = f"{_plain(shape.resource.singular)} "
    for title in file.header:
        # `Item name` is the name of an item.
        word = _plain(title) if _plain(title) in by_word else _plain(title).removeprefix(singular)
        wanted = known.get(title, by_word.get(word, ""))
        usable = wanted in {item.name for item in possible} and wanted not in taken
        found[title] = wanted if usable else ""
        taken.add(found[title])
    return found


def earlier_mapping(ctx: Context, resource: Resource, header: Sequence[str]) -> Mapping[str, str]:
    """Return how a file with the same columns was mapped the last time."""
    same = FileImport.outcome["header"].as_string() == header_print(header)
    wanted = sa.select(FileImport.mapping).where(FileImport.resource == resource.key, same)
    rows = ctx.rows(wanted.order_by(FileImport.id.desc()).limit(1))
    return rows[0][0] if rows else {}


def header_print(header: Sequence[str]) -> str:
    """Return what tells files with the same columns from others."""
    return hashlib.sha256(json.dumps(list(header)).encode()).hexdigest()


def missing(shape: Shape, mapping: Mapping[str, str], mode: str) -> list[str]:
    """Return the labels of fields that a new record needs and no column gives."""
    if mode == "update":
        needed = [shape.fields[shape.resolve(name)] for name in shape.resource.natural_key]
    else:
        needed = [item for item in shape.fields.values() if item.required and not item.readonly]
    given = {shape.resolve(name) for name in mapping.values()}
    return [item.label for item in needed if item.name not in given]


def column_of(shape: Shape, mapping: Mapping[str, str], field: str) -> str:
    """Return the column that a fault of a field belongs to, nothing where no column gives it."""
    head = field.split(".")[0] if field.split(".")[0] in shape.lines else field
    wanted = shape.resolve(head)
    return next((title for title, name in mapping.items() if name and shape.resolve(name) == wanted), "")


def field_label(shape: Shape, name: str) -> str:
    """Return what a field is called."""
    item: Field | None = shape.fields.get(shape.resolve(name))
    if item is not None:
        return item.label
    line = shape.lines.get(name.split(".")[0])
    return line.title if line is not None else name


def _words(shape: Shape, item: Target) -> set[str]:
    words = {_plain(item.name), _plain(item.label)}
    return words if item.by_id else words | {_plain(item.name.rpartition(".")[2])}


def _plain(text: str) -> str:
    return _PLAIN.sub(" ", text.casefold()).strip()


def _sample(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= LONGEST_SAMPLE else f"{text[:LONGEST_SAMPLE]}…"
