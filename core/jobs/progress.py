"""How far a running job has come, for those who wait for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.jobs.claiming import Claim, write_progress

if TYPE_CHECKING:
    from core.kernel import Kernel

SECONDS = 0.5


class Progress:
    """Takes percentages from the job's function; writes at most two a second.

    On SQLite the job itself holds the only writer's lock, so there the figure is known to its own process alone.
    """

    def __init__(self, kernel: Kernel, claim: Claim) -> None:
        self._kernel, self._claim = kernel, claim
        self._percent, self._written = 0, time.monotonic() - SECONDS

    def __call__(self, percent: int) -> None:
        percent = max(0, min(99, int(percent)))
        if percent <= self._percent:
            return
        self._percent = self._kernel.progress[self._claim.id] = percent
        if self._kernel.engine.dialect.name == "sqlite" or time.monotonic() - self._written < SECONDS:
            return
        self._written = time.monotonic()
        write_progress(self._kernel, self._claim, percent)
