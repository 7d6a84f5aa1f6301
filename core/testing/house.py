"""Tenants, members and log-ins for tests, made through the same functions that the product uses."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.administration.modules import disable, enable
from core.administration.tenants import create_tenant
from core.identity.actor import Actor
from core.identity.members import add_member, roles_by_key, set_roles
from core.identity.models import Role
from core.identity.permissions import PermissionSet
from core.identity.sources import Origin
from core.identity.tokens import open_family
from core.identity.users import create_user
from core.kernel import Kernel
from core.plugins.registry import KERNEL, Registry
from core.tenancy.modules import TenantInfo

PASSWORD = "correct horse battery"
_COUNT = itertools.count(1)


@dataclass(frozen=True)
class TestMember:
    """A user with a place in a tenant, logged in as a client program is."""

    __test__ = False  # the name is right for people; pytest is not to collect it

    actor: Actor
    username: str
    password: str
    token: str

    @property
    def permissions(self) -> PermissionSet:
        """What the member may do."""
        return self.actor.permissions


def fresh_name(stem: str) -> str:
    """Return a name that no other test of this run uses."""
    return f"{stem}-{os.environ.get('PYTEST_XDIST_WORKER', 'w')}-{next(_COUNT)}"


def make_tenant(kernel: Kernel, modules: Iterable[str] | None = None, **values: str) -> TenantInfo:
    """Make a tenant with modules switched on: the given ones, or all that are loaded."""
    chosen = _leading(kernel.registry) if modules is None else list(modules)
    slug = values.pop("slug", "") or fresh_name("tenant")
    words = {"name": slug.title(), **values}
    return read_tenant(kernel, create_tenant(kernel, slug=slug, switch_on=chosen, **words))


def _leading(registry: Registry) -> list[str]:
    """List the modules that no other requires: switched on, they bring all others along."""
    return [name for name in registry.plugins if name != KERNEL and not registry.dependents_of(name)]


def switch_module_on(kernel: Kernel, tenant_id: int, plugin: str) -> None:
    """Switch a module on with what it requires."""
    with kernel.unit(tenant_id) as ctx:
        enable(ctx, plugin)


def switch_module_off(kernel: Kernel, tenant_id: int, plugin: str) -> None:
    """Switch a module off; its data stays."""
    with kernel.unit(tenant_id) as ctx:
        disable(ctx, plugin)


def load_demo(kernel: Kernel, tenant: TenantInfo) -> None:
    """Load the demo data of every module that the tenant has on."""
    with kernel.unit(tenant.id) as ctx:
        for item in ctx.view.only(kernel.registry.demos):
            item.function(ctx)


def read_tenant(kernel: Kernel, tenant_id: int) -> TenantInfo:
    """Return a tenant as the next unit of work would see it."""
    with kernel.unit(tenant_id, readonly=True) as ctx:
        return ctx.tenant


def make_member(
    kernel: Kernel,
    tenant: TenantInfo,
    allow: Sequence[str] = (),
    *,
    roles: Sequence[str] = (),
    rules: Sequence[str] = (),
    is_owner: bool = False,
) -> TestMember:
    """Make a member who may do what the patterns and the roles' keys say, and log them in."""
    name = fresh_name("member")
    with kernel.platform() as db:
        policy = kernel.identity.policy
        user = create_user(db, policy, username=name, email=f"{name}@example.com", name=name, password=PASSWORD)
        member = add_member(db, tenant.id, user, is_owner=is_owner)
        held = []
        if allow:
            role = Role(tenant_id=tenant.id, key=f"own.{name}", title=name, permissions=list(allow), rules=list(rules))
            db.add(role)
            db.flush()
            held.append(role)
        held += roles_by_key(db, tenant.id, roles) if roles else []
        declared = kernel.identity.access.declared
        set_roles(db, member, held, by=PermissionSet.everything(), declared=declared)
        token = open_family(db, policy, user, tenant.id, Origin()).access_token
        user_id = user.id
    actor = kernel.identity.actor_of_user(user_id, tenant.id)
    assert actor is not None
    return TestMember(replace(actor, source="token"), name, PASSWORD, token)
