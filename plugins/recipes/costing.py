"""What a finished batch costs: the formulas, free of database and documents.

Shares are worked out as exact fractions and rounded once, where a lot gets its value. What rounding leaves over is
kept under a name of its own, so the cost that went in always equals the cost that came out, to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

PLACES = 6
_ONE_HUNDRED = 100
# The default context keeps 28 digits: a large quantity times a large unit cost has more.
_WIDE = Context(prec=100)


@dataclass(frozen=True)
class Filled:
    """The containers of one kind when the batch is finished; `cost` is what all of them cost, broken ones too."""

    capacity: Decimal
    passed: int
    broken: int
    cost: Decimal

    @property
    def volume(self) -> Decimal:
        """The room of the containers that passed."""
        return self.capacity * self.passed


@dataclass(frozen=True)
class Priced:
    """A quantity that goes into stock at a unit cost; `cost` is what the lot is worth."""

    quantity: Decimal
    unit_cost: Decimal
    cost: Decimal


@dataclass(frozen=True)
class Shares:
    """How the materials of a batch are shared by what came out of it, as exact fractions."""

    containers: tuple[Fraction, ...]
    bulk: Fraction
    bulk_quantity: Decimal
    lost: Fraction


def rounded(value: Fraction | Decimal, places: int = PLACES) -> Decimal:
    """Return a value rounded half up to the digits a cost is kept in."""
    exact = Fraction(value)
    scaled = exact * 10**places
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    if rest * 2 >= scaled.denominator:
        whole += 1
    return Decimal(whole if exact >= 0 else -whole).scaleb(-places, _WIDE)


def priced(quantity: Decimal, cost: Fraction | Decimal) -> Priced:
    """Return what a lot is worth, rounded once, and the unit cost that follows."""
    worth = rounded(cost)
    return Priced(quantity, rounded(Fraction(worth) / Fraction(quantity)), worth)


def share(materials: Decimal, final: Decimal, filled: Sequence[Filled]) -> Shares:
    """Share the cost of the materials by what was filled and what stayed in bulk.

    One unit of the yield costs `materials / final`. A filled container costs that times its capacity, plus what the
    containers of its kind cost, shared by those that passed: broken ones load the good ones. Where less came out than
    the containers would hold, each holds its part of what there is. Containers of a kind of which none passed are lost.
    """
    unit = Fraction(materials) / Fraction(final)
    volume = sum((Fraction(kind.volume) for kind in filled), Fraction(0))
    fullness = min(Fraction(1), Fraction(final) / volume) if volume else Fraction(1)
    bulk = max(Fraction(0), Fraction(final) - volume)
    return Shares(
        containers=tuple(
            unit * Fraction(kind.volume) * fullness + Fraction(kind.cost) if kind.passed else Fraction(0)
            for kind in filled
        ),
        bulk=unit * bulk,
        bulk_quantity=rounded(bulk),
        lost=sum((Fraction(kind.cost) for kind in filled if not kind.passed), Fraction(0)),
    )


def yield_accuracy(final: Decimal, projected: Decimal) -> Decimal:
    """Return by how many per cent the yield missed (below zero) or beat what was projected."""
    return rounded(Fraction(final - projected) / Fraction(projected) * _ONE_HUNDRED, places=4)


def fill_efficiency(final: Decimal, volume: Decimal) -> Decimal | None:
    """Return how many per cent of the containers' room are filled; None without containers."""
    if volume <= 0:
        return None
    return rounded(Fraction(min(final, volume)) / Fraction(volume) * _ONE_HUNDRED, places=4)
