"""The tree of a resource: all of a small one at once, else branch by branch as somebody opens them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response

from core.actions.context import Context
from core.admin.forms.pickers import names_of
from core.admin.frame.visit import Crumb, Visit
from core.admin.lists.address import ListAddress
from core.admin.lists.page import may_write
from core.admin.views.cards import Card, card_items, card_names, card_of
from core.admin.views.page import show_page
from core.errors import Invalid
from core.plugins.declarations import Resource
from core.resources.branches import ancestors, count_children, read_all, read_branch
from core.resources.kinds import LARGEST_INTEGER
from core.resources.shape import Field, Shape

MOST_AT_ONCE = 300
MOST_A_BRANCH = 200
DEEPEST = 40


@dataclass
class Branch:
    """A record in the tree; `children` is None where they are not read yet."""

    card: Card
    count: int
    open_url: str
    children: list[Branch] | None = None
    inside: str = ""


@dataclass(frozen=True)
class Tree:
    """Everything a tree shows."""

    field: str
    roots: list[Branch]
    path: list[Crumb]
    up_url: str
    flat: bool
    cut: bool
    movable: bool


def show_tree(visit: Visit, resource: Resource, address: ListAddress) -> Response:
    """Show the tree of a resource."""
    return show_page(visit, resource, address, "views/tree.html", tree_of)


def tree_of(ctx: Context, shape: Shape, address: ListAddress) -> Tree:
    """Read a tree, one branch of it, or what a search finds anywhere in it."""
    parent = shape.fields.get(shape.resolve(shape.resource.tree))
    if parent is None:
        raise Invalid({"view": [f"{shape.resource.title} have no tree that you may see."]})
    movable = may_write(ctx, shape.resource, "update") and not parent.readonly
    under = _under(address)
    if under is not None:
        return _branch(ctx, shape, address, parent, under, movable=movable)
    items = _items(shape, parent)
    rows = read_all(ctx, shape, address.request(card_names(shape, items, parent.name)), MOST_AT_ONCE)
    if address.narrowed:
        return _flat(ctx, shape, address, parent, rows, movable=movable)
    if len(rows) > MOST_AT_ONCE:
        return _branch(ctx, shape, address, parent, None, movable=movable)
    roots = _nested(ctx, shape, address, parent, rows)
    return Tree(parent.name, roots, [], "", flat=False, cut=False, movable=movable)


def _items(shape: Shape, parent: Field) -> list[Field]:
    return card_items(shape, parent.name)


def _under(address: ListAddress) -> int | None:
    text = address.look.get("under", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 17 and int(text) <= LARGEST_INTEGER):
        raise Invalid({"under": ["Must be the id of a record."]})
    return int(text)


def _flat(
    ctx: Context, shape: Shape, address: ListAddress, parent: Field, rows: list[dict[str, Any]], *, movable: bool
) -> Tree:
    """What a search finds stands in one list; each says where it is."""
    shown = rows[:MOST_AT_ONCE]
    found = [_made(ctx, shape, address, parent, row, 0) for row in shown]
    for branch, row in zip(found, shown, strict=True):
        branch.children, branch.inside = [], str(row.get(parent.label_name) or "")
    return Tree(parent.name, found, [], "", flat=True, cut=len(rows) > MOST_AT_ONCE, movable=movable)


def _branch(
    ctx: Context, shape: Shape, address: ListAddress, parent: Field, under: int | None, *, movable: bool
) -> Tree:
    asked = address.request(card_names(shape, _items(shape, parent), parent.name))
    rows = read_branch(ctx, shape, asked, parent, under, MOST_A_BRANCH)
    shown = rows[:MOST_A_BRANCH]
    counts = count_children(ctx, shape, parent, [row["id"] for row in shown])
    roots = [_made(ctx, shape, address, parent, row, counts.get(row["id"], 0)) for row in shown]
    path = _path(ctx, shape, address, parent, under)
    up = path[-2].url if len(path) > 1 else address.looking(under="").url
    return Tree(parent.name, roots, path, up if under else "", flat=False, cut=len(rows) > MOST_A_BRANCH,
                movable=movable)  # fmt: skip


def _path(ctx: Context, shape: Shape, address: ListAddress, parent: Field, under: int | None) -> list[Crumb]:
    """Return what a branch stands in, from the outside in, as far as the person may see it."""
    ids = list(ancestors(ctx, shape, parent, under, DEEPEST))[::-1]
    names = names_of(ctx, shape.resource, ids) if ids else {}
    return [
        Crumb(names[record_id], address.looking(under=str(record_id)).url) for record_id in ids if record_id in names
    ]


def _nested(
    ctx: Context, shape: Shape, address: ListAddress, parent: Field, rows: Iterable[Mapping[str, Any]]
) -> list[Branch]:
    """Nest records in what they stand in; one whose place nobody here may see stands at the top."""
    made = {row["id"]: (row[parent.name], _made(ctx, shape, address, parent, row, 0)) for row in rows}
    roots: list[Branch] = []
    for above, branch in made.values():
        branch.children = branch.children or []
        if above in made:
            owner = made[above][1]
            owner.children = [*(owner.children or []), branch]
            owner.count += 1
        else:
            roots.append(branch)
    return roots


def _made(
    ctx: Context, shape: Shape, address: ListAddress, parent: Field, row: Mapping[str, Any], count: int
) -> Branch:
    card = card_of(ctx, shape, _items(shape, parent), row, state=True)
    return Branch(card, count, address.looking(under=str(row["id"])).url)
