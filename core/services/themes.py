"""Which themes are installed: those of this distribution, and those that others bring through an entry point."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path

log = logging.getLogger(__name__)
DEFAULT = "default"
GROUP = "openmill.themes"
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Theme:
    """A theme that can be chosen: its folder, and what its distribution says of it."""

    name: str
    folder: Path
    summary: str = ""

    @property
    def title(self) -> str:
        """What people read."""
        return self.name.replace("-", " ").replace("_", " ").capitalize()


@cache
def installed_themes() -> Mapping[str, Theme]:
    """Return the themes by name; one that cannot be found is left out and told, never in the way."""
    own = {theme.name: theme for theme in _own()}
    return dict(sorted({**{theme.name: theme for theme in _of_others()}, **own}.items()))


def _own() -> Iterator[Theme]:
    for folder in Path(str(resources.files("themes"))).iterdir():
        if folder.name == DEFAULT:
            yield Theme(DEFAULT, folder, "OpenMill's own look")
        elif (folder / "static").is_dir():
            yield Theme(folder.name, folder)


def _of_others() -> Iterator[Theme]:
    for entry in metadata.entry_points(group=GROUP):
        try:
            folder = Path(str(resources.files(entry.value)))
        except (ImportError, TypeError, ValueError) as error:
            log.warning("theme %s cannot be found: %s", entry.name, error)
            continue
        if _NAME.fullmatch(entry.name) and folder.is_dir():
            summary = str(entry.dist.metadata.json.get("summary", "")) if entry.dist is not None else ""
            yield Theme(entry.name, folder, summary)
