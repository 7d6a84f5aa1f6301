"""What stands above every view of a resource: saved views, search, what is set, the ways to look at it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.actions.context import Context
from core.admin.lists.address import ListAddress
from core.admin.lists.filters import Chip, chips_of
from core.admin.lists.saved import SavedMenu, saved_menu
from core.plugins.declarations import Resource
from core.resources.shape import Shape

VIEW_ICONS = {"list": "list", "kanban": "square-kanban", "calendar": "calendar", "chart": "chart-column",
              "tree": "folder-tree"}  # fmt: skip


@dataclass(frozen=True)
class Link:
    """A named address."""

    label: str
    url: str
    icon: str = ""
    current: bool = False


@dataclass(frozen=True)
class Toolbar:
    """What `lists/toolbar.html` shows."""

    url: str
    title: str
    search: str
    kept: list[tuple[str, str]]
    chips: list[Chip]
    clear_url: str
    narrowed: bool
    views: list[Link]
    saved: SavedMenu
    filters_url: str
    display_url: str
    saved_url: str
    grouped: int
    is_list: bool

    def searching(self, text: str) -> Toolbar:
        """Return the toolbar with what was typed and could not be read still in its place."""
        return replace(self, search=text)


def toolbar_of(ctx: Context, shape: Shape, address: ListAddress) -> Toolbar:
    """Return the toolbar of a resource at an address."""
    url, tail = f"/{shape.resource.path}", f"?{address.panel_query}" if address.panel_query else ""
    return Toolbar(
        url=url, title=shape.resource.title, search=address.search, kept=address.kept(filters=True),
        chips=chips_of(ctx, shape, address), clear_url=address.cleared().url, narrowed=address.narrowed,
        views=view_links(shape, address), saved=saved_menu(ctx, shape.resource, address),
        filters_url=f"{url}/filters{tail}", display_url=f"{url}/display{tail}", saved_url=f"{url}/saved{tail}",
        grouped=len(address.group), is_list=not address.view,
    )  # fmt: skip


def states_url(shape: Shape) -> str:
    """Return where the states of a resource are drawn, empty where its records go through none."""
    item = shape.fields.get("state")
    return f"/{shape.resource.path}/states" if item is not None and item.kind.name == "state" else ""


def view_names(resource: Resource) -> list[str]:
    """Return the views that a resource has: the list, a chart, and those that its declaration names."""
    declared = {"kanban": resource.kanban, "calendar": resource.calendar, "tree": resource.tree}
    return ["list", *(name for name, said in declared.items() if said), "chart"]


def view_links(shape: Shape, address: ListAddress) -> list[Link]:
    """Return the switch between the views of a resource, each with the same search and filters."""
    current = address.view or "list"
    return [
        Link(name.capitalize(), address.viewed(name).url, VIEW_ICONS[name], name == current)
        for name in view_names(shape.resource)
    ]
