"""Has a model that SQLAlchemy cannot map."""

from core.api import Plugin

plugin = Plugin(name="unmappable", version="1.0", title="Broken: unmappable")
