"""BeerXML 1.0, read safely and completely into plain values; knows nothing of OpenMill."""

from .document import MAX_BYTES, Unreadable, decode
from .facts import FACT_TAGS
from .reader import read
from .records import Brew, Collection, Fact, Form, Ingredient, Kind, Purpose, Remark, Stage

__all__ = [
    "FACT_TAGS",
    "MAX_BYTES",
    "Brew",
    "Collection",
    "Fact",
    "Form",
    "Ingredient",
    "Kind",
    "Purpose",
    "Remark",
    "Stage",
    "Unreadable",
    "decode",
    "read",
]
