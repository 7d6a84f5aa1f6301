"""What the clock does: timers run out."""

from core.api import Context, job, schedule
from plugins.recipes.actions.timers import expire_all_due


@job("recipes.expire_timers")
def expire_timers(ctx: Context) -> None:
    """Mark the timers whose time is over."""
    expire_all_due(ctx)


schedule("recipes.timers_run_out", job="recipes.expire_timers", cron="* * * * *")
