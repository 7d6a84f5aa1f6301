"""Switching a tenant's modules on and off while everything runs: one way for Apps page, REST and command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from core.actions.context import Context
from core.identity.roles import BUILT_IN, DeclaredRole, publish_roles
from core.tenancy.models import Tenant, TenantModule
from core.tenancy.modules import switch_off, switch_on


def enable(ctx: Context, plugin: str) -> list[str]:
    """Switch a module on with everything it requires and seed what they need; returns the modules newly on."""
    ctx.operation = ctx.operation or "kernel.module.enable"
    _lock(ctx)
    added = switch_on(ctx.db, ctx.registry, ctx.tenant, plugin)
    _see(ctx, ctx.tenant.enabled | set(added))
    publish_roles(ctx.db, ctx.tenant.id, declared_roles(ctx))
    for name in added:
        ctx.journal.note(TenantModule, ctx.tenant.id, "update", {name: [False, True]})
        ctx.hook.tenant_enabled(ctx=ctx, plugin=name)
    return added


def disable(ctx: Context, plugin: str) -> list[str]:
    """Switch a module off; Refused while modules that need it are on. Its data stays."""
    ctx.operation = ctx.operation or "kernel.module.disable"
    _lock(ctx)
    removed = switch_off(ctx.db, ctx.registry, ctx.tenant, plugin)
    for name in removed:
        ctx.hook.tenant_disabled(ctx=ctx, plugin=name)
        ctx.journal.note(TenantModule, ctx.tenant.id, "update", {name: [True, False]})
    _see(ctx, ctx.tenant.enabled - set(removed))
    return removed


def dependents_first(ctx: Context, plugins: Iterable[str]) -> list[str]:
    """Return modules in the order in which they can be switched off together."""
    loaded = {name: place for place, name in enumerate(ctx.registry.plugins)}
    return sorted(plugins, key=lambda name: loaded.get(name, 0), reverse=True)


def declared_roles(ctx: Context) -> list[DeclaredRole]:
    """Return the roles that the kernel and the enabled modules bring."""
    found = ctx.view.only(ctx.registry.roles)
    return [BUILT_IN, *(DeclaredRole(item.key, item.title, item.allow, item.rules) for item in found)]


def _lock(ctx: Context) -> None:
    """Let one switch of a tenant at a time decide what is on: its requirements must not go meanwhile."""
    ctx.db.execute(sa.select(Tenant.id).where(Tenant.id == ctx.tenant.id).with_for_update(key_share=True))
    _see(ctx, ctx.kernel.tenants.enabled_in(ctx.db, ctx.tenant.id))


def _see(ctx: Context, enabled: frozenset[str] | set[str]) -> None:
    ctx.tenant = replace(ctx.tenant, enabled=frozenset(enabled))
    ctx.view = ctx.registry.view(ctx.tenant.enabled)
