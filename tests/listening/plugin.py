"""The manifest."""

from core.api import Plugin

plugin = Plugin(name="listening", version="1.0", title="Listening", optional={"inventory": ">=1"})
