"""What a BeerXML file says, in plain values: kilograms, litres, minutes, percent, degrees Celsius."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

Fact = Decimal | str


class Kind(StrEnum):
    """The four record types of the standard that are ingredients."""

    FERMENTABLE = "fermentable"
    HOP = "hop"
    MISC = "misc"
    YEAST = "yeast"


class Stage(StrEnum):
    """Where in a brew day an ingredient goes in, in the order of the day."""

    MASH = "mash"
    BOIL = "boil"
    WHIRLPOOL = "whirlpool"
    FERMENT = "ferment"
    PACKAGE = "package"


class Form(StrEnum):
    """How a hop or a yeast is sold."""

    PELLET = "pellet"
    PLUG = "plug"
    LEAF = "leaf"
    LIQUID = "liquid"
    DRY = "dry"
    SLANT = "slant"
    CULTURE = "culture"


class Purpose(StrEnum):
    """What a hop is bought for."""

    BITTERING = "bittering"
    AROMA = "aroma"
    BOTH = "both"


@dataclass(frozen=True)
class Remark:
    """A sentence about one tag of one record: a fault that stops the import, or a notice that does not."""

    record: str
    tag: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Ingredient:
    """A fermentable, hop, misc or yeast: what it is, and as a recipe's line how much of it, when and how long."""

    record: str
    kind: Kind
    name: str
    unit: str
    amount: Decimal
    stage: Stage
    minutes: Decimal | None
    notes: str
    facts: Mapping[str, Fact]

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes it the same thing in another file: its kind and name, and a yeast's laboratory and product code.

        Two laboratories sell an "Irish Ale"; two harvests of Fuggles with other alpha acids are still Fuggles.
        """
        laboratory, product_code = str(self.facts.get("laboratory", "")), str(self.facts.get("product_code", ""))
        names = (laboratory, product_code) if product_code else (laboratory, self.name)
        return (self.kind, *(name.casefold() for name in names if name))


@dataclass(frozen=True, kw_only=True)
class Brew:
    """A recipe: the litres it is written for, its lines in the order of the file, and what its brewer aimed at."""

    record: str
    name: str
    litres: Decimal
    lines: tuple[Ingredient, ...]
    notes: str
    style: str
    boil_minutes: Decimal | None
    efficiency: Decimal | None
    original_gravity: Decimal | None
    final_gravity: Decimal | None


@dataclass
class Collection:
    """The sound records of a file, with everything that is wrong or worth knowing."""

    records: int = 0
    ingredients: list[Ingredient] = field(default_factory=list)
    brews: list[Brew] = field(default_factory=list)
    faults: list[Remark] = field(default_factory=list)
    notices: list[Remark] = field(default_factory=list)
