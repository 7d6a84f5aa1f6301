"""How many of one unit make another: exact ratios, found by custom rules, by class or by density.

Nothing here touches the database or rounds. A ratio is a Fraction, so there and back is always the same amount.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Missing = Literal["density", "conversion"]
# A place in the graph of rules: a unit by its id, or a class of units by its name.
Node = int | str


@dataclass(frozen=True, slots=True)
class UnitSize:
    """A unit and its size in base units of its class; no size where the item decides."""

    id: int
    code: str
    unit_class: str
    size: Fraction | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A custom rule: one `unit_id` is worth `ratio` of `equal_unit_id`."""

    unit_id: int
    equal_unit_id: int
    ratio: Fraction


@dataclass(frozen=True, slots=True)
class ItemMeasures:
    """What is known of one item: its own rules and its density in grams per millilitre."""

    rules: tuple[Rule, ...] = ()
    density: Decimal | None = None


NOTHING_KNOWN = ItemMeasures()


class NoRatio(Exception):
    """There is no way between two units; `missing` says what would open one."""

    def __init__(self, source: UnitSize, target: UnitSize, missing: Missing) -> None:
        super().__init__(f"{source.code} to {target.code}: missing {missing}")
        self.source, self.target, self.missing = source, target, missing


@dataclass(frozen=True)
class UnitTable:
    """The units of an organisation and the rules that hold for all of its items."""

    units: Mapping[int, UnitSize]
    rules: tuple[Rule, ...] = ()

    def ratio(self, source_id: int, target_id: int, item: ItemMeasures = NOTHING_KNOWN) -> Fraction:
        """Return how many target units one source unit is worth; NoRatio where nothing says so.

        The item's rules win over the house's rules, those over the class, the class over the density, and only then
        are they combined (1 drum = 200 l by a rule, litres to kilograms by density).
        """
        if source_id == target_id:
            return Fraction(1)
        # Searched in one direction only: contradicting rules could otherwise lead back by another way.
        if source_id > target_id:
            try:
                return 1 / self.ratio(target_id, source_id, item)
            except NoRatio as none:
                raise NoRatio(none.target, none.source, none.missing) from None
        source, target = self.units[source_id], self.units[target_id]
        for ratio in self._ways(source, target, item):
            if ratio is not None:
                return ratio
        any_density = replace(item, density=Decimal(1))
        density_would_do = item.density is None and self._combined(source, target, any_density) is not None
        raise NoRatio(source, target, "density" if density_would_do else "conversion")

    def _ways(self, source: UnitSize, target: UnitSize, item: ItemMeasures) -> Iterator[Fraction | None]:
        yield follow(item.rules, source.id, target.id)
        yield follow((*item.rules, *self.rules), source.id, target.id)
        if source.size is not None and target.size is not None:
            if source.unit_class == target.unit_class:
                yield source.size / target.size
            yield _by_density(source, target, item.density)
        yield self._combined(source, target, item)

    def _combined(self, source: UnitSize, target: UnitSize, item: ItemMeasures) -> Fraction | None:
        """Follow rules between classes: every sized unit stands for its class's base unit."""
        edges = [_between_bases(rule, self.units) for rule in (*item.rules, *self.rules)]
        if item.density is not None:
            edges.append(("volume", "mass", Fraction(item.density)))
        found = _shortest(edges, _node(source), _node(target))
        return None if found is None else found * (source.size or 1) / (target.size or 1)


def follow(rules: Iterable[Rule], source_id: int, target_id: int) -> Fraction | None:
    """Return the ratio along the shortest chain of rules, read in either direction; None where there is none."""
    return _shortest([(rule.unit_id, rule.equal_unit_id, rule.ratio) for rule in rules], source_id, target_id)


def _by_density(source: UnitSize, target: UnitSize, density: Decimal | None) -> Fraction | None:
    if density is None or source.size is None or target.size is None:
        return None
    if (source.unit_class, target.unit_class) == ("volume", "mass"):
        return source.size * Fraction(density) / target.size
    if (source.unit_class, target.unit_class) == ("mass", "volume"):
        return source.size / Fraction(density) / target.size
    return None


def _node(unit: UnitSize) -> Node:
    return unit.id if unit.size is None else unit.unit_class


def _between_bases(rule: Rule, units: Mapping[int, UnitSize]) -> tuple[Node, Node, Fraction]:
    unit, equal = units[rule.unit_id], units[rule.equal_unit_id]
    return _node(unit), _node(equal), rule.ratio * (equal.size or 1) / (unit.size or 1)


def _shortest(edges: Iterable[tuple[Node, Node, Fraction]], source: Node, target: Node) -> Fraction | None:
    neighbours: dict[Node, list[tuple[Node, Fraction]]] = {}
    for near, far, ratio in edges:
        neighbours.setdefault(near, []).append((far, ratio))
        neighbours.setdefault(far, []).append((near, 1 / ratio))
    reached: dict[Node, Fraction] = {source: Fraction(1)}
    waiting = deque([source])
    while waiting and target not in reached:
        here = waiting.popleft()
        for there, ratio in neighbours.get(here, ()):
            if there not in reached:
                reached[there] = reached[here] * ratio
                waiting.append(there)
    return reached.get(target)
