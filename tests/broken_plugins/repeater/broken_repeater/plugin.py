"""Declares the same key twice."""

from core.api import Plugin

plugin = Plugin(name="repeater", version="1.0", title="Broken: repeater")
