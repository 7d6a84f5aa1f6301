"""What a module brings: its menus, documents, roles, reports and the rest, as its declarations say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.actions.context import Context
from core.actions.deferred import job_title
from core.admin.display.words import words_label
from core.administration.granting import verbs_of
from core.plugins.declarations import (
    Alert,
    Extends,
    Group,
    Job,
    Menu,
    Page,
    Panel,
    Query,
    Resource,
    Role,
    Schedule,
    Setting,
    Widget,
)
from core.plugins.registry import LoadedPlugin

UNSAID = ("tenant_id", "id", "version", "created_at", "updated_at", "custom")


@dataclass(frozen=True)
class Brought:
    """One thing that a module brings."""

    title: str
    detail: str = ""
    url: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Part:
    """All that a module brings of one kind."""

    title: str
    icon: str
    items: list[Brought] = field(default_factory=list)


def parts_of(ctx: Context, plugin: LoadedPlugin) -> list[Part]:
    """Return what a module brings, by kind; kinds that it has nothing of are left out."""
    on = ctx.enabled(plugin.name)
    declared = plugin.declared
    found = [
        Part("Menu entries", "panel-left", [_menu(ctx, item, on) for item in declared.of(Menu)]),
        Part("Documents", "files", [_document(ctx, item, on) for item in declared.of(Resource)]),
        Part("Reports", "chart-column", [_titled(ctx, item, on, item.path) for item in _reports(plugin)]),
        Part("Pages and panels", "app-window", [_titled(ctx, item, False) for item in _pages(plugin)]),
        Part("Dashboard cards", "layout-dashboard", [_titled(ctx, item, False) for item in declared.of(Widget)]),
        Part("Alerts", "bell", [_titled(ctx, item, False) for item in declared.of(Alert)]),
        Part("Roles to hand out", "shield", [_role(item) for item in declared.of(Role)]),
        Part("Permissions", "key-round", _permissions(ctx, plugin)),
        Part("Settings", "sliders-horizontal", [Brought(item.label, item.help) for item in declared.of(Setting)]),
        Part("Fields on other documents", "puzzle", [_extension(ctx, item) for item in declared.of(Extends)]),
        Part("Jobs", "list-todo", [_job(ctx, item) for item in declared.of(Job)]),
        Part("Schedules", "clock", [Brought(job_title(ctx.registry, item.job, {}), item.cron)
                                    for item in declared.of(Schedule)]),
    ]
    return [part for part in found if part.items]


def counted(plugin: LoadedPlugin) -> str:
    """Return what a module brings, at a glance."""
    wanted = (("document", plugin.declared.of(Resource)), ("report", _reports(plugin)),
              ("card", plugin.declared.of(Widget)), ("role", plugin.declared.of(Role)))  # fmt: skip
    words = [f"{len(items)} {word}{'s' if len(items) != 1 else ''}" for word, items in wanted if items]
    return ", ".join(words)


def extended_by(ctx: Context, plugin: LoadedPlugin) -> list[Brought]:
    """Return what other installed modules add to a module's documents."""
    models = {item.model for item in plugin.declared.of(Resource)}
    return [
        Brought(f"{other.manifest.title}: {_extension(ctx, item).title}", _extension(ctx, item).detail,
                f"/apps/{other.name}")
        for other in ctx.registry.plugins.values() if other is not plugin
        for item in other.declared.of(Extends) if item.target in models
    ]  # fmt: skip


def _menu(ctx: Context, item: Menu, on: bool) -> Brought:
    target: Any = ctx.registry.resources.get(item.target) or ctx.registry.queries.get(item.target)
    target = target or ctx.registry.pages.get(item.target)
    section = item.path.partition("/")[0].replace("-", " ").replace("_", " ").capitalize()
    title = item.title or getattr(target, "title", item.path)
    url = f"/{target.path}" if on and target is not None else ""
    return Brought(title, section, url, item.icon or getattr(target, "icon", "chart-column"))


def _document(ctx: Context, item: Resource, on: bool) -> Brought:
    count = sum(name not in UNSAID for name in item.model.__table__.columns.keys())  # noqa: SIM118 a column collection
    may = on and ctx.can(f"{item.key}.read")
    return Brought(item.title, f"{count} field{'s' if count != 1 else ''}", f"/{item.path}" if may else "", item.icon)


def _titled(ctx: Context, item: Any, on: bool, path: str = "") -> Brought:
    may = on and path and "{" not in path and ctx.can(item.permission)
    return Brought(item.title, url=f"/{path}" if may else "")


def _role(item: Role) -> Brought:
    many = f"{len(item.allow)} permission pattern{'s' if len(item.allow) != 1 else ''}"
    return Brought(item.title, many + (", narrowed by record rules" if item.rules else ""))


def _permissions(ctx: Context, plugin: LoadedPlugin) -> list[Brought]:
    return [Brought(item.title, ", ".join(verb for verb, _ in verbs_of(ctx, item)))
            for item in plugin.declared.of(Resource)]  # fmt: skip


def _job(ctx: Context, item: Job) -> Brought:
    return Brought(job_title(ctx.registry, item.key, {}), (item.function.__doc__ or "").strip().partition("\n")[0])


def _extension(ctx: Context, item: Extends) -> Brought:
    names: Sequence[str] = item.form.fields if isinstance(item.form, Group) else item.list
    target = ctx.registry.resource_of_model.get(item.target)
    return Brought(target.title if target is not None else item.target.__name__, ", ".join(map(_plain, names)))


def _reports(plugin: LoadedPlugin) -> list[Query]:
    return [item for item in plugin.declared.of(Query) if item.columns]


def _pages(plugin: LoadedPlugin) -> list[Any]:
    return [*plugin.declared.of(Page), *plugin.declared.of(Panel)]


def _plain(key: str) -> str:
    return words_label(key.rpartition(".")[2].replace("-", "_"))
