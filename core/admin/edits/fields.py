"""Which fields a person may change from a list: those of the form that are one value each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.actions.context import Context
from core.admin.lists.page import may_write
from core.errors import Forbidden, NotFound, Refused
from core.plugins.declarations import Resource
from core.resources.conditions import holds, told
from core.resources.shape import Field, Shape

WHOLE_FORM = frozenset({"json"})


def editable_field(ctx: Context, shape: Shape, name: str) -> Field:
    """Return a field that may be changed by itself; NotFound or Forbidden for any other."""
    item = shape.fields.get(name)
    if item is None:
        raise NotFound("There is no such field.")
    resource = shape.resource
    if not may_write(ctx, resource, "update"):
        permission = f"{resource.key}.update"
        raise Forbidden(f"You need the permission {permission}.", permission=permission)
    if not is_single(item):
        raise Forbidden(f"{item.label} is not changed here; open the record.", code="READ_ONLY")
    return item


def is_single(item: Field) -> bool:
    """Whether a field is one value that people may write."""
    return not item.readonly and item.kind.name not in WHOLE_FORM


def require_open(resource: Resource, item: Field, fields: Mapping[str, Field], row: Mapping[str, Any]) -> None:
    """Refuse a field that the record's state or another field of it closes, saying which."""
    if not resource.is_open(row.get("state")):
        detail = f"This {resource.singular.lower()} is {row.get('state')}; it can be changed while it is "
        raise Refused("INVALID_STATE", f"{detail}{' or '.join(resource.editable)}.")
    if item.visible_when and not holds(item.visible_when, row.get):
        raise Refused("NOT_APPLICABLE", f"Can be given only when {told(item.visible_when, fields)}.")
    if item.readonly_when and holds(item.readonly_when, row.get):
        raise Refused("READ_ONLY", f"Cannot be changed while {told(item.readonly_when, fields)}.")
