"""From record sets to ingredients and brews: what each tag of the standard means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import TypeVar
from xml.etree.ElementTree import Element

from .document import Unreadable, record_sets
from .facts import read_facts
from .records import Brew, Collection, Ingredient, Kind, Remark, Stage
from .tags import Tags

Record = TypeVar("Record", Brew, Ingredient)
MAX_RECORDS = 10_000
INGREDIENT_SETS = {"FERMENTABLES": Kind.FERMENTABLE, "HOPS": Kind.HOP, "MISCS": Kind.MISC, "YEASTS": Kind.YEAST}
IGNORED_SETS = {"WATERS", "STYLES", "EQUIPMENTS", "MASHS"}
MASHED_TYPES = {"grain", "adjunct"}
USES = {
    "mash": Stage.MASH,
    "first wort": Stage.BOIL,
    "boil": Stage.BOIL,
    "aroma": Stage.WHIRLPOOL,
    "whirlpool": Stage.WHIRLPOOL,
    "dry hop": Stage.FERMENT,
    "primary": Stage.FERMENT,
    "secondary": Stage.FERMENT,
    "bottling": Stage.PACKAGE,
}


def read(text: str) -> Collection:
    """Read every record of the document; faults are collected, not raised.

    Raises Unreadable if the document as a whole is hostile, broken or no BeerXML.
    """
    collection = Collection()
    for record_set in record_sets(text):
        if record_set.tag == "RECIPES":
            collection.brews += _sound(_brew, _records(record_set, "recipe", collection))
        elif record_set.tag in INGREDIENT_SETS:
            kind = INGREDIENT_SETS[record_set.tag]
            collection.ingredients += _sound(partial(_ingredient, kind), _records(record_set, kind, collection))
        elif record_set.tag in IGNORED_SETS:
            collection.notices.append(Remark("file", record_set.tag, "is not imported: such records are not kept."))
        else:
            raise Unreadable("BEERXML_UNKNOWN_ROOT", f"<{record_set.tag[:40]}> is no record set of BeerXML.")
    return collection


def _sound(read_record: Callable[[Tags], Record], records: Iterable[Tags]) -> Iterator[Record]:
    """Read records and leave out those with a fault: nobody is to work with half of what was meant."""
    for tags in records:
        faults_so_far = len(tags.collection.faults)
        record = read_record(tags)
        if len(tags.collection.faults) == faults_so_far:
            yield record


def _records(record_set: Element, noun: str, collection: Collection, of: str = "") -> Iterator[Tags]:
    for number, element in enumerate(record_set.findall(noun.upper()), start=1):
        collection.records += 1
        if collection.records > MAX_RECORDS:
            raise Unreadable("BEERXML_TOO_LARGE", f"The file has more than {MAX_RECORDS:,} records. Split it.")
        yield Tags(element, f"{of}{noun} {number}", collection)


def _ingredient(kind: Kind, tags: Tags) -> Ingredient:
    return Ingredient(
        record=tags.record,
        kind=kind,
        name=tags.name(),
        unit=_unit(tags, kind),
        amount=tags.number("AMOUNT") or Decimal(0),
        stage=_stage(tags, kind),
        minutes=tags.number("TIME"),
        notes=tags.text("NOTES", 10_000),
        facts=read_facts(tags, kind),
    )


def _unit(tags: Tags, kind: Kind) -> str:
    weighed = kind in (Kind.FERMENTABLE, Kind.HOP) or tags.flag("AMOUNT_IS_WEIGHT")
    return "kg" if weighed else "l"


def _stage(tags: Tags, kind: Kind) -> Stage:
    if kind is Kind.YEAST:
        return Stage.FERMENT
    if kind is not Kind.FERMENTABLE:
        return tags.word("USE", USES, Stage.BOIL)
    if tags.flag("ADD_AFTER_BOIL"):
        return Stage.FERMENT
    return Stage.MASH if tags.text("TYPE", 40).casefold() in MASHED_TYPES else Stage.BOIL


def _brew(tags: Tags) -> Brew:
    litres = tags.number("BATCH_SIZE") or Decimal(0)
    if not litres and "BATCH_SIZE" not in tags.faulty:
        tags.fault("BATCH_SIZE", "is missing or 0; give the litres that the recipe makes.")
    faults_so_far = len(tags.collection.faults)
    lines = tuple(_used_lines(tags))
    if not lines and len(tags.collection.faults) == faults_so_far:
        tags.fault("FERMENTABLES", "and HOPS, MISCS and YEASTS hold nothing with an amount: there is nothing to brew.")
    return Brew(
        record=tags.record,
        name=tags.name(),
        litres=litres,
        lines=lines,
        notes=tags.text("NOTES", 10_000),
        style=_style(tags),
        boil_minutes=tags.number("BOIL_TIME"),
        efficiency=tags.percent("EFFICIENCY"),
        original_gravity=tags.number("OG", "0.9", "1.3"),
        final_gravity=tags.number("FG", "0.9", "1.3"),
    )


def _used_lines(tags: Tags) -> Iterator[Ingredient]:
    for record_set in tags.element:
        if (kind := INGREDIENT_SETS.get(record_set.tag)) is None:
            continue
        for line_tags in _records(record_set, kind, tags.collection, f"{tags.record}, "):
            line = _ingredient(kind, line_tags)
            if line.amount:
                yield line
            elif "AMOUNT" not in line_tags.faulty:
                line_tags.notice("AMOUNT", "is 0 or missing: the line is left out.")


def _style(tags: Tags) -> str:
    style = tags.element.find("STYLE")
    return "" if style is None else Tags(style, f"{tags.record}, style", tags.collection).text("NAME", 120)
