"""What a person keeps at hand beside every page: their favourites, and which parts of the menu are folded."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.actions.context import Context
from core.admin.frame.navigation import Entry, found_at
from core.desk.preferences import preferences


@dataclass(frozen=True)
class Sidebar:
    """How the menu stands for the person who looks."""

    favourites: list[Entry] = field(default_factory=list)
    closed: frozenset[str] = frozenset()
    narrow: bool = False
    single_keys: bool = True


def sidebar_of(ctx: Context) -> Sidebar:
    """Return the person's menu; a favourite that they may no longer open is kept, but not shown."""
    chosen = preferences(ctx)
    folded = chosen.get("sidebar", {})
    return Sidebar(
        favourites_of(ctx), frozenset(folded.get("closed", ())), folded.get("narrow", False),
        chosen.get("single_keys", True),
    )  # fmt: skip


def favourites_of(ctx: Context) -> list[Entry]:
    """Return the favourites that the person may open."""
    kept = preferences(ctx).get("favourites", [])
    places = ((item, found_at(ctx, item["url"])) for item in kept)
    return [Entry(item["title"], item["url"], place.icon) for item, place in places if place is not None]
