"""Graphs drawn on the server: states of a document, genealogy of a record, modules and what they need."""
