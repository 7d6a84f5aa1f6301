"""Making tenants: the organisation, its owner, the roles it can hand out, its modules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.actions.unit import unit
from core.administration import modules
from core.db.session import KernelSession
from core.errors import Duplicate, Invalid, NotFound
from core.identity.members import add_member
from core.identity.roles import BUILT_IN, publish_roles
from core.identity.users import get_user
from core.tenancy.models import Tenant

if TYPE_CHECKING:
    from core.kernel import Kernel

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")


def create_tenant(
    kernel: Kernel,
    *,
    slug: str,
    name: str,
    currency: str = "EUR",
    zone: str = "UTC",
    owner: str = "",
    switch_on: Iterable[str] = (),
) -> int:
    """Make a tenant with its owner (a user's name), the kernel's roles and modules switched on, or nothing of it.

    Returns its id.
    """
    with kernel.platform() as db:
        tenant_id = db.take_ids(1)[0]

    def make(db: KernelSession) -> None:
        add_tenant(db, slug=slug, name=name, currency=currency, zone=zone, owner=owner, tenant_id=tenant_id)

    with unit(kernel, tenant_id, prepare=make) as ctx:
        for plugin in switch_on:
            modules.enable(ctx, plugin)
    return tenant_id


def add_tenant(
    db: KernelSession, *, slug: str, name: str, currency: str, zone: str, owner: str = "", tenant_id: int | None = None
) -> Tenant:
    """Add a tenant with the kernel's roles and its owner, within a transaction of the caller's."""
    name, currency = name.strip(), currency.upper()
    if faults := tenant_faults(slug=slug, name=name, currency=currency, zone=zone):
        raise Invalid(faults)
    if db.scalar(sa.select(Tenant.id).where(Tenant.slug == slug)) is not None:
        raise Duplicate(f"There is already a tenant {slug!r}; choose another short name.")
    tenant = Tenant(slug=slug, name=name, currency=currency, zone=zone)
    if tenant_id is not None:
        tenant.id = tenant_id
    db.add(tenant)
    db.flush()
    publish_roles(db, tenant.id, [BUILT_IN])
    if owner:
        add_member(db, tenant.id, get_user(db, owner), is_owner=True)
    return tenant


def change_tenant(db: KernelSession, slug: str, *, name: str, currency: str, zone: str) -> Tenant:
    """Change an organisation's name, currency and zone; what is booked already stays as it was booked."""
    tenant = find_tenant(db, slug)
    name, currency = name.strip(), currency.upper()
    if faults := tenant_faults(slug=slug, name=name, currency=currency, zone=zone):
        raise Invalid(faults)
    tenant.name, tenant.currency, tenant.zone = name, currency, zone
    db.flush()
    return tenant


def find_tenant(db: KernelSession, slug: str) -> Tenant:
    """Return a tenant by its short name; NotFound when there is none."""
    found = db.scalars(sa.select(Tenant).where(Tenant.slug == slug)).one_or_none()
    if found is None:
        raise NotFound(f"There is no tenant {slug!r}.")
    return found


def tenant_faults(*, slug: str, name: str, currency: str, zone: str) -> dict[str, list[str]]:
    """Return what is wrong with the values of a tenant, by field; nothing where they will do."""
    errors: dict[str, list[str]] = {}
    if not _SLUG.fullmatch(slug):
        errors["slug"] = ["Use 2 to 40 lower-case letters, digits or dashes, a letter first."]
    if not 1 <= len(name.strip()) <= 120 or not name.isprintable():
        errors["name"] = ["Give a name of 1 to 120 printable characters."]
    if currency.upper() not in currencies():
        errors["currency"] = ["Give an ISO 4217 code such as EUR, USD or JPY."]
    if zone not in zones():
        errors["zone"] = ["Give a time zone such as Europe/Berlin or UTC."]
    return errors


@cache
def currencies() -> frozenset[str]:
    """Return the currencies there are."""
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


@cache
def currencies_in_use() -> frozenset[str]:
    """Return the currencies that somebody pays with today, which are those to choose from."""
    from babel.core import get_global
    from babel.numbers import get_territory_currencies

    places = get_global("territory_currencies")
    return frozenset(currency for place in places for currency in get_territory_currencies(place))


@cache
def zones() -> frozenset[str]:
    """Return the time zones there are."""
    from zoneinfo import available_timezones

    # These two are what a machine is set to: the same name says something else on the next one, or nothing.
    return frozenset(available_timezones() - {"Factory", "localtime"})
