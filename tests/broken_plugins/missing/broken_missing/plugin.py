"""Requires a plugin that is not installed."""

from core.api import Plugin

plugin = Plugin(name="missing", version="1.0", title="Broken: missing", requires={'nowhere': '>=1'})
