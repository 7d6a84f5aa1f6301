"""Administration: organisations, members, modules and data, looked after by people and by the command line."""
