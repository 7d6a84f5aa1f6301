"""Static files under names that change with their content, so that browsers may keep them for good."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Response, request

from core.admin.frame.themes import THEMES, changed_at, looks, static_folders
from core.errors import NotFound

FOR_GOOD = "public, max-age=31536000, immutable"
COMPRESSIBLE = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml", "text/plain"})
MINIMUM_TO_COMPRESS = 512
# Browser modules name each other by their place; modules must not import in a circle.
_IMPORT = re.compile(rb"""(?P<before>\b(?:from|import)\s*\(?\s*["'])(?P<name>\.{1,2}/[\w./-]+\.js)(?P<after>["'])""")


@dataclass(frozen=True)
class Asset:
    """A static file in memory, as it is and compressed."""

    content: bytes
    compressed: bytes | None
    digest: str
    media_type: str


@lru_cache(maxsize=1024)
def _load(theme: str, path: Path, changed: int) -> Asset:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if path.suffix == ".js":
        content = _IMPORT.sub(lambda found: _linked(theme, path, found), content)
    worth_it = media_type in COMPRESSIBLE and len(content) >= MINIMUM_TO_COMPRESS
    compressed = gzip.compress(content, mtime=0) if worth_it else None
    return Asset(content, compressed, hashlib.sha256(content).hexdigest()[:12], media_type)


def _linked(theme: str, path: Path, found: re.Match[bytes]) -> bytes:
    """Return an import by the name that changes with the imported content, so that it too may be kept for good."""
    folder = next(part for part in static_folders(theme) if path.is_relative_to(part))
    name = (path.parent / found["name"].decode()).resolve().relative_to(folder.resolve()).as_posix()
    return found["before"] + asset_url(theme, name).encode() + found["after"]


def find_asset(theme: str, name: str) -> Asset | None:
    """Return the file of a theme, or of the default theme where it has none of that name."""
    for folder in static_folders(theme):
        path = folder / name
        # A name from a URL must not climb out of the folder, by dots or by a link.
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return _load(theme, path, path.stat().st_mtime_ns)
    return None


def asset_url(theme: str, name: str) -> str:
    """Return the address of a static file; a missing one is a fault of the build."""
    return looks.found(_find_url, theme, name)


def _find_url(theme: str, name: str) -> str:
    place = _place_of(theme, name)
    if place is None:
        raise FileNotFoundError(f"Theme {theme!r} has no file {name!r}; install OpenMill again to build its assets.")
    return _url(theme, name, place, changed_at(place))


@lru_cache(maxsize=1024)
def _url(theme: str, name: str, place: str, changed: int) -> str:
    return f"/static/{_load(theme, Path(place), changed).digest}/{theme}/{name}"


@lru_cache(maxsize=1024)
def _place_of(theme: str, name: str) -> str | None:
    """Return where a file that templates name lies: templates name few, and none of them climbs out."""
    return next((str(folder / name) for folder in static_folders(theme) if (folder / name).is_file()), None)


def serve_asset(digest: str, theme: str, name: str) -> Response:
    """Answer a static file; an outdated name gets the newest content, not to be kept."""
    asset = find_asset(theme, name) if theme in THEMES else None
    if asset is None:
        raise NotFound("There is no such file.")
    zipped = asset.compressed is not None and request.accept_encodings["gzip"] > 0
    response = Response(asset.compressed if zipped else asset.content, mimetype=asset.media_type)
    response.headers["Cache-Control"] = FOR_GOOD if digest == asset.digest else "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    return response
