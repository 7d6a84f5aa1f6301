"""What somebody who makes batches should see at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.api import Context, alert, select
from plugins.recipes.models import Batch

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
            "detail": f"due {batch.due_date.day} {batch.due_date:%b %Y}, {days} day{'s' if days > 1 else ''} ago",
            "tone": "bad" if batch.state == "in_progress" else "warn",
            "url": f"/batches/{batch.id}",
        }
