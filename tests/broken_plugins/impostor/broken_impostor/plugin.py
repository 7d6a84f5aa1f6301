"""Is no manifest at all."""

plugin = {"name": "impostor", "version": "1.0"}
