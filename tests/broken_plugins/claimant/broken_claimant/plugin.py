"""Declares a setting under another plugin's key."""

from core.api import Plugin

plugin = Plugin(name="claimant", version="1.0", title="Broken: claimant")
