"""What all loaded plugins declared, checked and frozen; and the part of it that one set of modules sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any, TypeVar

import pluggy

from core.plugins.declarations import (
    Action,
    Alert,
    Before,
    Check,
    Collected,
    Declaration,
    Demo,
    Extends,
    Job,
    Menu,
    Observer,
    OnChange,
    Page,
    Panel,
    Query,
    Resource,
    Role,
    Rule,
    Schedule,
    Setting,
    Widget,
)
from core.plugins.manifest import Plugin

Kind = TypeVar("Kind", bound=Declaration)
KERNEL = "kernel"


@dataclass(eq=False)
class LoadedPlugin:
    """A plugin that passed every check, with what it brought."""

    manifest: Plugin
    package: str
    distribution: str
    declared: Collected = field(default_factory=Collected)
    hooks: ModuleType | None = None
    tables: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.manifest.name


@dataclass(frozen=True)
class RefusedPlugin:
    """A plugin that was found and not loaded, with the sentence that says why."""

    name: str
    reason: str
    distribution: str = ""
    traceback: str = ""


class Registry:
    """The frozen sum of the loaded plugins, in load order (requirements first, ties by name)."""

    def __init__(
        self, plugins: Iterable[LoadedPlugin], refused: Iterable[RefusedPlugin], bus: pluggy.PluginManager
    ) -> None:
        self.plugins: dict[str, LoadedPlugin] = {plugin.name: plugin for plugin in plugins}
        self.refused: tuple[RefusedPlugin, ...] = tuple(refused)
        self.bus = bus
        self.resources = self._by_key(Resource)
        self.actions = self._by_key(Action)
        self.queries = self._by_key(Query)
        self.widgets = self._by_key(Widget)
        self.roles = self._by_key(Role)
        self.rules = self._by_key(Rule)
        self.jobs = self._by_key(Job)
        self.schedules = self._by_key(Schedule)
        self.settings = self._by_key(Setting)
        self.demos = self._by_key(Demo)
        self.checks = self._by_key(Check)
        self.menus = self._by_key(Menu)
        self.observers = self._by_key(Observer)
        self.extensions = self._by_key(Extends)
        self.alerts = self._by_key(Alert)
        self.on_changes = self._by_key(OnChange)
        self.pages = self._by_key(Page)
        self.panels = self._by_key(Panel)
        self.resource_of_model: dict[Any, Resource] = {item.model: item for item in self.resources.values()}
        self.resource_at: dict[str, Resource] = {item.path: item for item in self.resources.values()}
        self._views: dict[frozenset[str], View] = {}

    def _by_key(self, kind: type[Kind]) -> dict[str, Kind]:
        return {item.key: item for plugin in self.plugins.values() for item in plugin.declared.of(kind)}

    @cached_property
    def actions_of(self) -> dict[str, list[Action]]:
        """Actions by the key of their resource."""
        found: dict[str, list[Action]] = {}
        for item in self.actions.values():
            found.setdefault(item.resource, []).append(item)
        return found

    @cached_property
    def before(self) -> dict[str, list[Before]]:
        """What owners do before a flush, by `<resource>.<verb>`."""
        found: dict[str, list[Before]] = {}
        for plugin in self.plugins.values():
            for item in plugin.declared.of(Before):
                found.setdefault(item.verb, []).append(item)
        return found

    @cached_property
    def extensions_of(self) -> dict[Any, list[Extends]]:
        """Extensions by the model they extend."""
        found: dict[Any, list[Extends]] = {}
        for item in self.extensions.values():
            found.setdefault(item.target, []).append(item)
        return found

    def requirements_of(self, name: str) -> list[str]:
        """Return every plugin that `name` needs, deepest first, itself last."""
        found: list[str] = []
        for needed in sorted(self.plugins[name].manifest.requires):
            found += [item for item in self.requirements_of(needed) if item not in found]
        return [*found, name]

    def dependents_of(self, name: str) -> list[str]:
        """Return every loaded plugin that needs `name`, directly or not, those nearest the top first."""
        found = [other for other in self.plugins if name in self.requirements_of(other)[:-1]]
        return found[::-1]

    def view(self, enabled: frozenset[str]) -> View:
        """Return what one set of modules sees; built once per set."""
        found = self._views.get(enabled)
        if found is None:
            found = self._views[enabled] = View(self, enabled)
        return found


class View:
    """The registry through the eyes of tenants that have the same modules on: the one gate."""

    def __init__(self, registry: Registry, enabled: frozenset[str]) -> None:
        self.registry = registry
        self.enabled = enabled | {KERNEL}
        self.hook = HookSubset(registry, self.enabled)

    def sees(self, item: Declaration) -> bool:
        """Whether a declaration's plugin is on."""
        return item.plugin in self.enabled

    def only(self, items: Mapping[str, Kind]) -> list[Kind]:
        """Return the declarations whose plugin is on."""
        return [item for item in items.values() if item.plugin in self.enabled]

    def extensions_of(self, model: Any) -> list[Extends]:
        """Return the extensions of a model whose plugins are on."""
        return [item for item in self.registry.extensions_of.get(model, []) if item.plugin in self.enabled]


class HookSubset:
    """Hook callers that reach the plugins of one set only; built on first use, then a plain attribute."""

    def __init__(self, registry: Registry, enabled: frozenset[str]) -> None:
        self._bus = registry.bus
        self._off = [p.hooks for p in registry.plugins.values() if p.hooks is not None and p.name not in enabled]

    def __getattr__(self, name: str) -> Any:
        caller = self._bus.subset_hook_caller(name, remove_plugins=self._off)
        setattr(self, name, caller)
        return caller
