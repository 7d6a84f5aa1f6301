"""Clay: a warm theme for OpenMill. Its folder is the theme; there is no code in it."""
