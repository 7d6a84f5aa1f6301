"""What needs attention, as a page and as the panel behind the bell."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core.actions.context import Context
from core.actions.unit import Answer, perform
from core.admin.frame.visit import Note, Visit, frame, go, show
from core.admin.home.cards import show_fragment
from core.desk.alerts import all_findings, findings, put_aside, take_back

WEEK = 7


def alerts_page(visit: Visit) -> Response:
    """Show what needs attention: as a fragment of the bell, or as a page."""
    with visit.reading() as ctx:
        found = findings(ctx)
        values: dict[str, Any] = {"found": found, "aside": len(all_findings(ctx)) - len(found)}
        if request.headers.get("HX-Request"):
            return show_fragment(visit, ctx, "home/alerts_panel.html", **values)
        page = frame(visit, ctx, "Alerts")
    page.pickers = False
    return show(page, "home/alerts.html", **values)


def set_aside(visit: Visit) -> Response:
    """Put findings aside: until they change, or for a week; or show everything again."""
    step, ids = request.form.get("do", ""), request.form.getlist("id")

    def work(ctx: Context) -> Answer:
        if step == "restore":
            take_back(ctx)
        else:
            put_aside(ctx, ids, WEEK if step == "week" else None)
        return Answer(200, "")

    perform(visit.kernel, visit.actor, work)
    if request.headers.get("HX-Request"):
        return alerts_page(visit)
    return go("/alerts", Note("Put aside." if step != "restore" else "Everything is shown again."))
