"""Apps: a small store of what is installed, a page for each module, and turning modules on and off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from core.actions import observers
from core.actions.context import Context
from core.actions.unit import Answer, perform
from core.admin.administration.brings import counted, extended_by, parts_of
from core.admin.administration.readme import origin_of, readme_of
from core.admin.frame.visit import DISABLE, ENABLE, Crumb, Note, Visit, frame, go, may_see_apps, show
from core.admin.records.pages import said
from core.admin.views.graphs.pages import dependency_graph
from core.administration import modules
from core.errors import Forbidden, NotFound, Problem
from core.plugins.declarations import Extends, Menu, Query, Resource, Role, Widget
from core.plugins.registry import KERNEL, LoadedPlugin

MOST_NAMED = 12
SHOWN = ("all", "on", "off", "refused")


@dataclass(frozen=True)
class App:
    """A module as the store shows it."""

    name: str
    title: str
    summary: str
    version: str
    category: str
    icon: str
    enabled: bool
    requires: list[str]
    brings: str
    failing: int = 0


@dataclass(frozen=True)
class Effect:
    """One kind of thing that switching changes."""

    title: str
    texts: list[str]


def apps(visit: Visit, problem: Problem | None = None) -> Response:
    """Show all modules, those of one state, or those that a word finds."""
    shown, wanted = request.args.get("show", "all"), request.args.get("search", "").strip()[:100]
    shown = shown if shown in SHOWN else "all"
    with visit.reading() as ctx:
        _require(ctx)
        failing = observers.failing(ctx)
        every = [_app(ctx, item, len(failing.get(item.name, ()))) for item in _installed(ctx)]
        found = [app for app in every if shown in ("all", "on" if app.enabled else "off") and _speaks_of(app, wanted)]
        refused = [item for item in ctx.registry.refused if wanted.lower() in f"{item.name} {item.reason}".lower()]
        counts = {"all": len(every), "on": sum(app.enabled for app in every), "refused": len(ctx.registry.refused)}
        counts["off"] = counts["all"] - counts["on"]
        view = {
            "categories": _by_category(found), "refused": refused if shown in ("all", "refused") else [],
            "shown": shown, "search": wanted, "counts": counts, "installed": len(every),
            "graph": dependency_graph(ctx.registry, ctx.view.enabled) if len(every) > 1 else None,
        }  # fmt: skip
        page = frame(visit, ctx, "Apps")
    page.pickers = False
    return show(page, "administration/apps.html", problem.status if problem else 200, view=view, problem=said(problem))


def _by_category(found: Sequence[App]) -> list[dict[str, Any]]:
    categories: dict[str, list[App]] = {}
    for app in found:
        categories.setdefault(app.category, []).append(app)
    return [{"title": title, "apps": items} for title, items in sorted(categories.items())]


def _speaks_of(app: App, wanted: str) -> bool:
    text = f"{app.name} {app.title} {app.summary} {app.category}".lower()
    return all(word in text for word in wanted.lower().split())


def _installed(ctx: Context) -> list[LoadedPlugin]:
    return [plugin for plugin in ctx.registry.plugins.values() if plugin.name != KERNEL]


def _require(ctx: Context) -> None:
    if not may_see_apps(ctx):
        raise Forbidden(f"You need the permission {ENABLE}.", permission=ENABLE)


def _app(ctx: Context, plugin: LoadedPlugin, failing: int = 0) -> App:
    manifest = plugin.manifest
    requires = [_title(ctx, name) for name in sorted(manifest.requires)]
    return App(manifest.name, manifest.title, manifest.summary, manifest.version, manifest.category, manifest.icon,
               ctx.enabled(manifest.name), requires, counted(plugin), failing)  # fmt: skip


def _title(ctx: Context, name: str) -> str:
    plugin = ctx.registry.plugins.get(name)
    return plugin.manifest.title if plugin is not None else name


def _find(ctx: Context, name: str) -> LoadedPlugin:
    plugin = ctx.registry.plugins.get(name)
    if plugin is None or name == KERNEL:
        raise NotFound("There is no such module.")
    return plugin


def app_page(visit: Visit, name: str, problem: Problem | None = None) -> Response:
    """Show a module: what it is, what it brings, what it needs, and what turning it on or off would do."""
    with visit.reading() as ctx:
        _require(ctx)
        plugin = _find(ctx, name)
        view = _module_view(ctx, plugin)
        page = frame(visit, ctx, plugin.manifest.title, Crumb("Apps", "/apps"))
    page.pickers = False
    status = problem.status if problem else 200
    return show(page, "administration/app.html", status, view=view, problem=said(problem))


def _module_view(ctx: Context, plugin: LoadedPlugin) -> dict[str, Any]:
    on = ctx.enabled(plugin.name)
    needed = [_neighbour(ctx, name) for name in ctx.registry.requirements_of(plugin.name)[:-1] if name != KERNEL]
    needing = [_neighbour(ctx, name) for name in ctx.registry.dependents_of(plugin.name)]
    return {
        "app": _app(ctx, plugin), "origin": origin_of(plugin), "readme": readme_of(plugin),
        "parts": parts_of(ctx, plugin), "extended": extended_by(ctx, plugin), "needed": needed, "needing": needing,
        "failing": observers.failing(ctx).get(plugin.name, []), "url": f"/apps/{plugin.name}",
        "effects": _off_effects(ctx, plugin) if on else _on_effects(ctx, plugin),
        "may_change": ctx.can(DISABLE if on else ENABLE), "may_repair": ctx.can(ENABLE),
        "label": f"Turn {'off' if on else 'on'} {plugin.manifest.title}",
    }  # fmt: skip


def _neighbour(ctx: Context, name: str) -> dict[str, Any]:
    return {"title": _title(ctx, name), "url": f"/apps/{name}", "on": ctx.enabled(name)}


def switch(visit: Visit, name: str) -> Response:
    """Switch a module on or off."""
    on = request.form.get("do") == "enable"
    permission = ENABLE if on else DISABLE
    changed: list[str] = []

    def work(ctx: Context) -> Answer:
        if not ctx.can(permission):
            raise Forbidden(f"You need the permission {permission}.", permission=permission)
        changed[:] = modules.enable(ctx, name) if on else modules.disable(ctx, name)
        return Answer(200, "")

    try:
        perform(visit.kernel, visit.actor, work)
    except Problem as problem:
        return app_page(visit, name, problem)
    titles = ", ".join(visit.kernel.registry.plugins[item].manifest.title for item in changed)
    said_on = "is on" if on else "is off; its data is kept"
    return go("/apps", Note(f"{titles} {said_on}." if titles else "Nothing had to change."))


def repair(visit: Visit, name: str) -> Response:
    """Switch an observer on again that was switched off because it kept failing."""

    def work(ctx: Context) -> Answer:
        if not ctx.can(ENABLE):
            raise Forbidden(f"You need the permission {ENABLE}.", permission=ENABLE)
        observers.switch_on(ctx, name, request.form.get("observer", ""))
        return Answer(200, "")

    try:
        perform(visit.kernel, visit.actor, work)
    except Problem as problem:
        return app_page(visit, name, problem)
    return go(f"/apps/{name}", Note("It is on again and counts its failures afresh."))


def _on_effects(ctx: Context, plugin: LoadedPlugin) -> list[Effect]:
    names = [item for item in ctx.registry.requirements_of(plugin.name) if not ctx.enabled(item) and item != KERNEL]
    added = [ctx.registry.plugins[item] for item in names]
    also = [item.manifest.title for item in added if item.name != plugin.name]
    effects = [Effect("Turned on with it, because it needs them", also)]
    effects += [Effect(title, _named(added, kind)) for title, kind in (
        ("Menu entries", Menu), ("Documents", Resource), ("Roles to hand out", Role), ("Reports", Query),
        ("Dashboard cards", Widget), ("Fields on other documents", Extends),
    )]  # fmt: skip
    return [effect for effect in effects if effect.texts]


def _off_effects(ctx: Context, plugin: LoadedPlugin) -> list[Effect]:
    needing = [_title(ctx, item) for item in ctx.registry.dependents_of(plugin.name) if ctx.enabled(item)]
    effects = [
        Effect("Turn these off first, they need it", needing),
        Effect("Hidden for everybody here", _named([plugin], Resource)),
        Effect("Kept", ["All data stays as it is and is there again when you turn the module on."]),
    ]
    return [effect for effect in effects if effect.texts]


def _named(plugins: Sequence[LoadedPlugin], kind: type[Any]) -> list[str]:
    found = [_called(item) for plugin in plugins for item in plugin.declared.of(kind)]
    found = [text for text in dict.fromkeys(found) if text]
    more = len(found) - MOST_NAMED
    return [*found[:MOST_NAMED], f"and {more} more"] if more > 0 else found


def _called(item: Any) -> str:
    if isinstance(item, Query) and not item.columns:
        return ""
    if isinstance(item, Extends):
        names = [name.replace("_", " ") for name in (item.form.fields if item.form is not None else item.list)]
        return f"{item.target.__name__}: {', '.join(names)}"
    return str(getattr(item, "title", "") or getattr(item, "path", ""))
