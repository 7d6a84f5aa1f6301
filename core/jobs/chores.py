"""What a worker does now and then beside running jobs: schedules, the sweeper, the queue's relay."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.identity.sweeping import forget_ended
from core.jobs.scheduling import tick
from core.jobs.sweeping import forget_done, sweep

if TYPE_CHECKING:
    from core.kernel import Kernel

log = logging.getLogger(__name__)
Chore = tuple[int, Callable[["Kernel"], object]]


def forget_log_ins(kernel: Kernel) -> int:
    """Forget sessions and tokens that ended; returns how many rows."""
    return forget_ended(kernel.identity)


SWEEPING: tuple[Chore, ...] = ((20, sweep), (3600, forget_done), (3600, forget_log_ins))
TICKING: tuple[Chore, ...] = ((20, tick),)


class Chores:
    """A list of chores, each with the seconds between two runs of it."""

    def __init__(self, kernel: Kernel, chores: Sequence[Chore]) -> None:
        self._kernel, self._chores = kernel, chores
        self._last: dict[int, int] = {}

    def run_due(self) -> None:
        """Do what is due; a chore that fails is logged and comes again."""
        now = int(time.monotonic())
        for index, (seconds, chore) in enumerate(self._chores):
            if index in self._last and now - self._last[index] < seconds:
                continue
            self._last[index] = now
            try:
                chore(self._kernel)
            except Exception:
                log.exception("chore failed", extra={"chore": getattr(chore, "__name__", str(chore))})


class ChoreThread:
    """Runs chores beside something that has the main thread."""

    def __init__(self, kernel: Kernel, chores: Sequence[Chore]) -> None:
        self._chores, self._stopped = Chores(kernel, chores), threading.Event()
        self._thread = threading.Thread(target=self._run, name="openmill-chores", daemon=True)

    def __enter__(self) -> ChoreThread:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._chores.run_due()
            self._stopped.wait(1)
