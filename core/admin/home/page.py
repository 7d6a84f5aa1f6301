"""The first page after log-in: cards that the person arranged, and the way to everything else."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request

from core.actions.context import Context
from core.admin.frame.visit import Visit, frame, show
from core.admin.home.cards import link_of
from core.desk.dashboards import Arranged, Audience, Card, dashboard, roles_to_share_with, widgets
from core.plugins.declarations import Widget
from core.services.words import day_text

TITLES = {"usual": "Every card there is", "me": "Arranged by you", "everyone": "As arranged for everyone"}


@dataclass(frozen=True)
class Place:
    """A place on the home page: filled by a fragment of its own."""

    key: str
    title: str
    kind: str
    width: int
    url: str


@dataclass(frozen=True)
class Choice:
    """Whose home page may be arranged."""

    value: str
    title: str
    current: bool


@dataclass
class HomeView:
    """What the home page shows."""

    greeting: str
    today: str = ""
    cards: list[Place] | None = None
    arranging: bool = False
    whose: str = ""
    is_own: bool = False
    audience: str = "me"
    audiences: list[Choice] | None = None
    available: list[Widget] | None = None


def home(visit: Visit) -> Response:
    """Show the home page; with `arrange` its cards can be moved."""
    if visit.actor.tenant_id is None:
        return show(frame(visit, None, "Home"), "home/home.html", view=HomeView(_greeting(visit)))
    with visit.reading() as ctx:
        view = _view(visit, ctx)
        page = frame(visit, ctx, "Home")
    page.pickers = False
    return show(page, "home/home.html", view=view)


def audience_of(text: str) -> Audience:
    """Return whose home page is meant: `me`, `everyone`, `role:<key>`."""
    kind, _, role = text.partition(":")
    return Audience(kind or "me", role)


def text_of(audience: Audience) -> str:
    """Return an audience as one word of an address."""
    return f"{audience.kind}:{audience.role}" if audience.role else audience.kind


def _view(visit: Visit, ctx: Context) -> HomeView:
    arranging = "arrange" in request.args
    roles = roles_to_share_with(ctx) if arranging else []
    wanted = audience_of(request.args.get("for", "me")) if roles else Audience()
    arranged = dashboard(ctx, wanted if arranging and wanted.kind != "me" else None)
    placed = {card.widget.key for card in arranged.cards}
    return HomeView(
        _greeting(visit), f"{ctx.today():%A}, {day_text(ctx.today())}", [_place(ctx, card) for card in arranged.cards],
        arranging, _whose(arranged, dict(roles)), arranged.audience.kind == wanted.kind, text_of(wanted),
        _choices(wanted, roles) if roles else [], [item for item in widgets(ctx) if item.key not in placed],
    )  # fmt: skip


def _place(ctx: Context, card: Card) -> Place:
    return Place(card.widget.key, card.widget.title, card.widget.kind, card.width, link_of(ctx, card.widget))


def _whose(arranged: Arranged, roles: dict[str, str]) -> str:
    if arranged.audience.kind == "role":
        return f"As arranged for {roles.get(arranged.audience.role, 'your role')}"
    return TITLES[arranged.audience.kind]


def _choices(wanted: Audience, roles: list[tuple[str, str]]) -> list[Choice]:
    given = [("me", "My own home page"), ("everyone", "Everyone's home page")]
    given += [(f"role:{key}", f"Home page of the role {title}") for key, title in roles]
    return [Choice(value, title, value == text_of(wanted)) for value, title in given]


def _greeting(visit: Visit) -> str:
    return f"Hello {visit.actor.name.split()[0] if visit.actor.name else visit.actor.username}"
