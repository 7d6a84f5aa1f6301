"""`openmill tenant …`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from core.cli.opening import opened
from core.cli.tables import print_table

if TYPE_CHECKING:
    from core.actions.context import Context


@click.group()
def tenant() -> None:
    """Make tenants and switch their modules on and off."""


@tenant.command("create")
@click.argument("slug")
@click.option("--name", help="What people call it.  [default: the short name]")
@click.option("--currency", default="EUR", show_default=True, help="ISO 4217 code of its money.")
@click.option("--zone", default="UTC", show_default=True, help="Time zone of its business days, such as Europe/Berlin.")
@click.option("--owner", default="", help="User name of its owner, who may do everything in it.")
@click.option("--enable", "modules", multiple=True, metavar="MODULE", help="Switch a module on; may be repeated.")
def create(slug: str, name: str | None, currency: str, zone: str, owner: str, modules: tuple[str, ...]) -> None:
    """Make the tenant SLUG, a short name such as "willow-soap"."""
    from core.administration.tenants import create_tenant

    with opened() as kernel:
        create_tenant(kernel, slug=slug, name=name or slug.replace("-", " ").title(), currency=currency, zone=zone,
                      owner=owner, switch_on=modules)  # fmt: skip
        click.echo(f"Made the tenant {slug}.")
        if not owner:
            click.echo(f"Nobody can log in yet: openmill user create NAME --email … --tenant {slug} --owner")


@tenant.command("list")
def show() -> None:
    """Show all tenants with their modules and members."""
    import sqlalchemy as sa

    from core.identity.models import Member
    from core.tenancy.models import Tenant, TenantModule

    with opened() as kernel, kernel.platform_reading() as db:
        modules: dict[int, list[str]] = {}
        for tenant_id, plugin in db.execute(sa.select(TenantModule.tenant_id, TenantModule.plugin)):
            gone = "" if plugin in kernel.registry.plugins else " (not installed)"
            modules.setdefault(tenant_id, []).append(plugin + gone)
        counted = sa.select(Member.tenant_id, sa.func.count()).group_by(Member.tenant_id)
        members = {row[0]: row[1] for row in db.execute(counted)}
        print_table(
            ("tenant", "name", "currency", "zone", "members", "modules"),
            [
                (item.slug + ("" if item.is_active else " (suspended)"), item.name, item.currency, item.zone,
                 members.get(item.id, 0), ", ".join(sorted(modules.get(item.id, []))) or "none")
                for item in db.scalars(sa.select(Tenant).order_by(Tenant.slug))
            ],
        )  # fmt: skip


@tenant.command("enable", short_help="Switch modules on, with everything they require.")
@click.argument("slug")
@click.argument("modules", nargs=-1, required=True, metavar="MODULE...")
def enable(slug: str, modules: tuple[str, ...]) -> None:
    """Switch MODULEs on for the tenant SLUG, with everything they require, or none of them.

    Takes effect at the next request.
    """
    from core.administration.modules import enable as switch

    _switch(slug, modules, switch, "Switched on")


@tenant.command("disable")
@click.argument("slug")
@click.argument("modules", nargs=-1, required=True, metavar="MODULE...")
def disable(slug: str, modules: tuple[str, ...]) -> None:
    """Switch MODULEs off for the tenant SLUG, or none of them. Their data stays."""
    from core.administration.modules import dependents_first
    from core.administration.modules import disable as switch

    _switch(slug, modules, switch, "Switched off", order=dependents_first)


@tenant.command("observers", short_help="Show the observers that fail, and why.")
@click.argument("slug")
def show_observers(slug: str) -> None:
    """Show the observers of the tenant SLUG that fail, and since when some are switched off."""
    from core.actions.observers import failing
    from core.administration.tenants import find_tenant

    with opened() as kernel:
        with kernel.platform_reading() as db:
            tenant_id = find_tenant(db, slug).id
        with kernel.unit(tenant_id, readonly=True) as ctx:
            rows = [item for items in failing(ctx).values() for item in items]
        print_table(("observer", "failures in a row", "off since (UTC)", "error"),
                    [(item["key"], item["failures"], _moment(item["switched_off_at"]), item["error"].split("\n")[0])
                     for item in rows])  # fmt: skip


def _moment(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


@tenant.command("enable-observer", short_help="Switch observers on again that were switched off.")
@click.argument("slug")
@click.argument("keys", nargs=-1, required=True, metavar="OBSERVER...")
def enable_observer(slug: str, keys: tuple[str, ...]) -> None:
    """Switch OBSERVERs on again for the tenant SLUG that were switched off because they kept failing."""
    from core.actions.observers import switch_on

    def change(ctx: Context, key: str) -> list[str]:
        return switch_on(ctx, key.split(".", 1)[0], key)

    _switch(slug, keys, change, "Switched on")


def _switch(
    slug: str, names: Sequence[str], change: Callable[[Context, str], list[str]], said: str,
    *, order: Callable[[Context, Sequence[str]], Sequence[str]] = lambda _ctx, names: names,
) -> None:  # fmt: skip
    from core.administration.tenants import find_tenant

    with opened() as kernel:
        with kernel.platform_reading() as db:
            tenant_id = find_tenant(db, slug).id
        with kernel.unit(tenant_id) as ctx:
            outcome = [(name, change(ctx, name)) for name in order(ctx, names)]
    for name, changed in outcome:
        click.echo(f"{said} for {slug}: {', '.join(changed)}." if changed else f"{name}: nothing to do for {slug}.")
