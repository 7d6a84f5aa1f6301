"""Recomputing every invariant of every tenant: what `openmill verify` prints."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.administration.checks import stray_rows
from core.errors import NotFound
from core.plugins.declarations import Check
from core.tenancy.models import Tenant

if TYPE_CHECKING:
    from core.actions.context import Context
    from core.kernel import Kernel


@dataclass(frozen=True)
class Verdict:
    """What one check found in one tenant, or in the whole installation: sentences, none when all is well."""

    tenant: str
    key: str
    title: str
    differences: tuple[str, ...]


def tenants_named(kernel: Kernel, slugs: Sequence[str] = ()) -> list[tuple[int, str]]:
    """Return id and short name of all tenants, or of the named ones; NotFound for an unknown name."""
    with kernel.platform_reading() as db:
        found = [(row.id, row.slug) for row in db.execute(sa.select(Tenant.id, Tenant.slug).order_by(Tenant.slug))]
    known = {slug for _, slug in found}
    for slug in slugs:
        if slug not in known:
            raise NotFound(f"There is no tenant {slug!r}.")
    return [item for item in found if not slugs or item[1] in slugs]


def verify(kernel: Kernel, slugs: Sequence[str] = ()) -> Iterator[Verdict]:
    """Run every check of the kernel and of each tenant's modules; each tenant is read in one snapshot."""
    still = _still(kernel)
    if not slugs:
        with still.platform_reading() as db:
            yield Verdict("", "kernel.tenants", "Every row has a tenant", tuple(stray_rows(db, kernel.registry)))
    for tenant_id, slug in tenants_named(kernel, slugs):
        with still.unit(tenant_id, readonly=True) as ctx:
            for item in ctx.view.only(ctx.registry.checks):
                yield Verdict(slug, item.key, item.title, _differences(ctx, item))


def count_checks(kernel: Kernel, slugs: Sequence[str] = ()) -> int:
    """Return how many verdicts there will be."""
    total = 0 if slugs else 1
    for tenant_id, _ in tenants_named(kernel, slugs):
        with kernel.unit(tenant_id, readonly=True) as ctx:
            total += len(ctx.view.only(ctx.registry.checks))
    return total


def _differences(ctx: Context, item: Check) -> tuple[str, ...]:
    try:
        return tuple(str(sentence) for sentence in item.function(ctx) or ())
    except Exception as error:
        ctx.db.rollback()
        return (f"The check itself failed: {type(error).__name__}: {error}",)


def _still(kernel: Kernel) -> Kernel:
    """Return the kernel over connections that see one moment: sums taken one after the other must belong together."""
    if kernel.engine.dialect.name != "postgresql":
        return kernel
    still = copy.copy(kernel)
    still.engine = kernel.engine.execution_options(isolation_level="REPEATABLE READ")
    return still
