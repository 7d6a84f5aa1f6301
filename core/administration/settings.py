"""The settings of a tenant's modules: listed, changed all or none, given their default again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.actions.context import Context
from core.errors import Invalid, NotFound
from core.services.settings import reset_setting, told_settings, write_setting

READ, UPDATE = "kernel.setting.read", "kernel.setting.update"


def list_settings(ctx: Context) -> list[dict[str, Any]]:
    """Return every setting of the modules that are on: what it holds, what it held before anybody changed it."""
    known = ctx.view.only(ctx.registry.settings)
    told = told_settings(ctx.db, known)
    return [
        {
            "key": item.key, "module": item.plugin, "label": item.label, "help": item.help, "kind": item.kind.__name__,
            "default": item.default, "value": told[item.key][0], "changed": told[item.key][1],
            "choices": list(item.choices), "minimum": item.minimum, "maximum": item.maximum,
        }
        for item in known
    ]  # fmt: skip


def change_settings(ctx: Context, values: Any) -> list[str]:
    """Change settings, all or none; Invalid names each value that its setting cannot take."""
    ctx.operation = ctx.operation or UPDATE
    known = {item.key: item for item in ctx.view.only(ctx.registry.settings)}
    if not isinstance(values, Mapping) or not values:
        raise Invalid({"body": ["Send a JSON object of settings and their values."]})
    errors = {key: ["There is no such setting."] for key in values if key not in known}
    for key, value in values.items() if not errors else ():
        try:
            write_setting(ctx.db, known[key], value)
        except Invalid as fault:
            errors |= fault.errors
    if errors:
        raise Invalid(errors)
    return sorted(values)


def reset_settings(ctx: Context, keys: Iterable[str]) -> list[str]:
    """Give settings their defaults again; returns those that had been changed."""
    ctx.operation = ctx.operation or UPDATE
    known = {item.key: item for item in ctx.view.only(ctx.registry.settings)}
    wanted = list(keys)
    if missing := [key for key in wanted if key not in known]:
        raise NotFound(f"There is no setting {missing[0]!r}.")
    changed = told_settings(ctx.db, [known[key] for key in wanted])
    for key in wanted:
        reset_setting(ctx.db, known[key])
    return [key for key in wanted if changed[key][1]]
