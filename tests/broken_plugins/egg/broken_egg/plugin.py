"""Requires the chicken, which requires the egg."""

from core.api import Plugin

plugin = Plugin(name="egg", version="1.0", title="Broken: egg", requires={'chicken': '>=1'})
