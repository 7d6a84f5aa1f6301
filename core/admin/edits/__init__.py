"""Changing records from a list: one cell in its place, many records at once."""
