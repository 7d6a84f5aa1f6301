"""Requires a list of names, without versions."""

from core.api import Plugin

plugin = Plugin(name="listing", version="1.0", title="Broken: listing", requires=["inventory"])
