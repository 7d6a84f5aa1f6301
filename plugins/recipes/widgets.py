"""Cards of recipes and batches on the home page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func

from core.api import Context, day_text, select, widget
from plugins.recipes.days import start_of
from plugins.recipes.models import Batch, BatchTimer

MOST = 5
MONTHS = 6
READ = "recipes.batch.read"
OPEN = ("planned", "in_progress")
STATES = {"planned": "Planned", "in_progress": "In progress", "finished": "Finished", "cancelled": "Cancelled",
          "failed": "Failed"}  # fmt: skip


@widget("recipes.in_progress", title="Batches in progress", permission=READ, link="batches?state=in_progress")
def in_progress(ctx: Context) -> dict[str, Any]:
    """Return how many batches are being made, how many of them are late, and the oldest."""
    running = ctx.all(
        select(Batch)
        .where(Batch.state == "in_progress", *ctx.visible("recipes.batch"))
        .order_by(Batch.started_at, Batch.id)
    )
    late = [batch for batch in running if batch.due_date is not None and batch.due_date < ctx.today()]
    return {
        "value": len(running),
        "detail": f"{len(late)} late" if late else "",
        "items": [
            {
                "text": batch.label,
                "detail": f"due {batch.due_date.day} {batch.due_date:%b}" if batch.due_date else "",
                "url": f"/batches/{batch.id}",
                "tone": "bad" if batch in late else "",
            }
            for batch in running[:MOST]
        ],
    }


@widget("recipes.finished", title="Finished this month", permission=READ, link="batches?state=finished")
def finished(ctx: Context) -> dict[str, Any]:
    """Return how many batches were finished this month, and how many in each month before."""
    starts = _months(ctx)
    moments = [start_of(ctx, day) for day in starts]
    counts = [
        func.coalesce(func.sum(case((and_(Batch.ended_at >= start, *([Batch.ended_at < end] if end else [])), 1))), 0)
        for start, end in zip(moments, [*moments[1:], None], strict=True)
    ]
    done = select(*counts).where(Batch.state == "finished", Batch.ended_at >= moments[0], *ctx.visible("recipes.batch"))
    numbers = [int(number) for number in ctx.rows(done)[0]]
    return {"value": numbers[-1], "detail": f"{numbers[-2]} in the month before", "trend": numbers}


def _months(ctx: Context) -> list[date]:
    """Return the first days of the last months, this one last."""
    today = ctx.today()
    months = range(today.year * 12 + today.month - MONTHS, today.year * 12 + today.month)
    return [date(month // 12, month % 12 + 1, 1) for month in months]


@widget("recipes.by_state", title="Batches by state", permission=READ, link="recipes.batch", kind="chart", width=2)
def by_state(ctx: Context) -> dict[str, Any]:
    """Return how many batches stand where."""
    counted = select(Batch.state, func.count()).where(*ctx.visible("recipes.batch")).group_by(Batch.state)
    found = {row[0]: row[1] for row in ctx.rows(counted)}
    shown = [state for state in STATES if found.get(state)]
    return {
        "type": "bar",
        "labels": [STATES[state] for state in shown],
        "series": [{"name": "Batches", "values": [found[state] for state in shown]}],
    }


@widget("recipes.late", title="Late batches", permission=READ, link="recipes.batch", kind="alert", width=2)
def late(ctx: Context) -> dict[str, Any]:
    """Return the batches that should have been finished by now, the latest first."""
    overdue = Batch.state.in_(OPEN), Batch.due_date < ctx.today(), *ctx.visible("recipes.batch")
    rows = ctx.all(select(Batch).where(*overdue).order_by(Batch.due_date, Batch.id).limit(MOST))
    return {
        "value": len(rows) if len(rows) < MOST else f"{MOST}+",
        "items": [
            {
                "text": " ".join(part for part in (batch.label, batch.name) if part),
                "detail": f"due {day_text(batch.due_date)}",
                "url": f"/batches/{batch.id}",
                "tone": "bad" if batch.state == "in_progress" else "warn",
            }
            for batch in rows
        ],
    }


@widget("recipes.timers", title="Timers", permission="recipes.timer.read", link="batch-timers")
def timers(ctx: Context) -> dict[str, Any]:
    """Return the timers that run, those that are over first."""
    running = select(BatchTimer).where(BatchTimer.state != "stopped", *ctx.visible("recipes.timer"))
    open_timers = ctx.all(running.order_by(BatchTimer.ends_at, BatchTimer.id))
    over = [timer for timer in open_timers if timer.ends_at <= ctx.now()]
    return {
        "value": len(open_timers),
        "detail": f"{len(over)} over" if over else "",
        "items": [
            {
                "text": timer.name,
                "detail": _soon(ctx, timer.ends_at),
                "url": f"/batches/{timer.batch_id}",
                "tone": "bad" if timer in over else "",
            }
            for timer in open_timers[:MOST]
        ],
    }


def _soon(ctx: Context, moment: datetime) -> str:
    """Return a moment without its year: a narrow card has no room for it."""
    local = moment.astimezone(ctx.zone)
    return f"{local.day} {local:%b, %H:%M}"
