"""Defines a table, and fails in the module after it."""

from core.api import Plugin

plugin = Plugin(name="halfway", version="1.0", title="Broken: halfway")
