"""Brewing: what a brewery's items and recipes say beyond the usual, and the files its programs exchange."""

from core.api import Plugin

plugin = Plugin(
    name="brewing",
    version="1.0.0",
    title="Brewing",
    summary="Import BeerXML, keep alpha acids and colours, print the bill of a brew day, never start without yeast.",
    kernel=">=1,<2",
    requires={"inventory": ">=1,<2", "recipes": ">=1,<2"},
    category="Manufacturing",
    icon="beer",
)
