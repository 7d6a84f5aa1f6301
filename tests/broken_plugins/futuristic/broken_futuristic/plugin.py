"""Was written for a kernel of the far future."""

from core.api import Plugin

plugin = Plugin(name="futuristic", version="1.0", title="Broken: futuristic", kernel='>=99')
