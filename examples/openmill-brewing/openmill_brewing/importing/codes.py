"""Codes made of what identifies a record, so that the same file finds the same item and recipe again."""

from __future__ import annotations

from hashlib import sha256

from ..beerxml import Brew, Ingredient, Kind

LENGTH = 40
PREFIXES = {Kind.FERMENTABLE: "FERM", Kind.HOP: "HOP", Kind.MISC: "MISC", Kind.YEAST: "YEAST"}


def item_code(ingredient: Ingredient) -> str:
    """Return the code of an ingredient's item: HOP FUGGLES, YEAST WHITE LABS WLP002."""
    _, *words = ingredient.identity
    return _fitted([PREFIXES[ingredient.kind], *words])


def beer_code(brew: Brew, number: int = 1) -> str:
    """Return the code of a recipe and of the beer it makes: BEER PORTER, and BEER PORTER (2) for a second one."""
    return _fitted(["beer", brew.name, *([f"({number})"] if number > 1 else [])])


def _fitted(words: list[str]) -> str:
    code = " ".join(word for word in words if word).upper()
    if len(code) <= LENGTH:
        return code
    # Cut alone, two long names could become the same code.
    return f"{code[: LENGTH - 9]} {sha256(code.encode()).hexdigest()[:8].upper()}"
