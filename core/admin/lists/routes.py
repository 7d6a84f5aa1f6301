"""Addresses below a list: the rows of a group, what is filtered, what is shown, saved views."""

from __future__ import annotations

from core.admin.lists import pages, panels

ROUTES = (
    ("/<path:path>/group", "GET", pages.show_group),
    ("/<path:path>/filters", "GET", panels.show_filters),
    ("/<path:path>/display", "GET", panels.show_display),
    ("/<path:path>/display", "POST", panels.change_display),
    ("/<path:path>/saved", "GET", panels.show_saved),
    ("/<path:path>/saved", "POST", panels.keep_view),
    ("/<path:path>/saved/<int:view_id>", "POST", panels.change_view),
)
