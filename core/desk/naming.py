"""What records are called, and finding them by what somebody typed: a code, a name, a whole label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from core.actions.context import Context
from core.plugins.declarations import Resource
from core.resources.labels import ids_by_label, label_names, label_text
from core.resources.reading import LARGEST_PAGE, ListRequest, read_page
from core.resources.shape import Shape

MOST_OPTIONS = 50
LONGEST_TEXT = 200
MOST_NAMED = 1000
Option = tuple[str, str]


def may_read(ctx: Context, resource: Resource | None) -> bool:
    """Whether the person may see records of a resource."""
    return resource is not None and ctx.view.sees(resource) and ctx.can(f"{resource.key}.read")


def choices(
    ctx: Context, resource: Resource, *, search: str = "", filters: Mapping[str, list[str]] | None = None
) -> list[Option]:
    """Return the first records that may be picked, as id and label."""
    shape = ctx.shape(resource)
    names = _label_fields(shape)
    request = ListRequest(
        filters=filters or {}, search=search, page_size=MOST_OPTIONS, fields=tuple(names), count="none"
    )
    found = [(str(row["id"]), label_of_row(shape, row)) for row in read_page(ctx, shape, request).items]
    # Whoever types `g` means grams before bags.
    return sorted(found, key=lambda option: _distance(option[1].casefold(), search.casefold())) if search else found


def _distance(label: str, search: str) -> int:
    if search in (label, label.partition(" ")[0]):
        return 0
    return 1 if label.startswith(search) else 2


def _label_fields(shape: Shape) -> list[str]:
    return [name for name in label_names(shape.model, shape.resource) if name in shape.fields]


def label_of_row(shape: Shape, row: Mapping[str, Any]) -> str:
    """Return what a record is called, from its row."""
    names = _label_fields(shape)
    texts = [row.get(shape.fields[name].label_name if shape.fields[name].reference else name) for name in names]
    return label_text(texts) or f"#{row.get('id')}"


def names_of(ctx: Context, resource: Resource, ids: Iterable[int]) -> dict[int, str]:
    """Return what records are called that the person may see; the others are left out."""
    shape, wanted = ctx.shape(resource), sorted(set(ids))[:MOST_NAMED]
    found: dict[int, str] = {}
    for start in range(0, len(wanted), LARGEST_PAGE):
        part = ",".join(str(identity) for identity in wanted[start : start + LARGEST_PAGE])
        fields = tuple(_label_fields(shape))
        request = ListRequest({"id__in": [part]}, page_size=LARGEST_PAGE, fields=fields, count="none")
        found |= {row["id"]: label_of_row(shape, row) for row in read_page(ctx, shape, request).items}
    return found


def ids_of(ctx: Context, resource: Resource, texts: Iterable[str]) -> dict[str, int]:
    """Return the records that people call by these texts: a code, a name, a whole label; what is not one is left out.

    A few queries for any number of texts; what the person may not see is not found.
    """
    columns = resource.model.__table__.c
    names = [*resource.natural_key, *resource.label, "code", "name"]
    names = [name for name in dict.fromkeys(names) if name in columns and columns[name].info.get("ref") is None]
    tried = {text: [text, text.upper(), text.partition(" ")[0]] for text in texts if is_text(text)}
    words = {word for parts in tried.values() for word in parts if word}
    found = ids_by_label(ctx.db, ctx.tenant.id, resource.model, [n for n in names if _is_plain(columns[n])], words)
    labels = names_of(ctx, resource, set(found.values()))
    return {
        text: identity
        for text, (whole, upper, first) in tried.items()
        if (identity := _known(found, labels, whole, upper, first)) is not None
    }


def _known(found: Mapping[str, int], labels: Mapping[int, str], whole: str, upper: str, first: str) -> int | None:
    for word in (whole, upper):
        if found.get(word) in labels:
            return found[word]
    identity = found.get(first, 0)
    return identity if labels.get(identity, "").casefold() == whole.casefold() else None


def _is_plain(column: Any) -> bool:
    return isinstance(column.type, sa.String)


def is_text(value: str) -> bool:
    """Whether a database can be asked for a text."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return 0 < len(value) <= LONGEST_TEXT and "\x00" not in value
