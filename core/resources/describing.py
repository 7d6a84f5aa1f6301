"""What a client needs to know of a resource: its fields, lines, operators and actions, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.db.fields import Condition
from core.resources.shape import Field, Shape, target_of

if TYPE_CHECKING:
    from core.actions.context import Context


def describe(ctx: Context, shape: Shape) -> dict[str, Any]:
    """Return the fields, lines, list columns, actions and transitions of a resource as the actor may see them."""
    return {
        "key": shape.resource.key, "title": shape.resource.title, "help": shape.resource.help,
        "fields": [_field(ctx, shape.model, item) for item in shape.fields.values()],
        "lines": [
            {"name": line.name, "title": line.title, "readonly": line.readonly,
             "fields": [_field(ctx, line.model, item) for item in line.fields.values()]}
            for line in shape.lines.values()
        ],
        "list": shape.list_names, "sort": shape.resource.sort,
        "verbs": [verb for verb in shape.resource.verbs if ctx.can(f"{shape.resource.key}.{verb}")],
        "editable": list(shape.resource.editable), "actions": _actions(ctx, shape),
        "transitions": transitions(ctx, shape),
    }  # fmt: skip


def transitions(ctx: Context, shape: Shape) -> list[dict[str, str]]:
    """Return every declared step from one state to another: what a diagram of the document's life is drawn from."""
    return [
        {"action": item.key, "label": item.label, "source": source, "target": item.target}
        for item in ctx.registry.actions_of.get(shape.resource.key, [])
        if item.target is not None and ctx.view.sees(item)
        for source in item.source
    ]


def _actions(ctx: Context, shape: Shape) -> list[dict[str, Any]]:
    declared = ctx.registry.actions_of.get(shape.resource.key, [])
    return [
        {"key": item.key, "verb": item.verb, "label": item.label, "help": item.help, "scope": item.scope,
         "source": list(item.source), "target": item.target, "confirm": item.confirm}
        for item in declared if ctx.view.sees(item) and ctx.can(item.permission)
    ]  # fmt: skip


def _condition(condition: Condition) -> dict[str, list[Any]]:
    return {name: list(allowed) for name, allowed in condition}


def _field(ctx: Context, owner: Any, item: Field) -> dict[str, Any]:
    target = ctx.registry.resource_of_model.get(target_of(item, owner)) if item.reference is not None else None
    return {
        "name": item.name, "label": item.label, "help": item.help, "kind": item.kind.name, "required": item.required,
        "readonly": item.readonly, "choices": list(item.choices), "operators": list(item.kind.operators),
        "visible_when": _condition(item.visible_when), "readonly_when": _condition(item.readonly_when),
        "unit": item.unit, "source": item.source, "resource": target.key if target else None,
        "path": target.path if target else None,
    }  # fmt: skip
