"""The menu: entries of enabled modules that the person may open, by section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from urllib.parse import urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException

from core.actions.context import Context
from core.admin.display.markup import Kept
from core.plugins.declarations import Menu, Page, Query, Resource
from core.plugins.registry import Registry

LAST = ("settings", "administration")
STAR = "star"


@dataclass(frozen=True)
class Entry:
    """One entry of the menu; what is quick to make is made in a sheet over the page."""

    title: str
    url: str
    icon: str
    quick: bool = False


@dataclass(eq=False)
class Section:
    """A titled group of entries."""

    title: str
    entries: list[Entry] = field(default_factory=list)


_menus = Kept(most=512)


def menu_of(ctx: Context) -> Sequence[Section]:
    """Return the sections that are not empty, in the order of their first entry's plugin; nobody changes them."""
    # Modules that are switched and roles that change make another view, other permissions.
    sections: Sequence[Section] = _menus.get((ctx.view, ctx.actor.permissions), partial(_sections, ctx))
    return sections


def _sections(ctx: Context) -> tuple[Section, ...]:
    sections: dict[str, Section] = {}
    for item in sorted(ctx.view.only(ctx.registry.menus), key=lambda menu: menu.sequence):
        entry = _entry(ctx, item)
        if entry is not None:
            name = item.path.partition("/")[0]
            sections.setdefault(name, Section(name.replace("-", " ").replace("_", " ").capitalize()))
            sections[name].entries.append(entry)
    declared = dict.fromkeys(menu.path.partition("/")[0] for menu in ctx.registry.menus.values())
    return tuple(sections[name] for name in sorted(declared, key=_place) if name in sections)


def _place(name: str) -> int:
    """What is used all day stands above what is set up once."""
    return LAST.index(name) + 1 if name in LAST else 0


def creatable(ctx: Context) -> list[Entry]:
    """Return the forms of new records that the person may fill in, those of every day first.

    What goes through states is worked on further, on its own page.
    """
    registry = ctx.registry
    menus = sorted(ctx.view.only(registry.menus), key=lambda item: (_place(item.path.partition("/")[0]), item.sequence))
    placed = [registry.resources[item.target] for item in menus if item.target in registry.resources]
    return [
        Entry(item.singular, f"/{item.path}/new", item.icon, quick=not hasattr(item.model, "state"))
        for item in dict.fromkeys([*placed, *ctx.view.only(registry.resources)])
        if "create" in item.verbs and ctx.can(f"{item.key}.create") and ctx.can(f"{item.key}.read")
    ]


def found_at(ctx: Context, url: str) -> Entry | None:
    """Return what stands at an address, None where its module is off or gone or the person may not open it.

    The fixed pages, which are none of the modules' own, say themselves who may see them.
    """
    places = _places(ctx.registry)
    path = urlsplit(url).path
    parts = path.strip("/").split("/")
    for length in range(len(parts), 0, -1):
        target = places.get("/".join(parts[:length]))
        if target is not None:
            permission = f"{target.key}.read" if isinstance(target, Resource) else target.permission
            open_to_them = ctx.view.sees(target) and ctx.can(permission)
            return Entry(target.title, url, _icon(target)) if open_to_them else None
    return Entry("", url, STAR) if _is_fixed(path) else None


def _is_fixed(path: str) -> bool:
    try:
        _, values = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    # All addresses of modules go through rules that take any path.
    return "path" not in values


@lru_cache(maxsize=8)
def _places(registry: Registry) -> dict[str, Resource | Query | Page]:
    declared = (registry.queries, registry.pages, registry.resources)
    return {item.path: item for kind in declared for item in kind.values()}


def _icon(target: Resource | Query | Page) -> str:
    if isinstance(target, Resource):
        return target.icon
    return "chart-column" if isinstance(target, Query) else "app-window"


def section_of(sections: Iterable[Section], url: str) -> str:
    """Return the title of the section that holds an address, empty when none does."""
    return next((section.title for section in sections for entry in section.entries if entry.url == url), "")


def _entry(ctx: Context, item: Menu) -> Entry | None:
    registry = ctx.registry
    target: Resource | Query | Page | None = (
        registry.resources.get(item.target) or registry.queries.get(item.target) or registry.pages.get(item.target)
    )
    if target is None or not ctx.view.sees(target):
        return None
    permission = f"{target.key}.read" if isinstance(target, Resource) else target.permission
    entry = Entry(item.title or target.title, f"/{target.path}", item.icon or _icon(target))
    return entry if ctx.can(permission) else None
