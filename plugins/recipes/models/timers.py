"""Timers of a batch: trace, cure, cool, prove."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from core.api import UTC, Integer, Record, String, field, ref, states
from plugins.recipes.models.batches import Batch


class BatchTimer(Record):
    """A wait that somebody must be told of when it is over."""

    __tablename__ = "recipes_batch_timer"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes_positive"),)

    batch_id, batch = ref(Batch, label="Batch", parent="timers")
    name: Mapped[str] = field(String(80), label="Name", search=True, readonly=True)
    state: Mapped[str] = field(states("running", "expired", "stopped"), label="State")
    minutes: Mapped[int] = field(Integer, label="Minutes", readonly=True)
    started_at: Mapped[datetime] = field(UTC, label="Started", readonly=True)
    ends_at: Mapped[datetime] = field(UTC, label="Ends", readonly=True, index=True)
    stopped_at: Mapped[datetime | None] = field(UTC, label="Stopped", optional=True, readonly=True)
