"""The demo's two tenants, their people, and the data that their modules bring."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from core.kernel import Kernel
    from core.plugins.declarations import Demo

# A password that can be read out over a workshop's noise.
MATERIALS = ("beeswax", "castor", "cedar", "cobalt", "coconut", "copper", "indigo", "lavender", "linseed", "madder",
             "ochre", "olive", "pigment", "sienna", "turpentine", "umber", "varnish", "verdigris")  # fmt: skip


@dataclass(frozen=True)
class DemoTenant:
    """A tenant of the demo; modules that are not installed are left out."""

    slug: str
    name: str
    currency: str
    zone: str
    theme: str
    modules: tuple[str, ...]


@dataclass(frozen=True)
class Person:
    """Somebody of the demo: where they work, and with which roles."""

    username: str
    name: str
    tenants: tuple[str, ...]
    rights: str
    roles: tuple[str, ...] = ()
    is_owner: bool = False
    is_platform_admin: bool = False


@dataclass(frozen=True)
class LogIn:
    """What the demo prints for each person."""

    username: str
    password: str
    tenant: str
    rights: str


TENANTS = (
    DemoTenant("willow-ash", "Willow & Ash Soaps", "GBP", "Europe/London", "soap", ("inventory", "recipes")),
    DemoTenant("harbour-coatings", "Harbour Coatings", "EUR", "Europe/Berlin", "paint", ("inventory",)),
)
PEOPLE = (
    Person("anna", "Anna Willow", ("willow-ash",), "everything in the soap kitchen", is_owner=True),
    Person("ben", "Ben Ash", ("willow-ash",), "make batches, see stock", ("recipes.maker", "inventory.viewer")),
    Person("carla", "Carla Harbour", ("harbour-coatings",), "everything in the paint shop", is_owner=True),
    Person("dirk", "Dirk Lager", ("harbour-coatings",), "look at stock", ("inventory.viewer",)),
    Person("admin", "Ada Operator", ("willow-ash", "harbour-coatings"), "both, and the installation", is_owner=True,
           is_platform_admin=True),
)  # fmt: skip


def seed(kernel: Kernel, record: Path) -> None:
    """Fill the database where that was not finished yet and keep the log-ins in a file that only its owner reads."""
    if record.exists():
        return
    password = "-".join(secrets.choice(MATERIALS) for _ in range(3)) + f"-{secrets.randbelow(90) + 10}"
    steps = [(tenant, item) for tenant in TENANTS for item in demos_of(kernel, tenant)]
    with click.progressbar(length=len(steps) + len(TENANTS) + 1, label="Filling it with data") as bar:
        for tenant in TENANTS:
            _make_tenant(kernel, tenant)
            bar.update(1)
        for tenant, item in steps:
            _load(kernel, tenant, item)
            bar.update(1)
        log_ins = [_make_person(kernel, person, password) for person in PEOPLE]
        bar.update(1)
    draft = record.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps([asdict(item) for item in log_ins], indent=1))
    draft.replace(record)


def demos_of(kernel: Kernel, tenant: DemoTenant) -> list[Demo]:
    """Return what the tenant's modules declare for its theme, required modules first."""
    return [item for item in kernel.registry.demos.values()
            if item.name == tenant.theme and item.plugin in tenant.modules]  # fmt: skip


def _make_tenant(kernel: Kernel, tenant: DemoTenant) -> None:
    from core.administration.tenants import create_tenant
    from core.errors import Duplicate

    modules = [name for name in tenant.modules if name in kernel.registry.plugins]
    try:
        create_tenant(kernel, slug=tenant.slug, name=tenant.name, currency=tenant.currency, zone=tenant.zone,
                      switch_on=modules)  # fmt: skip
    except Duplicate:
        _switch_on(kernel, tenant.slug, modules)  # an interrupted run made it, perhaps not with all its modules


def _switch_on(kernel: Kernel, slug: str, names: list[str]) -> None:
    from core.administration.modules import enable
    from core.administration.tenants import find_tenant

    with kernel.platform_reading() as db:
        tenant_id = find_tenant(db, slug).id
    for name in names:
        with kernel.unit(tenant_id) as ctx:
            if not ctx.enabled(name):
                enable(ctx, name)


def _load(kernel: Kernel, tenant: DemoTenant, item: Demo) -> None:
    from core.administration.tenants import find_tenant

    with kernel.platform_reading() as db:
        tenant_id = find_tenant(db, tenant.slug).id
    with kernel.unit(tenant_id) as ctx:
        ctx.operation = f"demo.{item.key}"
        item.function(ctx)


def _make_person(kernel: Kernel, person: Person, password: str) -> LogIn:
    from core.cli.users import join_tenant
    from core.identity.users import create_user, find_user, set_password

    policy = kernel.identity.policy
    with kernel.platform() as db:
        known = find_user(db, person.username)
        if known is not None:
            set_password(db, policy, known, password)
        else:
            user = create_user(
                db, policy, username=person.username, email=f"{person.username}@example.com", name=person.name,
                password=password, is_platform_admin=person.is_platform_admin,
            )  # fmt: skip
            for slug in person.tenants:
                roles = [key for key in person.roles if key in kernel.registry.roles]
                join_tenant(kernel, db, user, slug, roles, owner=person.is_owner)
    return LogIn(person.username, password, ", ".join(person.tenants), person.rights)
