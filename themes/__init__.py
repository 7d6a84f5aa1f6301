"""The look: templates and static files, no behaviour."""
