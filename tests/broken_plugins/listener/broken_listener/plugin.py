"""Listens to a hook that nobody calls."""

from core.api import Plugin

plugin = Plugin(name="listener", version="1.0", title="Broken: listener")
