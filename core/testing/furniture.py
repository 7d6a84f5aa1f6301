"""A tenant with everything in it: all modules, their demo data, and people with all, some and no rights."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import Flask

from core.kernel import Kernel
from core.tenancy.models import Tenant
from core.tenancy.modules import TenantInfo
from core.testing.clients import ApiClient
from core.testing.house import load_demo, make_member, make_tenant, read_tenant
from core.web.endpoints import ID, Endpoint

ABSENT = 999_999_999
FULL, BARE = "furnished", "bare"


@dataclass
class Furnished:
    """What generic tests look at; they share it, so they leave what they find as it was."""

    kernel: Kernel
    app: Flask
    tenant: TenantInfo
    owner: ApiClient
    powerless: ApiClient
    nobody: ApiClient
    bare: ApiClient
    _ids: dict[str, int] = field(default_factory=dict)

    def first_id(self, key: str) -> int:
        """Return the id of a record of a resource; one that no record has where there is none."""
        if key not in self._ids:
            resource = self.kernel.registry.resources[key]
            answer = self.owner.get(resource.path, query_string={"page_size": 1, "count": "none"})
            items = answer.get_json()["items"] if answer.status_code == 200 else []
            self._ids[key] = items[0]["id"] if items else ABSENT
        return self._ids[key]

    def some_id(self, endpoint: Endpoint) -> int:
        """Return an id that fits an endpoint's path."""
        if endpoint.resource is not None:
            return self.first_id(endpoint.resource.key)
        before = endpoint.path.partition("/{id}")[0]
        resources = self.kernel.registry.resources.values()
        return next((self.first_id(item.key) for item in resources if item.path == before), ABSENT)

    def path(self, endpoint: Endpoint) -> str:
        """Return an endpoint's path with a record's id in it; a second id is one that nothing has."""
        return endpoint.path.replace(ID, str(self.some_id(endpoint)), 1).replace(ID, str(ABSENT))


def build(kernel: Kernel) -> None:
    """Put the tenants into a migrated database: one with everything, one without any module."""
    load_demo(kernel, make_tenant(kernel, slug=FULL))
    make_tenant(kernel, [], slug=BARE)


def furnish(kernel: Kernel, app: Flask) -> Furnished:
    """Find the tenants in a database that was built so, and log people in."""
    tenant, bare = (find(kernel, slug) for slug in (FULL, BARE))
    return Furnished(
        kernel, app, tenant,
        owner=ApiClient(app, make_member(kernel, tenant, is_owner=True)),
        powerless=ApiClient(app, make_member(kernel, tenant)),
        nobody=ApiClient(app, None),
        bare=ApiClient(app, make_member(kernel, bare, is_owner=True)),
    )  # fmt: skip


def find(kernel: Kernel, slug: str) -> TenantInfo:
    """Return a tenant by its short name."""
    with kernel.platform_reading() as db:
        tenant_id = db.scalars(sa.select(Tenant.id).where(Tenant.slug == slug)).one()
    return read_tenant(kernel, tenant_id)
