"""The organisations that share an installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from core.db.base import KernelTable
from core.db.fields import field
from core.db.types import UTC


class Tenant(KernelTable):
    """An organisation; everything but the kernel's own tables belongs to exactly one.

    The revisions make caches safe: each is raised in the transaction that changes what it stands for. The one of the
    modules stands for the tenant as a whole and moves with every change of its row.
    """

    __tablename__ = "core_tenant"

    slug: Mapped[str] = field(sa.String(40), label="Short name", unique=True)
    name: Mapped[str] = field(sa.String(120), label="Name")
    currency: Mapped[str] = field(sa.String(3), label="Currency", default="EUR")
    zone: Mapped[str] = field(sa.String(60), label="Time zone", default="UTC")
    theme: Mapped[str] = field(sa.String(40), label="Theme", default="default")
    is_active: Mapped[bool] = field(sa.Boolean, label="Active", default=True)
    modules_revision: Mapped[int] = field(sa.Integer, label="Modules revision", default=0)
    access_revision: Mapped[int] = field(sa.Integer, label="Access revision", default=0)
    fields_revision: Mapped[int] = field(sa.Integer, label="Fields revision", default=0)
    created_at: Mapped[datetime] = field(UTC, label="Created")


@sa.event.listens_for(Tenant, "before_update")
def _raise_revision(_mapper: Any, _connection: Any, tenant: Tenant) -> None:
    changed = {attribute.key for attribute in sa.inspect(tenant).attrs if attribute.history.has_changes()}
    if changed - {"access_revision", "modules_revision"}:
        # Counted by the database: somebody else may have raised it since this row was read.
        tenant.modules_revision = Tenant.modules_revision + 1


class TenantModule(KernelTable):
    """A module that a tenant has switched on."""

    __tablename__ = "core_tenant_module"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "plugin"),
        sa.ForeignKeyConstraint(["tenant_id"], ["core_tenant.id"], ondelete="CASCADE"),
    )

    tenant_id: Mapped[int] = field(sa.BigInteger, label="Tenant")
    plugin: Mapped[str] = field(sa.String(40), label="Module")
    created_at: Mapped[datetime] = field(UTC, label="Since")
