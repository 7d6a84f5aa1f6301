"""Which panels stand in which slot of a page, for the person who looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from core.actions.context import Context


@dataclass(frozen=True)
class PanelLink:
    """A panel of a slot and where it is fetched from."""

    title: str
    url: str


def panels_of(ctx: Context) -> Callable[..., list[PanelLink]]:
    """Return what a template asks for the panels of a slot: `panels("record.aside", "/items/5")`."""
    resource_at, view, permissions = ctx.registry.resource_at, ctx.view, ctx.actor.permissions

    def panels(slot: str, url: str = "") -> list[PanelLink]:
        path, _, record = url.strip("/").rpartition("/") if slot.startswith("record.") else (url.strip("/"), "", "")
        tail = f"?{urlencode({'record': record})}" if record else ""
        key = resource_at[path].key if path in resource_at else path
        return [
            PanelLink(item.title, f"/panels/{item.key}{tail}")
            for item in view.only(ctx.registry.panels)
            if item.slot == slot and item.resource == key and permissions.allows(item.permission)
        ]

    return panels
