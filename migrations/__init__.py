"""Migrations of the kernel and the environment that all plugins share."""
