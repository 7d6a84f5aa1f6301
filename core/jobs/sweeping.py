"""The sweeper: finds jobs whose worker died or whose message was lost, and forgets those long done."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from core.actions.observers import note_parked
from core.db.session import KernelSession
from core.jobs.handler import tries_of
from core.services.models import Job

if TYPE_CHECKING:
    from core.kernel import Kernel

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
KEPT = timedelta(days=30)
BATCH = 200


def sweep(kernel: Kernel) -> int:
    """Make abandoned jobs ready again, or park them after their last try; returns how many were found."""
    late = kernel.clock() - LEASE
    abandoned = sa.and_(Job.state == "running", Job.claimed_at < late)
    with kernel.platform_reading() as db:
        if db.execute(sa.select(Job.id).where(abandoned).limit(1)).first() is None:
            return 0
    with kernel.platform() as db:
        # A job whose worker lives holds a lock on its row and is passed over, however long it takes.
        found = db.scalars(sa.select(Job).where(abandoned).limit(BATCH).with_for_update(skip_locked=True)).all()
        for job in found:
            _take_back(kernel, db, job)
        return len(found)


def _take_back(kernel: Kernel, db: KernelSession, job: Job) -> None:
    job.error = f"The worker that ran it stopped ({job.tries} times so far)."
    if job.tries >= tries_of(kernel, job.key):
        job.state, job.finished_at = "failed", db.now()
        if job.key in kernel.registry.observers:
            note_parked(db, job.tenant_id, job.key, job.error)
    else:
        job.state, job.run_at = "ready", db.now()
    log.warning("abandoned job found", extra={"job": job.id, "job_key": job.key, "state": job.state})


def release_queued(kernel: Kernel) -> int:
    """Make jobs ready that were sent to a queue that is not used any more; returns how many."""
    stale = sa.and_(Job.state == "queued", Job.claimed_at < kernel.clock() - LEASE)
    with kernel.platform_reading() as db:
        ids = db.scalars(sa.select(Job.id).where(stale).limit(BATCH)).all()
    return mark_ready(kernel, ids) if ids else 0


def mark_ready(kernel: Kernel, ids: Sequence[int]) -> int:
    """Take jobs back from a queue; those that a worker has claimed meanwhile stay with it."""
    back = sa.update(Job).where(Job.id.in_(ids), Job.state == "queued").values(state="ready")
    with kernel.platform() as db:
        done = cast("sa.CursorResult[Any]", db.execute(back.execution_options(synchronize_session=False)))
        return done.rowcount


def forget_done(kernel: Kernel) -> int:
    """Delete jobs done long ago; those with an effect key stay, since they keep the effect from happening twice."""
    old = sa.and_(Job.state == "done", Job.run_at < kernel.clock() - KEPT,
                  sa.or_(Job.effect_key.is_(None), Job.effect_key.startswith("schedule:")))  # fmt: skip
    with kernel.platform_reading() as db:
        ids = db.scalars(sa.select(Job.id).where(old).limit(BATCH * 5)).all()
    if ids:
        with kernel.platform() as db:
            db.execute(sa.delete(Job).where(Job.id.in_(ids)).execution_options(synchronize_session=False))
    return len(ids)
