"""Has an action with a state that its document does not know."""

from core.api import Plugin

plugin = Plugin(name="wanderer", version="1.0", title="Broken: wanderer")
