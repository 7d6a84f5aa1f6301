"""What a distribution says of itself: its README as a page, its licence and who made it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata, resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup

from core.plugins.registry import LoadedPlugin

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LINKED = frozenset({"http", "https", "mailto"})
LONGEST = 60_000
# The page has a title and the section a heading: those of the text stand below both.
HIGHEST, LOWEST = 3, 6
_SECTION = re.compile(r"^## +For administrators *$(?P<body>.*?)(?=^##? |\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Origin:
    """Where a module comes from."""

    distribution: str = ""
    licence: str = ""
    author: str = ""
    home: str = ""


def readme_of(plugin: LoadedPlugin) -> Markup:
    """Return as HTML what a module's README, else its distribution's, says to administrators, not to developers."""
    return rendered(for_administrators(_text(plugin.package, _name(plugin))[:LONGEST]))


def for_administrators(text: str) -> str:
    """Return what stands in a README under the heading *For administrators*, empty where there is no such section."""
    found = _SECTION.search(text)
    return found["body"].strip() if found else ""


def origin_of(plugin: LoadedPlugin) -> Origin:
    """Return what the metadata of a module's distribution says."""
    try:
        said: Any = metadata.metadata(_name(plugin))
    except (metadata.PackageNotFoundError, ValueError):
        return Origin(plugin.distribution)
    home = said.get("Home-page") or ""
    return Origin(
        plugin.distribution, said.get("License-Expression") or said.get("License") or "",
        said.get("Author") or said.get("Author-email") or "", home if _is_outside(home) else "",
    )  # fmt: skip


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    # Loaded here: sixty modules for one page.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@lru_cache(maxsize=256)
def rendered(text: str) -> Markup:
    """Return Markdown as HTML: markup in it is text, links lead outside or nowhere, pictures are their description."""
    reader = _reader()
    tokens = list(_without_title(reader.parse(text)))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(max(int(token.tag[1]) + 1, HIGHEST), LOWEST)}"
        if token.children:
            token.children = list(_harmless(token.children))
    html = reader.renderer.render(tokens, reader.options, {})
    return Markup(html)  # noqa: S704 every piece of HTML in the text was escaped


def _without_title(tokens: list[Token]) -> Iterable[Token]:
    return tokens[3:] if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1" else tokens


def _harmless(tokens: Iterable[Token]) -> Iterator[Token]:
    kept: list[bool] = []
    for token in tokens:
        if token.type == "image":
            # A picture would have to come from another host, which our policy forbids.
            yield type(token)("text", "", 0, content=token.content)
        elif token.type == "link_open":
            kept.append(_is_outside(str(token.attrGet("href") or "")))
            if kept[-1]:
                token.attrSet("rel", "noopener noreferrer nofollow")
                token.attrSet("class", "link")
                yield token
        elif token.type != "link_close" or kept.pop():
            yield token


def _is_outside(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in LINKED
    except ValueError:
        return False


def _name(plugin: LoadedPlugin) -> str:
    return plugin.distribution.partition(" ")[0]


@lru_cache(maxsize=256)
def _text(package: str, distribution: str) -> str:
    beside = resources.files(package) / "README.md"
    if beside.is_file():
        return beside.read_bytes().decode("utf-8", "replace")
    try:
        said: Any = metadata.metadata(distribution)
    except (metadata.PackageNotFoundError, ValueError):
        return ""
    return said.get("Description") or str(said.get_payload() or "")
