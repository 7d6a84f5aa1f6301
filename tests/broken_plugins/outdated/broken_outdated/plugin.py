"""Requires a version of inventory that does not exist yet."""

from core.api import Plugin

plugin = Plugin(name="outdated", version="1.0", title="Broken: outdated", requires={'inventory': '>=99'})
