"""What has a history in the ledger: it is kept and keeps its meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from core.api import Context
from plugins.inventory.models.moves import Move


def items_moved(ctx: Context, item_ids: Sequence[int]) -> Mapping[int, str]:
    """Return the items that ever moved, and how often."""
    return _counted(ctx, Move.item_id, item_ids)


def locations_used(ctx: Context, location_ids: Sequence[int]) -> Mapping[int, str]:
    """Return the locations that anything ever moved at, and how often."""
    return _counted(ctx, Move.location_id, location_ids)


def units_entered(ctx: Context, unit_ids: Sequence[int]) -> Mapping[int, str]:
    """Return the units that quantities were typed in, and how often."""
    return _counted(ctx, Move.entered_unit_id, unit_ids)


def _counted(ctx: Context, column: Any, ids: Sequence[int]) -> Mapping[int, str]:
    statement = select(column, func.count()).where(column.in_(sorted(set(ids)))).group_by(column)
    return {row[0]: f"{row[1]} stock move{'s' if row[1] > 1 else ''}" for row in ctx.rows(statement)}
