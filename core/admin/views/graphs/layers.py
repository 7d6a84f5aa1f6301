"""Which layer a node of a graph stands in, and in which order: arrows lead from left to right and cross little."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SWEEPS = 6
Pair = tuple[str, str]


@dataclass
class Layers:
    """Nodes in layers; an edge over several layers has a stop in each layer between."""

    rows: list[list[str]]
    stops: dict[Pair, list[str]] = field(default_factory=dict)
    turned: set[Pair] = field(default_factory=set)


def layered(keys: Sequence[str], pairs: Iterable[Pair]) -> Layers:
    """Lay nodes out in layers; edges that lead back are turned round for it."""
    wanted = [pair for pair in dict.fromkeys(pairs) if pair[0] != pair[1]]
    turned = _leading_back(keys, wanted)
    onward = list(dict.fromkeys((b, a) if (a, b) in turned else (a, b) for a, b in wanted))
    level = _levels(keys, onward)
    rows: list[list[str]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for key in keys:
        rows[level[key]].append(key)
    found = Layers(rows, turned=turned)
    steps: list[Pair] = []
    for pair in onward:
        stops = [f"{pair[0]}\0{pair[1]}\0{n}" for n in range(level[pair[0]] + 1, level[pair[1]])]
        for place, stop in enumerate(stops, level[pair[0]] + 1):
            rows[place].append(stop)
        found.stops[pair] = stops
        path = [pair[0], *stops, pair[1]]
        steps += itertools.pairwise(path)
    _order(rows, steps)
    return found


def _leading_back(keys: Sequence[str], pairs: Sequence[Pair]) -> set[Pair]:
    """Return the edges that close a circle, found by walking from every node in its order."""
    onward: dict[str, list[str]] = {key: [] for key in keys}
    for source, target in pairs:
        onward[source].append(target)
    done: set[str] = set()
    found: set[Pair] = set()
    for start in keys:
        path: list[tuple[str, int]] = [(start, 0)] if start not in done else []
        open_ = {start}
        while path:
            key, at = path.pop()
            if at == len(onward[key]):
                done.add(key)
                open_.discard(key)
                continue
            path.append((key, at + 1))
            target = onward[key][at]
            if target in open_:
                found.add((key, target))
            elif target not in done:
                open_.add(target)
                path.append((target, 0))
    return found


def _levels(keys: Sequence[str], pairs: Sequence[Pair]) -> dict[str, int]:
    """Return how many steps at most lead to each node."""
    level = dict.fromkeys(keys, 0)
    waiting = dict.fromkeys(keys, 0)
    onward: dict[str, list[str]] = {key: [] for key in keys}
    for source, target in pairs:
        waiting[target] += 1
        onward[source].append(target)
    ready = [key for key in keys if not waiting[key]]
    for key in ready:
        for target in onward[key]:
            level[target] = max(level[target], level[key] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return level


def _order(rows: list[list[str]], steps: Sequence[Pair]) -> None:
    """Put nodes near the middle of what they are joined to, from left to right and back, several times."""
    before: dict[str, list[str]] = {}
    behind: dict[str, list[str]] = {}
    for source, target in steps:
        before.setdefault(target, []).append(source)
        behind.setdefault(source, []).append(target)
    for sweep in range(SWEEPS):
        joined, parts = (before, rows) if sweep % 2 == 0 else (behind, rows[::-1])
        for fixed, row in itertools.pairwise(parts):
            place = {key: index for index, key in enumerate(fixed)}
            own = {key: index for index, key in enumerate(row)}
            row.sort(key=lambda key: (_middle(joined.get(key, ()), place, own[key]), own[key]))


def _middle(keys: Iterable[str], place: dict[str, int], own: int) -> float:
    found = [place[key] for key in keys if key in place]
    return sum(found) / len(found) if found else own
