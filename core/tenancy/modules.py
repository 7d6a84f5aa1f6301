"""What the kernel knows of a tenant at each request, and switching modules on and off."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.db.session import KernelSession
from core.db.statements.prepared import Prepared
from core.errors import NotFound, Refused
from core.plugins.registry import KERNEL, Registry
from core.tenancy.models import Tenant, TenantModule


@dataclass(frozen=True)
class TenantInfo:
    """A tenant as one unit of work sees it."""

    id: int
    slug: str
    name: str
    currency: str
    zone: str
    theme: str
    is_active: bool
    modules_revision: int
    access_revision: int
    fields_revision: int
    enabled: frozenset[str]


_NAMES = ("id", "slug", "name", "currency", "zone", "theme", "is_active", "modules_revision", "access_revision",
          "fields_revision")  # fmt: skip
_TENANT: Any = Tenant.__table__
_BY_ID = Prepared(sa.select(*(_TENANT.c[name] for name in _NAMES)).where(_TENANT.c.id == sa.bindparam("id")))


class Tenants:
    """Reads tenants; the set of modules is cached and known to be true by its revision."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._enabled: dict[int, tuple[int, frozenset[str]]] = {}
        self._infos: dict[int, TenantInfo] = {}
        self._lock = threading.Lock()

    def read(self, db: KernelSession, tenant_id: int, *, remember: bool = False) -> TenantInfo:
        """Return a tenant; NotFound when there is none. Remembered only by who has written nothing yet."""
        rows = _BY_ID.rows(db.connection(), {"id": tenant_id})
        if not rows:
            raise NotFound("There is no such tenant.")
        values: dict[str, Any] = dict(zip(_NAMES, rows[0], strict=True))
        info = TenantInfo(**values, enabled=self._modules(db, tenant_id, values["modules_revision"]))
        if remember:
            self._infos[tenant_id] = info
        return info

    def known(self, tenant_id: int, revision: int) -> TenantInfo | None:
        """Return a tenant as it was read under a revision, None when it must be read anew."""
        found = self._infos.get(tenant_id)
        return found if found is not None and found.modules_revision == revision else None

    def _modules(self, db: KernelSession, tenant_id: int, revision: int) -> frozenset[str]:
        known = self._enabled.get(tenant_id)
        if known is not None and known[0] == revision:
            return known[1]
        found = self.enabled_in(db, tenant_id)
        with self._lock:
            self._enabled[tenant_id] = (revision, found)
        return found

    def enabled_in(self, db: KernelSession, tenant_id: int) -> frozenset[str]:
        """Return the modules that are on as a transaction sees them: not remembered, it may yet be taken back."""
        # A module whose plugin is gone or refused is off, and so is whatever needs it.
        enabled = frozenset(name for name in _switched_on(db, tenant_id) if name in self._registry.plugins)
        return frozenset(name for name in enabled if set(self._registry.requirements_of(name)) <= enabled | {KERNEL})


def switch_on(db: KernelSession, registry: Registry, tenant: TenantInfo, plugin: str) -> list[str]:
    """Switch a module on with everything it requires; returns the modules newly on, requirements first."""
    if plugin not in registry.plugins or plugin == KERNEL:
        raise _unknown(registry, plugin, "on")
    added = [name for name in registry.requirements_of(plugin) if name not in tenant.enabled and name != KERNEL]
    _require_tables(db, registry, added)
    known = _switched_on(db, tenant.id)
    for name in added:
        if name not in known:
            db.add(TenantModule(tenant_id=tenant.id, plugin=name))
    db.flush()
    _raise_revision(db, tenant.id)
    return added


def _switched_on(db: KernelSession, tenant_id: int) -> set[str]:
    return set(db.execute(sa.select(TenantModule.plugin).where(TenantModule.tenant_id == tenant_id)).scalars())


def _require_tables(db: KernelSession, registry: Registry, names: Iterable[str]) -> None:
    # A running process still knows a plugin that was uninstalled: switched on, it would break the pages it extends.
    there = set(sa.inspect(db.connection()).get_table_names())
    for name in names:
        if not there.issuperset(registry.plugins[name].tables):
            raise Refused("MODULE_NOT_UPGRADED", f"The module {name!r} has no tables. Run `openmill upgrade` first.")


def _unknown(registry: Registry, plugin: str, way: str) -> Refused:
    reason = next((item.reason for item in registry.refused if item.name == plugin), "It is not installed.")
    if plugin == KERNEL:
        reason = "It is always on."
    return Refused("PLUGIN_UNKNOWN", f"The module {plugin[:80]!r} cannot be switched {way}. {reason}")


def switch_off(db: KernelSession, registry: Registry, tenant: TenantInfo, plugin: str) -> list[str]:
    """Switch a module off; Refused while modules that need it are on. Data stays."""
    if plugin not in _switched_on(db, tenant.id):
        if plugin not in registry.plugins or plugin == KERNEL:
            raise _unknown(registry, plugin, "off")
        return []
    # One whose distribution is gone is known by its row alone; what needed it is off already.
    needing = [name for name in registry.dependents_of(plugin) if name in tenant.enabled]
    if needing:
        raise Refused("MODULE_NEEDED", f"Switch off first: {', '.join(needing)}.", modules=needing)
    db.execute(sa.delete(TenantModule).where(TenantModule.tenant_id == tenant.id, TenantModule.plugin == plugin))
    _raise_revision(db, tenant.id)
    return [plugin]


def _raise_revision(db: KernelSession, tenant_id: int) -> None:
    raised = sa.update(Tenant).where(Tenant.id == tenant_id).values(modules_revision=Tenant.modules_revision + 1)
    db.execute(raised.execution_options(synchronize_session=False))
