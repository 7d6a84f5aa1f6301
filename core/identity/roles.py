"""Roles: those that modules bring, those a tenant makes, and what a member's roles add up to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from core.db.session import KernelSession
from core.errors import Invalid
from core.identity.models import MemberRole, Role
from core.identity.permissions import Grant, PermissionSet, is_pattern
from core.tenancy.models import TenantModule

KERNEL = "kernel"
ADMINISTRATOR = "kernel.administrator"
MAXIMUM_PATTERNS = 500


@dataclass(frozen=True, slots=True)
class DeclaredRole:
    """A role as a module declares it."""

    key: str
    title: str
    permissions: tuple[str, ...]
    rules: tuple[str, ...] = ()

    @property
    def plugin(self) -> str:
        """The module that brings the role."""
        return self.key.partition(".")[0]

    @property
    def grant(self) -> Grant:
        """What the role gives."""
        return Grant(self.permissions, frozenset(self.rules))


@dataclass(frozen=True, slots=True)
class DeclaredAccess:
    """The roles and record rules that the loaded modules declare."""

    roles: Mapping[str, DeclaredRole] = field(default_factory=dict)
    rule_resources: Mapping[str, Collection[str]] = field(default_factory=dict)


BUILT_IN = DeclaredRole(ADMINISTRATOR, "Administrator", ("*",))


def publish_roles(session: KernelSession, tenant_id: int, declared: Iterable[DeclaredRole]) -> None:
    """Make every declared role something the tenant can hand out; running it again brings the rows up to date.

    The row gives the role an id to refer to. What it grants is read from the declaration, so that an upgraded
    module's role holds without touching any tenant.
    """
    known = {role.key: role for role in session.scalars(sa.select(Role).where(Role.tenant_id == tenant_id))}
    for item in declared:
        role = known.get(item.key)
        if role is None:
            session.add(_new_row(tenant_id, item))
        elif (role.title, role.permissions, role.rules) != (item.title, list(item.permissions), list(item.rules)):
            role.title, role.permissions, role.rules = item.title, list(item.permissions), list(item.rules)
    session.flush()


def grant_of(role: Role, declared: DeclaredAccess) -> Grant:
    """Return what a role gives; nothing when the module that brought it is gone."""
    if not role.is_declared:
        return Grant(tuple(role.permissions), frozenset(role.rules))
    known = declared.roles.get(role.key)
    return known.grant if known is not None else Grant(())


def member_permissions(
    session: KernelSession, tenant_id: int, member_id: int, declared: DeclaredAccess
) -> PermissionSet:
    """Add up what the roles of a member give; roles of modules that are switched off give nothing."""
    held = (
        sa.select(Role)
        .join(MemberRole, sa.and_(MemberRole.tenant_id == Role.tenant_id, MemberRole.role_id == Role.id))
        .where(Role.tenant_id == tenant_id, MemberRole.member_id == member_id)
        .order_by(Role.key)
    )
    roles = session.scalars(held).all()
    modules = sa.select(TenantModule.plugin).where(TenantModule.tenant_id == tenant_id)
    switched_on = {KERNEL, *session.scalars(modules)}
    usable = [role for role in roles if not role.is_declared or role.key.partition(".")[0] in switched_on]
    return PermissionSet([grant_of(role, declared) for role in usable], declared.rule_resources)


def roles_of(session: KernelSession, tenant_id: int, member_id: int) -> list[Role]:
    """Return the roles of a member, by key."""
    held = sa.select(MemberRole.role_id).where(MemberRole.tenant_id == tenant_id, MemberRole.member_id == member_id)
    wanted = sa.select(Role).where(Role.tenant_id == tenant_id, Role.id.in_(held)).order_by(Role.key)
    return list(session.scalars(wanted))


def check_role(permissions: object, rules: object, known_rules: Collection[str]) -> Grant:
    """Return what a tenant's own role would give; Invalid names each pattern or rule that does not exist."""
    errors: dict[str, list[str]] = {}
    patterns = _texts(permissions, "permissions", errors)
    keys = _texts(rules, "rules", errors)
    wrong = [pattern for pattern in patterns if not is_pattern(pattern)]
    unknown = [key for key in keys if key not in known_rules]
    if wrong:
        errors["permissions"] = [f"{wrong[0][:80]!r} is not a pattern such as 'inventory.item.read' or 'recipes.*'."]
    if unknown:
        errors["rules"] = [f"No module brings a record rule {unknown[0][:80]!r}."]
    if errors:
        raise Invalid(errors)
    return Grant(tuple(dict.fromkeys(patterns)), frozenset(keys))


def _texts(value: object, name: str, errors: dict[str, list[str]]) -> Sequence[str]:
    items = [item for item in value if isinstance(item, str)] if isinstance(value, list) else None
    if items is None or len(items) != len(value) or len(items) > MAXIMUM_PATTERNS:  # type: ignore[arg-type]
        errors[name] = [f"Give a list of at most {MAXIMUM_PATTERNS} texts."]
        return []
    return items


def _new_row(tenant_id: int, item: DeclaredRole) -> Role:
    return Role(
        tenant_id=tenant_id,
        key=item.key,
        title=item.title,
        permissions=list(item.permissions),
        rules=list(item.rules),
        is_declared=True,
    )
