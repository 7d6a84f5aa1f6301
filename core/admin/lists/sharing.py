"""What others do not see of a view that is shared with them; it is shared all the same, and says so to its author."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from core.actions.context import Context
from core.admin.lists.address import ListAddress
from core.desk.conditions import read_conditions
from core.desk.models import SavedView
from core.errors import Invalid
from core.identity.models import Role
from core.identity.permissions import PermissionSet
from core.identity.roles import grant_of
from core.plugins.declarations import Resource
from core.resources.shape import Shape

MOST_NAMED = 5


def unseen_by_others(ctx: Context, resource: Resource, view: SavedView) -> str:
    """Return a sentence on the roles that lack a field of a shared view, empty where nobody lacks anything."""
    if view.audience == "me":
        return ""
    readers, blind = _roles(ctx, resource, view)
    if view.audience == "role" and not readers:
        return f"This role may not read {resource.title.lower()}, so nobody finds the view by it."
    address = ListAddress.read(resource.path, _query(view))
    shown, filtered = _sensitive(ctx, ctx.shape(resource), address)
    if not blind or not (shown or filtered):
        return ""
    named = ", ".join(blind[:MOST_NAMED] + ([f"{len(blind) - MOST_NAMED} more"] if len(blind) > MOST_NAMED else []))
    if filtered:
        return f"It filters by {', '.join(filtered)}, which is hidden from {named}: they cannot open it."
    return f"Left out for {named}, from whom it is hidden: {', '.join(shown)}."


def _roles(ctx: Context, resource: Resource, view: SavedView) -> tuple[list[str], list[str]]:
    """Return the titles of the roles that may read the list, and of those among them that see no sensitive field."""
    declared = ctx.kernel.identity.access.declared
    wanted = sa.select(Role).where(Role.tenant_id == ctx.tenant.id).order_by(Role.title)
    if view.audience == "role":
        wanted = wanted.where(Role.key == view.role)
    readers, blind = [], []
    for role in ctx.all(wanted):
        own = PermissionSet([grant_of(role, declared)], declared.rule_resources)
        if own.allows(f"{resource.key}.read"):
            readers.append(role.title)
            blind += [] if own.allows(f"{resource.key}.sensitive") else [role.title]
    return readers, blind


def _query(view: SavedView) -> MultiDict[str, str]:
    return MultiDict([*parse_qsl(view.query), ("columns", ",".join(view.columns))])


def _sensitive(ctx: Context, shape: Shape, address: ListAddress) -> tuple[list[str], list[str]]:
    """Return the labels of the sensitive fields that a view shows, and of those that it filters by."""
    try:
        _, filters = read_conditions(ctx, shape, address.search, address.filters)
    except Invalid:
        filters = dict(address.filters)
    parts = (address.columns, address.sort, address.totals, *address.group, *address.look.values())
    shown = [part.strip().lstrip("-").partition(":")[0] for text in parts for part in text.split(",")]
    return _labels(shape, shown), _labels(shape, [name.partition("__")[0] for name in filters])


def _labels(shape: Shape, names: Iterable[str]) -> list[str]:
    found = [shape.fields.get(shape.resolve(name)) for name in names]
    return list(dict.fromkeys(item.label for item in found if item is not None and item.sensitive))
