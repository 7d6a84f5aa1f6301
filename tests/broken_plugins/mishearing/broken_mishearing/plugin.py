"""Listens to a hook with an argument that it does not have."""

from core.api import Plugin

plugin = Plugin(name="mishearing", version="1.0", title="Broken: mishearing")
