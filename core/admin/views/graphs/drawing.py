"""From nodes and edges to the boxes and lines of an SVG: measured here, drawn by `views/graph_svg.html`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.admin.views.graphs.layers import Layers, Pair, layered

MOST_NODES = 200
LONGEST_LABEL, LONGEST_EDGE_LABEL = 30, 26
LETTER, SMALL_LETTER = 8.3, 6.9
LINE, NOTED, PORT, GAP, SPACE, EDGE = 34, 48, 16, 18, 56, 14


@dataclass(frozen=True)
class Node:
    """A box: its words, a second line, a colour, and where it leads."""

    key: str
    label: str
    note: str = ""
    tone: str = ""
    url: str = ""
    current: bool = False


@dataclass(frozen=True)
class Edge:
    """An arrow between two boxes."""

    source: str
    target: str
    label: str = ""


@dataclass
class Box:
    """A node with its place; x and y are the upper left corner."""

    node: Node | None
    width: int
    height: int
    x: int = 0
    y: float = 0.0

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.y + self.height / 2

    @property
    def text(self) -> str:
        """The words that fit into it."""
        return shortened(self.node.label, LONGEST_LABEL) if self.node else ""

    @property
    def note(self) -> str:
        """The second line, as far as it fits."""
        return shortened(self.node.note, LONGEST_LABEL) if self.node else ""


@dataclass(frozen=True)
class Line:
    """An arrow as an SVG path, with its words in the middle."""

    path: str
    label: str
    x: int
    y: int
    width: int


@dataclass
class Drawing:
    """What the template draws, and says in words below it."""

    width: int = 0
    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    sentences: list[tuple[Node, str, Node]] = field(default_factory=list)
    alone: list[Node] = field(default_factory=list)
    cut: bool = False


def shortened(text: str, most: int) -> str:
    """Return a text that is no longer than allowed."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def draw(nodes: Sequence[Node], edges: Iterable[Edge]) -> Drawing:
    """Lay a graph out from left to right; of more than 200 nodes the first ones are drawn."""
    shown = list({node.key: node for node in nodes}.values())[:MOST_NODES]
    known = {node.key: node for node in shown}
    said = _joined(edge for edge in edges if {edge.source, edge.target} <= known.keys() and edge.source != edge.target)
    layers = layered(list(known), said)
    boxes = _boxes(known, layers, said)
    _place_columns(layers, boxes, said)
    _place_rows(layers, boxes)
    real = [box for box in boxes.values() if box.node is not None]
    touched = {key for pair in said for key in pair}
    return Drawing(
        width=max((box.x + box.width for box in real), default=0) + EDGE,
        height=int(max((box.y + box.height for box in boxes.values()), default=0)) + EDGE,
        boxes=real, lines=_lines(layers, boxes, said),
        sentences=[(known[source], label, known[target]) for (source, target), label in said.items()],
        alone=[node for node in shown if node.key not in touched], cut=len(shown) < len({node.key for node in nodes}),
    )  # fmt: skip


def _joined(edges: Iterable[Edge]) -> dict[Pair, str]:
    """Several arrows between the same boxes are one, with all their words."""
    found: dict[Pair, list[str]] = {}
    for edge in edges:
        labels = found.setdefault((edge.source, edge.target), [])
        if edge.label and edge.label not in labels:
            labels.append(edge.label)
    return {pair: ", ".join(labels) for pair, labels in found.items()}


def _boxes(known: dict[str, Node], layers: Layers, said: dict[Pair, str]) -> dict[str, Box]:
    found: dict[str, Box] = {}
    for key in (key for row in layers.rows for key in row):
        node = known.get(key)
        if node is None:
            found[key] = Box(None, 0, PORT)
            continue
        ports = max(sum(source == key for source, _ in said), sum(target == key for _, target in said))
        letters = max(len(shortened(node.label, LONGEST_LABEL)) * LETTER,
                      len(shortened(node.note, LONGEST_LABEL)) * SMALL_LETTER)  # fmt: skip
        found[key] = Box(
            node, int(letters) + (40 if node.tone else 28), max(NOTED if node.note else LINE, ports * PORT)
        )
    return found


def _place_columns(layers: Layers, boxes: dict[str, Box], said: dict[Pair, str]) -> None:
    """Give every layer the width of its widest box, and room for the words of the arrows behind it."""
    x = EDGE
    for row in layers.rows:
        width = max((boxes[key].width for key in row), default=0)
        for key in row:
            boxes[key].x = x + (width - boxes[key].width) // 2
        words = [label for pair, label in said.items() if _first(layers, pair) in row]
        letters = max((len(shortened(word, LONGEST_EDGE_LABEL)) for word in words), default=0)
        x += width + SPACE + int(letters * SMALL_LETTER)


def _first(layers: Layers, pair: Pair) -> str:
    return pair[1] if pair in layers.turned else pair[0]


def _place_rows(layers: Layers, boxes: dict[str, Box]) -> None:
    """Stack every layer, then let each box move towards the middle of its neighbours as far as there is room."""
    joined: dict[str, list[str]] = {}
    for (source, target), stops in layers.stops.items():
        path = [source, *stops, target]
        for one, other in itertools.pairwise(path):
            joined.setdefault(one, []).append(other)
            joined.setdefault(other, []).append(one)
    tall = max((_height(row, boxes) for row in layers.rows), default=0)
    for row in layers.rows:
        y = EDGE + (tall - _height(row, boxes)) / 2
        for key in row:
            boxes[key].y = y
            y += boxes[key].height + GAP
    for _ in range(4):
        for row in [*layers.rows, *layers.rows[::-1]]:
            _settle(row, boxes, joined)
    lowest = min((box.y for box in boxes.values()), default=0)
    for box in boxes.values():
        box.y = round(box.y - lowest + EDGE)


def _height(row: Sequence[str], boxes: dict[str, Box]) -> float:
    return sum(boxes[key].height for key in row) + GAP * max(len(row) - 1, 0)


def _settle(row: Sequence[str], boxes: dict[str, Box], joined: dict[str, list[str]]) -> None:
    wished = []
    for key in row:
        near = [boxes[other].middle for other in joined.get(key, ())]
        wished.append((sum(near) / len(near) if near else boxes[key].middle) - boxes[key].height / 2)
    edge = min(wished, default=0.0)
    for key, wish in zip(row, wished, strict=True):
        boxes[key].y = max(wish, edge)
        edge = boxes[key].y + boxes[key].height + GAP
    # What was pushed down by those above it is drawn up again together.
    pushed = [boxes[key].y - wish for key, wish in zip(row, wished, strict=True)]
    shift = sum(pushed) / len(pushed) if pushed else 0
    for key in row:
        boxes[key].y -= shift


def _lines(layers: Layers, boxes: dict[str, Box], said: dict[Pair, str]) -> list[Line]:
    paths = {pair: _stops(layers, pair) for pair in said}
    outward = _ports(paths, boxes, at=0)
    inward = _ports(paths, boxes, at=-1)
    found = []
    for pair, keys in paths.items():
        first, last = boxes[keys[0]], boxes[keys[-1]]
        points = [(first.x + first.width, outward[pair])]
        points += [(boxes[key].x, round(boxes[key].middle)) for key in keys[1:-1]]
        points += [(last.x, inward[pair])]
        label = shortened(said[pair], LONGEST_EDGE_LABEL)
        (x1, y1), (x2, y2) = points[0], points[1]
        path = _curve(points[::-1] if pair in layers.turned else points)
        found.append(Line(path, label, (x1 + x2) // 2, (y1 + y2) // 2, int(len(label) * SMALL_LETTER) + 10))
    return found


def _stops(layers: Layers, pair: Pair) -> list[str]:
    """Return what an arrow passes, from left to right."""
    first, last = (pair[1], pair[0]) if pair in layers.turned else pair
    return [first, *layers.stops[(first, last)], last]


def _ports(paths: dict[Pair, list[str]], boxes: dict[str, Box], *, at: int) -> dict[Pair, int]:
    """Spread the arrows of a box over its side, in the order of where they come from or go."""
    sides: dict[str, list[Pair]] = {}
    for pair, keys in paths.items():
        sides.setdefault(keys[at], []).append(pair)
    found = {}
    for key, pairs in sides.items():
        pairs.sort(key=lambda pair: boxes[paths[pair][1 if at == 0 else -2]].middle)
        step = boxes[key].height / (len(pairs) + 1)
        found.update({pair: round(boxes[key].y + step * (n + 1)) for n, pair in enumerate(pairs)})
    return found


def _curve(points: Sequence[tuple[int, int]]) -> str:
    """Return a path that leaves and arrives level."""
    parts = [f"M{points[0][0]} {points[0][1]}"]
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        bend = (x1 + x2) // 2
        parts.append(f"C{bend} {y1} {bend} {y2} {x2} {y2}")
    return "".join(parts)
