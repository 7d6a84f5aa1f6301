"""The kernel of a process: configuration, engine, registry and clock, and the doors to units of work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from core import memory
from core.actions.context import Context
from core.actions.unit import unit
from core.config import Config
from core.db.engine import make_engine
from core.db.ids import IdSource
from core.db.session import KernelSession
from core.db.trips.lookups import Lookups
from core.identity.access import Access
from core.identity.actor import Actor
from core.identity.identity import Identity
from core.identity.policy import IdentityPolicy
from core.identity.roles import BUILT_IN, DeclaredAccess, DeclaredRole
from core.plugins.declarations import Resource
from core.plugins.loader import load
from core.plugins.registry import Registry
from core.resources.models import CustomField
from core.resources.prefetch import Prefetch
from core.resources.shape import Shape, make_shape
from core.tenancy.modules import Tenants

CUSTOM_FIELD_COLUMNS = ("resource", "name", "label", "kind", "choices", "required", "help")


def system_clock() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


class Kernel:
    """One process's OpenMill: make it once, share it between threads."""

    def __init__(
        self,
        config: Config | None = None,
        *,
        registry: Registry | None = None,
        engine: Engine | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> None:
        self.config = config or Config()
        with memory.growing():
            self.registry = registry or load(exclude=self.config.exclude_plugins.split(","))
        self.engine = engine or make_engine(self.config.url, self.config.pool_size)
        self.clock = clock
        self.ids = IdSource()
        self.tenants = Tenants(self.registry)
        self.prefetch = Prefetch()
        self.listeners: list[Callable[[Sequence[int]], None]] = []
        self.progress: dict[int, int] = {}
        self._shapes: dict[Any, Shape] = {}
        self._custom: dict[int, tuple[int, dict[str, list[Any]]]] = {}
        self._lock = threading.Lock()
        self._role: str | None = None
        access = Access(_declared_access(self.registry))
        policy, lookups = IdentityPolicy.from_config(self.config), Lookups(self.engine, lambda: self.clock())
        self.identity = Identity(policy, self.platform, self.platform_reading, lookups, access)

    @property
    def role(self) -> str:
        """The database role that tenants' units run as; empty where the database has none."""
        if self._role is None:
            self._role = self._find_role()
        return self._role

    def unit(
        self, tenant_id: int, actor: Actor | None = None, *, readonly: bool = False
    ) -> AbstractContextManager[Context]:
        """Open a unit of work: leaving it commits, raising rolls back; without an actor the system acts."""
        return unit(self, tenant_id, actor, readonly=readonly)

    @contextmanager
    def platform(self) -> Iterator[KernelSession]:
        """Open a session for the kernel's own tables; leaving it commits."""
        with KernelSession(self.engine, self.ids, self.clock) as session, session.begin():
            yield session

    @contextmanager
    def platform_reading(self) -> Iterator[KernelSession]:
        """Open a session that only reads the kernel's own tables."""
        with KernelSession(self.engine, self.ids, self.clock, readonly=True) as session:
            yield session

    def shape(self, ctx: Context, resource: Resource) -> Shape:
        """Return the full shape of a resource for a tenant; made once per set of modules and fields."""
        custom = self._custom_fields(ctx).get(resource.key, [])
        owner = (ctx.tenant.id, ctx.tenant.fields_revision) if custom else None
        key = (resource.key, ctx.view.enabled, owner)
        found = self._shapes.get(key)
        if found is None:
            found = self._shapes[key] = make_shape(resource, ctx.view, custom)
        return found

    def notify(self, job_ids: Sequence[int]) -> None:
        """Tell whoever runs jobs that some were committed."""
        for listener in self.listeners:
            listener(job_ids)

    def after_fork(self) -> None:
        """Start afresh in a forked process: neither connections nor ids are shared with the parent."""
        self.engine.dispose(close=False)
        self.ids = IdSource()

    def close(self) -> None:
        """Give the database connections back."""
        self.engine.dispose()

    def _custom_fields(self, ctx: Context) -> dict[str, list[Any]]:
        revision = ctx.tenant.fields_revision
        known = self._custom.get(ctx.tenant.id)
        if known is not None and known[0] == revision:
            return known[1]
        found: dict[str, list[Any]] = {}
        if revision:
            columns = [getattr(CustomField, name) for name in CUSTOM_FIELD_COLUMNS]
            for row in ctx.rows(sa.select(*columns).order_by(CustomField.id)):
                found.setdefault(row.resource, []).append(row)
        with self._lock:
            self._custom[ctx.tenant.id] = (revision, found)
        return found

    def _find_role(self) -> str:
        if self.engine.dialect.name != "postgresql" or not self.config.database_role:
            return ""
        known = sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role AND pg_has_role(current_user, oid, 'MEMBER')")
        with self.engine.connect() as connection:
            found = connection.execute(known, {"role": self.config.database_role}).scalar()
        return self.config.database_role if found else ""


def _declared_access(registry: Registry) -> DeclaredAccess:
    roles = {item.key: DeclaredRole(item.key, item.title, item.allow, item.rules) for item in registry.roles.values()}
    rules = {item.key: item.resources for item in registry.rules.values()}
    return DeclaredAccess({BUILT_IN.key: BUILT_IN, **roles}, rules)
