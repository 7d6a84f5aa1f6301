"""The poll driver: claims due rows itself, from a thread beside the web server or as a process of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.jobs.chores import SWEEPING, TICKING, Chores
from core.jobs.claiming import claim_next
from core.jobs.handler import run_claimed
from core.jobs.sweeping import release_queued

if TYPE_CHECKING:
    from core.kernel import Kernel

log = logging.getLogger(__name__)
PAUSE_AFTER_FAULT = 5


class Poller:
    """Runs due jobs one after the other until it is stopped."""

    def __init__(self, kernel: Kernel, *, pause: int = 1, ticking: bool = True) -> None:
        self._kernel, self._pause = kernel, pause
        self._chores = Chores(kernel, (*SWEEPING, (20, release_queued), *(TICKING if ticking else ())))
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Run in a thread of this process; jobs committed here are run at once."""
        self._kernel.listeners.append(self._hear)
        self._thread = threading.Thread(target=self.run, name="openmill-worker", daemon=True)
        self._thread.start()

    def stop(self, timeout: int = 30) -> None:
        """End after the job at hand."""
        self._stopped.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
            self._kernel.listeners.remove(self._hear)

    def run(self) -> None:
        """Run until stopped; a fault of the database is waited out."""
        while not self._stopped.is_set():
            try:
                self._chores.run_due()
                found = self.run_next()
            except Exception:
                log.exception("the worker could not reach its jobs")
                self._stopped.wait(PAUSE_AFTER_FAULT)
                continue
            if not found:
                self._wake.wait(self._pause)
                self._wake.clear()

    def run_next(self) -> bool:
        """Run the job that has been due the longest; returns whether there was one."""
        claim = claim_next(self._kernel)
        if claim is not None:
            run_claimed(self._kernel, claim)
        return claim is not None

    def run_all(self) -> int:
        """Run every job that is due and return how many there were."""
        count = 0
        while not self._stopped.is_set() and self.run_next():
            count += 1
        return count

    def _hear(self, _job_ids: Sequence[int]) -> None:
        self._wake.set()
