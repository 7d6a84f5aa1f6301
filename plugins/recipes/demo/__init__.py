"""Believable data: a soap maker's recipes and batches, a paint shop's mixing sheet."""
