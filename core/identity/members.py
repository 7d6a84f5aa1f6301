"""Members of a tenant: who belongs to it, which roles they hold, who may change that."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from core.db.session import KernelSession
from core.errors import Duplicate, Forbidden, Invalid, NotFound, Refused
from core.identity.models import Member, MemberRole, Role, User
from core.identity.permissions import Grant, PermissionSet
from core.identity.roles import DeclaredAccess, grant_of, roles_of
from core.tenancy.models import Tenant


def add_member(session: KernelSession, tenant_id: int, user: User, *, is_owner: bool = False) -> Member:
    """Make a user a member of a tenant, without any role yet; Duplicate when they already are."""
    if find_member(session, tenant_id, user.id) is not None:
        raise Duplicate(f"{user.name} is already a member.", code="ALREADY_MEMBER")
    member = Member(
        tenant_id=tenant_id,
        id=session.take_ids(1)[0],
        user_id=user.id,
        username=user.username,
        name=user.name,
        email=user.email,
        is_owner=is_owner,
    )
    session.add(member)
    session.flush()
    return member


def find_member(session: KernelSession, tenant_id: int, user_id: int) -> Member | None:
    """Return a user's membership in a tenant, active or not."""
    wanted = sa.select(Member).where(Member.tenant_id == tenant_id, Member.user_id == user_id)
    return session.scalars(wanted).one_or_none()


def roles_by_key(session: KernelSession, tenant_id: int, keys: Sequence[str]) -> list[Role]:
    """Return the tenant's roles of these keys; Invalid names those that do not exist."""
    wanted = sa.select(Role).where(Role.tenant_id == tenant_id, Role.key.in_(keys)).order_by(Role.key)
    found = list(session.scalars(wanted))
    missing = sorted(set(keys) - {role.key for role in found})
    if missing:
        raise Invalid({"roles": [f"There is no role {key!r}." for key in missing[:5]]})
    return found


def roles_by_id(session: KernelSession, tenant_id: int, ids: Sequence[int]) -> list[Role]:
    """Return the tenant's roles of these ids; Invalid names those that do not exist."""
    wanted = sa.select(Role).where(Role.tenant_id == tenant_id, Role.id.in_(ids)).order_by(Role.key)
    found = list(session.scalars(wanted))
    missing = sorted(set(ids) - {role.id for role in found})
    if missing:
        raise Invalid({"roles": [f"There is no role with the id {number}." for number in missing[:5]]})
    return found


def set_roles(
    session: KernelSession,
    member: Member,
    roles: Sequence[Role],
    *,
    by: PermissionSet,
    declared: DeclaredAccess,
) -> None:
    """Let a member hold exactly these roles; nobody gives or takes a role that holds more than they have themselves."""
    held = {role.id: role for role in roles_of(session, member.tenant_id, member.id)}
    wanted = {role.id: role for role in roles}
    changed = wanted.keys() ^ held.keys()
    for role in [(wanted | held)[role_id] for role_id in sorted(changed)]:
        require_cover(by, [grant_of(role, declared)], f"the role {role.title!r}")
    _drop_roles(session, member, held.keys() - wanted.keys())
    for role_id in sorted(wanted.keys() - held.keys()):
        session.add(MemberRole(tenant_id=member.tenant_id, member_id=member.id, role_id=role_id))
    session.flush()


def require_cover(by: PermissionSet, grants: Sequence[Grant], what: str) -> None:
    """Raise Forbidden unless whoever acts has at least these grants."""
    if not by.covers(grants):
        raise Forbidden(
            f"You cannot hand out, change or take away {what}: it gives rights that you do not have yourself.",
            code="MORE_RIGHTS_THAN_YOURS",
        )


def require_authority(session: KernelSession, member: Member, *, by: PermissionSet, declared: DeclaredAccess) -> None:
    """Raise Forbidden unless whoever acts has at least the rights of the member acted on."""
    if member.is_owner:
        require_cover(by, [Grant(("*",))], f"the ownership of {member.name}")
    held = roles_of(session, member.tenant_id, member.id)
    require_cover(by, [grant_of(role, declared) for role in held], f"the membership of {member.name}")


def deactivate_member(session: KernelSession, member: Member) -> None:
    """Shut a member out of this tenant from the next request on; their other tenants are not touched."""
    if member.is_owner:
        _require_another_owner(session, member)
    member.is_active = False
    session.flush()


def activate_member(session: KernelSession, member: Member) -> None:
    """Let a member in again, with the roles they had."""
    member.is_active = True
    session.flush()


def set_owner(session: KernelSession, member: Member, is_owner: bool) -> None:
    """Make a member an owner, or take that away; the last active owner stays."""
    if not is_owner and member.is_owner:
        _require_another_owner(session, member)
    member.is_owner = is_owner
    session.flush()


def get_member(session: KernelSession, tenant_id: int, member_id: int) -> Member:
    """Return a member of the tenant by id, re-read and locked; NotFound when there is none."""
    wanted = sa.select(Member).where(Member.tenant_id == tenant_id, Member.id == member_id).with_for_update()
    member = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if member is None:
        raise NotFound("There is no such member.")
    return member


def _require_another_owner(session: KernelSession, member: Member) -> None:
    # One lock for the whole tenant: two owners who remove each other at once cannot both succeed.
    tenant = sa.select(Tenant.id).where(Tenant.id == member.tenant_id).with_for_update(key_share=True)
    session.execute(tenant)
    owners = sa.select(Member).where(Member.tenant_id == member.tenant_id, Member.is_owner.is_(True))
    known = session.scalars(owners.execution_options(populate_existing=True)).all()
    active = [owner for owner in known if owner.is_active and owner.id != member.id]
    if not active:
        raise Refused("LAST_OWNER", f"{member.name} is the last owner; make another member an owner first.")


def _drop_roles(session: KernelSession, member: Member, role_ids: Sequence[int] | set[int]) -> None:
    rows = sa.select(MemberRole).where(
        MemberRole.tenant_id == member.tenant_id,
        MemberRole.member_id == member.id,
        MemberRole.role_id.in_(list(role_ids)),
    )
    for row in session.scalars(rows):
        session.delete(row)
    session.flush()
