"""`openmill worker`, `openmill tick` and `openmill jobs`."""

from __future__ import annotations

import signal
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from core.cli.opening import opened
from core.cli.tables import print_table

if TYPE_CHECKING:
    from core.kernel import Kernel

LARGEST_ID = 2**63 - 1
STATES = ("ready", "queued", "running", "done", "failed")


@click.command()
@click.option("--burst", is_flag=True, help="Run what is due now, then end.")
@click.option("--no-tick", is_flag=True, help="Leave the schedules to `openmill tick`.")
def worker(burst: bool, no_tick: bool) -> None:
    """Run jobs until stopped.

    Takes them from Redis where OPENMILL_REDIS_URL is set, else straight from the database. Start as many as you like,
    on as many machines. Each also looks after schedules and lost jobs; several do so without harm. SIGTERM and Ctrl-C
    end it after the job at hand.
    """
    with opened(quiet=False) as kernel:
        if kernel.config.job_driver == "rq":
            _work_queue(kernel, burst=burst, ticking=not no_tick)
        else:
            _poll(kernel, burst=burst, ticking=not no_tick)


def _poll(kernel: Kernel, *, burst: bool, ticking: bool) -> None:
    from core.jobs.polling import Poller

    poller = Poller(kernel, ticking=ticking)
    if burst:
        click.echo(f"Ran {poller.run_all()} jobs.")
        return

    def stop(*_words: Any) -> None:
        poller.stop()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    click.echo("Worker started; it takes jobs from the database. Ctrl-C ends it.", err=True)
    poller.run()
    click.echo("Worker stopped.", err=True)


def _work_queue(kernel: Kernel, *, burst: bool, ticking: bool) -> None:
    from core.jobs.chores import SWEEPING, TICKING, ChoreThread
    from core.jobs.queue import Relay, connect, work

    connection = connect(kernel.config.redis_url, patient=True)
    relay = Relay(connect(kernel.config.redis_url))
    if burst:
        relay.send_waiting(kernel)
    connection.ping()
    chores = (*SWEEPING, (2, relay.send_waiting), (20, relay.resend_lost), *(TICKING if ticking else ()))
    click.echo("Worker started; it takes jobs from Redis. Ctrl-C ends it.", err=True)
    with nullcontext() if burst else ChoreThread(kernel, chores):
        work(kernel, connection, until_empty=burst)
    click.echo("Worker stopped.", err=True)


@click.command()
def tick() -> None:
    """Ask for the jobs of all schedules that are due.

    Call it every minute where no worker looks after schedules; two ticks at once are harmless.
    """
    from core.jobs.scheduling import tick as tick_schedules

    with opened() as kernel:
        click.echo(f"{tick_schedules(kernel)} schedules were due.")


@click.group()
def jobs() -> None:
    """Look at jobs, and try parked ones again."""


@jobs.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only jobs in this state; failed ones are parked.")
@click.option("--tenant", "slug", metavar="SLUG", help="Only jobs of this tenant.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
def show(state: str | None, slug: str | None, limit: int) -> None:
    """Show jobs, newest first, with the error of those that failed."""
    import sqlalchemy as sa

    from core.administration.tenants import find_tenant
    from core.services.models import Job
    from core.tenancy.models import Tenant

    wanted = sa.select(Job, Tenant.slug).join(Tenant, Tenant.id == Job.tenant_id).order_by(Job.id.desc()).limit(limit)
    if state:
        wanted = wanted.where(Job.state == state)
    with opened() as kernel, kernel.platform_reading() as db:
        if slug:
            wanted = wanted.where(Job.tenant_id == find_tenant(db, slug).id)
        rows = [(job.id, name, job.key, job.state, job.tries, f"{job.run_at:%Y-%m-%d %H:%M:%S}", _first_line(job.error))
                for job, name in db.execute(wanted)]  # fmt: skip
        print_table(("job", "tenant", "key", "state", "tries", "due (UTC)", "error"), rows)


def _first_line(text: str) -> str:
    return text.split("\n")[0]


@jobs.command("retry")
@click.argument("job_ids", nargs=-1, required=True, type=click.IntRange(1, LARGEST_ID), metavar="JOB...")
def retry(job_ids: tuple[int, ...]) -> None:
    """Put parked JOBs back; workers try them again from the start."""
    from core.actions.deferred import retry as put_back

    with opened() as kernel:
        with kernel.platform() as db:
            for job_id in job_ids:
                put_back(db, job_id)
        kernel.notify(job_ids)
        click.echo(f"Put back: {', '.join(str(job_id) for job_id in job_ids)}.")
