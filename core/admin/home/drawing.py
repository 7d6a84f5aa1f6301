"""Small pictures of numbers, drawn by the server: a sparkline, bars, lines, a ring. Geometry only; colours are CSS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from core.admin.display.words import words_label
from core.services.words import number_text

WIDTH, HEIGHT = 560, 190
SPARK_WIDTH, SPARK_HEIGHT = 240, 44
LEFT, RIGHT, TOP, BOTTOM = 46, 6, 8, 24
TONES = 6
RING = 100
MOST_POINTS = 60
MOST_LABELS = 12


@dataclass(frozen=True)
class Spark:
    """The course of one number: a line, and the area under it."""

    line: str
    area: str
    width: int = SPARK_WIDTH
    height: int = SPARK_HEIGHT


@dataclass(frozen=True)
class Bar:
    """A bar of a chart, with what it says."""

    x: str
    y: str
    width: str
    height: str
    tone: int
    text: str


@dataclass(frozen=True)
class Mark:
    """A word beside an axis, and where it stands."""

    x: str
    y: str
    text: str


@dataclass(frozen=True)
class Slice:
    """A part of a ring: how long it is and how far round it begins."""

    length: str
    start: str
    tone: int
    text: str
    share: str


@dataclass
class Chart:
    """A drawn chart and, for whoever does not see it, its numbers as a table."""

    kind: str
    bars: list[Bar] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)
    slices: list[Slice] = field(default_factory=list)
    across: list[Mark] = field(default_factory=list)
    up: list[Mark] = field(default_factory=list)
    names: list[tuple[int, str]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    rows: list[tuple[str, list[str]]] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT


def spark(points: Sequence[Any]) -> Spark | None:
    """Return the sparkline of numbers, None where there is no course to draw."""
    numbers = [_number(point) for point in points][-MOST_POINTS:]
    if len(numbers) < 2:
        return None
    low, high = min(numbers), max(numbers)
    span = high - low or Decimal(1)
    # A number that never changes runs through the middle.
    rise = [(number - low) / span if high != low else Decimal("0.5") for number in numbers]
    step = Decimal(SPARK_WIDTH) / (len(numbers) - 1)
    inner = SPARK_HEIGHT - 6
    places = [(step * index, 3 + inner - rise[index] * inner) for index in range(len(numbers))]
    line = "M" + " L".join(f"{_at(x)} {_at(y)}" for x, y in places)
    return Spark(line, f"{line} L{SPARK_WIDTH} {SPARK_HEIGHT} L0 {SPARK_HEIGHT} Z")


def chart(told: dict[str, Any]) -> Chart:
    """Return the drawing of a chart's answer: {"type", "labels", "series": [{"name", "values"}]}."""
    labels = [_named(str(label)) for label in told.get("labels") or []][:MOST_POINTS]
    series = [
        (str(item.get("name") or ""), [_number(value) for value in item.get("values") or []][: len(labels)])
        for item in (told.get("series") or [])[:TONES]
    ]
    kind = told.get("type") if told.get("type") in ("bar", "line", "pie") else "bar"
    made = Chart(str(kind), labels=labels)
    made.rows = [(name, _aligned(values)) for name, values in series]
    if kind == "pie":
        _draw_ring(made, labels, series[0][1] if series else [])
        return made
    made.names = [(tone, name) for tone, (name, _values) in enumerate(series) if name and len(series) > 1]
    _draw_axes(made, labels, [values for _name, values in series])
    return made


def _draw_ring(made: Chart, labels: Sequence[str], values: Sequence[Decimal]) -> None:
    total = sum((value for value in values if value > 0), Decimal(0))
    start = Decimal(0)
    for index, (label, value, text) in enumerate(zip(labels, values, _aligned(values), strict=False)):
        if value <= 0:
            continue
        length = value * RING / total
        made.slices.append(Slice(_at(length), _at(-start), index % TONES, label, text))
        start += length


def _draw_axes(made: Chart, labels: Sequence[str], series: Sequence[Sequence[Decimal]]) -> None:
    high = _round_up(max((value for values in series for value in values), default=Decimal(0)))
    floor = HEIGHT - BOTTOM
    inner_width, inner_height = WIDTH - LEFT - RIGHT, floor - TOP
    for quarter in range(0, 5, 2):
        level = high * quarter / 4
        made.up.append(Mark(str(LEFT - 8), _at(Decimal(floor) - inner_height * Decimal(quarter) / 4), _short(level)))
    slot = Decimal(inner_width) / max(1, len(labels))
    every = -(-len(labels) // MOST_LABELS) or 1
    for index, label in enumerate(labels):
        if index % every == 0:
            made.across.append(Mark(_at(LEFT + slot * index + slot / 2), str(HEIGHT - 7), label[:14]))

    def y(value: Decimal) -> Decimal:
        return floor - max(Decimal(0), value) * inner_height / high

    if made.kind == "line":
        for tone, values in enumerate(series):
            places = [f"{_at(LEFT + slot * i + slot / 2)} {_at(y(value))}" for i, value in enumerate(values)]
            made.lines.append((tone, "M" + " L".join(places) if places else ""))
        return
    made.bars = list(_bars(labels, series, slot, y, floor))


def _bars(
    labels: Sequence[str], series: Sequence[Sequence[Decimal]], slot: Decimal, y: Any, floor: int
) -> Iterator[Bar]:
    width = min(slot * Decimal("0.66") / max(1, len(series)), Decimal(38))
    for tone, values in enumerate(series):
        for index, value in enumerate(values):
            x = LEFT + slot * index + (slot - width * len(series)) / 2 + width * tone
            top = y(value)
            yield Bar(
                _at(x), _at(top), _at(width - 2), _at(floor - top), tone, f"{labels[index]}: {number_text(value)}"
            )


def _aligned(values: Sequence[Decimal]) -> list[str]:
    """Return numbers that stand under each other, all with the decimals of the one that has most."""
    texts = [number_text(value) for value in values]
    places = max((len(text.partition(".")[2]) for text in texts), default=0)
    return [f"{value:,.{places}f}" for value in values]


def _named(label: str) -> str:
    """Return a label; a declared word such as in_progress as people read it."""
    return words_label(label) if label.isidentifier() and label.islower() else label


def _number(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)


def _round_up(value: Decimal) -> Decimal:
    """Return a round number at or above a value, so that the axis ends on one."""
    if value <= 0:
        return Decimal(4)
    base = Decimal(1).scaleb(value.adjusted())
    return next(base * step for step in (1, 2, 4, 6, 8, 10) if base * step >= value)


def _short(value: Decimal) -> str:
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if value >= size:
            return f"{(value / size).quantize(Decimal('0.1')).normalize():f}{letter}"
    return number_text(value.quantize(Decimal("0.01")))


def _at(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1')):f}"
