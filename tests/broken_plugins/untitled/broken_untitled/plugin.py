"""Has a title of blanks."""

from core.api import Plugin

plugin = Plugin(name="untitled", version="1.0", title=" ")
