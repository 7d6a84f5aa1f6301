"""The home page as cards: which stand on it, in which order and how wide, for a person, a role or everyone."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.actions.context import Context
from core.desk.models import Dashboard
from core.errors import Forbidden, Invalid, NotFound
from core.identity.models import MemberRole, Role
from core.plugins.declarations import Widget

log = logging.getLogger(__name__)
MOST_CARDS = 40
WIDEST = 4
SHARE = "kernel.dashboard.share"
KINDS = ("number", "chart", "alert", "list")
"""The order of cards that nobody arranged: the figures stand in one row above what is taller."""
AUDIENCES = ("me", "role", "everyone")


@dataclass(frozen=True)
class Card:
    """A widget in its place."""

    widget: Widget
    width: int


@dataclass(frozen=True)
class Audience:
    """Whose home page is meant; `role` is the key of one."""

    kind: str = "me"
    role: str = ""


@dataclass(frozen=True)
class Arranged:
    """A home page: whose arrangement it is (`usual` where nobody made one) and its cards."""

    audience: Audience
    cards: list[Card]


def widgets(ctx: Context) -> list[Widget]:
    """Return the widgets that the person may see."""
    return [item for item in ctx.view.only(ctx.registry.widgets) if ctx.can(item.permission)]


def find_widget(ctx: Context, key: str) -> Widget:
    """Return a widget; NotFound where there is none of that key, Forbidden where it is not for this person."""
    found = ctx.registry.widgets.get(key)
    if found is None or not ctx.view.sees(found):
        raise NotFound("There is no such card.")
    if not ctx.can(found.permission):
        raise Forbidden(f"You need the permission {found.permission}.", permission=found.permission)
    return found


def worked_out(ctx: Context, widget: Widget) -> dict[str, Any] | None:
    """Return what a widget tells, None where it fails: one card never takes the others down."""
    try:
        with ctx.db.begin_nested():
            told = widget.function(ctx)
        return dict(told) if isinstance(told, Mapping) else None
    except Exception:
        log.exception("dashboard card %s failed", widget.key)
        return None


def dashboard(ctx: Context, audience: Audience | None = None) -> Arranged:
    """Return the person's own home page, else that of one of their roles, else everyone's, else every card there is.

    With an audience exactly that one, for whoever may share it.
    """
    rows = _rows(ctx)
    for wanted in [audience] if audience is not None else [Audience(), *_of_roles(ctx), Audience("everyone")]:
        row = rows.get((wanted.kind, wanted.role))
        if row is not None:
            return Arranged(wanted, list(_seen(ctx, row.cards)))
    usual = sorted(widgets(ctx), key=lambda item: KINDS.index(item.kind) if item.kind in KINDS else len(KINDS))
    return Arranged(Audience("usual"), [Card(item, item.width) for item in usual])


def arrange(ctx: Context, cards: Any, audience: Audience) -> None:
    """Keep an arrangement; Forbidden to share one without the right to, Invalid names what does not fit."""
    _require(ctx, audience)
    checked = _checked(ctx, cards)
    row = _rows(ctx).get((audience.kind, audience.role))
    ctx.operation = ctx.operation or "kernel.dashboard.arrange"
    if row is None:
        owner = ctx.actor.user_id if audience.kind == "me" else 0
        ctx.create(Dashboard, audience=audience.kind, user_id=owner, role=audience.role, cards=checked)
    else:
        ctx.update(row, cards=checked)
    ctx.db.flush()


def reset(ctx: Context, audience: Audience) -> None:
    """Forget an arrangement, so that the next wider one is shown again."""
    _require(ctx, audience)
    row = _rows(ctx).get((audience.kind, audience.role))
    if row is not None:
        ctx.operation = ctx.operation or "kernel.dashboard.reset"
        ctx.delete(row)


def roles_to_share_with(ctx: Context) -> list[tuple[str, str]]:
    """Return key and title of every role, for whoever may arrange their home pages."""
    if not ctx.can(SHARE):
        return []
    roles = sa.select(Role.key, Role.title).where(Role.tenant_id == ctx.tenant.id).order_by(Role.title)
    return [(row.key, row.title) for row in ctx.rows(roles)]


def _require(ctx: Context, audience: Audience) -> None:
    if audience.kind not in AUDIENCES or (audience.kind != "role" and audience.role):
        raise Invalid({"audience": [f"Must be one of {', '.join(AUDIENCES)}; only a role is named."]})
    if audience.kind == "me":
        if ctx.actor.user_id is None:
            raise Forbidden("Only a person has a home page.", code="NOT_A_PERSON")
        return
    if not ctx.can(SHARE):
        raise Forbidden(f"You need the permission {SHARE}.", permission=SHARE)
    if audience.kind == "role" and audience.role not in {key for key, _title in roles_to_share_with(ctx)}:
        raise Invalid({"role": ["There is no such role."]})


def _rows(ctx: Context) -> dict[tuple[str, str], Dashboard]:
    owners = [0] if ctx.actor.user_id is None else [0, ctx.actor.user_id]
    # Someone without an id shares nothing with the rows of everyone, which stand under 0.
    rows = ctx.all(sa.select(Dashboard).where(Dashboard.user_id.in_(owners)).order_by(Dashboard.id))
    return {(row.audience, row.role): row for row in rows}


def _of_roles(ctx: Context) -> list[Audience]:
    if ctx.actor.member_id is None:
        return []
    held = sa.select(MemberRole.role_id).where(
        MemberRole.tenant_id == ctx.tenant.id, MemberRole.member_id == ctx.actor.member_id
    )
    keys = sa.select(Role.key).where(Role.tenant_id == ctx.tenant.id, Role.id.in_(held)).order_by(Role.key)
    return [Audience("role", row.key) for row in ctx.rows(keys)]


def _seen(ctx: Context, cards: Iterable[Any]) -> Iterable[Card]:
    known = {item.key: item for item in widgets(ctx)}
    for card in cards:
        if card["key"] in known:
            yield Card(known[card["key"]], card["width"])


def _checked(ctx: Context, cards: Any) -> list[dict[str, Any]]:
    if not isinstance(cards, list) or len(cards) > MOST_CARDS:
        raise Invalid({"cards": [f"Must be a list of at most {MOST_CARDS} cards."]})
    known = {item.key: item for item in widgets(ctx)}
    errors: dict[str, list[str]] = {}
    made: dict[str, int] = {}
    for index, card in enumerate(cards):
        key = card.get("key") if isinstance(card, dict) else None
        width = card.get("width", known[key].width) if isinstance(key, str) and key in known else None
        if not isinstance(key, str) or key not in known or key in made:
            errors[f"cards.{index}.key"] = ["Must be a card that you may see, each once."]
        elif type(width) is not int or not 1 <= width <= WIDEST:
            errors[f"cards.{index}.width"] = [f"Must be a whole number from 1 to {WIDEST}."]
        else:
            made[key] = width
    if errors:
        raise Invalid(errors)
    return [{"key": key, "width": width} for key, width in made.items()]
