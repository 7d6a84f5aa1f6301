"""Business modules, each an installable plugin."""
