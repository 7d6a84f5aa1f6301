"""Inventory: what things are, where they are, what they cost."""
