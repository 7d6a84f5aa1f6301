"""What stands beside a record: its history, its comments, its files, each fetched by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, request

from core.actions.attachments import attachments_of
from core.actions.context import Context
from core.admin.display.cells import cell
from core.admin.display.links import linked
from core.admin.frame.visit import Frame, Visit, chosen_theme, show
from core.admin.records.history import History, history_of
from core.db.base import Record
from core.desk.comments import comments_of, may_moderate, may_say
from core.desk.preferences import own_zone
from core.errors import NotFound, Problem
from core.plugins.declarations import Resource
from core.resources.reading import read_one
from core.web.questions import whole_number


@dataclass(frozen=True)
class Tab:
    """A part that can be opened beside a record."""

    name: str
    title: str
    icon: str
    url: str
    page_url: str
    current: bool = False


@dataclass(frozen=True)
class Said:
    """A comment as it is shown."""

    id: int
    author: str
    when: str
    stamp: str
    text: str
    shown: Any
    edited: bool
    may_change: bool
    may_remove: bool


@dataclass(frozen=True)
class Kept:
    """A file as it is shown."""

    id: int
    name: str
    size: str
    when: str
    url: str
    picture_url: str
    frame_url: str


@dataclass(frozen=True)
class Beside:
    """The open part: only what belongs to its tab is filled."""

    tab: str
    url: str
    tabs: list[Tab]
    allowed: bool = False
    history: History | None = None
    comments: list[Said] | None = None
    files: list[Kept] | None = None
    more_url: str = ""
    partial: bool = False
    typed: str = ""
    problem: str = ""

    @property
    def count(self) -> str:
        """How much there is, empty where only a part of it is shown."""
        shown = self.comments if self.comments is not None else self.files
        return "" if shown is None or self.more_url or self.partial else str(len(shown))


TITLES = {
    "history": ("History", "history"),
    "comments": ("Comments", "message-square"),
    "files": ("Files", "paperclip"),
}


def tabs_of(resource: Resource, record_id: int, current: str = "") -> list[Tab]:
    """Return what can be opened beside a record; only documents and master records are talked about."""
    names = TITLES if issubclass(resource.model, Record) else ["history"]
    url = f"/{resource.path}/{record_id}"
    return [Tab(name, *TITLES[name], f"{url}/beside/{name}", f"{url}?beside={name}", name == current) for name in names]


def beside_of(ctx: Context, resource: Resource, row: Mapping[str, Any], tab: str, **said: Any) -> Beside:
    """Return the open part beside a record; NotFound for one that it does not have."""
    tabs = tabs_of(resource, row["id"], tab)
    if not any(item.current for item in tabs):
        raise NotFound("There is no such page.")
    return MAKERS[tab](ctx, resource, row, tabs, said)


def beside_page(visit: Visit, resource: Resource, record_id: int, tab: str) -> Response:
    """Answer the open part alone, as the page fetches it."""
    with visit.reading() as ctx:
        row = read_one(ctx, ctx.shape(resource), record_id)
        return show_beside(visit, ctx, beside_of(ctx, resource, row, tab))


def show_beside(visit: Visit, ctx: Context, beside: Beside, problem: Problem | None = None) -> Response:
    """Render the open part without a page around it."""
    status = problem.status if problem is not None else 200
    return show(bare_frame(visit, ctx), "records/beside.html", status, beside=beside)


def bare_frame(visit: Visit, ctx: Context) -> Frame:
    """Return the frame of a fragment: it brings no menu, for it stands in a page that has one."""
    return Frame(title="", here=request.path, csrf=visit.csrf_token, mode="", theme=chosen_theme(ctx))


def _history(
    ctx: Context, resource: Resource, row: Mapping[str, Any], tabs: list[Tab], said: Mapping[str, Any]
) -> Beside:
    field, before = request.args.get("field", "")[:200], whole_number("before")
    found = history_of(ctx, ctx.shape(resource), row, before=before, field=field)
    url = _url(resource, row)
    more = _more(f"{url}/beside/history", found.next, field=field)
    return Beside("history", url, tabs, history=found, more_url=more)


def _comments(
    ctx: Context, resource: Resource, row: Mapping[str, Any], tabs: list[Tab], said: Mapping[str, Any]
) -> Beside:
    found = comments_of(ctx, resource, row["id"], before=whole_number("before"))
    speaks, moderates, zone = may_say(ctx, resource), may_moderate(ctx, resource), own_zone(ctx)
    shown = [
        Said(item["id"], item["author"], cell("moment", item["created_at"], zone).text, item["created_at"],
             item["text"], linked(item["text"]), bool(item["edited_at"]), speaks and item["is_own"],
             speaks and (item["is_own"] or moderates))
        for item in found["items"]
    ]  # fmt: skip
    url = _url(resource, row)
    more, partial = _more(f"{url}/beside/comments", found["next"]), "before" in request.args
    return Beside("comments", url, tabs, speaks, comments=shown, more_url=more, partial=partial, **said)


def _files(
    ctx: Context, resource: Resource, row: Mapping[str, Any], tabs: list[Tab], said: Mapping[str, Any]
) -> Beside:
    zone = own_zone(ctx)
    kept = [_kept(resource, row["id"], item, zone) for item in attachments_of(ctx, resource, row["id"])]
    return Beside("files", _url(resource, row), tabs, ctx.can(f"{resource.key}.attach"), files=kept, **said)


def _kept(resource: Resource, record_id: int, item: Mapping[str, Any], zone: ZoneInfo) -> Kept:
    url = f"/api/v1/{resource.path}/{record_id}/files/{item['id']}"
    shown = {item["preview"]: f"{url}/preview"}
    when = cell("moment", item["created_at"], zone).text
    return Kept(item["id"], item["name"], bytes_text(item["size"]), when, url, shown.get("image", ""),
                shown.get("pdf", ""))  # fmt: skip


def bytes_text(size: int) -> str:
    """Return a size of a file as people read it."""
    for unit, scale in (("MB", 1_000_000), ("KB", 1_000)):
        if size >= scale:
            tenths = size * 10 // scale
            return (
                f"{tenths // 10} {unit}" if tenths >= 100 or not tenths % 10 else f"{tenths // 10}.{tenths % 10} {unit}"
            )
    return f"{size} bytes"


def _url(resource: Resource, row: Mapping[str, Any]) -> str:
    return f"/{resource.path}/{row['id']}"


def _more(url: str, before: int | None, **kept: str) -> str:
    if before is None:
        return ""
    return f"{url}?{urlencode({'before': before, **{name: text for name, text in kept.items() if text}})}"


MAKERS: Mapping[str, Callable[..., Beside]] = {"history": _history, "comments": _comments, "files": _files}
