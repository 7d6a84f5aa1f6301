"""Requires nothing, and says so with None."""

from core.api import Plugin

plugin = Plugin(name="nothing", version="1.0", title="Broken: nothing", requires=None)
