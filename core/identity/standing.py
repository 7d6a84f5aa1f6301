"""How a session or token stands right now: is its user active, its tenant open, the membership still there?

Asked at every request, so the statements are built once and read plain columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.db.session import KernelSession
from core.db.statements.prepared import Prepared, Row, converted
from core.identity.models import BrowserSession, Member, TokenFamily, User
from core.tenancy.models import Tenant

_SHOWN: tuple[Any, ...] = (
    User.id.label("user_id"),
    User.username.label("username"),
    User.name.label("name"),
    User.is_platform_admin.label("is_platform_admin"),
    Tenant.id.label("tenant_id"),
    Member.id.label("member_id"),
    sa.func.coalesce(Member.is_owner, sa.false()).label("is_owner"),
    sa.func.coalesce(Tenant.access_revision, 0).label("access_revision"),
    sa.func.coalesce(Tenant.modules_revision, 0).label("modules_revision"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything one request needs to know of who is asking, read in one statement."""

    user_id: int
    username: str
    name: str
    is_platform_admin: bool
    tenant_id: int | None
    member_id: int | None
    is_owner: bool
    access_revision: int
    modules_revision: int


def standing_query(table: type[BrowserSession | TokenFamily], *columns: Any, where: tuple[Any, ...]) -> Prepared:
    """Return the statement that finds how a log-in stands, with further columns of it; no row when it opens nothing.

    A log-in made under an older auth revision of its user is over: the password was changed or the user disabled.
    """
    log_in: Any = table
    is_open = sa.and_(Tenant.is_active.is_(True), Member.is_active.is_(True))
    return Prepared(
        sa.select(*_SHOWN, *columns)
        .select_from(log_in)
        .join(User, User.id == log_in.user_id)
        .outerjoin(Tenant, Tenant.id == log_in.tenant_id)
        .outerjoin(Member, sa.and_(Member.tenant_id == log_in.tenant_id, Member.user_id == log_in.user_id))
        .where(User.is_active.is_(True), User.auth_revision == log_in.auth_revision)
        .where(sa.or_(log_in.tenant_id.is_(None), is_open), *where)
    )


def read_standing(session: KernelSession, query: Prepared, **values: Any) -> tuple[Standing, tuple[Any, ...]] | None:
    """Return how a log-in stands and its further columns; None when it no longer opens anything."""
    rows = converted(session.look_up((query, values))[0])
    return (standing_of(rows[0]), rows[0][len(_SHOWN) :]) if rows else None


def standing_of(row: Row) -> Standing:
    """Return the standing that a row of a standing query tells."""
    return Standing(*row[: len(_SHOWN)])


_OF_USER = Prepared(
    sa.select(*_SHOWN)
    .select_from(User)
    .join(Member, Member.user_id == User.id)
    .join(Tenant, Tenant.id == Member.tenant_id)
    .where(User.id == sa.bindparam("wanted_user"), Tenant.id == sa.bindparam("wanted_tenant"))
    .where(User.is_active.is_(True), Tenant.is_active.is_(True), Member.is_active.is_(True))
)


def standing_of_user(session: KernelSession, user_id: int, tenant_id: int) -> Standing | None:
    """Return how a user stands in a tenant without any log-in; None when they may not act there."""
    found = read_standing(session, _OF_USER, wanted_user=user_id, wanted_tenant=tenant_id)
    return found[0] if found is not None else None
