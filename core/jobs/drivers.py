"""Which driver runs the jobs that this process commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.jobs.handler import run_job

if TYPE_CHECKING:
    from core.kernel import Kernel


class Inline:
    """Runs jobs in the thread that committed them and raises their failures: for tests."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def __call__(self, job_ids: Sequence[int]) -> None:
        for job_id in job_ids:
            failure = run_job(self._kernel, job_id)
            if failure is not None:
                raise failure


def attach(kernel: Kernel) -> None:
    """Let the configured driver hear of every job that this process commits.

    Raises ValueError when OPENMILL_JOBS names no driver, or rq without a Redis.
    """
    driver = kernel.config.job_driver
    if driver not in ("inline", "poll", "rq"):
        raise ValueError(f"OPENMILL_JOBS must be inline, poll or rq, not {driver!r}.")
    if driver == "rq" and not kernel.config.redis_url:
        raise ValueError("OPENMILL_JOBS=rq needs OPENMILL_REDIS_URL.")
    if driver == "inline":
        kernel.listeners.append(Inline(kernel))
    elif driver == "rq":
        from core.jobs.queue import Sender

        kernel.listeners.append(Sender(kernel))
