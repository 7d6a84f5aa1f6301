"""Finding, checking and loading plugins: all at process start, each by the same door, none able to stop the process."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from core import hookspecs
from core.db.base import Base
from core.plugins.checks import check_plugin
from core.plugins.declarations import DECLARED, Collected
from core.plugins.manifest import KERNEL_API, ManifestFault, Plugin
from core.plugins.registry import KERNEL, LoadedPlugin, RefusedPlugin, Registry

GROUP = "openmill.plugins"
ROOMS = ("models", "hookspecs", "settings", "rules", "roles", "resources", "actions", "queries", "reports", "widgets",
         "alerts", "pages", "panels", "changes", "jobs", "checks", "menus", "hooks", "demo")  # fmt: skip
KERNEL_ROOMS = ("core.tenancy.models", "core.identity.models", "core.services.models", "core.resources.models",
                "core.actions.models", "core.desk.models", "core.identity.resources", "core.administration.identity",
                "core.administration.memberships", "core.actions.deferred", "core.administration.checks",
                "core.actions.answers", "core.desk.alerts", "core.desk.comments", "core.desk.imports",
                "core.desk.edits", "core.builtin")  # fmt: skip

# Named as the rooms are, since the layers above import this one: they say what they could not serve.
FITTING = "core.web.fitting"


class PluginRefused(Exception):
    """A plugin does not keep the contract; the message is the sentence people read."""


@dataclass(frozen=True)
class Candidate:
    """A plugin found, not yet judged."""

    manifest: Plugin
    package: str
    distribution: str = ""


def load(candidates: Iterable[Candidate] | None = None, exclude: Iterable[str] = ()) -> Registry:
    """Load the kernel's own declarations and every plugin found through the entry points.

    Whatever is broken, incompatible or incomplete is refused with its reason; the others are loaded.
    """
    refused: list[RefusedPlugin] = []
    found = discover(refused) if candidates is None else list(candidates)
    left_out = {name.strip() for name in exclude}
    found = [item for item in found if item.manifest.name not in left_out]
    bus = pluggy.PluginManager("openmill")
    bus.add_hookspecs(hookspecs)
    loaded: dict[str, LoadedPlugin] = {KERNEL: _load_kernel()}
    for candidate in _ordered(_unique(found, refused), refused):
        try:
            loaded[candidate.manifest.name] = _load(candidate, loaded, bus)
        except PluginRefused as reason:
            refused.append(RefusedPlugin(candidate.manifest.name, str(reason), candidate.distribution))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whatever a foreign plugin raises must not stop the process
            refused.append(_broken(candidate.manifest.name, candidate.distribution, candidate.package, error))
    return Registry(loaded.values(), refused, bus)


def discover(refused: list[RefusedPlugin]) -> list[Candidate]:
    """Return the plugins of all installed distributions, sorted by name; broken entry points go to `refused`."""
    found = []
    points = {(point.name, point.value): point for point in importlib.metadata.entry_points(group=GROUP)}
    for point in sorted(points.values(), key=lambda point: (point.name, point.value)):
        distribution = f"{point.dist.name} {point.dist.version}" if point.dist else ""
        try:
            manifest = point.load()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            refused.append(_broken(point.name, distribution, point.module.partition(".")[0], error))
            continue
        if not isinstance(manifest, Plugin):
            refused.append(RefusedPlugin(point.name, f"{point.value} is not a Plugin.", distribution))
            continue
        if manifest.name != point.name:
            reason = f"Its entry point is named {point.name!r}, but its manifest says {manifest.name!r}."
            refused.append(RefusedPlugin(point.name, reason, distribution))
            continue
        found.append(Candidate(manifest, point.module.rsplit(".", 1)[0], distribution))
    return found


def _broken(name: str, distribution: str, package: str, error: BaseException) -> RefusedPlugin:
    text = "".join(traceback.format_exception(error))
    reason = f"It cannot be imported: {type(error).__name__}: {' '.join(str(error).split())}{_place(package, error)}"
    return RefusedPlugin(name, str(error) if isinstance(error, ManifestFault) else reason, distribution, text)


def _place(package: str, error: BaseException) -> str:
    """Say where in the plugin's own files it went wrong; the message of a syntax error says so by itself."""
    frames = [] if isinstance(error, SyntaxError) else list(traceback.walk_tb(error.__traceback__))
    own = [(frame, line) for frame, line in frames if _is_within(frame.f_globals.get("__name__", ""), package)]
    return f" ({Path(own[-1][0].f_code.co_filename).name}, line {own[-1][1]})" if own else ""


def _is_within(module: str, package: str) -> bool:
    """Whether a module belongs to a package."""
    return module == package or module.startswith(f"{package}.")


def _unique(found: list[Candidate], refused: list[RefusedPlugin]) -> dict[str, Candidate]:
    unique: dict[str, Candidate] = {}
    for item in found:
        name = item.manifest.name
        if name in unique or name == KERNEL:
            other = unique[name].distribution if name in unique else "the kernel"
            refused.append(RefusedPlugin(name, f"The name {name!r} is already taken by {other}.", item.distribution))
            continue
        unique[name] = item
    return unique


def _ordered(found: dict[str, Candidate], refused: list[RefusedPlugin]) -> list[Candidate]:
    """Return the plugins with requirements first, ties by name; the members of a cycle are refused by name."""
    waiting = dict(sorted(found.items()))
    ordered: list[Candidate] = []
    done: set[str] = set()
    while waiting:
        ready = [name for name, item in waiting.items() if not (_needs(item, found) - done)]
        if not ready:
            ready = _break_cycle(waiting, found, refused)
            done |= set(ready)
            continue
        ordered += [waiting.pop(name) for name in ready]
        done |= set(ready)
    return ordered


def _needs(item: Candidate, found: dict[str, Candidate]) -> set[str]:
    return {name for name in (*item.manifest.requires, *item.manifest.optional) if name in found}


def _break_cycle(waiting: dict[str, Candidate], found: dict[str, Candidate], refused: list[RefusedPlugin]) -> list[str]:
    def reaches(start: str, goal: str) -> bool:
        seen, todo = set(), [start]
        while todo:
            for name in _needs(found[todo.pop()], found):
                if name == goal:
                    return True
                if name not in seen and name in waiting:
                    seen.add(name)
                    todo.append(name)
        return False

    circle = [name for name in waiting if reaches(name, name)]
    for name in circle:
        others = ", ".join(other for other in circle if other != name) or "itself"
        refused.append(
            RefusedPlugin(name, f"It requires itself in a circle with {others}.", waiting[name].distribution)
        )
        del waiting[name]
    return circle


def _load_kernel() -> LoadedPlugin:
    for room in KERNEL_ROOMS:
        importlib.import_module(room)
    manifest = Plugin(name=KERNEL, version=KERNEL_API, title="Administration", category="Kernel", icon="settings")
    plugin = LoadedPlugin(manifest, "core", "openmill", _collect("core"))
    plugin.tables = _own_tables(plugin)
    return plugin


def _load(candidate: Candidate, loaded: dict[str, LoadedPlugin], bus: pluggy.PluginManager) -> LoadedPlugin:
    _check_versions(candidate.manifest, loaded)
    plugin = LoadedPlugin(candidate.manifest, candidate.package, candidate.distribution)
    specs = hooks = None
    try:
        rooms = {room: _import_room(candidate.package, room) for room in ROOMS}
        specs, hooks = rooms["hookspecs"], rooms["hooks"]
        Base.registry.configure()
        plugin.declared = _collect(candidate.package)
        plugin.tables = _own_tables(plugin)
        fits = importlib.import_module(FITTING).misfit
        if problem := check_plugin(plugin, loaded) or fits(plugin, loaded.values(), bus):
            raise PluginRefused(problem)
        if specs is not None and hasattr(specs, "__name__"):
            _add_specs(bus, specs)
        if hooks is not None:
            _register_hooks(bus, plugin, hooks)
    except BaseException:
        _forget(candidate.package)
        raise
    return plugin


def _check_versions(manifest: Plugin, loaded: dict[str, LoadedPlugin]) -> None:
    try:
        if Version(KERNEL_API) not in SpecifierSet(manifest.kernel):
            raise PluginRefused(f"It needs kernel {manifest.kernel}; this is {KERNEL_API}.")
        Version(manifest.version)
        for name, wanted in manifest.requires.items():
            if name not in loaded:
                raise PluginRefused(f"It requires the plugin {name!r} {wanted}, which is not installed or was refused.")
            if Version(loaded[name].manifest.version) not in SpecifierSet(wanted):
                raise PluginRefused(f"It requires {name!r} {wanted}; installed is {loaded[name].manifest.version}.")
        for name, wanted in manifest.optional.items():
            known = SpecifierSet(wanted)
            if name in loaded and Version(loaded[name].manifest.version) not in known:
                installed = loaded[name].manifest.version
                raise PluginRefused(f"It works with {name!r} {wanted} only; installed is {installed}.")
    except (InvalidSpecifier, InvalidVersion) as error:
        raise PluginRefused(f"Its manifest holds a version that cannot be read: {error}.") from None


def _import_room(package: str, room: str) -> ModuleType | None:
    name = f"{package}.{room}"
    if importlib.util.find_spec(name) is None:
        return None
    module = importlib.import_module(name)
    for part in pkgutil.iter_modules(getattr(module, "__path__", ())):
        importlib.import_module(f"{name}.{part.name}")
    return module


def _collect(package: str) -> Collected:
    modules = sorted(name for name in DECLARED if _is_within(name, package))
    return Collected([item for name in modules for item in DECLARED[name]])


def _own_models(package: str) -> list[type[Any]]:
    models = [mapper.class_ for mapper in Base.registry.mappers]
    return [model for model in models if model.__module__.startswith(f"{package}.")]


def _own_tables(plugin: LoadedPlugin) -> tuple[str, ...]:
    tables = [model.__table__ for model in _own_models(plugin.package)]
    for table in tables:
        table.info["plugin"] = plugin.name
    return tuple(sorted(table.name for table in tables))


def _add_specs(bus: pluggy.PluginManager, specs: ModuleType) -> None:
    if any(
        getattr(specs, name, None) is not None and hasattr(getattr(specs, name), "openmill_spec") for name in dir(specs)
    ):
        bus.add_hookspecs(specs)


def _register_hooks(bus: pluggy.PluginManager, plugin: LoadedPlugin, hooks: ModuleType) -> None:
    for name in dir(hooks):
        function = getattr(hooks, name)
        if hasattr(function, "openmill_impl") and not function.__module__.startswith(plugin.package):
            raise PluginRefused(f"Its hook {name} is imported from {function.__module__}: it would run twice.")
    try:
        bus.register(hooks, name=plugin.name)
        bus.check_pending()
    except pluggy.PluginValidationError as error:
        if bus.is_registered(hooks):
            bus.unregister(hooks)
        raise PluginRefused(f"Its hooks do not fit: {' '.join(str(error).split())}.") from None
    plugin.hooks = hooks


def _forget(package: str) -> None:
    """Leave no table and no mapper of a refused plugin behind: a broken mapper would break every query."""
    for model in _own_models(package):
        if model.__table__.name in Base.metadata.tables:
            Base.metadata.remove(model.__table__)
        # Private, but the only way to dispose of one class: registry.dispose() takes all of them.
        manager = model._sa_class_manager
        Base.registry._dispose_manager_and_mapper(manager)
        Base.registry._managers.pop(manager, None)
    # A second kernel of the process must judge the plugin anew, not find its modules half made.
    for name in [name for name in sys.modules if _is_within(name, package)]:
        del sys.modules[name]
        DECLARED.pop(name, None)
