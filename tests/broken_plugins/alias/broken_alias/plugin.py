"""Has another name in its manifest than at its entry point."""

from core.api import Plugin

plugin = Plugin(name="somebody_else", version="1.0", title="Broken: somebody_else")
