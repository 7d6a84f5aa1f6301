"""A small module that only the tests know: its jobs succeed, fail, hang and count."""

from core.api import Plugin

plugin = Plugin(name="bakery", version="1.0", title="Bakery")
