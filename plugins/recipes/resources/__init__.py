"""Recipes and batches as people reach them."""
