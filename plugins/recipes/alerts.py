"""What somebody who makes batches should see at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import joinedload

from core.api import Context, alert, day_text, moment_text, select
from plugins.recipes.actions import timers
from plugins.recipes.models import Batch, BatchTimer

OPEN = ("planned", "in_progress")
MOST = 50


@alert("recipes.late_alert", title="Late batches", permission="recipes.batch.read", link="/batches")
def late_alert(ctx: Context) -> Iterable[dict[str, Any]]:
    """Tell of every batch that should have been finished by now, the latest first."""
    late = select(Batch).where(Batch.state.in_(OPEN), Batch.due_date < ctx.today(), *ctx.visible("recipes.batch"))
    for batch in ctx.all(late.order_by(Batch.due_date, Batch.id).limit(MOST)):
        days = (ctx.today() - batch.due_date).days
        yield {
            "key": batch.id,
            "text": f"{batch.label or 'A planned batch'} of {batch.name} is late",
            "detail": f"due {day_text(batch.due_date)}, {days:,} day{'s' if days > 1 else ''} ago",
            "tone": "bad" if batch.state == "in_progress" else "warn",
            "url": f"/batches/{batch.id}",
        }


@alert("recipes.timer_alert", title="Timers that are over", permission="recipes.timer.read", link="/batch-timers")
def timer_alert(ctx: Context) -> Iterable[dict[str, Any]]:
    """Tell of every timer whose time has come and that nobody has stopped, the oldest first."""
    over = select(BatchTimer).where(
        BatchTimer.state.in_(timers.OPEN), BatchTimer.ends_at <= ctx.now(), *ctx.visible("recipes.timer")
    )
    with_batches = over.options(joinedload(BatchTimer.batch)).order_by(BatchTimer.ends_at, BatchTimer.id)
    for timer in ctx.all(with_batches.limit(MOST)):
        yield {
            # Extended and over again, it is to be told again.
            "key": f"{timer.id}.{timer.ends_at:%Y%m%d%H%M%S}",
            "text": f"{timer.name} of {timer.batch.label} is over",
            "detail": f"since {moment_text(timer.ends_at, ctx.zone)}",
            "tone": "bad",
            "url": f"/batches/{timer.batch_id}",
        }
