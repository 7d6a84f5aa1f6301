"""Arranging the home page: one small step at a time, so that it works without scripts and by keyboard."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, request

from core.actions.context import Context
from core.actions.unit import Answer, perform
from core.admin.frame.visit import Note, Visit, go
from core.admin.home.page import audience_of, text_of
from core.desk.dashboards import WIDEST, Audience, arrange, dashboard, find_widget, reset
from core.errors import Invalid

Cards = list[dict[str, object]]


def arrange_home(visit: Visit) -> Response:
    """Move, widen, add or remove a card, or go back to what is usual."""
    audience, step, key = audience_of(request.form.get("for", "me")), request.form.get("do", ""), _key()

    def work(ctx: Context) -> Answer:
        if step == "reset":
            reset(ctx, audience)
        else:
            arrange(ctx, _after(ctx, audience, step, key), audience)
        return Answer(200, "")

    perform(visit.kernel, visit.actor, work)
    where = f"/?{urlencode({'arrange': 1, **({'for': text_of(audience)} if audience.kind != 'me' else {})})}"
    if step == "reset":
        return go(where, Note("The home page is as it usually is."))
    return go(f"{where}#card-{key}")


def _key() -> str:
    key = request.form.get("card", "")
    return key if key.replace(".", "").replace("_", "").isalnum() and key.isascii() else ""


def _after(ctx: Context, audience: Audience, step: str, key: str) -> Cards:
    """Return the cards after one step; Invalid for a step that is none."""
    shown = dashboard(ctx, None if audience.kind == "me" else audience).cards
    cards: Cards = [{"key": card.widget.key, "width": card.width} for card in shown]
    place = next((index for index, card in enumerate(cards) if card["key"] == key), None)
    if step == "add":
        return cards if place is not None else [*cards, {"key": key, "width": find_widget(ctx, key).width}]
    if place is None:
        raise Invalid({"card": ["There is no such card on this page."]})
    if step == "remove":
        return cards[:place] + cards[place + 1 :]
    if step in ("earlier", "later"):
        card = cards.pop(place)
        cards.insert(max(0, place + (1 if step == "later" else -1)), card)
        return cards
    if step in ("wider", "narrower"):
        width = shown[place].width + (1 if step == "wider" else -1)
        cards[place] = {"key": key, "width": min(WIDEST, max(1, width))}
        return cards
    raise Invalid({"do": ["Must be earlier, later, wider, narrower, add, remove or reset."]})
