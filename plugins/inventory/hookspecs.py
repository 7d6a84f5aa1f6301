"""The questions and events that inventory opens to other plugins; each gets lists, never one row at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.api import Context, hookspec
from plugins.inventory.ledger.movement import Movement, Source


@hookspec
def inventory_items_used(ctx: Context, item_ids: Sequence[int]) -> Mapping[int, str]:
    """Say which items have a history of yours, and what it is ("12 stock moves"): those are kept, not deleted."""


@hookspec
def inventory_units_used(ctx: Context, unit_ids: Sequence[int]) -> Mapping[int, str]:
    """Say which units your records are measured in, and which records: their factors are frozen."""


@hookspec
def inventory_locations_used(ctx: Context, location_ids: Sequence[int]) -> Mapping[int, str]:
    """Say which locations have a history of yours, and what it is: those are kept, not deleted."""


@hookspec
def inventory_item_bills(ctx: Context, item_id: int) -> Sequence[Mapping[str, Any]]:
    """Return what the item is made of by your rules: {"source", "id", "label", "lines": [{"item_id", ...}]}."""


@hookspec
def inventory_posting_guard(ctx: Context, source: Source, location_ids: Sequence[int]) -> None:
    """Refuse a posting before anything of it happens: a closed period, a location under count."""


@hookspec
def inventory_moves_posted(ctx: Context, moves: Sequence[Movement]) -> None:
    """Follow up the moves of one document in its transaction; each knows its source."""
