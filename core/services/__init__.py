"""Services behind every module: numbers, settings, the outbox, files, money."""
