"""Themes: folders of templates and static files. A theme overrides single files of the default one, never forks it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateNotFound

from core.admin.frame.icons import icon
from core.admin.frame.keeping import KeptPart
from core.plugins.registry import LoadedPlugin
from core.services.themes import DEFAULT, installed_themes


def _find_themes() -> dict[str, Path]:
    swagger = Path(str(resources.files("flask_swagger_ui"))) / "dist"
    return {**{name: theme.folder for name, theme in installed_themes().items()}, "swagger": swagger}


THEMES: Mapping[str, Path] = _find_themes()
LOOK_SECONDS = 1.0
Found = TypeVar("Found")


def theme_names() -> list[str]:
    """Return the themes that a tenant or user can choose."""
    return sorted(name for name in THEMES if name != "swagger")


def static_folders(theme: str) -> list[Path]:
    """Return where a theme's static files are looked for, nearest first."""
    if theme == "swagger":
        return [THEMES["swagger"]]
    return [THEMES[name] / "static" for name in dict.fromkeys((theme, DEFAULT)) if name in THEMES]


class ThemeLoader(BaseLoader):
    """Finds `theme:name` in the theme's templates, then in the default theme's."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return a template's text, its file and a test of whether it is still current."""
        theme, _, name = template.rpartition(":")
        folders = [THEMES.get(folder, THEMES[DEFAULT]) / "templates" for folder in dict.fromkeys((theme, DEFAULT))]
        for path in [*(folder / name for folder in folders), *_of_plugin(name)]:
            if path.is_file():
                return path.read_text(encoding="utf-8"), str(path), _unchanged(path)
        raise TemplateNotFound(template)


PLUGIN_TEMPLATES: dict[str, Path] = {}
"""Where each plugin keeps the templates of its own pages."""


def add_plugin_templates(plugins: Iterable[LoadedPlugin]) -> None:
    """Let the templates of plugins be found, each under its plugin's name."""
    for plugin in plugins:
        folder = Path(str(resources.files(plugin.package))) / "templates"
        if folder.is_dir():
            PLUGIN_TEMPLATES[plugin.name] = folder


def plugin_template(plugin: str, name: str) -> str:
    """Return the name of a plugin's template; a theme may override it under the same name."""
    return f"plugins/{plugin}/{name}"


def _of_plugin(name: str) -> list[Path]:
    room, _, rest = name.partition("/")
    plugin, _, file = rest.partition("/")
    return [PLUGIN_TEMPLATES[plugin] / file] if room == "plugins" and plugin in PLUGIN_TEMPLATES else []


def _unchanged(path: Path) -> Callable[[], bool]:
    place = str(path)
    seen = changed_at(place)
    return lambda: looks.found(changed_at, place) == seen


class Looks:
    """What was found out about files of themes, for a second: a page asks for fifty of them."""

    def __init__(self) -> None:
        self._until, self._found = 0.0, dict[Any, Any]()

    def found(self, find: Callable[..., Found], *names: str) -> Found:
        """Return what a function finds, asked once a second."""
        if (now := time.monotonic()) > self._until:
            self._until, self._found = now + LOOK_SECONDS, {}
        known: Found | None = self._found.get((find, names))
        if known is None:
            known = self._found[find, names] = find(*names)
        return known


looks = Looks()


def changed_at(place: str) -> int:
    """Return when a file was changed last, in nanoseconds."""
    return os.stat(place).st_mtime_ns


def newest_change(theme: str) -> int:
    """Return when one of a theme's static files was changed last, in nanoseconds."""
    return looks.found(_newest_change, theme)


def _newest_change(theme: str) -> int:
    return max(changed_at(str(path)) for folder in static_folders(theme) for path in folder.rglob("*"))


class ThemeEnvironment(Environment):
    """Templates that extend, include and import each other within the theme of the page."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what every template knows as a plain mapping: each import compares its names."""
        return {**self.globals, **(d or {})}

    def join_path(self, template: str, parent: str) -> str:
        """Keep the page's theme for a plain name; `default:list.html` reaches the original past an override."""
        return template if ":" in template else f"{parent.rpartition(':')[0] or DEFAULT}:{template}"


@lru_cache(maxsize=1)
def environment() -> ThemeEnvironment:
    """Return the one template environment of the process."""
    made = ThemeEnvironment(
        loader=ThemeLoader(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        extensions=[KeptPart],
    )  # fmt: skip
    made.globals["icon"] = icon
    return made


def render_template(theme: str, name: str, values: Mapping[str, Any]) -> str:
    """Return a page of a theme."""
    return _template(theme, name).render(values)


def render_page(theme: str, name: str, values: Mapping[str, Any]) -> bytes:
    """Return a page of a theme as it is sent.

    Each piece is encoded by itself: one sign beyond ASCII makes the encoding of all that it stands in slow.
    """
    return b"".join(piece.encode() for piece in _template(theme, name).generate(values))


def _template(theme: str, name: str) -> Template:
    known = theme if theme in THEMES and theme != "swagger" else DEFAULT
    return environment().get_template(f"{known}:{name}")
