"""A chart as plain data: labels and series of exact numbers, drawn in the browser by `js/chart.js`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

KINDS = {"bar": "chart-column", "line": "chart-line", "pie": "chart-pie"}
MOST_BARS, MOST_SLICES = 30, 9
OTHERS = "Others"


@dataclass(frozen=True)
class Series:
    """One row of numbers; texts say them as people read them, urls lead to what they count."""

    name: str
    values: list[str | None]
    texts: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Figure:
    """A bar, line or pie chart."""

    type: str
    labels: list[str]
    series: list[Series]
    tones: list[str] = field(default_factory=list)

    @property
    def json(self) -> str:
        """The figure as the script reads it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @property
    def summary(self) -> str:
        """What a screen reader says of the picture; the table below has the numbers."""
        names = ", ".join(series.name for series in self.series[:4])
        return f"{self.type.capitalize()} chart of {names} by {len(self.labels)} groups"


@dataclass(frozen=True)
class Point:
    """A group with its number, before it is drawn."""

    label: str
    value: Decimal
    text: str
    url: str = ""
    tone: str = ""


def figure_of(kind: str, name: str, points: Sequence[Point], say: Any, *, ordered: bool = False) -> Figure:
    """Return a chart of one series; the smallest of too many groups are one, and a pie shows what is above zero."""
    shown = list(points) if ordered and kind != "pie" else sorted(points, key=lambda point: -point.value)
    shown = [point for point in shown if point.value > 0] if kind == "pie" else shown
    most = MOST_SLICES if kind == "pie" else MOST_BARS
    if len(shown) > most and not (ordered and kind != "pie"):
        rest = sum((point.value for point in shown[most - 1 :]), Decimal(0))
        shown = [*shown[: most - 1], Point(OTHERS, rest, say(rest))]
    series = Series(name, [f"{point.value:f}" for point in shown], [point.text for point in shown],
                    [point.url for point in shown])  # fmt: skip
    return Figure(kind, [point.label for point in shown], [series], [point.tone for point in shown])
