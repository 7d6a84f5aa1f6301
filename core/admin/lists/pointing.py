"""Records that tell of others by their keys, as approvals and the audit trail do: read as words, with a way there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.actions.context import Context
from core.admin.display.cells import Cell
from core.admin.forms.pickers import may_read, names_of
from core.administration.granting import verbs_of
from core.plugins.declarations import Resource
from core.resources.shape import Field, Shape

POINTERS = ("resource", "record_id")
POINTING = frozenset({*POINTERS, "action"})


def points(shape: Shape, item: Field) -> bool:
    """Whether a field is a part of what says which record of which kind is meant, and what is done to it."""
    return item.name in POINTING and item.reference is None and all(name in shape.fields for name in POINTERS)


def pointed(ctx: Context, item: Field, row: Mapping[str, Any]) -> str:
    """Return a part of what is pointed at in words; what nobody declares any more stays as it was written."""
    value, resource = str(row.get(item.name) or ""), _resource(ctx, row)
    if resource is None or item.name == "record_id":
        return value
    if item.name == "resource":
        return resource.title
    return dict(verbs_of(ctx, resource)).get(value.removeprefix(f"{resource.key}."), value)


def pointed_cell(ctx: Context, item: Field, row: Mapping[str, Any]) -> Cell:
    """Return the same with the name of the record, and a link for whoever may see it."""
    text, resource = pointed(ctx, item, row), _resource(ctx, row)
    if resource is None or item.name == "action" or not may_read(ctx, resource):
        return Cell(text)
    if item.name == "resource":
        return Cell(text, url=f"/{resource.path}")
    identity = row.get("record_id")
    named = names_of(ctx, resource, [identity]) if isinstance(identity, int) else {}
    return Cell(named[identity], url=f"/{resource.path}/{identity}") if identity in named else Cell(text)


def asked_for(ctx: Context, shape: Shape, row: Mapping[str, Any]) -> str:
    """Return in words what is asked for, and of which record; empty for records that are not called by an action."""
    if "action" not in shape.resource.label or not points(shape, shape.fields["action"]):
        return ""
    verb, resource = pointed(ctx, shape.fields["action"], row), _resource(ctx, row)
    if resource is None:
        return verb
    named = pointed_cell(ctx, shape.fields["record_id"], row)
    return f"{verb} · {resource.singular} {named.text}" if named.url else f"{verb} · {resource.singular}"


def _resource(ctx: Context, row: Mapping[str, Any]) -> Resource | None:
    resource = ctx.registry.resources.get(str(row.get("resource") or ""))
    return resource if resource is not None and ctx.view.sees(resource) else None
