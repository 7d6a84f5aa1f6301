"""Who is looking at a page: the browser session, its token, its tenant, and the frame around every page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote

from flask import Response, make_response, redirect, request
from markupsafe import Markup

from core.actions.context import Context
from core.admin.frame import assets, themes
from core.admin.frame.look import Look, look_of
from core.admin.frame.look import chosen_theme as chosen_theme
from core.admin.frame.navigation import Section, menu_of, section_of
from core.admin.frame.sidebar import Sidebar, sidebar_of
from core.admin.plugin_pages.slots import PanelLink, panels_of
from core.desk.preferences import own_zone
from core.errors import Forbidden
from core.identity.actor import Actor
from core.identity.login import tenants_of
from core.kernel import Kernel
from core.plugins.registry import View
from core.services.words import moment_text
from core.tenancy.modules import TenantInfo

ENABLE, DISABLE = "kernel.module.enable", "kernel.module.disable"
NOTE_COOKIE = "openmill_note"
FOOT = ("/apps", "/settings", "/platform", "/api/v1/docs")
TONES = ("good", "warn", "bad", "info")
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


@dataclass(frozen=True)
class Note:
    """A sentence shown once on the next page."""

    text: str
    tone: str = "good"


@dataclass(frozen=True)
class Crumb:
    """A step of the path to a page."""

    title: str
    url: str = ""


def _no_panels(slot: str, here: str = "") -> list[PanelLink]:
    return []


@dataclass
class Frame:
    """What the frame around a page shows."""

    title: str
    here: str
    csrf: str
    mode: str
    theme: str
    look: Look = field(default_factory=Look)
    crumbs: list[Crumb] = field(default_factory=list)
    user: Actor | None = None
    tenant: TenantInfo | None = None
    tenants: list[Any] = field(default_factory=list)
    menu: Sequence[Section] = ()
    may_see_apps: bool = False
    notes: list[Note] = field(default_factory=list)
    pickers: bool = True
    panels: Callable[..., list[PanelLink]] = _no_panels
    sidebar: Sidebar = field(default_factory=Sidebar)
    printed: str = ""

    @property
    def theme_files(self) -> tuple[str, int]:
        """All that drawn addresses of the theme's files depend on."""
        return self.theme, themes.newest_change(self.theme)

    @property
    def menu_key(self) -> tuple[Any, ...]:
        """All that the drawn menu depends on."""
        return (tuple(self.menu), self.here if section_of(self.menu, self.here) else "", self.sidebar.closed)

    @property
    def foot_key(self) -> tuple[Any, ...]:
        """All that the drawn foot of the menu depends on."""
        user = self.user
        sees_settings = user is not None and self.tenant is not None and user.can("kernel.setting.read")
        own = self.here if self.here in FOOT else ""
        return (own, self.may_see_apps, sees_settings, user is not None and user.is_platform_admin, self.sidebar.narrow)


@dataclass(frozen=True)
class Visit:
    """A request of somebody who is logged in with a browser."""

    kernel: Kernel
    actor: Actor
    csrf_token: str
    organisations: int = 0

    @cached_property
    def view(self) -> View:
        """What the visitor's organisation has switched on."""
        known = self.kernel.tenants.known(self.actor.tenant_id or 0, self.actor.tenant_revision)
        if known is not None:
            return self.kernel.registry.view(known.enabled)
        with self.reading() as ctx:
            return ctx.view

    def reading(self) -> AbstractContextManager[Context]:
        """Open a unit that only reads."""
        if self.actor.tenant_id is None:
            raise Forbidden("Choose an organisation first.", code="NO_TENANT")
        return self.kernel.unit(self.actor.tenant_id, self.actor, readonly=True)


def own_path(text: str) -> str:
    """Return a relative path of this site, `/` for anything that could lead elsewhere."""
    return text if _OWN_PATH.fullmatch(text) else "/"


def frame(visit: Visit, ctx: Context | None, title: str, *crumbs: Crumb) -> Frame:
    """Return the frame of a page for somebody who is logged in."""
    tenant = ctx.tenant if ctx is not None else None
    menu = menu_of(ctx) if ctx is not None else ()
    path = [*crumbs, Crumb(title, request.path)]
    section, look = section_of(menu, path[0].url.partition("?")[0]), look_of(ctx)
    return Frame(
        title=title, here=request.path, csrf=visit.csrf_token, mode=look.mode, theme=look.theme, look=look,
        crumbs=[*([Crumb(section)] if section else []), *path], user=visit.actor, tenant=tenant,
        tenants=_tenants(visit), menu=menu, may_see_apps=ctx is not None and may_see_apps(ctx),
        notes=read_notes(), panels=panels_of(ctx) if ctx is not None else _no_panels,
        sidebar=sidebar_of(ctx) if ctx is not None else Sidebar(),
        printed=moment_text(ctx.now(), own_zone(ctx)) if ctx is not None else "",
    )  # fmt: skip


def _tenants(visit: Visit) -> list[dict[str, Any]]:
    """Return the organisations to choose from; most people have one, and nothing to choose."""
    if visit.organisations < 2 and visit.actor.tenant_id is not None:
        return []
    with visit.kernel.platform_reading() as session:
        known = tenants_of(session, visit.actor.user_id or 0)
    return [{"slug": item.slug, "name": item.name, "current": item.id == visit.actor.tenant_id} for item in known]


def may_see_apps(ctx: Context) -> bool:
    """Whether the person may open the Apps page."""
    return ctx.can(ENABLE) or ctx.can(DISABLE)


def outer_frame(title: str) -> Frame:
    """Return the frame of a page for anybody."""
    look = look_of(None)
    return Frame(title=title, here=request.path, csrf="", mode=look.mode, theme=look.theme, look=look,
                 notes=read_notes())  # fmt: skip


def show(frame_: Frame, template: str, status: int = 200, **values: Any) -> Response:
    """Render a page."""
    token = Markup('<input type="hidden" name="csrf_token" value="%s">') % frame_.csrf
    base = {
        "page": frame_,
        "asset": lambda name, theme="": assets.asset_url(theme or frame_.theme, name),
        "csrf": lambda: token,
        "problem": None,
        "summary": [],
    }
    response = make_response(themes.render_page(frame_.theme, template, {**base, **values}), status)
    if request.cookies.get(NOTE_COOKIE):
        response.delete_cookie(NOTE_COOKIE)
    return response


def go(path: str, *notes: Note) -> Response:
    """Send the browser to another page of this site, with notes to show there."""
    response = make_response(redirect(own_path(path), 303))
    if notes:
        text = quote(json.dumps([[note.tone, note.text[:600]] for note in notes]))
        response.set_cookie(NOTE_COOKIE, text, max_age=60, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def read_notes() -> list[Note]:
    """Return the notes that the page before left."""
    try:
        found = json.loads(unquote(request.cookies.get(NOTE_COOKIE, "")) or "[]")
        return [Note(str(text), tone if tone in TONES else "info") for tone, text in found][:5]
    except (ValueError, TypeError, RecursionError):
        return []
