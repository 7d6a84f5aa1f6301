"""Requires the egg, which requires the chicken."""

from core.api import Plugin

plugin = Plugin(name="chicken", version="1.0", title="Broken: chicken", requires={'egg': '>=1'})
