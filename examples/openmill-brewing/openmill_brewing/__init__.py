"""Brewing for OpenMill, as a third party writes it."""
