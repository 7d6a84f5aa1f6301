"""Statements that are made once: what is asked and written again and again, and how values go along."""
