"""The cards of the home page: what a widget tells, made ready to be shown. Each is fetched by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request

from core.actions.context import Context
from core.admin.display.answers import words_of
from core.admin.frame.navigation import found_at
from core.admin.frame.visit import Visit, chosen_theme, frame, outer_frame, show
from core.admin.home.drawing import Chart, Spark, chart, spark
from core.desk.dashboards import find_widget, worked_out
from core.desk.preferences import is_own_path, own_zone
from core.plugins.declarations import Widget
from core.services.words import money_text, number_text

MOST_LINES = 8


@dataclass(frozen=True)
class Line:
    """A line of a list or an alert."""

    text: str
    detail: str = ""
    url: str = ""
    tone: str = ""


@dataclass
class CardView:
    """A card as it is shown."""

    key: str
    title: str
    kind: str
    url: str = ""
    failed: bool = False
    value: str = ""
    unit: str = ""
    detail: str = ""
    lines: list[Line] = field(default_factory=list)
    more: int = 0
    spark: Spark | None = None
    rising: int = 0
    chart: Chart | None = None


def card_page(visit: Visit, key: str) -> Response:
    """Show one card: as a fragment of the home page, or alone where there is no JavaScript."""
    with visit.reading() as ctx:
        widget = find_widget(ctx, key)
        told = worked_out(ctx, widget)
        view = made_card(ctx, widget, told)
        if request.headers.get("X-Fragment"):
            return show_fragment(visit, ctx, "home/card.html", card=view)
        page = frame(visit, ctx, widget.title)
    page.pickers = False
    return show(page, "home/card_alone.html", card=view)


def show_fragment(visit: Visit, ctx: Context, template: str, **values: Any) -> Response:
    """Show a part of a page without the frame around it: what the frame reads is not read."""
    page = outer_frame("")
    page.csrf, page.theme = visit.csrf_token, chosen_theme(ctx)
    return show(page, template, **values)


def made_card(ctx: Context, widget: Widget, told: Mapping[str, Any] | None) -> CardView:
    """Return a card; of an answer that cannot be read, one that says so."""
    card = CardView(widget.key, widget.title, widget.kind, link_of(ctx, widget))
    try:
        if told is None:
            raise TypeError("the widget told nothing")
        _fill(ctx, card, told)
    except (TypeError, ValueError, AttributeError, KeyError, ArithmeticError):
        return CardView(widget.key, widget.title, widget.kind, card.url, failed=True)
    return card


def link_of(ctx: Context, widget: Widget) -> str:
    """Return where a widget leads, empty where the person may not go there."""
    link = str(widget.link)
    target = ctx.registry.resources.get(link) or ctx.registry.queries.get(link) or ctx.registry.pages.get(link)
    url = f"/{target.path}" if target is not None else f"/{link.lstrip('/')}" if link else ""
    return url if url and is_own_path(url) and found_at(ctx, url) is not None else ""


def _fill(ctx: Context, card: CardView, told: Mapping[str, Any]) -> None:
    zone = own_zone(ctx)
    card.detail = _said(told.get("detail"), zone)
    items = list(told.get("items") or ())
    card.lines = [_line(ctx, item, zone) for item in items[:MOST_LINES]]
    card.more = max(0, len(items) - MOST_LINES)
    if card.kind == "chart":
        card.chart = chart(dict(told))
    elif "value" in told:
        card.unit = _said(told.get("unit"), zone)
        is_money = card.unit == ctx.tenant.currency and not isinstance(told["value"], str)
        card.value = money_text(told["value"], card.unit) if is_money else _said(told["value"], zone)
        points = list(told.get("trend") or ())
        card.spark = spark(points)
        card.rising = _direction(points)


def _direction(points: list[Any]) -> int:
    if len(points) < 2:
        return 0
    first, last = (Decimal(str(points[index])) for index in (0, -1))
    return (last > first) - (last < first)


def _line(ctx: Context, item: Any, zone: ZoneInfo) -> Line:
    if not isinstance(item, Mapping):
        return Line(_said(item, zone))
    if "text" not in item:
        return Line(words_of(item, zone))
    url = str(item.get("url") or "")
    tone = item.get("tone") if item.get("tone") in ("good", "warn", "bad", "info") else ""
    may = is_own_path(url) and found_at(ctx, url) is not None
    return Line(_said(item["text"], zone), _said(item.get("detail"), zone), url if may else "", tone or "")


def _said(value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return ", ".join(_said(part, zone) for part in value)
    if isinstance(value, Mapping):
        return words_of(value, zone)
    if isinstance(value, datetime) or hasattr(value, "isoformat"):
        return words_of({"value": value}, zone)
    return number_text(value)
