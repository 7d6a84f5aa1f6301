"""Who there is: users of the installation, their memberships in tenants, roles, sessions and tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, UOWTransaction

from core.db.base import KernelTable, Record
from core.db.fields import field, ref
from core.db.session import KernelSession
from core.db.types import UTC, Json, choice
from core.tenancy.models import Tenant


class User(KernelTable):
    """A person who logs in; one user may be a member of several tenants."""

    __tablename__ = "core_user"

    username: Mapped[str] = field(sa.String(60), label="User name", unique=True)
    email: Mapped[str] = field(sa.String(254), label="E-mail", unique=True)
    name: Mapped[str] = field(sa.String(120), label="Name")
    password_hash: Mapped[str | None] = field(sa.String(255), optional=True, sensitive=True)
    is_active: Mapped[bool] = field(sa.Boolean, label="Active", default=True)
    is_platform_admin: Mapped[bool] = field(sa.Boolean, label="Platform administrator")
    # Every session and token carries the revision it was made under: raising it ends all of them in one write.
    auth_revision: Mapped[int] = field(sa.Integer, default=1, readonly=True)
    last_tenant_id, last_tenant = ref(Tenant, label="Last used tenant", optional=True, ondelete="SET NULL", index=False)
    last_login_at: Mapped[datetime | None] = field(UTC, label="Last log-in", optional=True, readonly=True)
    created_at: Mapped[datetime] = field(UTC, label="Created", readonly=True)


class Member(Record):
    """A user's place in one tenant, under the name the tenant knows them by."""

    __tablename__ = "core_member"
    __open_to_kernel__ = True
    __table_args__ = (sa.UniqueConstraint("tenant_id", "user_id"),)

    user_id, user = ref(User, label="User", readonly=True)
    # Copies of the user's own fields, so that a tenant searches, sorts and shows its members without reading users.
    username: Mapped[str] = field(sa.String(60), label="User name", search=True, readonly=True)
    name: Mapped[str] = field(sa.String(120), label="Name", search=True, readonly=True)
    email: Mapped[str] = field(sa.String(254), label="E-mail", search=True, readonly=True)
    is_active: Mapped[bool] = field(sa.Boolean, label="Active", default=True, readonly=True)
    is_owner: Mapped[bool] = field(sa.Boolean, label="Owner", readonly=True, help="Owners may do everything.")


class Role(Record):
    """A set of permissions that members are given: brought by a plugin, or made by the tenant."""

    __tablename__ = "core_role"
    __open_to_kernel__ = True

    key: Mapped[str] = field(sa.String(80), label="Key", unique=True, search=True)
    title: Mapped[str] = field(sa.String(120), label="Title", search=True)
    permissions: Mapped[list[str]] = field(
        Json, label="Permissions", default=lambda _context: [], help="Patterns such as inventory.*.read."
    )
    rules: Mapped[list[str]] = field(
        Json, label="Record rules", default=lambda _context: [], help="Keys of the rules that narrow the permissions."
    )
    is_declared: Mapped[bool] = field(sa.Boolean, label="Brought by a module", readonly=True)


class MemberRole(Record):
    """A role held by a member."""

    __tablename__ = "core_member_role"
    __open_to_kernel__ = True
    __table_args__ = (sa.UniqueConstraint("tenant_id", "member_id", "role_id"),)

    member_id, member = ref(Member, label="Member", parent="roles")
    role_id, role = ref(Role, label="Role")


class BrowserSession(KernelTable):
    """A browser that is logged in; the cookie's value itself is never stored."""

    __tablename__ = "core_browser_session"

    token_hash: Mapped[str] = field(sa.String(64), unique=True, sensitive=True)
    user_id, user = ref(User, ondelete="CASCADE")
    tenant_id, tenant = ref(Tenant, optional=True, ondelete="CASCADE")
    auth_revision: Mapped[int] = field(sa.Integer)
    csrf_token: Mapped[str] = field(sa.String(64), sensitive=True)
    created_at: Mapped[datetime] = field(UTC)
    last_seen_at: Mapped[datetime] = field(UTC)
    expires_at: Mapped[datetime] = field(UTC, index=True)
    user_agent: Mapped[str] = field(sa.String(200), default="")
    address: Mapped[str] = field(sa.String(45), default="")


class TokenFamily(KernelTable):
    """One log-in of a client program: all refresh tokens that descend from it live and die together."""

    __tablename__ = "core_token_family"

    user_id, user = ref(User, ondelete="CASCADE")
    tenant_id, tenant = ref(Tenant, optional=True, ondelete="CASCADE")
    # The family that the log-in began with; going to another tenant starts a further one.
    login_id: Mapped[int] = field(sa.BigInteger, index=True)
    auth_revision: Mapped[int] = field(sa.Integer)
    created_at: Mapped[datetime] = field(UTC)
    expires_at: Mapped[datetime] = field(UTC, index=True)
    revoked_at: Mapped[datetime | None] = field(UTC, optional=True)
    user_agent: Mapped[str] = field(sa.String(200), default="")
    address: Mapped[str] = field(sa.String(45), default="")


class RefreshToken(KernelTable):
    """A refresh token: good for one exchange; showing it again ends its family."""

    __tablename__ = "core_refresh_token"

    token_hash: Mapped[str] = field(sa.String(64), unique=True, sensitive=True)
    family_id, family = ref(TokenFamily, ondelete="CASCADE")
    created_at: Mapped[datetime] = field(UTC)
    expires_at: Mapped[datetime] = field(UTC, index=True)
    used_at: Mapped[datetime | None] = field(UTC, optional=True)


class LoginCounter(KernelTable):
    """Failed log-ins of one account, of one source, or of one account from one source; names are kept as digests."""

    __tablename__ = "core_login_counter"

    kind: Mapped[str] = field(choice("account", "source", "pair"))
    key: Mapped[str] = field(sa.String(64), unique=True)
    failures: Mapped[int] = field(sa.Integer, default=0)
    last_failure_at: Mapped[datetime | None] = field(UTC, optional=True)
    blocked_until: Mapped[datetime | None] = field(UTC, optional=True)
    last_success_at: Mapped[datetime | None] = field(UTC, optional=True)
    touched_at: Mapped[datetime] = field(UTC, index=True)


@sa.event.listens_for(KernelSession, "before_flush")
def _outdate_permissions(session: KernelSession, _context: UOWTransaction, _objects: Any) -> None:
    """Raise the tenant's access revision with every change of a role or of who holds it.

    The flush is the one place no road can avoid, so a right withdrawn is gone at the next request everywhere.
    """
    touched = [row for row in (*session.new, *session.deleted, *session.dirty) if isinstance(row, _ACCESS)]
    changed = [row for row in touched if row not in session.dirty or session.is_modified(row)]
    tenants = {row.tenant_id or getattr(session, "tenant_id", None) for row in changed}
    for tenant_id in sorted(tenant for tenant in tenants if tenant is not None):
        raised = sa.update(Tenant).where(Tenant.id == tenant_id).values(access_revision=Tenant.access_revision + 1)
        session.connection().execute(raised)


_ACCESS = (Role, MemberRole)
