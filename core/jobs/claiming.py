"""Claims: whoever moves a job's row to `running` runs it, and nobody else.

A claim is proved by the row's `tries` and `claimed_at`. While a job runs, its own transaction holds a key-share lock
on the row: progress can still be written beside it, but nobody takes a job away whose worker is alive.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from core.actions.observers import note_parked
from core.db.session import KernelSession
from core.resources.kinds import plain_json
from core.services.models import Job
from core.tenancy.models import Tenant

if TYPE_CHECKING:
    from core.kernel import Kernel

FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(hours=1)
LONGEST_ERROR = 4000


class LostClaim(Exception):
    """Another worker took the job meanwhile: this run must leave no trace."""


@dataclass(frozen=True)
class Claim:
    """A job that this worker runs now."""

    id: int
    tenant_id: int
    user_id: int | None
    key: str
    arguments: dict[str, Any]
    tries: int
    claimed_at: datetime
    request_id: str


_COLUMNS = (Job.id, Job.tenant_id, Job.user_id, Job.key, Job.arguments, Job.tries, Job.claimed_at, Job.request_id)


def claim_job(kernel: Kernel, job_id: int) -> Claim | None:
    """Claim one job; None when it is done, running, not due or was never committed."""
    return _claim(kernel, Job.id == job_id, Job.state.in_(("ready", "queued")), *due(kernel.clock()))


def claim_next(kernel: Kernel) -> Claim | None:
    """Claim the job that has been due the longest; None when nothing is due."""
    waiting = sa.select(Job.id).where(Job.state == "ready", *due(kernel.clock())).order_by(Job.run_at, Job.id).limit(1)
    # A glance first: on SQLite the claim itself takes the only writer's lock.
    with kernel.platform_reading() as db:
        if db.execute(waiting).first() is None:
            return None
    first = waiting.with_for_update(skip_locked=True).scalar_subquery()
    return _claim(kernel, Job.id == first)


def due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what a job must be to run now: its moment has come, and its tenant is not suspended."""
    suspended = sa.select(Tenant.id).where(Tenant.id == Job.tenant_id, Tenant.is_active.is_(False))
    return Job.run_at <= now, ~sa.exists(suspended)


def _claim(kernel: Kernel, *conditions: sa.ColumnElement[bool]) -> Claim | None:
    statement = (
        sa.update(Job)
        .where(*conditions)
        .values(state="running", claimed_at=kernel.clock(), tries=Job.tries + 1, progress=0, error="")
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    with kernel.platform() as db:
        row = db.execute(statement).first()
    return Claim(*row) if row is not None else None


def hold(db: KernelSession, claim: Claim) -> None:
    """Lock a claimed row for the rest of the job's transaction; LostClaim when it is no longer ours."""
    mine = sa.select(Job.id).where(*_mine(claim)).with_for_update(read=True, key_share=True)
    if db.execute(mine).first() is None:
        raise LostClaim(f"job {claim.id}")


def finish(db: KernelSession, claim: Claim, result: Any) -> None:
    """Mark a job done in the transaction of its effect: both are there, or neither is."""
    done = {"state": "done", "finished_at": db.now(), "progress": 100, "result": _plain(result)}
    if not _change(db, claim, done):
        raise LostClaim(f"job {claim.id}")


def give_back(kernel: Kernel, claim: Claim, error: str, *, last: bool, counts: bool = False) -> None:
    """Put a failed job back for a later try, or park it with its error after the last one.

    A parked run that `counts` is one more failure of its observer.
    """
    now = kernel.clock()
    after = {"state": "failed", "finished_at": now} if last else {"state": "ready", "run_at": now + delay(claim.tries)}
    with kernel.platform() as db:
        if _change(db, claim, {**after, "error": error[:LONGEST_ERROR]}) and last and counts:
            note_parked(db, claim.tenant_id, claim.key, error)


def delay(tries: int) -> timedelta:
    """Return how long a job waits after so many tries: 10 s, 40 s, 160 s, … up to an hour."""
    factor: int = 4 ** min(tries - 1, 10)
    return min(FIRST_DELAY * factor, LONGEST_DELAY)


def write_progress(kernel: Kernel, claim: Claim, percent: int) -> None:
    """Write how far a running job has come, beside its own transaction."""
    with kernel.platform() as db:
        _change(db, claim, {"progress": percent})


def _change(db: KernelSession, claim: Claim, values: dict[str, Any]) -> bool:
    change = sa.update(Job).where(*_mine(claim)).values(**values).execution_options(synchronize_session=False)
    return cast("sa.CursorResult[Any]", db.execute(change)).rowcount == 1


def _plain(result: Any) -> Any:
    return json.loads(json.dumps(plain_json(result), default=str))


def _mine(claim: Claim) -> tuple[sa.ColumnElement[bool], ...]:
    return Job.id == claim.id, Job.state == "running", Job.tries == claim.tries, Job.claimed_at == claim.claimed_at
