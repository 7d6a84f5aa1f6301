"""Saved views on the page: which one is open, whether it was changed, and the address that each stands for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from core.actions.context import Context
from core.admin.lists.address import PLAIN, ListAddress
from core.desk.models import SavedView
from core.desk.saved_views import default_view, may_write_view, saved_views
from core.errors import Invalid, NotFound
from core.plugins.declarations import Resource
from core.resources.filters import has_fields, opening_filters
from core.resources.shape import Shape

POSITION = frozenset({"page", "after", "count", "saved", "from"})
AUDIENCES_SAID = {"me": "Mine", "role": "My role", "everyone": "Everyone"}


@dataclass(frozen=True)
class Kept:
    """A saved view in the menu."""

    id: int
    name: str
    url: str
    audience: str
    current: bool
    opens_first: bool
    may_write: bool


@dataclass(frozen=True)
class SavedMenu:
    """What the menu of saved views shows."""

    title: str
    changed: bool
    plain_url: str
    plain: bool
    opening: Kept | None
    mine: list[Kept]
    shared: list[Kept]
    current: Kept | None


def views_of(ctx: Context, resource: Resource) -> list[SavedView]:
    """Return the views of a list that the person may open, read once a unit."""
    known: dict[str, list[SavedView]] = ctx.db.info.setdefault("saved_views", {})
    if resource.key not in known:
        known[resource.key] = saved_views(ctx, resource) if ctx.actor.user_id is not None else []
    return known[resource.key]


def open_address(ctx: Context, resource: Resource, query: MultiDict[str, str]) -> ListAddress:
    """Read an address: a saved view that it names is opened, and one that opens by itself where nothing is said."""
    address = ListAddress.read(resource.path, query)
    if address.saved:
        row = next((row for row in views_of(ctx, resource) if row.id == address.saved), None)
        if row is None:
            raise NotFound("There is no such saved view.")
        base = address_of(ctx, resource, row)
        if "saved" in query and not address.state:
            return replace(base, page=address.page, after=address.after, count=address.count)
        return replace(address, saved=base.saved, saved_state=base.saved_state)
    if address.saved is None and (row := default_view(views_of(ctx, resource))) is not None:
        if address.is_bare and address.page == 1:
            opened = address_of(ctx, resource, row)
            # What asks for a field that the person may not see is opened by name only, and then says so.
            if has_fields(ctx.shape(resource), opened.filters):
                return opened
        return replace(address, saved=PLAIN)
    if address.saved is None and (opening := opening_filters(ctx.shape(resource))):
        opens = address.is_bare and address.page == 1
        return replace(address, saved=PLAIN, filters=opening if opens else address.filters)
    return address


def address_of(ctx: Context, resource: Resource, row: SavedView) -> ListAddress:
    """Return the address that a saved view stands for, to somebody who may not see all of its fields."""
    pairs = [(name, text) for name, text in parse_qsl(row.query) if name not in POSITION]
    kept = [("columns", ",".join(row.columns)), ("density", row.density)]
    query = MultiDict([*pairs, *[(name, text) for name, text in kept if text]])
    try:
        address = ListAddress.read(resource.path, query)
    except Invalid:
        address = ListAddress(resource.path)
    address = _shown_of(ctx.shape(resource), address)
    return replace(address, saved=row.id, saved_state=address.state)


def _shown_of(shape: Shape, address: ListAddress) -> ListAddress:
    """Return an address without the columns, order, groups and figures of fields that there are not."""

    def known(part: str) -> bool:
        return part == "all" or shape.resolve(part.lstrip("-").partition(":")[0]) in shape.fields

    sort, columns, totals = (
        ",".join(filter(known, text.split(","))) for text in (address.sort, address.columns, address.totals)
    )
    group = tuple(filter(known, address.group))
    return replace(address, sort=sort, columns=columns, totals=totals, group=group)


def kept_of(address: ListAddress) -> dict[str, Any]:
    """Return what a saved view keeps of an address."""
    plain = replace(address, columns="", density="", saved=None)
    columns = [part for part in address.columns.split(",") if part]
    return {"query": plain.state, "columns": columns, "density": address.density}


def saved_menu(ctx: Context, resource: Resource, address: ListAddress) -> SavedMenu:
    """Return the menu of saved views at an address."""
    rows = [
        Kept(row.id, row.name, f"/{resource.path}?saved={row.id}", AUDIENCES_SAID[row.audience],
             row.id == address.saved, row.is_default, may_write_view(ctx, row))
        for row in views_of(ctx, resource)
    ]  # fmt: skip
    current = next((row for row in rows if row.current), None)
    mine, opening = AUDIENCES_SAID["me"], _opening(ctx, resource, address)
    is_opening = current is None and opening is not None and opening.current
    by_itself = opening is not None or any(row.opens_first for row in rows)
    named = current or (opening if is_opening else None)
    return SavedMenu(
        title=named.name if named else f"All {resource.title.lower()}", changed=address.changed,
        plain_url=f"/{resource.path}" + ("?saved=0" if by_itself else ""),
        plain=named is None, opening=opening, mine=[row for row in rows if row.audience == mine],
        shared=[row for row in rows if row.audience != mine], current=current,
    )  # fmt: skip


def _opening(ctx: Context, resource: Resource, address: ListAddress) -> Kept | None:
    """Return the view in which a list opens unasked; it is open while all that narrows it does."""
    filters = opening_filters(ctx.shape(resource))
    if not filters:
        return None
    current = not address.saved and all(address.filters.get(name) == texts for name, texts in filters.items())
    url = ListAddress(resource.path, filters=filters).url
    return Kept(PLAIN, resource.opens[0], url, "", current, False, False)
