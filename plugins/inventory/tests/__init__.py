"""Tests of inventory: short stories with numbers that can be checked by hand."""
