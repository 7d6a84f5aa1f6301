"""Removing a plugin from the database without a trace: its tables, and all it left in the kernel's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.administration.archived_files import bytes_used, remove_files, stored_names
from core.administration.archives import KEPT, belonging, models_of, tenant_session
from core.administration.verifying import tenants_named
from core.db.session import TenantSession
from core.errors import NotFound, Refused
from core.identity.models import MemberRole, Role
from core.plugins import migrating
from core.plugins.registry import KERNEL, LoadedPlugin
from core.services.models import FailingObserver, Job, ScheduleState, StoredFile
from core.tenancy.models import Tenant, TenantModule

if TYPE_CHECKING:
    from core.kernel import Kernel


@dataclass
class Removal:
    """What uninstalling a plugin would remove: rows by table and tenant, rows of the kernel's tables by table."""

    plugin: str
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    leftovers: dict[str, int] = field(default_factory=dict)
    file_bytes: int = 0

    @property
    def total(self) -> int:
        """How many rows of its own tables go."""
        return sum(sum(counts.values()) for counts in self.rows.values())


def removable(kernel: Kernel, name: str) -> LoadedPlugin:
    """Return a plugin that may be removed; Refused while a tenant has it on or another plugin requires it."""
    plugin = kernel.registry.plugins.get(name)
    if plugin is None:
        helps = "Its own migrations take its tables away: install its distribution again first."
        raise NotFound(f"There is no plugin {name!r} installed. {helps}")
    if name == KERNEL:
        raise Refused("KERNEL_STAYS", "The kernel cannot be uninstalled.")
    if needing := kernel.registry.dependents_of(name):
        raise Refused("PLUGIN_NEEDED", f"Uninstall first what requires it: {', '.join(needing)}.", plugins=needing)
    using = sa.select(Tenant.slug).join(TenantModule, TenantModule.tenant_id == Tenant.id).order_by(Tenant.slug)
    with kernel.platform_reading() as db:
        slugs = list(db.scalars(using.where(TenantModule.plugin == name)))
    if slugs:
        raise Refused("PLUGIN_IN_USE", f"Switch it off first for: {', '.join(slugs)}.", tenants=slugs)
    return plugin


def preview(kernel: Kernel, name: str) -> Removal:
    """Return what uninstalling would remove."""
    plugin = removable(kernel, name)
    removal = Removal(name)
    present = name not in migrating.pending(kernel.engine, kernel.registry)
    for tenant_id, slug in tenants_named(kernel):
        with tenant_session(kernel, tenant_id, readonly=True) as db:
            for model in models_of(plugin) if present else ():
                if count := _count(db, model):
                    removal.rows.setdefault(str(model.__tablename__), {})[slug] = count
            for model, condition in _leftovers(plugin, tenant_id):
                count = removal.leftovers.get(model.__tablename__, 0) + _count(db, model, condition)
                removal.leftovers[model.__tablename__] = count
            removal.file_bytes += bytes_used(db, belonging(StoredFile, plugin))
    removal.leftovers = {name: count for name, count in removal.leftovers.items() if count}
    return removal


def uninstall(kernel: Kernel, name: str) -> None:
    """Remove a plugin's tables, version table and everything it left; run again after a fault, it completes."""
    plugin = removable(kernel, name)
    migrating.downgrade(kernel.engine, kernel.registry, name)
    for tenant_id, _ in tenants_named(kernel):
        with tenant_session(kernel, tenant_id) as db:
            files = stored_names(db, belonging(StoredFile, plugin))
            for model, condition in _leftovers(plugin, tenant_id):
                db.execute(sa.delete(model).where(condition).execution_options(synchronize_session=False))
            revisions = {"fields_revision": Tenant.fields_revision + 1, "access_revision": Tenant.access_revision + 1}
            raised = sa.update(Tenant).where(Tenant.id == tenant_id).values(**revisions)
            db.execute(raised.execution_options(synchronize_session=False))
        remove_files(kernel, tenant_id, files)


def _leftovers(plugin: LoadedPlugin, tenant_id: int) -> list[tuple[type[Any], Any]]:
    """Return the kernel's models that hold rows of a plugin, with the condition that picks them; holders first."""
    roles = sa.select(Role.id).where(belonging(Role, plugin), Role.is_declared)
    return [
        *((model, belonging(model, plugin)) for model in KEPT),
        (MemberRole, MemberRole.role_id.in_(roles)),
        (Role, sa.and_(belonging(Role, plugin), Role.is_declared)),
        (FailingObserver, sa.and_(belonging(FailingObserver, plugin), FailingObserver.tenant_id == tenant_id)),
        (ScheduleState, sa.and_(belonging(ScheduleState, plugin), ScheduleState.tenant_id == tenant_id)),
        (Job, sa.and_(belonging(Job, plugin), Job.tenant_id == tenant_id)),
    ]


def _count(db: TenantSession, model: type[Any], *conditions: Any) -> int:
    return int(db.execute(sa.select(sa.func.count(model.id)).where(*conditions)).scalar_one())
