"""What a tenant's administrators do with members and roles; nobody hands out more than they have themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import sqlalchemy as sa

from core.actions.arguments import arg
from core.actions.context import Context
from core.errors import Invalid, Refused
from core.identity import members as membership
from core.identity import users
from core.identity.models import BrowserSession, Member, MemberRole, Role, TokenFamily, User
from core.identity.passwords import one_time_password
from core.identity.permissions import Grant
from core.identity.resources import members, roles
from core.identity.roles import DeclaredAccess, check_role, grant_of
from core.plugins.declare import action, before

_OWN_KEY = re.compile(r"[a-z][a-z0-9_-]{1,79}")


@action(members, scope="collection", label="Add user", icon="user-plus")
def invite(
    ctx: Context,
    *,
    email: Annotated[str, arg("E-mail", max_length=254)],
    name: Annotated[str, arg("Name", max_length=120)] = "",
    username: Annotated[str, arg("User name", max_length=60)] = "",
    password: Annotated[str, arg("First password", max_length=256)] = "",
    role_ids: Annotated[list[int] | None, arg("Roles", ref="kernel.role")] = None,
) -> dict[str, Any]:
    """Add a person to this tenant; whoever has an account already keeps their own name and password.

    A new account without a password gets one that is told once. Raises Duplicate when they are a member, Invalid when
    a new account lacks a name or user name.
    """
    user = users.find_user(ctx.db, email) if "@" in email else None
    told: dict[str, Any] = {"account_created": user is None}
    if user is None:
        if not password:
            password = told["one_time_password"] = one_time_password()
        user = users.create_user(
            ctx.db, ctx.kernel.identity.policy, username=username, email=email, name=name, password=password
        )
    member = membership.add_member(ctx.db, ctx.tenant.id, user)
    _set_roles(ctx, member, role_ids or [])
    return {"id": member.id, "username": member.username, "name": member.name, **told}


@action(members, label="Assign roles", icon="shield-check")
def assign_roles(
    ctx: Context, member: Member, *, role_ids: Annotated[list[int], arg("Roles", ref="kernel.role")]
) -> None:
    """Let the member hold exactly these roles; effective at their next request."""
    _require_authority(ctx, member)
    _set_roles(ctx, member, role_ids)


@action(members, label="Deactivate", icon="user-x", confirm="They are shut out of this tenant at once.")
def deactivate(ctx: Context, member: Member) -> None:
    """Shut the member out of this tenant from their next request on."""
    if member.id == ctx.actor.member_id:
        raise Refused("OWN_MEMBERSHIP", "Nobody deactivates their own membership; ask another administrator.")
    _require_authority(ctx, member)
    membership.deactivate_member(ctx.db, member)


@action(members, label="Activate", icon="user-check")
def activate(ctx: Context, member: Member) -> None:
    """Let the member in again, with the roles they had."""
    _require_authority(ctx, member)
    membership.activate_member(ctx.db, member)


@action(members, label="Make owner", icon="crown", confirm="Owners may do everything in this tenant.")
def make_owner(ctx: Context, member: Member) -> None:
    """Make the member an owner; only who may do everything can."""
    _require_everything(ctx, member)
    membership.set_owner(ctx.db, member, is_owner=True)


@action(members, label="Revoke ownership", icon="crown")
def revoke_ownership(ctx: Context, member: Member) -> None:
    """Take the ownership away; the last owner stays."""
    _require_everything(ctx, member)
    membership.set_owner(ctx.db, member, is_owner=False)


@action(members, label="Set password", icon="key", confirm="They are logged out everywhere.")
def set_password(
    ctx: Context, member: Member, *, password: Annotated[str, arg("New password", max_length=256)]
) -> None:
    """Give the member a new password, for people who belong to this tenant alone.

    Somebody who works in another tenant too, or runs the installation, is not this tenant's to take over.
    """
    _require_authority(ctx, member)
    user = ctx.db.get_one(User, member.user_id)
    if user.is_platform_admin or _works_elsewhere(ctx, user):
        raise Refused("NOT_YOURS_ALONE", "The account is not this tenant's alone; its owner changes the password.")
    users.set_password(ctx.db, ctx.kernel.identity.policy, user, password)


@action(members, label="Reset password", icon="key-round", confirm="They get a one-time password, told only now.")
def reset_password(ctx: Context, member: Member) -> dict[str, Any]:
    """Give the member a one-time password, under the same rule as setting one; it is told in this answer only."""
    password = one_time_password()
    set_password(ctx, member, password=password)
    return {"one_time_password": password}


@action(members, label="End sessions", icon="log-out", confirm="They are logged out of this organisation everywhere.")
def end_sessions(ctx: Context, member: Member) -> None:
    """End every log-in of the member in this tenant; what they do in another tenant goes on."""
    _require_authority(ctx, member)
    here = (BrowserSession.user_id == member.user_id, BrowserSession.tenant_id == ctx.tenant.id)
    ctx.db.execute(sa.delete(BrowserSession).where(*here).execution_options(synchronize_session=False))
    open_ = sa.select(TokenFamily).where(
        TokenFamily.user_id == member.user_id, TokenFamily.tenant_id == ctx.tenant.id, TokenFamily.revoked_at.is_(None)
    )
    for family in ctx.db.scalars(open_.order_by(TokenFamily.id).with_for_update()):
        family.revoked_at = ctx.now()


@before(roles, "create")
def check_new_role(ctx: Context, record: Role, values: dict[str, Any]) -> None:
    """Refuse keys that belong to modules, patterns that mean nothing and rights the maker does not have."""
    if not _OWN_KEY.fullmatch(record.key):
        raise Invalid({"key": ["Use lower-case letters, digits, dashes and underscores; no dots."]})
    _accept(ctx, record, values)


@before(roles, "update")
def check_changed_role(ctx: Context, record: Role, values: dict[str, Any]) -> None:
    """Refuse changes of a module's role, and of rights that the changer does not have."""
    _require_own(record)
    if values.get("key", record.key) != record.key:
        raise Invalid({"key": ["Stays as it is once made; make another role instead."]})
    membership.require_cover(ctx.actor.permissions, [grant_of(record, _declared(ctx))], f"the role {record.title!r}")
    _accept(ctx, record, values)


@before(roles, "delete")
def check_dropped_role(ctx: Context, record: Role, values: dict[str, Any]) -> None:
    """Refuse to delete a module's role or one that somebody holds."""
    _require_own(record)
    membership.require_cover(ctx.actor.permissions, [grant_of(record, _declared(ctx))], f"the role {record.title!r}")
    holders = ctx.scalar(sa.select(sa.func.count(MemberRole.id)).where(MemberRole.role_id == record.id))
    if holders:
        raise Refused("ROLE_IN_USE", f"{holders} members hold this role; give them another one first.", holders=holders)


def _accept(ctx: Context, record: Role, values: dict[str, Any]) -> None:
    permissions, rules = values.get("permissions", record.permissions), values.get("rules", record.rules)
    grant = check_role(permissions, rules, ctx.registry.rules.keys())
    membership.require_cover(ctx.actor.permissions, [grant], f"the role {values.get('title', record.title)!r}")


def _require_own(record: Role) -> None:
    if record.is_declared:
        raise Refused("MODULES_ROLE", "A module brings this role; make one of your own with the rights you need.")


def _set_roles(ctx: Context, member: Member, role_ids: Sequence[int]) -> None:
    wanted = membership.roles_by_id(ctx.db, ctx.tenant.id, role_ids)
    membership.set_roles(ctx.db, member, wanted, by=ctx.actor.permissions, declared=_declared(ctx))


def _require_authority(ctx: Context, member: Member) -> None:
    membership.require_authority(ctx.db, member, by=ctx.actor.permissions, declared=_declared(ctx))


def _require_everything(ctx: Context, member: Member) -> None:
    membership.require_cover(ctx.actor.permissions, [Grant(("*",))], f"the ownership of {member.name}")


def _declared(ctx: Context) -> DeclaredAccess:
    return ctx.kernel.identity.access.declared


def _works_elsewhere(ctx: Context, user: User) -> bool:
    # Asked of the kernel's own tables: the tenant's session sees its own members only.
    with ctx.kernel.platform_reading() as session:
        others = sa.select(Member.id).where(Member.user_id == user.id, Member.tenant_id != ctx.tenant.id)
        return session.scalars(others.limit(1)).first() is not None
