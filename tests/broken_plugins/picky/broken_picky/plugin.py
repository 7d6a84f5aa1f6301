"""Joins in with an inventory that there is not yet."""

from core.api import Plugin

plugin = Plugin(name="picky", version="1.0", title="Broken: picky", optional={"inventory": ">=99"})
