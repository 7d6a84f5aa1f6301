"""From what a BeerXML file says to items and recipes, along the kernel's import road."""

from __future__ import annotations

from collections import Counter
from typing import Any

from core.api import Context

from ..beerxml import Collection
from .items import import_items
from .loading import refuse_faults, shown
from .recipes import import_recipes

__all__ = ["import_collection"]

EFFECTS = ("created", "updated", "unchanged")


def import_collection(ctx: Context, file: Collection, *, dry_run: bool) -> dict[str, Any]:
    """Bring what a file holds into items and recipes and answer what became of each.

    Raises Invalid with every fault of the file; a dry run answers them instead, and writes nothing.
    """
    if not dry_run:
        refuse_faults(file)
    items = import_items(ctx, file, dry_run=dry_run)
    recipes = import_recipes(ctx, file, dry_run=dry_run)
    return {
        "dry_run": dry_run,
        **_counts(items + recipes),
        "items": _counts(items),
        "recipes": _counts(recipes),
        "faults": shown(file.faults),
        "notices": shown(file.notices),
    }


def _counts(effects: Counter[str]) -> dict[str, int]:
    return {effect: effects[effect] for effect in EFFECTS}
