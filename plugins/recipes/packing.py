"""Choosing containers: which of them, and how many, hold a yield with little room left over.

The choice is exact for the handful of container kinds a recipe allows. A limit on steps (not on time, which
would make the answer depend on the machine) keeps it quick when somebody allows dozens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

# From here on fewer containers are worth more than a fuller last one: nobody fills seventeen
# tiny jars to save a thumb of air in a big one.
GOOD_FILL = Decimal("0.95")
MOST_STEPS = 20_000
MOST_KINDS = 200


@dataclass(frozen=True)
class Container:
    """A kind of container: what one holds (in the unit of the yield) and how many may be taken."""

    item_id: int
    capacity: Decimal
    available: int


@dataclass(frozen=True)
class Packing:
    """How many of each container are filled, and how well they fit the amount."""

    counts: tuple[tuple[int, int], ...]
    amount: Decimal
    volume: Decimal

    @property
    def uncovered(self) -> Decimal:
        """What finds no room and stays in bulk."""
        return max(Decimal(0), self.amount - self.volume)

    @property
    def efficiency(self) -> Decimal | None:
        """The share of the chosen room that is filled; None when nothing is chosen."""
        return min(self.amount, self.volume) / self.volume if self.volume else None

    @property
    def rank(self) -> tuple[Decimal, Decimal, int, Decimal]:
        """Lower is better: cover all, fill well, few containers, little empty room."""
        efficiency = self.efficiency if self.efficiency is not None else Decimal(1)
        poor_fill = max(Decimal(0), GOOD_FILL - efficiency)
        return self.uncovered, poor_fill, sum(count for _, count in self.counts), self.volume


def measured(amount: Decimal, containers: Sequence[Container], counts: dict[int, int]) -> Packing:
    """Return the packing somebody chose by hand."""
    volume = sum((kind.capacity * counts.get(kind.item_id, 0) for kind in containers), Decimal(0))
    return Packing(tuple((item_id, count) for item_id, count in counts.items() if count), amount, volume)


def choose(amount: Decimal, containers: Sequence[Container]) -> Packing:
    """Return the best packing of an amount; the same question always gets the same answer."""
    kinds = sorted((kind for kind in containers if kind.capacity > 0), key=lambda kind: (-kind.capacity, kind.item_id))
    return _Search(amount, kinds).best()


class _Search:
    def __init__(self, amount: Decimal, kinds: Sequence[Container]) -> None:
        self.amount = amount
        self.kinds = kinds[:MOST_KINDS]
        self.steps = 0
        self.found = Packing((), amount, Decimal(0))

    def best(self) -> Packing:
        self._fill(0, self.amount, ())
        return self.found

    def _fill(self, index: int, remaining: Decimal, counts: tuple[int, ...]) -> None:
        self.steps += 1
        if remaining <= 0 or index == len(self.kinds):
            self._compare(counts)
            return
        kind = self.kinds[index]
        most = min(kind.available, ceil(remaining / kind.capacity))
        for number in range(most, -1, -1):
            if self.steps > MOST_STEPS and number < most:
                return
            self._fill(index + 1, remaining - number * kind.capacity, (*counts, number))

    def _compare(self, counts: tuple[int, ...]) -> None:
        numbers = {kind.item_id: number for kind, number in zip(self.kinds, counts, strict=False)}
        packing = measured(self.amount, self.kinds, numbers)
        if packing.rank < self.found.rank:
            self.found = packing
