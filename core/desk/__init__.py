"""What people keep for themselves and for each other: views, preferences, dashboards, comments, imports under way."""
