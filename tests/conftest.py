"""Fixtures come from core.testing.plugin, which setup.cfg loads: the same door that third-party plugins use."""
