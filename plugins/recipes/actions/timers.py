"""Timers of a batch in progress: started, extended, stopped; the clock expires them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from core.api import Context, Refused, action, arg, moment_text, select
from plugins.recipes.models import Batch, BatchTimer
from plugins.recipes.resources.batches import batches, timers

A_YEAR = 366 * 24 * 60
# A timer that is not stopped belongs to a batch in progress: whatever ends a batch stops its timers.
OPEN = ("running", "expired")

Minutes = Annotated[int, arg("Minutes", gt=0, le=A_YEAR)]


@action(batches, source="in_progress", label="Start a timer", icon="timer")
def start_timer(
    ctx: Context, batch: Batch, *, name: Annotated[str, arg("Name", max_length=80)], minutes: Minutes
) -> None:
    """Start a wait that somebody must be told of when it is over."""
    now = ctx.now()
    ctx.create(
        BatchTimer, batch_id=batch.id, name=name, minutes=minutes, started_at=now,
        ends_at=now + timedelta(minutes=minutes), state="running",
    )  # fmt: skip


@action(timers, source=OPEN, target="running", label="Extend", icon="timer-reset")
def extend(ctx: Context, timer: BatchTimer, *, minutes: Minutes) -> None:
    """Give a timer more minutes; one that is over runs again, from now."""
    if timer.minutes + minutes > A_YEAR:
        raise Refused("TIMER_TOO_LONG", f"No timer runs longer than {A_YEAR:,} minutes. Start another one.")
    timer.ends_at = max(timer.ends_at, ctx.now()) + timedelta(minutes=minutes)
    timer.minutes += minutes


@action(timers, source=OPEN, target="stopped", label="Stop", icon="timer-off")
def stop(ctx: Context, timer: BatchTimer) -> None:
    """Stop a timer, whether its time is over or not."""
    timer.stopped_at = ctx.now()


@action(timers, source="running", target="expired", label="Expire", icon="alarm-clock")
def expire(ctx: Context, timer: BatchTimer) -> None:
    """Mark a timer as over: the clock does, once its time has come."""
    if timer.ends_at > ctx.now():
        ends = moment_text(timer.ends_at, ctx.zone)
        raise Refused("TIMER_STILL_RUNNING", f"{timer.name} runs until {ends}. Stop it instead.")


def expire_all_due(ctx: Context) -> list[BatchTimer]:
    """Mark every timer whose time is over, and tell whoever listens."""
    due = select(BatchTimer.id).where(BatchTimer.state == "running", BatchTimer.ends_at <= ctx.now())
    locked = ctx.lock(BatchTimer, ctx.all(due))
    # Somebody may have stopped or extended one between the two queries.
    over = [timer for timer in locked if timer.state == "running" and timer.ends_at <= ctx.now()]
    if over:
        ctx.do("recipes.timer.expire", over)
        ctx.hook.recipes_timers_expired(ctx=ctx, timers=over)
    return over


def stop_all(ctx: Context, batch: Batch) -> None:
    """Stop every timer of a batch that ends."""
    open_timers = select(BatchTimer.id).where(BatchTimer.batch_id == batch.id, BatchTimer.state.in_(OPEN))
    if ids := ctx.all(open_timers):
        ctx.do("recipes.timer.stop", ids)
