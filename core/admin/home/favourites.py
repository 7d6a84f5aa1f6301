"""Favourites: what a person wants at hand beside every page, in their own words and order."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core.actions.context import Context
from core.actions.unit import Answer, perform
from core.admin.frame.sidebar import favourites_of
from core.admin.frame.visit import Visit, frame, go, own_path, show
from core.admin.home.cards import show_fragment
from core.desk.preferences import preference, set_preference
from core.errors import Invalid, NotFound

LONGEST = 80
Kept = list[dict[str, Any]]


def favourites_page(visit: Visit) -> Response:
    """Show the favourites to be named, ordered and taken away."""
    with visit.reading() as ctx:
        page = frame(visit, ctx, "Favourites")
    page.pickers = False
    return show(page, "home/favourites.html")


def change_favourites(visit: Visit) -> Response:
    """Add, rename, move or take away one favourite; the star does `toggle`, a drag does `place`."""
    step, url = request.form.get("do", ""), request.form.get("url", "")
    title = " ".join(request.form.get("title", "").split())[:LONGEST]

    def work(ctx: Context) -> Answer:
        kept = preference(ctx, "favourites", [])
        placed = _placed(kept, url, request.form.get("before", "")) if step == "place" else None
        set_preference(ctx, "favourites", placed or _after(kept, step, url, title))
        return Answer(200, "")

    perform(visit.kernel, visit.actor, work)
    if request.headers.get("HX-Request"):
        with visit.reading() as ctx:
            return show_fragment(visit, ctx, "home/favourites_part.html", favourites=favourites_of(ctx))
    return go(own_path(request.form.get("next", "/favourites")))


def _after(kept: Kept, step: str, url: str, title: str) -> Kept:
    """Return the favourites after one step; Invalid for a step that is none."""
    place = next((index for index, item in enumerate(kept) if item["url"] == url), None)
    if step == "toggle":
        step = "add" if place is None else "remove"
    if step == "add":
        return kept if place is not None else [*kept, {"title": title or url[:LONGEST], "url": url}]
    if place is None:
        raise NotFound("There is no such favourite.")
    if step == "remove":
        return kept[:place] + kept[place + 1 :]
    if step == "rename":
        return [*kept[:place], {**kept[place], "title": title or kept[place]["title"]}, *kept[place + 1 :]]
    if step in ("up", "down"):
        moved = [*kept[:place], *kept[place + 1 :]]
        moved.insert(max(0, place + (1 if step == "down" else -1)), kept[place])
        return moved
    raise Invalid({"do": ["Must be toggle, add, remove, rename, up, down or place."]})


def _placed(kept: Kept, url: str, before: str) -> Kept:
    """Return the favourites with one of them dragged before another, or to the end where no other is named."""
    moved, others = ([item for item in kept if (item["url"] == url) == own] for own in (True, False))
    if not moved:
        raise NotFound("There is no such favourite.")
    places = [index for index, item in enumerate(others) if item["url"] == before]
    if before and not places:
        raise Invalid({"before": ["Must be the address of another favourite, or empty for the end."]})
    place = places[0] if places else len(others)
    return [*others[:place], *moved, *others[place:]]
