"""What a recipe will probably become: original gravity, bitterness and colour, by the formulas brewers quote."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

LITRES_PER_GALLON = Decimal("3.785411784")
POUNDS_PER_KILOGRAM = Decimal("2.20462262185")
SUGAR_POINTS = Decimal("46.214")  # points of a pound of pure sucrose in a gallon
EBC_PER_SRM = Decimal("1.97")


@dataclass(frozen=True, kw_only=True)
class Grist:
    """A fermentable: kilograms, extract yield in percent, colour in degrees Lovibond, and whether it is mashed."""

    kilograms: Decimal
    extract_yield: Decimal
    colour: Decimal
    mashed: bool


@dataclass(frozen=True, kw_only=True)
class HopAddition:
    """A hop in the kettle: kilograms, alpha acid in percent, minutes in boiling wort."""

    kilograms: Decimal
    alpha_acid: Decimal
    minutes: Decimal


def original_gravity(grist: Iterable[Grist], litres: Decimal, efficiency: Decimal) -> Decimal:
    """Estimate the gravity before fermentation from extract yields; mash efficiency touches what is mashed only.

    The arithmetic is that of the BeerXML 1.0 standard's POTENTIAL and YIELD: yield percent of 46.214 points per
    pound and gallon.
    """
    points = sum(
        (part.kilograms * part.extract_yield / 100 * (efficiency / 100 if part.mashed else 1) for part in grist),
        Decimal(0),
    )
    gallons = litres / LITRES_PER_GALLON
    gravity = 1 + points * POUNDS_PER_KILOGRAM * SUGAR_POINTS / gallons / 1000
    return gravity.quantize(Decimal("0.001"))


def bitterness(hops: Iterable[HopAddition], litres: Decimal, gravity: Decimal) -> Decimal:
    """Estimate IBU by Glenn Tinseth's formula ("Glenn's Hop Utilization Numbers", 1997).

    IBU = milligrams of alpha acid per litre x 1.65 x 0.000125^(gravity - 1) x (1 - e^(-0.04 minutes)) / 4.15
    """
    bigness = Decimal("1.65") * Decimal("0.000125") ** (gravity - 1)
    milligrams = sum(
        (hop.kilograms * 1_000_000 * hop.alpha_acid / 100 * (1 - (-hop.minutes / 25).exp()) for hop in hops),
        Decimal(0),
    )
    return (bigness * milligrams / Decimal("4.15") / litres).quantize(Decimal("0.1"))


def colour(grist: Iterable[Grist], litres: Decimal) -> Decimal:
    """Estimate the colour in SRM by Dan Morey's formula ("Approximating SRM Beer Color in Homebrew", 1995).

    SRM = 1.4922 x MCU^0.6859, with malt colour units MCU = sum of pounds x degrees Lovibond / gallons
    """
    units = sum((part.kilograms * part.colour for part in grist), Decimal(0))
    units *= POUNDS_PER_KILOGRAM * LITRES_PER_GALLON / litres
    return (Decimal("1.4922") * units ** Decimal("0.6859")).quantize(Decimal("0.1")) if units else Decimal("0.0")


def ebc(srm: Decimal) -> Decimal:
    """Convert a colour to the scale of the European Brewery Convention."""
    return (srm * EBC_PER_SRM).quantize(Decimal("0.1"))
