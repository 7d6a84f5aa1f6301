"""The hours of a calendar's days: where an entry stands among them, and which stand beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

QUARTER = timedelta(minutes=15)
QUARTERS = 96
USUAL_LENGTH, SHORTEST = 4, 2
USUAL_HOURS = (6, 20)
LANES = (1, 2, 3, 4, 6)
Span = tuple[int, int]
"""A part of a day in quarters of an hour: the first, and the first that is free again."""


@dataclass(frozen=True)
class Slot:
    """Where an entry stands: from which quarter, for how many, in which of so many lanes."""

    first: int
    quarters: int
    lane: int
    lanes: int

    @property
    def classes(self) -> str:
        """The place as classes, for a page takes no styles of its own."""
        hours, rest = divmod(self.quarters, 4)
        return f"{place_of(self.first)} for-h{hours} for-q{rest} lane-{self.lane} of-{self.lanes}"


def place_of(quarter: int) -> str:
    """Return the classes of a place among the hours."""
    return f"at-h{quarter // 4} at-q{quarter % 4}"


def part_of_day(day: date, start: datetime, end: datetime | None) -> Span | None:
    """Return the quarters of a day that something takes, None where it takes the whole of it."""
    midnight = datetime.combine(day, time())
    begins = max(0, (start.replace(tzinfo=None) - midnight) // QUARTER)
    ends = begins + USUAL_LENGTH
    if end is not None and end > start:
        # A quarter that has begun is taken.
        ends = -((midnight - end.replace(tzinfo=None)) // QUARTER)
    if begins == 0 and ends >= QUARTERS:
        return None
    begins = min(begins, QUARTERS - SHORTEST)
    return begins, max(min(ends, QUARTERS), begins + SHORTEST)


def shown_hours(spans: Iterable[Span]) -> range:
    """Return the hours to show: those of a working day, and more where something happens earlier or later."""
    first, last = USUAL_HOURS
    for begins, ends in spans:
        first, last = min(first, begins // 4), max(last, min(24, -(-ends // 4)))
    return range(first, last)


def slots_of(spans: Sequence[Span]) -> list[Slot | None]:
    """Return a place for each part of one day; None for what stands beside more than there are lanes."""
    found: list[Slot | None] = [None] * len(spans)
    group: list[tuple[int, int]] = []
    lanes: list[int] = []
    for number in sorted(range(len(spans)), key=lambda at: (spans[at][0], -spans[at][1])):
        begins, ends = spans[number]
        if lanes and begins >= max(lanes):
            _close(found, spans, group, len(lanes))
            group, lanes = [], []
        lane = next((place for place, free in enumerate(lanes) if free <= begins), len(lanes))
        if lane == LANES[-1]:
            continue
        lanes[lane : lane + 1] = [ends]
        group.append((number, lane))
    _close(found, spans, group, len(lanes))
    return found


def _close(found: list[Slot | None], spans: Sequence[Span], group: list[tuple[int, int]], used: int) -> None:
    wide = next((lanes for lanes in LANES if lanes >= used), LANES[-1])
    for number, lane in group:
        begins, ends = spans[number]
        found[number] = Slot(begins, ends - begins, lane, wide)
