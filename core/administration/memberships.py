"""One member as an administrator sees them: how they stand, which roles they hold, what it comes to in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.actions.context import Context
from core.administration.granting import HeldRole, effective_rights, rule_words, words_of
from core.errors import Forbidden, NotFound
from core.identity.members import require_authority
from core.identity.models import Member, MemberRole, Role
from core.identity.permissions import Grant
from core.identity.presence import presence_of
from core.identity.roles import grant_of
from core.plugins.declarations import Rule
from core.plugins.declare import query
from core.plugins.registry import KERNEL
from core.resources.labels import labels

READ, ASSIGN, INVITE = "kernel.member.read", "kernel.member.assign-roles", "kernel.member.invite"
MOST_ASSIGNED = 50
EVERYTHING = Grant(("*",))


@query("kernel.member_access", path="members/{id}/access", title="What they may do", permission=READ)
def member_access(ctx: Context, member_id: int) -> dict[str, Any]:
    """Return how a member stands, the roles there are with those they hold, and what they may do in the end."""
    member = find_member(ctx, member_id)
    presence = presence_of(ctx.db, ctx.kernel.identity.policy, member)
    roles = role_rows(ctx)
    held = held_ids(ctx, member_id)
    mine = [row for row in roles if row.id in held]
    giving = [HeldRole(row.title, grant(ctx, row)) for row in mine if usable(ctx, row)]
    if member.is_owner:
        giving.insert(0, HeldRole("Owner", EVERYTHING))
    return {
        "id": member.id, "name": member.name, "username": member.username, "email": member.email,
        "is_active": member.is_active, "is_owner": member.is_owner, "account_active": presence.account_active,
        "last_seen_at": presence.last_seen_at, "blocked_until": presence.blocked_until, "log_ins": presence.log_ins,
        "roles": [{**role_told(ctx, row), "held": row.id in held} for row in roles],
        "rules": rules_told(ctx, member, giving), "may_change": may_change(ctx, member),
        "modules": effective_rights(ctx, giving),
    }  # fmt: skip


def find_member(ctx: Context, member_id: int) -> Member:
    """Return a member of the tenant; NotFound when there is none that the asker may see."""
    member: Member | None = ctx.one(sa.select(Member).where(Member.id == member_id, *ctx.visible("kernel.member")))
    if member is None:
        raise NotFound("There is no such member.")
    return member


def may_change(ctx: Context, member: Member) -> bool:
    """Tell whether the asker may say which roles a member holds: nobody touches who has more rights than they."""
    try:
        require_authority(ctx.db, member, by=ctx.actor.permissions, declared=ctx.kernel.identity.access.declared)
    except Forbidden:
        return False
    return ctx.can(ASSIGN)


# -- roles -----------------------------------------------------------------------------------------------------


def role_rows(ctx: Context) -> list[Role]:
    """Return every role of the tenant: its own and the kernel's first, those of modules that are off last."""
    found: list[Role] = ctx.all(sa.select(Role).order_by(Role.title, Role.id))
    return sorted(found, key=lambda row: (not usable(ctx, row), row.is_declared and not _of_kernel(row), _module(row)))


def role_told(ctx: Context, row: Role) -> dict[str, Any]:
    """Return a role as somebody needs it who decides whether to hand it out."""
    given = grant(ctx, row)
    plugin = ctx.registry.plugins.get(_module(row)) if row.is_declared else None
    return {
        "id": row.id, "key": row.key, "title": row.title, "gives": words_of(ctx, given),
        "narrowed_to": [rule_words(ctx, key) for key in sorted(given.rules)],
        "module": plugin.manifest.title if plugin is not None else "", "is_declared": row.is_declared,
        "is_usable": usable(ctx, row), "may_hand_out": ctx.actor.permissions.covers([given]),
    }  # fmt: skip


def grant(ctx: Context, row: Role) -> Grant:
    """Return what a role gives."""
    return grant_of(row, ctx.kernel.identity.access.declared)


def usable(ctx: Context, row: Role) -> bool:
    """Tell whether a role gives anything here: a module's role does only while the module is on."""
    return not row.is_declared or _of_kernel(row) or ctx.enabled(_module(row))


def held_ids(ctx: Context, member_id: int) -> set[int]:
    """Return the ids of the roles that a member holds."""
    return set(ctx.all(sa.select(MemberRole.role_id).where(MemberRole.member_id == member_id)))


def _module(row: Role) -> str:
    return row.key.partition(".")[0] if row.is_declared else ""


def _of_kernel(row: Role) -> bool:
    return row.key.startswith(f"{KERNEL}.")


# -- record rules ----------------------------------------------------------------------------------------------


def rules_told(ctx: Context, member: Member, roles: Sequence[HeldRole]) -> list[dict[str, Any]]:
    """Return the record rules that narrow a member's roles, with the records that the member is assigned to."""
    held = sorted({key for role in roles for key in role.grant.rules})
    return [
        {"key": rule.key, "help": rule_words(ctx, rule.key),
         "roles": [role.title for role in roles if rule.key in role.grant.rules], **_assigned(ctx, rule, member.id)}
        for rule in (ctx.registry.rules[key] for key in held if key in ctx.registry.rules)
    ]  # fmt: skip


def _assigned(ctx: Context, rule: Rule, member_id: int) -> Mapping[str, Any]:
    """Return the records that a member is assigned to, where the author of the rule said how that is kept."""
    if rule.assigned is None or not ctx.can(f"{rule.assigns}.read"):
        return {"assigned": None}
    resource, model = ctx.registry.resources[rule.assigns], rule.assigned
    mine, theirs = _pointing(model, Member.__tablename__), _pointing(model, resource.model.__tablename__)
    given = sa.select(theirs).where(mine == member_id).order_by(theirs).limit(MOST_ASSIGNED)
    visible = sa.select(resource.model.id).where(resource.model.id.in_(given), *ctx.visible(resource.key))
    named = labels(ctx.db, ctx.tenant.id, resource.model, resource, ctx.all(visible))
    records = [{"id": number, "name": name} for number, name in sorted(named.items(), key=lambda item: item[1])]
    return {"assigned": records, "resource": resource.key, "title": resource.title, "path": resource.path}


def _pointing(model: Any, table: str) -> Any:
    """Return the column of a model that refers to a table."""
    column = next(column for column in model.__table__.columns if column.key != "tenant_id"
                  and any(key.column.table.name == table for key in column.foreign_keys))  # fmt: skip
    return getattr(model, column.key)
