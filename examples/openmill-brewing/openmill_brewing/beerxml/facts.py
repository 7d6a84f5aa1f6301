"""What the tags of the four ingredient records say of the ingredient itself, by the names used here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .records import Fact, Form, Kind, Purpose
from .tags import Tags

FactReader = Callable[[Tags, str], Fact | None]


def _short_text(tags: Tags, tag: str) -> Fact | None:
    return tags.text(tag, 40)


def _colour(tags: Tags, tag: str) -> Fact | None:
    return tags.number(tag, high="2000")


def _temperature(tags: Tags, tag: str) -> Fact | None:
    return tags.number(tag, low="-10", high="100")


def _form(tags: Tags, tag: str) -> Fact | None:
    return tags.word(tag, {form.value: form.value for form in Form}, "")


def _purpose(tags: Tags, tag: str) -> Fact | None:
    return tags.word(tag, {purpose.value: purpose.value for purpose in Purpose}, "")


FACTS: Mapping[Kind, Mapping[str, tuple[str, FactReader]]] = {
    Kind.FERMENTABLE: {
        "colour": ("COLOR", _colour),
        "extract_yield": ("YIELD", Tags.percent),
        "origin": ("ORIGIN", _short_text),
    },
    Kind.HOP: {
        "alpha_acid": ("ALPHA", Tags.percent),
        "beta_acid": ("BETA", Tags.percent),
        "form": ("FORM", _form),
        "hop_use": ("TYPE", _purpose),
        "origin": ("ORIGIN", _short_text),
    },
    Kind.MISC: {},
    Kind.YEAST: {
        "attenuation": ("ATTENUATION", Tags.percent),
        "form": ("FORM", _form),
        "laboratory": ("LABORATORY", _short_text),
        "product_code": ("PRODUCT_ID", _short_text),
        "min_temperature": ("MIN_TEMPERATURE", _temperature),
        "max_temperature": ("MAX_TEMPERATURE", _temperature),
    },
}

FACT_TAGS = {name: tag for facts in FACTS.values() for name, (tag, _) in facts.items()}


def read_facts(tags: Tags, kind: Kind) -> dict[str, Fact]:
    """Return what the record says; a fact that it leaves open is left out."""
    said = {name: reader(tags, tag) for name, (tag, reader) in FACTS[kind].items()}
    return {name: fact for name, fact in said.items() if fact not in (None, "")}
