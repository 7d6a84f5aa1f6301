"""What belongs to whoever asks, over REST: their preferences, their home page, what needs their attention, search."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from core.actions.arguments import check_arguments
from core.actions.context import Context
from core.desk import alerts, dashboards, search
from core.desk.dashboards import Audience, Card
from core.desk.preferences import preferences, set_preferences
from core.plugins.declarations import Widget
from core.web.answering import ANY_OBJECT, answer_read, answer_write, json_object, route

desk = Blueprint("desk", __name__, url_prefix="/api/v1", description="Preferences, dashboard, alerts, search.")


@route(desk, "GET", "/me/preferences")
def show_preferences() -> Response:
    """Return all that the person chose in this organisation."""
    return answer_read(preferences)


@route(desk, "PATCH", "/me/preferences", reads=ANY_OBJECT)
def change_preferences() -> Response:
    """Keep choices of the person: an object of key and value, null to forget one; all or none."""
    body = json_object()

    def work(ctx: Context) -> dict[str, Any]:
        set_preferences(ctx, body)
        return preferences(ctx)

    return answer_write(work)


# -- home page -----------------------------------------------------------------------------------------------


def which_dashboard(*, audience: str = "", role: str = "") -> None:
    """Say whose home page is meant: left out, what the person sees; else me, role or everyone."""


def new_dashboard(*, cards: list[Any], audience: str = "me", role: str = "") -> None:
    """Say which cards stand on a home page, in their order: [{"key", "width"}]."""


@route(desk, "GET", "/dashboard", asks=which_dashboard)
def show_dashboard() -> Response:
    """Return the cards of the home page in their order, and those that may be added."""
    asked = check_arguments(which_dashboard, request.args.to_dict())
    audience = Audience(asked["audience"], asked["role"]) if asked["audience"] else None
    return answer_read(lambda ctx: _dashboard(ctx, audience))


@route(desk, "PUT", "/dashboard", reads=new_dashboard)
def arrange_dashboard() -> Response:
    """Arrange the home page of the person; with kernel.dashboard.share that of a role or of everyone."""
    asked = check_arguments(new_dashboard, json_object())
    audience = Audience(asked["audience"], asked["role"])

    def work(ctx: Context) -> dict[str, Any]:
        dashboards.arrange(ctx, asked["cards"], audience)
        return _dashboard(ctx, audience)

    return answer_write(work)


@route(desk, "DELETE", "/dashboard", asks=which_dashboard)
def reset_dashboard() -> Response:
    """Forget an arrangement: the person sees that of their role again, or everyone's."""
    asked = check_arguments(which_dashboard, request.args.to_dict())
    audience = Audience(asked["audience"] or "me", asked["role"])

    def work(ctx: Context) -> dict[str, Any]:
        dashboards.reset(ctx, audience)
        return _dashboard(ctx, None)

    return answer_write(work)


@route(desk, "GET", "/widgets/<string:key>")
def show_widget(key: str) -> Response:
    """Return what one card tells now; `failed` where it could not be worked out."""

    def work(ctx: Context) -> dict[str, Any]:
        widget = dashboards.find_widget(ctx, key)
        told = dashboards.worked_out(ctx, widget)
        return {**_widget(widget), "answer": told, "failed": told is None}

    return answer_read(work)


def _dashboard(ctx: Context, audience: Audience | None) -> dict[str, Any]:
    arranged = dashboards.dashboard(ctx, audience)
    known = dashboards.widgets(ctx)
    placed = {card.widget.key for card in arranged.cards}
    return {
        "audience": arranged.audience.kind, "role": arranged.audience.role,
        "cards": [_card(card) for card in arranged.cards],
        "available": [_widget(item) for item in known if item.key not in placed],
    }  # fmt: skip


def _card(card: Card) -> dict[str, Any]:
    return {**_widget(card.widget), "width": card.width}


def _widget(widget: Widget) -> dict[str, Any]:
    return {"key": widget.key, "title": widget.title, "kind": widget.kind, "width": widget.width}


# -- alerts and search ---------------------------------------------------------------------------------------


def aside(*, ids: list[str], days: int | None = None) -> None:
    """Say which findings to put aside, and for how many days; without, until they change."""


@route(desk, "GET", "/alerts")
def show_alerts() -> Response:
    """Return what needs attention and was not put aside, worst first."""
    return answer_read(_alerts)


@route(desk, "POST", "/alerts/dismiss", reads=aside)
def dismiss_alerts() -> Response:
    """Put findings aside for the person who asks: `ids`, and `days` where they are to come back by themselves."""
    asked = check_arguments(aside, json_object())

    def work(ctx: Context) -> dict[str, Any]:
        alerts.put_aside(ctx, asked["ids"], asked["days"])
        return _alerts(ctx)

    return answer_write(work)


@route(desk, "POST", "/alerts/restore")
def restore_alerts() -> Response:
    """Show the person everything again that they put aside."""

    def work(ctx: Context) -> dict[str, Any]:
        alerts.take_back(ctx)
        return _alerts(ctx)

    return answer_write(work)


def _alerts(ctx: Context) -> dict[str, Any]:
    found = alerts.findings(ctx)
    return {"items": [vars(item) for item in found], "count": len(found)}


def question(*, q: str) -> None:
    """Say what to search for."""


@route(desk, "GET", "/search", asks=question)
def search_everything() -> Response:
    """Search all that the person may read: groups of at most five records, best matches first."""
    asked = check_arguments(question, request.args.to_dict())
    text = search.check_text(asked["q"])

    def work(ctx: Context) -> dict[str, Any]:
        found = search.search(ctx, text)
        groups = [{**vars(group), "hits": [vars(hit) for hit in group.hits]} for group in found.groups]
        return {"query": text, "groups": groups, "complete": found.complete}

    return answer_read(work)
