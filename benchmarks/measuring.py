"""Races between OpenMill and a bare rival: in turns, so that a noisy machine disturbs both alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Work = Callable[[Any], object]
SLICE = 0.06
CLOCKS = {"wall": time.perf_counter, "processor": time.process_time}


class Clock:
    """The clock of a run: the wall's, or this process's own time where others keep the machine busy.

    The processor's clock does not see what a database server does: it is of use with SQLite only.
    """

    now: Callable[[], float] = staticmethod(time.perf_counter)

    @classmethod
    def choose(cls, name: str) -> None:
        """Measure with the clock of that name from now on."""
        cls.now = staticmethod(CLOCKS[name])


@dataclass(frozen=True)
class Figure:
    """One measured figure: how many a second, against how many of the bare rival, and what was aimed at."""

    name: str
    database: str
    rows: int
    per_second: float
    unit: str
    bare_per_second: float | None = None
    ratio: float | None = None
    aim: str = ""
    reached: bool | None = None


@dataclass(frozen=True)
class Pace:
    """How fast both were: the median of all turns, and the median of the ratios of neighbouring turns."""

    ours: float
    bare: float
    ratio: float


def race(
    ours: Work, bare: Work, *, turns: int, each: int = 1, calls: int = 0,
    prepare: Callable[[], Any] = lambda: None, prepare_bare: Callable[[], Any] = lambda: None,
) -> Pace:  # fmt: skip
    """Run both in turns and return their paces; one call handles `each` units.

    `calls` is how many calls make a turn, by default as many as fill a slice of time. What `prepare` gives is made
    outside the clock, once for each call.
    """
    own_calls = calls or _calls(ours, prepare)
    bare_calls = calls or _calls(bare, prepare_bare)
    own_times, bare_times = [], []
    for _ in range(turns):
        own_times.append(_turn(ours, prepare, own_calls) / own_calls)
        bare_times.append(_turn(bare, prepare_bare, bare_calls) / bare_calls)
    ratio = statistics.median(rival / own for own, rival in zip(own_times, bare_times, strict=True))
    return Pace(each / statistics.median(own_times), each / statistics.median(bare_times), ratio)


def seconds(work: Work, *, turns: int, prepare: Callable[[], Any] = lambda: None) -> float:
    """Return the median time of one call."""
    return statistics.median(_turn(work, prepare, 1) for _ in range(turns))


def pace_of_machine() -> float:
    """Return how many million additions a second this process makes: machines have slow hours."""
    begun, total = time.perf_counter(), 0
    for number in range(2_000_000):
        total += number
    return 2 / (time.perf_counter() - begun)


def _calls(work: Work, prepare: Callable[[], Any]) -> int:
    _turn(work, prepare, 2)
    return max(1, min(200, int(SLICE / (_turn(work, prepare, 2) / 2))))


def _turn(work: Work, prepare: Callable[[], Any], calls: int) -> float:
    prepared = [prepare() for _ in range(calls)]
    gc.collect()
    begun = Clock.now()
    for given in prepared:
        work(given)
    return Clock.now() - begun
