"""Names its table after another plugin."""

from core.api import Plugin

plugin = Plugin(name="squatter", version="1.0", title="Broken: squatter")
