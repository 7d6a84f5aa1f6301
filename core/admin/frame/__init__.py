"""What stands around every page: who looks, the menu, the theme, its files, log-in and errors."""
