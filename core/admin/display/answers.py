"""Any JSON answer as a page: facts, tables, and links in place of ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from core.actions.context import Context
from core.admin.display.cells import Cell, cell
from core.admin.display.words import words_label
from core.admin.forms.pickers import may_read, names_of
from core.desk.preferences import own_zone
from core.plugins.declarations import Resource

DEEPEST = 4
MOST_ROWS = 500
_DECIMAL = re.compile(r"-?\d+\.\d+|0")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
Names = Mapping[tuple[str, int], Cell]


@dataclass
class Block:
    """A titled part of an answer: facts, or a table."""

    title: str
    facts: list[tuple[str, Cell]] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    cut: bool = False


def blocks_of(ctx: Context, answer: Any) -> list[Block]:
    """Return an answer as blocks, the whole one first, its parts after it."""
    plain = _plain(answer)
    names = _names(ctx, plain)
    zone = own_zone(ctx)
    found = list(_blocks("", plain if isinstance(plain, (dict, list)) else {"answer": plain}, names, zone, 0))
    return [block for block in found if block.facts or block.columns]


def _plain(value: Any) -> Any:
    """Return a value as its JSON would be read again."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if hasattr(value, "as_dict"):
        return _plain(value.as_dict())
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if value is None or isinstance(value, (bool, int, str)) else f"{value:f}"


def _blocks(title: str, value: Any, names: Names, zone: ZoneInfo, depth: int) -> Iterator[Block]:
    if isinstance(value, dict) and depth < DEEPEST:
        plain = {key: item for key, item in value.items() if not _is_part(item)}
        yield Block(title, facts=[(_label(key), made) for key, made in _cells(plain, names, zone).items()])
        for key, item in value.items():
            if _is_part(item):
                yield from _blocks(
                    f"{title}: {_label(key).lower()}" if title else _label(key), item, names, zone, depth + 1
                )
    elif isinstance(value, list):
        yield _table(title, [item if isinstance(item, dict) else {"value": item} for item in value], names, zone)


def _is_part(value: Any) -> bool:
    if isinstance(value, dict):
        return "kind" not in value
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _table(title: str, rows: Sequence[dict[str, Any]], names: Names, zone: ZoneInfo) -> Block:
    made = [_cells(row, names, zone) for row in rows[:MOST_ROWS]]
    keys = [key for key in dict.fromkeys(key for row in made for key in row)
            if any(key in row and row[key].text for row in made)]  # fmt: skip
    numeric = {key for key in keys if any(key in row and row[key].numeric for row in made)}
    columns = [{"label": _label(key), "numeric": key in numeric} for key in keys]
    cells = [[replace(row.get(key, Cell("")), numeric=key in numeric) for key in keys] for row in made]
    return Block(title, columns=columns, rows=cells, cut=len(rows) > MOST_ROWS)


def _cells(row: Mapping[str, Any], names: Names, zone: ZoneInfo) -> dict[str, Cell]:
    """Return the cells of a row; an id is shown as the name of its record, once."""
    found: dict[str, Cell] = {}
    for key, value in row.items():
        stem = key.removesuffix("_id")
        if stem != key and stem in row:
            continue
        known = names.get((key, value)) if isinstance(value, int) else None
        beside = row.get(f"{key}_id")
        linked = names.get((f"{key}_id", beside)) if isinstance(beside, int) else None
        if known is not None:
            found[stem] = known
        elif linked is not None and isinstance(value, str):
            found[key] = replace(linked, text=value or linked.text)
        elif stem != key and isinstance(value, int) and not names:
            continue
        elif isinstance(value, dict) and "kind" in value:
            found[key] = Cell(words_label(str(value["kind"])), url=_page_of(value))
        elif key != "id":
            found[key] = cell("state" if key == "state" else _kind(value), value, zone)
    return found


def _page_of(step: Mapping[str, Any]) -> str:
    """Return the page where a next step can be taken that an answer describes as a call of the API."""
    path = str(step.get("path", ""))
    if not path.startswith("/api/v1/"):
        return ""
    page = path.removeprefix("/api/v1")
    return f"{page}/new" if step.get("method") == "POST" and not page.rpartition("/")[2].isdecimal() else page


def words_of(row: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Return a row in one line, without ids."""
    return " ".join(made.text for made in _cells(_plain(row), {}, zone).values() if made.text)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, str):
        for kind, pattern in (("decimal", _DECIMAL), ("date", _DATE), ("moment", _MOMENT)):
            if pattern.fullmatch(value):
                return kind
    return "text"


def _label(key: str) -> str:
    return key.removesuffix("_id").replace("_", " ").capitalize()


def _names(ctx: Context, answer: Any) -> Names:
    """Return what the records are called whose ids an answer holds: one query per kind of record."""
    wanted: dict[str, set[int]] = {}
    for key, value in _ids(answer):
        wanted.setdefault(key, set()).add(value)
    found: dict[tuple[str, int], Cell] = {}
    for key, ids in wanted.items():
        resource = _resource_for(ctx, key.removesuffix("_id"))
        if resource is not None:
            for identity, text in names_of(ctx, resource, ids).items():
                found[(key, identity)] = Cell(text, url=f"/{resource.path}/{identity}")
    return found


def _ids(value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key.endswith("_id") and isinstance(item, int) and not isinstance(item, bool):
                yield key, item
            else:
                yield from _ids(item)
    elif isinstance(value, list):
        for item in value:
            yield from _ids(item)


def _resource_for(ctx: Context, stem: str) -> Resource | None:
    """Return the resource that an id's name speaks of: `output_lot` of lots."""
    for resource in ctx.view.only(ctx.registry.resources):
        if (stem == resource.name or stem.endswith(f"_{resource.name}")) and may_read(ctx, resource):
            return resource
    return None
