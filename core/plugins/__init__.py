"""Plugins: the manifest, what a plugin declares, how plugins are found and loaded, what a tenant sees of them."""
