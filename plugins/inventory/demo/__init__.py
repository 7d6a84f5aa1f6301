"""Believable data: a soap maker and a paint shop."""
