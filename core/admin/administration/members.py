"""Members: one as an administrator sees them, the roles they hold, and inviting somebody new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Response, request

from core.actions.context import Context
from core.admin.frame.programs import program_text
from core.admin.frame.visit import Note, Visit, frame, go, show
from core.admin.records.beside import beside_of
from core.admin.records.pages import crumb, run, said, told_faults
from core.admin.records.status import Blocked, Status
from core.admin.records.view import read_record, record_view
from core.administration.memberships import (
    ASSIGN,
    INVITE,
    READ,
    find_member,
    held_ids,
    member_access,
    role_rows,
    role_told,
)
from core.desk.preferences import own_zone
from core.errors import Forbidden, Problem
from core.identity.models import Member
from core.services.words import moment_text

RESET = "kernel.member.reset-password"
MOST_WORDS = 4
FIELDS = ("email", "name", "username", "password")
LABELS = {"email": "E-mail", "username": "User name", "password": "First password", "role_ids": "Roles"}
LAST_OWNER = "The last owner; make another member an owner first"
OWN_MEMBERSHIP = "Nobody shuts themselves out"


def member(visit: Visit, member_id: int, problem: Problem | None = None, password: str = "") -> Response:
    """Show a member: who they are, their roles, what narrows them, what they may do in the end, their log-ins."""
    with visit.reading() as ctx:
        _require(ctx, READ)
        resource = ctx.registry.resources["kernel.member"]
        row = read_record(ctx, ctx.shape(resource), member_id)
        tab = request.args.get("beside", "")
        view = record_view(ctx, resource, row, None, beside_of(ctx, resource, row, tab) if tab else None)
        access = member_access(ctx, member_id)
        view.queries, view.status = [], _fitting(ctx, view.status, access)
        zone = own_zone(ctx)
        page = frame(visit, ctx, view.heading, crumb(resource))
        more = {
            "access": access, "password": password, "most": MOST_WORDS, "modules": _gathered(access["modules"]),
            "ticked": _ticked(access["roles"], problem), "may_see_roles": ctx.can("kernel.role.read"),
            "told": lambda moment: moment_text(moment, zone) if moment else "", "program": program_text,
        }  # fmt: skip
    status = problem.status if problem else 200
    return show(page, "administration/member.html", status, view=view, problem=said(problem), **more)


def _require(ctx: Context, permission: str) -> None:
    if not ctx.can(permission):
        raise Forbidden(f"You need the permission {permission}.", permission=permission)


def _ticked(roles: Iterable[Mapping[str, Any]], problem: Problem | None) -> set[int]:
    """Return the boxes that are ticked: as the member stands, or as they were sent when that was refused."""
    held = {role["id"] for role in roles if role["held"]}
    return held if problem is None or "shown" not in request.form else (held - _sent("shown")) | _sent("role_ids")


def _fitting(ctx: Context, status: Status, access: Mapping[str, Any]) -> Status:
    """Return the actions that make sense for a member as they stand; the roles have their own place on the page."""
    buttons = {item.url.rpartition("/")[2]: item for item in status.actions + status.more_actions}
    idle = ["assign-roles", "activate" if access["is_active"] else "deactivate"]
    idle.append("make-owner" if access["is_owner"] else "revoke-ownership")
    blocked = []
    if access["is_owner"] and _is_last_owner(ctx, access["id"]):
        blocked = [(verb, LAST_OWNER) for verb in ("revoke-ownership", "deactivate")]
    elif access["id"] == ctx.actor.member_id:
        blocked = [("deactivate", OWN_MEMBERSHIP)]
    told = [Blocked(buttons[verb].label, buttons[verb].icon, why) for verb, why in blocked if verb in buttons]
    possible = [item for verb, item in buttons.items() if verb not in (*idle, *(verb for verb, _ in blocked))]
    return replace(status, actions=[], more_actions=possible, blocked=told)


def _is_last_owner(ctx: Context, member_id: int) -> bool:
    others = sa.select(Member.id).where(Member.is_owner, Member.is_active, Member.id != member_id)
    return not ctx.all(others.limit(1))


def _gathered(modules: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rights as a table reads best: for a document one line for all verbs that come the same way."""
    return [{**module, "documents": [{**item, "lines": _lines(item["rights"])} for item in module["documents"]]}
            for module in modules]  # fmt: skip


def _lines(rights: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    lines: dict[tuple[Any, ...], dict[str, Any]] = {}
    for right in rights:
        narrowed = list(dict.fromkeys(words for rules in right["narrowed_to"] for words in rules))
        line = lines.setdefault((*right["roles"], None, *narrowed), {"labels": [], "roles": right["roles"]})
        line["labels"].append(right["label"])
        line["narrowed"] = narrowed
    return list(lines.values())


def save_roles(visit: Visit, member_id: int) -> Response:
    """Let the member hold the ticked roles; those that had no open box here, and those given meanwhile, stay."""
    with visit.reading() as ctx:
        find_member(ctx, member_id)
        kept = held_ids(ctx, member_id) - _sent("shown")
    try:
        run(visit, ASSIGN, {"ids": [member_id], "arguments": {"role_ids": sorted(kept | _sent("role_ids"))}})
    except Problem as problem:
        return member(visit, member_id, problem)
    return go(f"/members/{member_id}", Note("Saved. It holds from their next request."))


def _sent(name: str) -> set[int]:
    texts = request.form.getlist(name)
    return {int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 16}


def reset_password(visit: Visit, member_id: int) -> Response:
    """Give a member a one-time password, shown in this answer and nowhere else."""
    try:
        outcome = run(visit, RESET, {"ids": [member_id]})
    except Problem as problem:
        return member(visit, member_id, problem)
    return member(visit, member_id, password=outcome.results[0]["one_time_password"])


def see_access(_visit: Visit, member_id: int) -> Response:
    """Lead to the page that shows what the query answers."""
    return go(f"/members/{member_id}")


# -- somebody new ------------------------------------------------------------------------------------------------


def invitation(visit: Visit, problem: Problem | None = None, made: Mapping[str, Any] | None = None) -> Response:
    """Show the form of a new member, or whom it made."""
    with visit.reading() as ctx:
        _require(ctx, INVITE)
        resource = ctx.registry.resources["kernel.member"]
        ticked, errors = _sent("role_ids") if problem else set(), problem.errors if problem else {}
        roles = [{**role_told(ctx, row), "held": False} for row in role_rows(ctx)]
        page = frame(visit, ctx, "Add a user", crumb(resource))
    values = {name: request.form.get(name, "")[:254] if problem and name != "password" else "" for name in FIELDS}
    page.pickers = False
    view = {"roles": [role for role in roles if role["is_usable"]], "ticked": ticked, "errors": errors,
            "values": values, "made": made}  # fmt: skip
    summary = told_faults(errors, LABELS)
    status = problem.status if problem else 200
    return show(page, "administration/invitation.html", status, view=view, most=MOST_WORDS, problem=said(problem),
                summary=summary, may_see_roles=False)  # fmt: skip


def invite(visit: Visit) -> Response:
    """Add a person: with an account they have already, or with a new one."""
    given = {name: request.form.get(name, "").strip() for name in FIELDS[:3]}
    given["password"] = request.form.get("password", "")
    arguments: dict[str, Any] = {name: text for name, text in given.items() if text or name == "email"}
    try:
        outcome = run(visit, INVITE, {"arguments": {**arguments, "role_ids": sorted(_sent("role_ids"))}})
    except Problem as problem:
        return invitation(visit, problem)
    made = outcome.results[0]
    if "one_time_password" in made:
        return invitation(visit, made=made)
    return go(f"/members/{made['id']}", Note(f"{made['name']} is a member now."))
