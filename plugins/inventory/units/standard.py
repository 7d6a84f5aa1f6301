"""The units that every organisation starts with."""

from __future__ import annotations

from typing import NamedTuple


class StandardUnit(NamedTuple):
    """One row of the standard set; `numerator / denominator` base units, both empty where the item decides."""

    code: str
    name: str
    unit_class: str
    numerator: int | None = 1
    denominator: int | None = 1


BASE_UNITS = {"mass": "g", "volume": "ml", "count": "each", "length": "cm", "area": "cm2", "time": "s"}

# Definitions: the international yard and pound (1959), the US liquid gallon of 231 cubic inches, the imperial gallon
# of 4.54609 litres. The numbers are exact; nothing here is rounded.
STANDARD_UNITS = (
    StandardUnit("mg", "milligram", "mass", 1, 1000),
    StandardUnit("g", "gram", "mass"),
    StandardUnit("kg", "kilogram", "mass", 1000),
    StandardUnit("t", "tonne", "mass", 1_000_000),
    StandardUnit("oz", "ounce", "mass", 45_359_237, 1_600_000),
    StandardUnit("lb", "pound", "mass", 45_359_237, 100_000),
    StandardUnit("ml", "millilitre", "volume"),
    StandardUnit("cl", "centilitre", "volume", 10),
    StandardUnit("dl", "decilitre", "volume", 100),
    StandardUnit("l", "litre", "volume", 1000),
    StandardUnit("hl", "hectolitre", "volume", 100_000),
    StandardUnit("drop", "drop", "volume", 1, 20),
    StandardUnit("tsp", "teaspoon (US)", "volume", 473_176_473, 96_000_000),
    StandardUnit("tbsp", "tablespoon (US)", "volume", 473_176_473, 32_000_000),
    StandardUnit("fl oz", "fluid ounce (US)", "volume", 473_176_473, 16_000_000),
    StandardUnit("cup", "cup (US)", "volume", 473_176_473, 2_000_000),
    StandardUnit("pt", "pint (US)", "volume", 473_176_473, 1_000_000),
    StandardUnit("qt", "quart (US)", "volume", 473_176_473, 500_000),
    StandardUnit("gal", "gallon (US)", "volume", 473_176_473, 125_000),
    StandardUnit("imp pt", "pint (imperial)", "volume", 454_609, 800),
    StandardUnit("imp gal", "gallon (imperial)", "volume", 454_609, 100),
    StandardUnit("bbl", "beer barrel (US)", "volume", 14_668_470_663, 125_000),
    StandardUnit("each", "piece", "count"),
    StandardUnit("pair", "pair", "count", 2),
    StandardUnit("dozen", "dozen", "count", 12),
    StandardUnit("gross", "gross", "count", 144),
    StandardUnit("pack", "pack", "count", None, None),
    StandardUnit("box", "box", "count", None, None),
    StandardUnit("case", "case", "count", None, None),
    StandardUnit("roll", "roll", "count", None, None),
    StandardUnit("drum", "drum", "count", None, None),
    StandardUnit("bag", "bag", "count", None, None),
    StandardUnit("mm", "millimetre", "length", 1, 10),
    StandardUnit("cm", "centimetre", "length"),
    StandardUnit("m", "metre", "length", 100),
    StandardUnit("km", "kilometre", "length", 100_000),
    StandardUnit("in", "inch", "length", 254, 100),
    StandardUnit("ft", "foot", "length", 3048, 100),
    StandardUnit("yd", "yard", "length", 9144, 100),
    StandardUnit("cm2", "square centimetre", "area"),
    StandardUnit("m2", "square metre", "area", 10_000),
    StandardUnit("in2", "square inch", "area", 64_516, 10_000),
    StandardUnit("ft2", "square foot", "area", 9_290_304, 10_000),
    StandardUnit("yd2", "square yard", "area", 83_612_736, 10_000),
    StandardUnit("s", "second", "time"),
    StandardUnit("min", "minute", "time", 60),
    StandardUnit("h", "hour", "time", 3600),
    StandardUnit("day", "day", "time", 86_400),
)
