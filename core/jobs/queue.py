"""The rq driver: Redis carries ids of outbox rows to workers on many machines; the rows stay the truth.

A row is marked `queued` before its id is sent. Whatever is lost after that, a message or all of Redis, is found by
the relay and sent again; whatever is sent twice runs once, since the handler claims the row.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.jobs.claiming import due
from core.jobs.handler import run_job
from core.jobs.sweeping import LEASE, mark_ready
from core.services.models import Job

if TYPE_CHECKING:
    from redis import Redis
    from rq import Queue

    from core.kernel import Kernel

log = logging.getLogger(__name__)
QUEUE = "openmill"
BATCH = 500
JOB_SECONDS = 3600
QUIET_SECONDS = 5
_worker: list[Kernel] = []


def connect(url: str, *, patient: bool = False) -> Redis:
    """Return a connection to Redis; a request waits a second at most, a worker as long as it takes."""
    from redis import Redis

    limits = {} if patient else {"socket_connect_timeout": 1, "socket_timeout": 2}
    return Redis.from_url(url, **limits)


def open_queue(connection: Redis) -> Queue:
    """Return the queue of this installation's jobs; messages are JSON, never pickles."""
    from rq import Queue
    from rq.serializers import JSONSerializer

    return Queue(QUEUE, connection=connection, serializer=JSONSerializer, default_timeout=JOB_SECONDS)


class Sender:
    """Sends the ids of jobs that this process commits; without Redis they wait in the outbox for the relay."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._connection: Redis | None = None
        self._quiet_until = 0

    def __call__(self, job_ids: Sequence[int]) -> None:
        if time.monotonic() < self._quiet_until:
            return
        if self._connection is None:
            self._connection = connect(self._kernel.config.redis_url)
        if not send(self._kernel, self._connection, job_ids):
            # A Redis that is down would cost every request its time limit.
            self._quiet_until = int(time.monotonic()) + QUIET_SECONDS


def send(kernel: Kernel, connection: Redis, job_ids: Sequence[int] | None = None) -> bool:
    """Send due jobs, or the given ones among them; returns False when Redis cannot be reached."""
    from redis import RedisError

    marked = _mark_queued(kernel, job_ids)
    if not marked:
        return True
    queue = open_queue(connection)
    messages = [
        queue.prepare_data(perform, (job_id,), job_id=message_id(job_id, tries), result_ttl=0, failure_ttl=3600)
        for job_id, tries in marked
    ]
    try:
        queue.enqueue_many(messages)
    except (RedisError, OSError) as error:
        log.warning("jobs wait in the outbox: Redis cannot be reached", extra={"error": str(error)})
        mark_ready(kernel, [job_id for job_id, _ in marked])
        return False
    return True


def message_id(job_id: int, tries: int) -> str:
    """Return the id of a job's message: one for each try, so that an old message never stands for a new one."""
    return f"job-{job_id}-{tries}"


def _mark_queued(kernel: Kernel, job_ids: Sequence[int] | None) -> list[tuple[int, int]]:
    now = kernel.clock()
    waiting = sa.select(Job.id, Job.tries).where(Job.state == "ready", *due(now))
    if job_ids is not None:
        waiting = waiting.where(Job.id.in_(job_ids))
    else:
        with kernel.platform_reading() as db:
            if db.execute(waiting.limit(1)).first() is None:
                return []
    with kernel.platform() as db:
        rows = db.execute(waiting.order_by(Job.run_at, Job.id).limit(BATCH).with_for_update(skip_locked=True)).all()
        ids = [row.id for row in rows]
        mark = sa.update(Job).where(Job.id.in_(ids)).values(state="queued", claimed_at=now)
        db.execute(mark.execution_options(synchronize_session=False))
    return [(row.id, row.tries) for row in rows]


class Relay:
    """Sends what nobody sent, and again what Redis lost; a chore of every rq worker."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection

    def send_waiting(self, kernel: Kernel) -> None:
        """Send everything due: jobs for later, jobs to be tried again, jobs committed while Redis was down."""
        send(kernel, self._connection)

    def resend_lost(self, kernel: Kernel) -> int:
        """Make queued jobs ready again whose message Redis does not have any more; returns how many."""
        late = sa.and_(Job.state == "queued", Job.claimed_at < kernel.clock() - LEASE)
        with kernel.platform_reading() as db:
            rows = db.execute(sa.select(Job.id, Job.tries).where(late).limit(BATCH)).all()
        if not rows:
            return 0
        lost = self._without_message([(row.id, row.tries) for row in rows])
        found = {row.id for row in rows} - set(lost)
        with kernel.platform() as db:
            seen = sa.update(Job).where(Job.id.in_(found), Job.state == "queued").values(claimed_at=kernel.clock())
            db.execute(seen.execution_options(synchronize_session=False))
        return mark_ready(kernel, lost)

    def _without_message(self, jobs: Sequence[tuple[int, int]]) -> list[int]:
        from rq.job import Job as Message
        from rq.serializers import JSONSerializer

        names = [message_id(*job) for job in jobs]
        messages = Message.fetch_many(names, connection=self._connection, serializer=JSONSerializer)
        alive = ("queued", "started", "deferred", "scheduled")
        return [job_id for (job_id, _), message in zip(jobs, messages, strict=True)
                if message is None or message.get_status(refresh=False) not in alive]  # fmt: skip


def perform(job_id: int) -> None:
    """Run a job: what rq calls by its name, in a worker of ours or in a plain `rq worker`."""
    run_job(_kernel_of_worker(), job_id)


def _kernel_of_worker() -> Kernel:
    if not _worker:
        from core.config import from_environment
        from core.kernel import Kernel

        _worker.append(Kernel(from_environment()))
    return _worker[0]


def work(kernel: Kernel, connection: Redis, *, until_empty: bool = False) -> None:
    """Take ids from Redis and run their jobs, in this process, until a signal ends it or the queue is empty."""
    from rq import SimpleWorker
    from rq.serializers import JSONSerializer

    _worker[:] = [kernel]
    worker: Any = SimpleWorker([open_queue(connection)], connection=connection, serializer=JSONSerializer)
    worker.work(burst=until_empty, logging_level="WARNING")
