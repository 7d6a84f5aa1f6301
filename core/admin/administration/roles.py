"""Roles as a matrix of resources and verbs: read at a glance, changed by ticking, compared before saving."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Response, make_response, request

from core.actions.context import Context
from core.actions.run import Call, find_action, run_action
from core.actions.unit import Answer, perform
from core.admin.frame.visit import Crumb, Note, Visit, frame, go, show
from core.admin.records.pages import said
from core.administration.granting import Subject, subjects
from core.errors import Forbidden, NotFound, Problem
from core.identity.models import Member, MemberRole, Role
from core.identity.permissions import pattern_covers
from core.identity.roles import grant_of
from core.web.current import VIEW_AS
from core.web.viewing import PERMISSION, hand_out, look_as

READ, UPDATE, CREATE = "kernel.role.read", "kernel.role.update", "kernel.role.create"
MOST_HOLDERS = 50


@dataclass(frozen=True)
class Tick:
    """One box: a pattern, whether the role names it, whether a wider pattern of it gives it already."""

    pattern: str
    label: str
    named: bool
    given: bool


@dataclass(frozen=True)
class Row:
    """One document, or part of the kernel: everything of it, then each of its verbs."""

    title: str
    icon: str
    every: Tick
    verbs: list[Tick]
    rules: list[str]


@dataclass(frozen=True)
class Part:
    """One module: everything of it, then its resources."""

    name: str
    title: str
    every: Tick
    rows: list[Row]
    granted: int


def rights(visit: Visit, role_id: int, problem: Problem | None = None) -> Response:
    """Show a role as a matrix."""
    with visit.reading() as ctx:
        role = _find(ctx, role_id)
        named = _sent() if problem else _patterns(ctx, role)
        parts, extra = _parts(ctx, named)
        view = {
            "role": role, "parts": parts, "extra": extra, "url": f"/roles/{role_id}/rights",
            "every": _tick("*", "Everything", named),
            "rules": _rules(ctx, set(request.form.getlist("rules")) if problem else set(role.rules)),
            "holders": _holders(ctx, role_id), "may_change": ctx.can(UPDATE) and not role.is_declared,
            "may_copy": ctx.can(CREATE), "may_look": ctx.can(PERMISSION) and ctx.actor.source == "session",
        }  # fmt: skip
        page = frame(visit, ctx, role.title, Crumb("Roles", "/roles"))
    page.pickers = False
    status = problem.status if problem else 200
    return show(page, "administration/rights.html", status, view=view, problem=said(problem))


def _find(ctx: Context, role_id: int) -> Role:
    if not ctx.can(READ):
        raise Forbidden(f"You need the permission {READ}.", permission=READ)
    role: Role | None = ctx.one(sa.select(Role).where(Role.id == role_id, *ctx.visible("kernel.role")))
    if role is None:
        raise NotFound("There is no such role.")
    return role


def _patterns(ctx: Context, role: Role) -> list[str]:
    return list(grant_of(role, ctx.kernel.identity.access.declared).patterns)


def _sent() -> list[str]:
    typed = [line.strip() for line in request.form.get("extra", "").splitlines()]
    return list(dict.fromkeys([*request.form.getlist("permissions"), *(line for line in typed if line)]))


def _parts(ctx: Context, named: Sequence[str]) -> tuple[list[Part], list[str]]:
    """Return the matrix, and the patterns of the role that it has no box for."""
    modules: dict[str, list[Subject]] = {}
    for subject in subjects(ctx):
        modules.setdefault(subject.plugin, []).append(subject)
    parts, boxes = [], {"*"}
    for name, found in modules.items():
        rows = [_row(ctx, item, named) for item in found]
        every = _tick(f"{name}.*", f"All of {name}", named)
        boxes |= {every.pattern, *(tick.pattern for row in rows for tick in (row.every, *row.verbs))}
        granted = sum(any(tick.named or tick.given for tick in (row.every, *row.verbs)) for row in rows)
        parts.append(Part(name, ctx.registry.plugins[name].manifest.title, every, rows, granted))
    return parts, [pattern for pattern in named if pattern not in boxes]


def _row(ctx: Context, subject: Subject, named: Sequence[str]) -> Row:
    every = _tick(f"{subject.key}.*", f"{subject.title}: everything", named)
    verbs = [_tick(f"{subject.key}.{verb}", label, named) for verb, label in subject.verbs]
    rules = [item.key for item in ctx.view.only(ctx.registry.rules) if subject.key in item.resources]
    return Row(subject.title, subject.icon, every, verbs, rules)


def _tick(pattern: str, label: str, named: Iterable[str]) -> Tick:
    return Tick(pattern, label, pattern in named,
                any(other != pattern and pattern_covers(other, pattern) for other in named))  # fmt: skip


def _rules(ctx: Context, held: set[str]) -> list[dict[str, Any]]:
    resources = ctx.registry.resources
    return [
        {"key": item.key, "held": item.key in held, "help": " ".join((item.function.__doc__ or "").split()),
         "on": [resources[key].title for key in item.resources if key in resources]}
        for item in ctx.view.only(ctx.registry.rules)
    ]  # fmt: skip


def _holders(ctx: Context, role_id: int) -> list[dict[str, Any]]:
    if not ctx.can("kernel.member.read"):
        return []
    held = sa.select(MemberRole.member_id).where(MemberRole.role_id == role_id)
    wanted = sa.select(Member).where(Member.id.in_(held)).order_by(Member.name).limit(MOST_HOLDERS)
    return [{"name": item.name, "url": f"/members/{item.id}", "active": item.is_active} for item in ctx.all(wanted)]


def save_rights(visit: Visit, role_id: int) -> Response:
    """Say what would change, then keep it."""
    sent, rules = _sent(), request.form.getlist("rules")

    def work(ctx: Context) -> Answer:
        change = Call(find_action(ctx, UPDATE), [role_id], {"permissions": sent, "rules": rules})
        version = request.form.get("version", "")
        change.versions = {role_id: int(version)} if version.isdecimal() and len(version) < 10 else {}
        run_action(ctx, change)
        return Answer(200, "")

    try:
        if request.form.get("do") != "save":
            return _compare(visit, role_id, sent, rules)
        perform(visit.kernel, visit.actor, work)
    except Problem as problem:
        return rights(visit, role_id, problem)
    return go(f"/roles/{role_id}/rights", Note("Saved. It holds from the next request of everybody who has the role."))


def _compare(visit: Visit, role_id: int, sent: Sequence[str], rules: Sequence[str]) -> Response:
    with visit.reading() as ctx:
        role = _find(ctx, role_id)
        before = _patterns(ctx, role)
        view = {
            "role": role, "url": f"/roles/{role_id}/rights", "sent": sent, "rules": rules,
            "added": [item for item in sent if item not in before],
            "dropped": [item for item in before if not any(pattern_covers(other, item) for other in sent)],
            "rules_added": [item for item in rules if item not in role.rules],
            "rules_dropped": [item for item in role.rules if item not in rules],
            "holders": _holders(ctx, role_id),
        }  # fmt: skip
        page = frame(
            visit, ctx, "What changes", Crumb("Roles", "/roles"), Crumb(role.title, f"/roles/{role_id}/rights")
        )
    page.pickers = False
    return show(page, "administration/rights_compared.html", view=view)


def copy_role(visit: Visit, role_id: int) -> Response:
    """Make an own role of a declared one, to change as one likes."""
    made: list[int] = []

    def work(ctx: Context) -> Answer:
        role = _find(ctx, role_id)
        values = {"key": _free_key(ctx, role), "title": f"{role.title} (own)"[:120],
                  "permissions": _patterns(ctx, role), "rules": list(role.rules)}  # fmt: skip
        made[:] = run_action(ctx, Call(find_action(ctx, CREATE), arguments=values)).ids
        return Answer(201, "")

    try:
        perform(visit.kernel, visit.actor, work)
    except Problem as problem:
        return rights(visit, role_id, problem)
    return go(f"/roles/{made[0]}/rights", Note("This role is yours: tick what it should give."))


def _free_key(ctx: Context, role: Role) -> str:
    stem = "own-" + re.sub(r"[^a-z0-9_-]+", "-", role.key.lower()).strip("-")[:60]
    taken = set(ctx.all(sa.select(Role.key).where(Role.key.startswith(stem, autoescape=True))))
    return next(key for key in (stem, *(f"{stem}-{count}" for count in range(2, 1000))) if key not in taken)


def view_as(visit: Visit) -> Response:
    """Look as a role from the next page on."""
    text = request.form.get("role_id", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise NotFound("There is no such role.")
    look_as(visit.actor, int(text))
    response = go("/")
    hand_out(response, visit.actor, int(text))
    return response


def end_view_as(_visit: Visit) -> Response:
    """Be oneself again."""
    response = make_response(go("/roles", Note("You are yourself again.")))
    response.delete_cookie(VIEW_AS, httponly=True, samesite="Lax")
    return response
