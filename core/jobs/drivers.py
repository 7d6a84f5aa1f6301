"""Which driver runs the jobs that this process commits."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.jobs.handler import run_job

if TYPE_CHECKING:
    from core.kernel import Kernel


SCHEMES = ("redis://", "rediss://", "unix://")


class Inline:
    """Runs jobs in the thread that committed them and raises their failures: for tests."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._own = threading.local()

    def __call__(self, job_ids: Sequence[int]) -> None:
        waiting: deque[int] | None = getattr(self._own, "waiting", None)
        if waiting is not None:
            # A job that asks for the next one, and that for its next, would go deeper each time.
            waiting.extend(job_ids)
            return
        waiting = self._own.waiting = deque(job_ids)
        try:
            while waiting:
                failure = run_job(self._kernel, waiting.popleft())
                if failure is not None:
                    raise failure
        finally:
            self._own.waiting = None


def attach(kernel: Kernel) -> None:
    """Let the configured driver hear of every job that this process commits.

    Raises ValueError when OPENMILL_JOBS names no driver, or rq without the address of a Redis.
    """
    driver = kernel.config.job_driver
    if driver not in ("inline", "poll", "rq"):
        raise ValueError(f"OPENMILL_JOBS must be inline, poll or rq, not {driver!r}.")
    if driver == "rq" and not kernel.config.redis_url:
        raise ValueError("OPENMILL_JOBS=rq needs OPENMILL_REDIS_URL.")
    if driver == "rq" and not kernel.config.redis_url.startswith(SCHEMES):
        raise ValueError(f"OPENMILL_REDIS_URL must begin with {', '.join(SCHEMES)}.")
    if driver == "inline":
        kernel.listeners.append(Inline(kernel))
    elif driver == "rq":
        from core.jobs.queue import Sender

        kernel.listeners.append(Sender(kernel))
