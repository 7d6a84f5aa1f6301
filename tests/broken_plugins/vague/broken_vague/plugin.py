"""Says the kernel's version in words."""

from core.api import Plugin

plugin = Plugin(name="vague", version="1.0", title="Broken: vague", kernel='any recent one')
