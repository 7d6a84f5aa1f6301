"""Other ways to look at a resource: boards, calendars, charts, trees, graphs, reports."""
