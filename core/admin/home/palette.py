"""The command palette: everywhere one may go and everything one may do, and the search over all records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, request

from core.actions.context import Context
from core.admin.frame.navigation import creatable, menu_of
from core.admin.frame.sidebar import favourites_of
from core.admin.frame.visit import Visit, frame, may_see_apps, show
from core.admin.home.cards import show_fragment
from core.admin.lists.page import open_actions
from core.admin.records.status import actions_now
from core.desk.saved_views import all_saved_views
from core.desk.search import LONGEST, Found, search
from core.errors import NotFound
from core.identity.login import tenants_of
from core.plugins.declarations import Resource
from core.resources.reading import read_one
from core.services.themes import installed_themes

PLACES, DEEDS = "place", "deed"


@dataclass(frozen=True)
class Command:
    """A line of the palette: where it leads, or which organisation or verb of the page it stands for."""

    group: str
    title: str
    icon: str
    url: str = ""
    kind: str = PLACES
    hint: str = ""
    sheet: bool = False
    quick: bool = False
    tenant: str = ""
    verb: str = ""
    theme: str = ""


def palette(visit: Visit) -> Response:
    """Show all commands, those of the page first that the person is on; the browser narrows them as one types."""
    with visit.reading() as ctx:
        commands = list(_commands(visit, ctx, request.args.get("at", "")))
        return show_fragment(visit, ctx, "home/palette.html", groups=_grouped(commands))


def search_page(visit: Visit) -> Response:
    """Show what a text finds: as a fragment of the palette, or as a page with the commands that match."""
    text = " ".join(request.args.get("q", "").split())[:LONGEST]
    with visit.reading() as ctx:
        found = search(ctx, text) if text else Found([], complete=True)
        if request.headers.get("X-Fragment"):
            return show_fragment(visit, ctx, "home/palette_found.html", found=found, text=text)
        matching = [item for item in _commands(visit, ctx, "") if item.url and _matches(item, text)]
        page = frame(visit, ctx, "Search")
    page.pickers = False
    return show(page, "home/search.html", found=found, text=text, groups=_grouped(matching if text else []))


def new_page(visit: Visit) -> Response:
    """Show which new records the person may make: behind the plus, or as a page."""
    with visit.reading() as ctx:
        entries = creatable(ctx)
        if request.headers.get("HX-Request"):
            return show_fragment(visit, ctx, "home/new_panel.html", entries=entries)
        page = frame(visit, ctx, "New")
    page.pickers = False
    return show(page, "home/new.html", entries=entries)


def _matches(item: Command, text: str) -> bool:
    words = f"{item.title} {item.hint} {item.group}".lower()
    return all(word in words for word in text.lower().split())


def _grouped(commands: list[Command]) -> dict[str, list[Command]]:
    groups: dict[str, list[Command]] = {}
    for item in commands:
        groups.setdefault(item.group, []).append(item)
    return groups


def _commands(visit: Visit, ctx: Context, at: str) -> Iterator[Command]:
    yield from _here(ctx, at)
    for entry in favourites_of(ctx):
        yield Command("Favourites", entry.title, entry.icon, entry.url)
    for row in all_saved_views(ctx):
        resource = ctx.registry.resources[row.resource]
        yield Command("Saved views", row.name, "bookmark", f"/{resource.path}?saved={row.id}", hint=resource.title)
    yield Command("Go to", "Home", "house", "/")
    for section in menu_of(ctx):
        for entry in section.entries:
            yield Command("Go to", entry.title, entry.icon, entry.url, hint=section.title)
    if may_see_apps(ctx):
        yield Command("Go to", "Apps", "layout-grid", "/apps")
    yield Command("Go to", "Alerts", "bell", "/alerts")
    yield Command("Go to", "Favourites", "star", "/favourites")
    yield Command("Go to", "Preferences", "settings-2", "/preferences")
    for entry in creatable(ctx):
        yield Command("New", f"New {entry.title.lower()}", entry.icon, entry.url, DEEDS, quick=entry.quick)
    yield from _collection_actions(ctx)
    yield from _around(visit)


def _here(ctx: Context, at: str) -> Iterator[Command]:
    """Yield what may be done with the record at an address."""
    path, _, number = at.split("?")[0].strip("/").rpartition("/")
    resource = next((item for item in ctx.view.only(ctx.registry.resources) if item.path == path), None)
    if resource is None or not (number.isascii() and number.isdecimal() and len(number) < 16):
        return
    if not ctx.can(f"{resource.key}.read"):
        return
    try:
        row = read_one(ctx, ctx.shape(resource), int(number))
    except NotFound:
        return
    for item in actions_now(ctx, resource, row):
        url = f"/{resource.path}/{row['id']}/do/{item.verb}"
        yield Command("This record", item.label, item.icon or "play", url, DEEDS, resource.singular, sheet=True)


def _collection_actions(ctx: Context) -> Iterator[Command]:
    for resource in ctx.view.only(ctx.registry.resources):
        if ctx.can(f"{resource.key}.read"):
            for item in open_actions(ctx, resource, "collection"):
                yield Command("Actions", item.label, item.icon or "play", _do(resource, item.verb), DEEDS,
                              resource.title, sheet=True)  # fmt: skip


def _do(resource: Resource, verb: str) -> str:
    return f"/{resource.path}/do/{verb}"


def _around(visit: Visit) -> Iterator[Command]:
    yield Command("This page", "Switch between light and dark", "sun-moon", kind=DEEDS, verb="mode")
    yield Command("This page", "Keyboard shortcuts", "keyboard", kind=DEEDS, verb="help")
    for theme in installed_themes().values() if len(installed_themes()) > 1 else ():
        yield Command("This page", f"Switch theme to {theme.title}", "palette", "/preferences#theme", DEEDS,
                      verb="theme", theme=theme.name)  # fmt: skip
    with visit.kernel.platform_reading() as session:
        for tenant in tenants_of(session, visit.actor.user_id or 0):
            if tenant.id != visit.actor.tenant_id:
                yield Command("Organisations", f"Go to {tenant.name}", "building-2", kind=DEEDS, tenant=tenant.slug)
