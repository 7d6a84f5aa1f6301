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
    registry, view, permissions = ctx.registry, ctx.view, ctx.actor.permissions
    found = [item for item in view.only(registry.panels) if permissions.allows(item.permission)]
    paths = {item.key: item.path for item in registry.resources.values()}

    def panels(slot: str, url: str = "") -> list[PanelLink]:
        path, _, record = url.strip("/").rpartition("/") if slot.startswith("record.") else (url.strip("/"), "", "")
        tail = f"?{urlencode({'record': record})}" if record else ""
        return [
            PanelLink(item.title, f"/panels/{item.key}{tail}")
            for item in found
            if item.slot == slot and paths.get(item.resource, "") == path
        ]

    return panels
